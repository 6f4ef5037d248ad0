//! Python programs that are used as tools, each in a virtual environment of its own with exact versions.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::Cache;

/// The folder of the Python sources and of the lists of requirements.
pub(crate) const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python");

/// A tool from PyPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// The AWS emulator.
    Ministack,
    /// The second AWS emulator.
    Moto,
    /// The linter of CloudFormation templates.
    CfnLint,
    /// AWS's Service Authorization Reference, packed.
    PolicySentry,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Ministack => "ministack",
            Self::Moto => "moto",
            Self::CfnLint => "cfn-lint",
            Self::PolicySentry => "policy-sentry",
        }
    }

    /// Runs a Python source of ours with the tool's packages and this input; what it writes to stdout.
    pub fn run(self, source: &str, input: &str) -> Result<String> {
        let python = self.install(&Cache::locate()?)?.join("python");
        let mut child = Command::new(python)
            .arg(Path::new(SOURCES).join(source))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {source}"))?;
        child.stdin.take().context("stdin is piped")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{source} ended with {}", output.status);
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Installs the tool unless it is there, and returns its environment's folder of programs.
    ///
    /// Processes that ask at the same time wait for the first one. Other requirements get another folder, so
    /// that a branch with an older list doesn't undo this one's.
    pub fn install(self, cache: &Cache) -> Result<PathBuf> {
        let requirements = Path::new(SOURCES).join(format!("{}.txt", self.name()));
        let listed = fs::read(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
        let environments = cache.folder().join("python");
        fs::create_dir_all(&environments).with_context(|| format!("cannot make {}", environments.display()))?;
        let folder = environments.join(format!("{}-{}", self.name(), &hex(&Sha256::digest(&listed))[..12]));

        let lock = File::create(folder.with_extension("lock")).context("cannot make a lock file")?;
        lock.lock().context("cannot lock the installation of a Python tool")?;
        let complete = folder.join("complete");
        if !complete.exists() {
            build(&folder, &requirements).with_context(|| format!("cannot install {}", self.name()))?;
            fs::write(&complete, "")?;
        }
        Ok(folder.join("bin"))
    }
}

fn build(folder: &Path, requirements: &Path) -> Result<()> {
    let made = Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder).output();
    let made = made.context("cannot run python3: Python 3.10 or newer is needed")?;
    ensure!(
        made.status.success(),
        "`python3 -m venv` failed; on Debian and Ubuntu it needs the package python3-venv\n{}{}",
        String::from_utf8_lossy(&made.stdout),
        String::from_utf8_lossy(&made.stderr),
    );
    let installed = Command::new(folder.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement"])
        .arg(requirements)
        .output()
        .context("cannot run pip")?;
    ensure!(installed.status.success(), "pip failed\n{}", String::from_utf8_lossy(&installed.stderr));
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
