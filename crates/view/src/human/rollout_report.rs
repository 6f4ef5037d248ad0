//! What became of a rollout: four lists, the failed targets last, where the end of a log is read; then the sum.

use std::collections::BTreeMap;
use std::io::{self, Write};

use groundwork_model::ids::WaveName;
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepOutcome};
use groundwork_model::rollout::{Lists, NotStarted, RolloutReport, TargetEnd, TargetReport};
use groundwork_model::verification::Link;

use super::names::subject_columns;
use super::verification::in_short;
use crate::line::{Ink, Line, Style, flowing, hanging, listing, write};
use crate::text::{flow, shorten};
use crate::words::{count, duration, not_started};

/// A list has so many lines.
const MOST_LINES: usize = 20;

/// A target has so many of them.
const LINES_OF_ONE: usize = 3;

/// Where the names stand.
const INDENT: usize = 2;

/// Writes what became of a rollout. It follows a plan, and so begins with an empty line.
pub fn rollout_report(out: &mut dyn Write, report: &RolloutReport, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    let lists = report.lists();
    let sections = [
        named("Done", Ink::Green, &lists.done, columns),
        unstarted(&lists.not_started, NotStarted::Interrupted, columns),
        unstarted(&lists.not_started, NotStarted::TooManyFailures, columns),
        unstarted(&lists.not_started, NotStarted::AwaitsApproval, columns),
        with_reasons("Skipped", Ink::Yellow, &lists.skipped, columns),
        with_reasons("Failed", Ink::BoldRed, &lists.failed, columns),
        sum(report, &lists, columns),
    ];
    let sections = sections.into_iter().filter(|section| !section.is_empty());
    let sections: Vec<Vec<Line>> = std::iter::once(Vec::new()).chain(sections).collect();
    write(out, &sections.join(&Line::new()), style.color)
}

/// The names of targets of which there is nothing else to tell.
fn named(title: &str, ink: Ink, targets: &[&TargetReport], columns: usize) -> Vec<Line> {
    if targets.is_empty() {
        return Vec::new();
    }
    let last = targets.len() - 1;
    let name =
        |(at, target): (usize, &&TargetReport)| format!("{}{}", target.target.name, if at < last { "," } else { "" });
    let names: Vec<String> = targets.iter().enumerate().map(name).collect();
    let room = columns - INDENT;
    let lines = flow(names.iter().map(String::as_str), room, room);
    // A name has no blanks in it.
    let shown: usize = lines.iter().take(MOST_LINES).map(|line| line.split(' ').count()).sum();
    let mut section = hanging(Line::new(), ink, title, columns);
    section.extend(lines.iter().take(MOST_LINES).map(|line| Line::indented(INDENT).plain(line)));
    section.extend(more(targets.len() - shown));
    section
}

fn unstarted(targets: &[&TargetReport], wanted: NotStarted, columns: usize) -> Vec<Line> {
    let is_wanted = |target: &&&TargetReport| target.end == TargetEnd::NotStarted { reason: wanted };
    let targets: Vec<&TargetReport> = targets.iter().filter(is_wanted).copied().collect();
    named(&format!("Not started, since {}", not_started(wanted)), Ink::Yellow, &targets, columns)
}

/// Targets with what came in their way first.
fn with_reasons(title: &str, ink: Ink, targets: &[&TargetReport], columns: usize) -> Vec<Line> {
    if targets.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = targets.iter().map(|target| target.target.name.to_string()).collect();
    let width = subject_columns(&names, INDENT, columns);
    let mut section = vec![Line::new().ink(ink, title)];
    for (at, (target, name)) in targets.iter().zip(&names).enumerate() {
        let begin = Line::indented(INDENT).plain(&shorten(name, width)).to(INDENT + width + 2);
        let room = columns.saturating_sub(begin.width());
        let mut lines = hanging(begin, Ink::Plain, &reason(&target.end), columns);
        if lines.len() > LINES_OF_ONE {
            lines.truncate(LINES_OF_ONE - 1);
            let end = Line::indented(INDENT + width + 2);
            lines.push(end.ink(Ink::Dim, if room > 20 { "… (all of it: --json)" } else { "…" }));
        }
        // The title does not count.
        if section.len() - 1 + lines.len() > MOST_LINES {
            section.extend(more(targets.len() - at));
            break;
        }
        section.extend(lines);
    }
    section
}

fn more(number: usize) -> Option<Line> {
    (number > 0).then(|| Line::indented(INDENT).ink(Ink::Dim, &format!("and {number} more")))
}

/// Why a target is not done: the first problem, since others follow from it as a rule.
pub(crate) fn reason(end: &TargetEnd) -> String {
    match end {
        TargetEnd::Failed { report } => failure(report),
        TargetEnd::Skipped { problems } => {
            problems.first().map_or_else(|| "not planned".to_owned(), |problem| with_code(problem, &problem.message))
        }
        TargetEnd::NotStarted { reason } => not_started(*reason).to_owned(),
        TargetEnd::Unchanged | TargetEnd::Done { .. } => String::new(),
    }
}

fn failure(report: &Report) -> String {
    let failed = report.steps.iter().find_map(|step| match &step.outcome {
        StepOutcome::Failed { problem } => Some((step.component, problem)),
        StepOutcome::Changed | StepOutcome::Unchanged | StepOutcome::Skipped { .. } => None,
    });
    let Some((component, problem)) = failed else {
        let first = report.problems().next();
        let told = |problem: &Problem| with_code(problem, &format!("done, but not verified: {}", problem.message));
        return first.map_or_else(|| "failed".to_owned(), told);
    };
    let of_component = format!("{component}: ");
    let message = problem.message.strip_prefix(&of_component).unwrap_or(&problem.message);
    with_code(problem, &format!("{of_component}{message}"))
}

