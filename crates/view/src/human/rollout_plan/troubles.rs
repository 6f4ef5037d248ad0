//! Why targets have no plan, and what is worth knowing of those that have one.

use groundwork_model::problem::Problem;
use groundwork_model::rollout::RolloutPlan;

use super::ELSEWHERE;
use crate::alike::{self, Trouble};
use crate::human::groups::names;
use crate::human::problem::uncounted;
use crate::human::warnings as written_warnings;
use crate::line::{Ink, Line, Style, flowing};
use crate::words::count;

/// So many lines are for all targets without a plan.
const LINES: usize = 28;

/// So many are for errors in targets that were read: each has several, with what helps.
const LINES_OF_ERRORS: usize = 40;

/// So many are for warnings.
const LINES_OF_WARNINGS: usize = 12;

/// So many are for what is worth knowing of all.
const LINES_OF_NOTICES: usize = 16;

/// So many are for one group.
const LINES_OF_ONE: usize = 9;

/// Why targets have no plan: those that are blocked, and those that cannot be reached.
pub(in crate::human) fn without_a_plan(
    blocked: &[Trouble<'_>],
    unreachable: &[Trouble<'_>],
    style: &Style,
) -> Vec<String> {
    let kinds = [("Blocked", blocked), ("Unreachable", unreachable)];
    let heading = |word: &str, trouble: &Trouble<'_>| format!("{word}: {}", names(&trouble.targets, style.columns()));
    told(kinds, heading, (LINES, LINES_OF_ONE), "without a plan", style)
}

/// What is wrong with targets that were read, and why others could not be.
pub(in crate::human) fn with_errors(
    wrong: (&str, &[Trouble<'_>]),
    unreachable: &[Trouble<'_>],
    style: &Style,
) -> Vec<String> {
    let heading = |word: &str, trouble: &Trouble<'_>| {
        // What helps is a command as a rule, which names what is wrong in one of them.
        let ids = if trouble.targets.len() > 1 { " (ids of the first)" } else { "" };
        format!("{word}: {}{ids}", names(&trouble.targets, style.columns()))
    };
    let lines = (LINES_OF_ERRORS, LINES_OF_ERRORS / 2);
    told([wrong, ("Unreachable", unreachable)], heading, lines, "with errors", style)
}

/// Groups of targets by the kind of their trouble, with so many lines for all and for one.
fn told(
    kinds: [(&str, &[Trouble<'_>]); 2],
    heading: impl Fn(&str, &Trouble<'_>) -> String,
    (lines, lines_of_one): (usize, usize),
    what: &str,
    style: &Style,
) -> Vec<String> {
    let troubles = kinds.into_iter().flat_map(|(word, troubles)| troubles.iter().map(move |trouble| (word, trouble)));
    let written = |(word, trouble): (&str, &Trouble<'_>)| {
        let told = of_one(&heading(word, trouble), trouble.problems, Severity::Error, style);
        (cut(told, lines_of_one), trouble.targets.len())
    };
    within(lines, troubles.map(written), what)
}

/// What is worth knowing and stops nothing.
pub(super) fn warnings(plan: &RolloutPlan, style: &Style) -> Vec<String> {
    let warnings = alike::warnings(plan);
    let written = |trouble: &Trouble<'_>| {
        let heading = format!("In {}:", names(&trouble.targets, style.columns()));
        let told = of_one(&heading, trouble.problems, Severity::Warning, style);
        (cut(told, LINES_OF_ONE), trouble.targets.len())
    };
    within(LINES_OF_WARNINGS, warnings.iter().map(written), "with a warning")
}

/// What is worth knowing beside the plans.
pub(in crate::human) fn notices(notices: &[Problem], style: &Style) -> Vec<String> {
    cut(lines_of(notices, Severity::Warning, style), LINES_OF_NOTICES)
}

#[derive(Clone, Copy)]
enum Severity {
    Error,
    Warning,
}

/// The targets and their problems.
fn of_one(heading: &str, reasons: &[Problem], severity: Severity, style: &Style) -> Vec<String> {
    let heading = flowing(Line::new(), Ink::Bold, heading, 2, style.columns());
    let mut lines: Vec<String> = heading.iter().map(|line| line.render(style.color)).collect();
    lines.extend(lines_of(reasons, severity, style));
    lines
}

/// The first lines, and how many there are beyond.
fn cut(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        let more = lines.len() - (most - 1);
        lines.truncate(most - 1);
        lines.push(format!("  and {more} more lines"));
    }
    lines
}

fn lines_of(reasons: &[Problem], severity: Severity, style: &Style) -> Vec<String> {
    let mut text = Vec::new();
    // A `Vec` takes whatever is written.
    let _ = match severity {
        Severity::Error => uncounted(&mut text, reasons, style),
        Severity::Warning => written_warnings(&mut text, reasons, style),
    };
    String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
}

/// As many groups as fit, an empty line between them, and how many there are beyond.
fn within(most: usize, groups: impl Iterator<Item = (Vec<String>, usize)>, what: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut groups = groups.peekable();
    while let Some((more, _)) = groups.next_if(|(more, _)| lines.is_empty() || lines.len() + 1 + more.len() <= most) {
        lines.extend((!lines.is_empty()).then(String::new));
        lines.extend(more);
    }
    let rest: Vec<usize> = groups.map(|(_, targets)| targets).collect();
    if !rest.is_empty() {
        let (groups, targets) = (count(rest.len(), "more group"), count(rest.iter().sum(), "target"));
        lines.push(String::new());
        lines.push(format!("and {groups} of {targets} {what}: {ELSEWHERE}"));
    }
    lines
}
