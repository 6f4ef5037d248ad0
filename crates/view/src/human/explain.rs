//! What a code means and what to do about it; and all codes, one line each.

use std::io::{self, Write};

use groundwork_model::code::explanation::Family;
use groundwork_model::{Code, Exit};

use super::problem::is_command;
use crate::line::{Ink, Line, Style, flowing, hanging, write};

/// Where the texts begin.
const INDENT: usize = 2;

/// What stands in front of a step, and how far what belongs to it is indented.
const BULLET: &str = "- ";

/// Writes what a code means and what to do about it.
pub fn explain(out: &mut dyn Write, code: Code, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    let explanation = code.explanation();
    let name = Line::new().ink(Ink::Bold, &code.to_string()).plain(": ");
    let ends = match code.exit() {
        Exit::Done => "0: it is a warning, and stops nothing".to_owned(),
        exit => format!("{}: {}", exit.code(), exit.meaning().replace('`', "")),
    };
    let sections = [
        flowing(name, Ink::Bold, code.title(), INDENT, columns),
        hanging(Line::indented(INDENT), Ink::Plain, explanation.means, columns),
        hanging(Line::new().ink(Ink::Bold, "Exit code").plain("   "), Ink::Plain, &ends, columns),
        remedy(explanation.remedy, columns),
    ];
    write(out, &sections.join(&Line::new()), style.color)
}

/// The steps, one a paragraph. Commands stay whole, to be copied.
fn remedy(steps: &[&str], columns: usize) -> Vec<Line> {
    let mut lines = vec![Line::new().ink(Ink::Bold, "What to do")];
    for step in steps {
        if is_command(step) {
            lines.push(Line::indented(INDENT + BULLET.len() + 2).plain(step.trim_start()));
        } else {
            lines.extend(hanging(Line::indented(INDENT).plain(BULLET), Ink::Plain, step, columns));
        }
    }
    lines
}

/// Writes all codes, one line each, those together that belong together.
pub fn catalogue(out: &mut dyn Write, style: &Style) -> io::Result<()> {
    let sections = Family::ALL.map(|family| members(family, style.columns()));
    let last = hanging(Line::new(), Ink::Plain, "One of them in full: groundwork explain GW1203", style.columns());
    write(out, &[&sections[..], &[last]].concat().join(&Line::new()), style.color)
}

fn members(family: Family, columns: usize) -> Vec<Line> {
    let codes = Code::ALL.iter().filter(|code| code.family() == family);
    let row = |code: &Code| {
        let name = Line::indented(INDENT).ink(Ink::Bold, &code.to_string()).plain("  ");
        hanging(name, Ink::Plain, code.title(), columns)
    };
    std::iter::once(Line::new().ink(Ink::Bold, family.title())).chain(codes.flat_map(row)).collect()
}