fn with_code(problem: &Problem, message: &str) -> String {
    format!("{}: {message}", problem.code)
}

/// `failed after 2m 3s (GW4003)`, and which of several comes first where they are in the order of their weight.
pub(crate) fn ending(target: &TargetReport) -> (u8, String) {
    let elapsed = duration(target.span.map_or(0, |span| span.elapsed_ms));
    let code = |problem: Option<&Problem>| problem.map(|problem| format!(" ({})", problem.code)).unwrap_or_default();
    match &target.end {
        TargetEnd::Failed { report } => (0, format!("failed after {elapsed}{}", code(report.problems().next()))),
        TargetEnd::NotStarted { .. } => (1, "not started".to_owned()),
        TargetEnd::Skipped { problems } => (2, format!("skipped{}", code(problems.first()))),
        TargetEnd::Done { .. } => (3, format!("done in {elapsed}")),
        TargetEnd::Unchanged => (4, "unchanged".to_owned()),
    }
}

/// How many targets each wave has, and how many of them are done, failed, skipped, not started. The waves are in
/// the order in which targets name them.
pub(crate) fn waves(report: &RolloutReport) -> Vec<(&WaveName, [usize; 5])> {
    let mut places: BTreeMap<&WaveName, usize> = BTreeMap::new();
    let mut waves: Vec<(&WaveName, [usize; 5])> = Vec::new();
    for TargetReport { target, end, .. } in &report.targets {
        let place = *places.entry(&target.wave).or_insert(waves.len());
        if place == waves.len() {
            waves.push((&target.wave, [0; 5]));
        }
        let counts = &mut waves[place].1;
        counts[0] += 1;
        counts[match end {
            TargetEnd::Unchanged | TargetEnd::Done { .. } => 1,
            TargetEnd::Failed { .. } => 2,
            TargetEnd::Skipped { .. } => 3,
            TargetEnd::NotStarted { .. } => 4,
        }] += 1;
    }
    waves
}

/// `the rollout failed in 3 of 52 targets`.
pub(crate) fn verdict(report: &RolloutReport, lists: &Lists<'_>) -> String {
    match (lists.failed.len(), lists.not_started.is_empty()) {
        (0, true) => "the rollout is done".to_owned(),
        (0, false) if awaits_approval(lists) => "the rollout waits for approval".to_owned(),
        (0, false) => "the rollout was stopped".to_owned(),
        (failed, _) => format!("the rollout failed in {failed} of {}", count(report.targets.len(), "target")),
    }
}

/// Whether nothing keeps the rest from being started but an approval.
pub(crate) fn awaits_approval(lists: &Lists<'_>) -> bool {
    let end = TargetEnd::NotStarted { reason: NotStarted::AwaitsApproval };
    !lists.not_started.is_empty() && lists.not_started.iter().all(|target| target.end == end)
}

/// `Rollout: 46 done (12 unchanged), 3 failed, 1 skipped, 2 not started, in 12m 3s.`
fn sum(report: &RolloutReport, lists: &Lists<'_>, columns: usize) -> Vec<Line> {
    let mut parts = totals(report, lists);
    if let Some(last) = parts.last_mut() {
        last.push('.');
    }
    let ink = match (lists.failed.is_empty(), lists.not_started.is_empty()) {
        (true, true) => Ink::Green,
        (true, false) if awaits_approval(lists) => Ink::BoldYellow,
        (true | false, _) => Ink::BoldRed,
    };
    let mut lines = listing(Line::new().ink(ink, "Rollout: "), Ink::Bold, &parts, 2, columns);
    if let Some(found) = verified(report) {
        lines.extend(flowing(Line::new().plain("Verified "), Ink::Plain, &found, 2, columns));
    }
    lines
}

/// What came of verifying what was made: `46 targets: 2 links are broken, 504 links hold`.
pub(crate) fn verified(report: &RolloutReport) -> Option<String> {
    let reports = report.targets.iter().filter_map(|target| match &target.end {
        TargetEnd::Done { report } | TargetEnd::Failed { report } if report.was_verified() => Some(report),
        TargetEnd::Done { .. } | TargetEnd::Failed { .. } => None,
        TargetEnd::Unchanged | TargetEnd::Skipped { .. } | TargetEnd::NotStarted { .. } => None,
    });
    let verified: Vec<&Report> = reports.collect();
    let links: Vec<Link> = verified.iter().flat_map(|report| &report.links).cloned().collect();
    let targets = count(verified.len(), "target");
    (!verified.is_empty()).then(|| format!("{targets}: {} (groundwork verify shows each)", in_short(&links).0))
}

/// `46 done (12 unchanged)`, `3 failed`, `1 skipped`, `2 not started`, `in 12m 3s`.
pub(crate) fn totals(report: &RolloutReport, lists: &Lists<'_>) -> Vec<String> {
    let unchanged = lists.done.iter().filter(|target| target.end == TargetEnd::Unchanged).count();
    let unchanged = if unchanged == 0 { String::new() } else { format!(" ({unchanged} unchanged)") };
    vec![
        format!("{} done{unchanged}", lists.done.len()),
        format!("{} failed", lists.failed.len()),
        format!("{} skipped", lists.skipped.len()),
        format!("{} not started", lists.not_started.len()),
        format!("in {}", duration(report.elapsed_ms)),
    ]
}
