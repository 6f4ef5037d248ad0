//! What was found in many targets, on one screen: groups of those that are alike, what is wrong, and the sum.

use std::io::{self, Write};

use groundwork_model::found::Found;

use super::groups::{Kind, glance};
use super::rollout_plan::troubles;
use crate::line::{Ink, Line, Style};
use crate::words::count;

/// What is to be told of what was found.
pub(super) struct Screen {
    pub groups: Vec<Kind>,
    /// Why something is wrong or could not be read.
    pub errors: Vec<String>,
    pub sum: Vec<Line>,
}

impl Screen {
    /// Writes how many targets there are, and all of it.
    pub fn write<D>(self, out: &mut dyn Write, found: &Found<D>, style: &Style) -> io::Result<()> {
        let heading = Line::new().ink(Ink::Bold, &count(found.targets.len(), "target"));
        let rendered = |lines: &[Line]| lines.iter().map(|line| line.render(style.color)).collect::<Vec<_>>();
        let sections = [
            rendered(&[heading]),
            rendered(&glance(self.groups, style.columns())),
            self.errors,
            troubles::notices(&found.notices, style),
            rendered(&self.sum),
        ];
        let sections: Vec<Vec<String>> = sections.into_iter().filter(|section| !section.is_empty()).collect();
        sections.join(&String::new()).iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}
