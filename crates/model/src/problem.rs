//! What is wrong, where, and what helps: the one shape of every error and warning.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Code;

/// An error or a warning, as the user meets it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Problem {
    /// The stable code.
    pub code: Code,
    /// What is wrong: one sentence without a full stop, starting in lower case.
    pub message: String,
    /// The causes, outermost first; each says something that the line above it does not.
    pub causes: Vec<String>,
    /// The key of the spec that it is about, dotted: `network.nat[1]`.
    pub key: Option<String>,
    /// Where that key got its value.
    pub place: Option<Place>,
    /// What the user can do, one a line.
    pub help: Vec<String>,
}

impl Problem {
    /// A problem with nothing but its code and message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), causes: Vec::new(), key: None, place: None, help: Vec::new() }
    }

    /// Names the key of the spec that it is about.
    #[must_use]
    pub fn at(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds a cause below those that are there.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Problem {}

/// Where a value of the spec came from.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "layer")]
pub enum Place {
    /// A spec file.
    File {
        /// The path as the user gave it.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// The bytes of the value within `text`.
        #[serde(skip)]
        span: Range<usize>,
        /// The whole file, to quote from.
        #[serde(skip)]
        text: Arc<str>,
    },
    /// An environment variable, by its name.
    Variable {
        /// The variable's name.
        name: String,
    },
    /// A `--set` argument.
    Argument {
        /// The argument's text, `key=value`.
        text: String,
    },
    /// Nobody set it.
    Default,
}
