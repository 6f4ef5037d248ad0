//! The tables: how many targets of each wave ended in which way, and the targets.

use std::io::{self, Write};

use groundwork_model::rollout::{RolloutReport, TargetEnd, TargetReport};

use super::escape::text;
use crate::human::rollout_report::{ending, waves as counted};
use crate::words::duration;

/// The places of the targets in the order in which they are shown: those that failed first.
pub(super) fn order(report: &RolloutReport) -> Vec<usize> {
    let mut order: Vec<usize> = (0..report.targets.len()).collect();
    order.sort_by_key(|at| ending(&report.targets[*at].end).0);
    order
}

/// How many targets of each wave ended in which way.
pub(super) fn waves(out: &mut dyn Write, report: &RolloutReport) -> io::Result<()> {
    head(out, "Waves", &["wave", "targets", "done", "failed", "skipped", "not started"])?;
    for (wave, counts) in counted(report) {
        let cells: String = counts.iter().map(|number| format!("<td>{number}</td>")).collect();
        writeln!(out, "<tr><td>{}</td>{cells}</tr>", text(wave.as_str()))?;
    }
    foot(out)
}

/// The targets, each with a link to what there is to tell of it.
pub(super) fn targets(out: &mut dyn Write, report: &RolloutReport, order: &[usize]) -> io::Result<()> {
    head(out, "Targets", &["target", "account", "Region", "wave", "result", "time"])?;
    let longest = report.targets.iter().filter_map(|target| elapsed(&target.end)).max().unwrap_or(0);
    order.iter().try_for_each(|at| row(out, *at, &report.targets[*at], longest))?;
    foot(out)
}

fn row(out: &mut dyn Write, at: usize, TargetReport { target, end }: &TargetReport, longest: u64) -> io::Result<()> {
    let (rank, words) = ending(end);
    let [name, account, region, wave] =
        [target.name.as_str(), target.account.as_str(), target.region.as_str(), target.wave.as_str()].map(text);
    writeln!(
        out,
        "<tr><td><a href=\"#target-{at}\">{name}</a></td><td>{account}</td><td>{region}</td><td>{wave}</td>\
         <td class=\"{}\" data-key=\"{rank}\">{}</td>{}</tr>",
        class(end),
        text(&words),
        time(end, longest),
    )
}

/// A time with a bar that is as long in comparison with the others as the time is.
fn time(end: &TargetEnd, longest: u64) -> String {
    let Some(elapsed) = elapsed(end) else { return "<td data-key=\"0\"></td>".to_owned() };
    let share = elapsed.saturating_mul(100).checked_div(longest).unwrap_or(0);
    let words = duration(elapsed);
    format!("<td data-key=\"{elapsed}\">{words}<span class=\"bar\" style=\"width:{share}%\"></span></td>")
}

fn elapsed(end: &TargetEnd) -> Option<u64> {
    match end {
        TargetEnd::Done { report } | TargetEnd::Failed { report } => Some(report.elapsed_ms),
        TargetEnd::Unchanged | TargetEnd::Skipped { .. } | TargetEnd::NotStarted { .. } => None,
    }
}

/// The end as the looks know it.
pub(super) fn class(end: &TargetEnd) -> &'static str {
    match end {
        TargetEnd::Unchanged => "unchanged",
        TargetEnd::Done { .. } => "done",
        TargetEnd::Failed { .. } => "failed",
        TargetEnd::Skipped { .. } => "skipped",
        TargetEnd::NotStarted { .. } => "not-started",
    }
}

fn head(out: &mut dyn Write, title: &str, columns: &[&str]) -> io::Result<()> {
    let columns: String = columns.iter().map(|name| format!("<th><button>{name}</button></th>")).collect();
    writeln!(out, "<h2>{title}</h2>\n<table>\n<thead><tr>{columns}</tr></thead>\n<tbody>")
}

fn foot(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "</tbody>\n</table>")
}
