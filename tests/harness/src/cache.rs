//! The folder that downloads are kept in between runs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// `$GROUNDWORK_CACHE`, else `groundwork` in the user's cache folder. Nothing in it is precious.
#[derive(Clone, Debug)]
pub struct Cache(PathBuf);

impl Cache {
    /// Finds the folder, and makes it where it isn't there.
    pub fn locate() -> Result<Self> {
        let from_home = || variable("HOME").map(|home| Path::new(&home).join(".cache"));
        let user_cache = || variable("XDG_CACHE_HOME").map(PathBuf::from).or_else(from_home);
        let folder = variable("GROUNDWORK_CACHE")
            .map(PathBuf::from)
            .or_else(|| Some(user_cache()?.join("groundwork")))
            .context("no folder to keep downloads in: set GROUNDWORK_CACHE, XDG_CACHE_HOME or HOME")?;
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.0
    }
}

/// A variable of the environment that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "where downloads go is the developer's choice, not a test's input")]
pub(crate) fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
