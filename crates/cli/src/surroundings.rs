//! What the process finds around it, read once: environment variables, the terminal, the folder.
//!
//! Nothing else in groundwork asks the environment, so that a test can hand in any.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use groundwork_model::Secret;
use groundwork_model::problem::Problem;
use groundwork_model::{Code, ids::Region};

use crate::args::ColorChoice;

/// Columns of output that nobody's terminal measures: a pipe, a file, a CI log.
const WIDTH_WITHOUT_TERMINAL: usize = 80;

/// Lines of a terminal that cannot be measured.
const ROWS_WITHOUT_TERMINAL: usize = 24;

/// Beyond this, lines become hard to read.
const WIDEST: usize = 120;

/// A snapshot of the surroundings.
pub struct Surroundings {
    variables: BTreeMap<String, String>,
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
    /// The terminal's width in columns, or a default for a pipe.
    pub width: usize,
    /// The terminal's height in lines, or a default.
    pub rows: usize,
}

impl Surroundings {
    /// Looks around.
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub fn read() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let stdout_is_terminal = std::io::stdout().is_terminal();
        let measured = stdout_is_terminal.then(terminal_size::terminal_size).flatten();
        let height = measured.map(|(_, height)| usize::from(height.0));
        Self {
            variables,
            stdout_is_terminal,
            stderr_is_terminal: std::io::stderr().is_terminal(),
            width: measured.map_or(WIDTH_WITHOUT_TERMINAL, |(width, _)| usize::from(width.0).clamp(40, WIDEST)),
            rows: height.unwrap_or(ROWS_WITHOUT_TERMINAL),
        }
    }

    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The variables that belong to the spec.
    pub fn spec_variables(&self) -> Vec<(String, String)> {
        self.variables
            .iter()
            .filter(|(name, _)| name.starts_with("GROUNDWORK_"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// A secret from `NAME`, or from the file that `NAME_FILE` names, as container platforms mount them.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>, Problem> {
        if let Some(value) = self.variable(name) {
            return Ok(Some(Secret::new(value)));
        }
        let file_variable = format!("{name}_FILE");
        let Some(path) = self.variable(&file_variable) else { return Ok(None) };
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n'])))),
            Err(error) => Err(Problem::new(
                Code::NoCloudReactorCredentials,
                format!("cannot read {path:?}, which {file_variable} names"),
            )
            .because(error.to_string())),
        }
    }

    /// Whether a stream gets colours.
    pub fn colored(&self, choice: ColorChoice, is_terminal: bool) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            // https://no-color.org: any value that is not empty. A dumb terminal shows escapes as text.
            ColorChoice::Auto => {
                is_terminal && self.variable("NO_COLOR").is_none() && self.variable("TERM") != Some("dumb")
            }
        }
    }

    /// The Region that the AWS tools would take: named in a hint, never used.
    pub fn ambient_region(&self) -> Option<Region> {
        ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| self.variable(name)?.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_needs_a_terminal_that_can_and_nobody_who_minds() {
        let colored = |variables: &[(&str, &str)], choice, is_terminal| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let surroundings =
                Surroundings { variables, stdout_is_terminal: true, stderr_is_terminal: true, width: 80, rows: 24 };
            surroundings.colored(choice, is_terminal)
        };
        assert!(colored(&[], ColorChoice::Auto, true));
        assert!(!colored(&[], ColorChoice::Auto, false), "a pipe");
        assert!(!colored(&[("NO_COLOR", "1")], ColorChoice::Auto, true));
        assert!(colored(&[("NO_COLOR", "")], ColorChoice::Auto, true), "an empty one counts as unset");
        assert!(!colored(&[("TERM", "dumb")], ColorChoice::Auto, true));
        assert!(colored(&[("NO_COLOR", "1")], ColorChoice::Always, false), "the flag is the nearer wish");
        assert!(!colored(&[], ColorChoice::Never, true));
    }
}
