//! A file that is written beside its place and renamed, so that nobody ever reads half of it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use tempfile::{Builder, NamedTempFile};

/// As for any file that a program makes: what the umask leaves of it.
const MODE: u32 = 0o666;

/// A file in the making. Dropped without [`PendingFile::publish`], it leaves what was there.
#[derive(Debug)]
pub struct PendingFile {
    path: PathBuf,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Beside its place, to be renamed.
    Beside(NamedTempFile),
    /// A pipe or device, such as `/dev/stdout`: it cannot be replaced.
    Through(File),
}

impl PendingFile {
    /// Makes the temporary file: a folder that cannot be written to is told before anything is done.
    pub fn create(path: &Path) -> Result<Self, Problem> {
        let is_special = std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
        let target = if is_special {
            File::options().write(true).open(path).map(Target::Through)
        } else {
            beside(path).map(Target::Beside)
        };
        Ok(Self { path: path.to_owned(), target: target.map_err(|error| unwritable(path, &error))? })
    }

    /// Writes all that the file is to hold, and puts it in its place.
    pub fn publish_with(mut self, content: &[u8]) -> Result<(), Problem> {
        self.write_all(content).map_err(|error| unwritable(&self.path, &error))?;
        self.publish()
    }

    /// Puts the file in its place.
    pub fn publish(self) -> Result<(), Problem> {
        let published = match self.target {
            Target::Beside(temporary) => temporary.persist(&self.path).map(drop).map_err(|error| error.error),
            Target::Through(mut file) => file.flush(),
        };
        published.map_err(|error| unwritable(&self.path, &error))
    }
}

fn beside(path: &Path) -> io::Result<NamedTempFile> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Opened here, since tempfile's own error would name the temporary file, which nobody has heard of.
    let open = |path: &Path| File::options().write(true).create_new(true).mode(MODE).open(path);
    Builder::new().prefix(".groundwork-").make_in(folder, open)
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Beside(temporary) => temporary.write(bytes),
            Target::Through(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Beside(temporary) => temporary.flush(),
            Target::Through(file) => file.flush(),
        }
    }
}

/// Writes a whole file.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Problem> {
    PendingFile::create(path)?.publish_with(content)
}

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// A file or folder that cannot be written.
pub fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::new(Code::Unwritable, format!("cannot write {}", path.display()))
        .because(error.to_string())
        .help("name another place, or make its folder and see that it can be written to")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_was_there_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.json");
        std::fs::write(&path, "old").expect("a file");
        let mut file = PendingFile::create(&path).expect("a file in the making");
        file.write_all(b"new, but cut sh").expect("a write");
        drop(file);
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), "old");
        write(&path, b"new").expect("a write");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), "new");
        let names: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(names.len(), 1, "{names:?}");
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o600, 0o600);
        assert_ne!(mode & 0o777, 0o600, "others may read it as far as the umask lets them");
    }

    #[test]
    fn what_cannot_be_written_is_told_with_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [folder.path().to_owned(), folder.path().join("nowhere/plan.json")] {
            let problem = write(&path, b"x").expect_err("no file can be there");
            assert_eq!(problem.code, Code::Unwritable);
            assert!(problem.message.contains(&path.display().to_string()), "{problem:?}");
            assert!(!problem.causes.concat().contains(".groundwork-"), "nobody knows that file: {problem:?}");
        }
    }

    #[test]
    fn a_device_is_written_through() {
        write(Path::new("/dev/null"), b"x").expect("a device takes everything");
        assert!(Path::new("/dev/null").exists());
    }
}
