//! The tables: how many targets of each wave ended in which way, and the targets.

use std::io::{self, Write};

use groundwork_model::report::Span;
use groundwork_model::rollout::{RolloutReport, TargetEnd, TargetReport};

use super::escape::text;
use super::timeline;
use crate::human::rollout_report::{ending, waves as counted};
use crate::words::duration;

/// The places of the targets in the order in which they are shown: those that failed first.
pub(super) fn order(report: &RolloutReport) -> Vec<usize> {
    let mut order: Vec<usize> = (0..report.targets.len()).collect();
    order.sort_by_key(|at| ending(&report.targets[*at]).0);
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

/// The targets, each with a link to what there is to tell of it, and with its steps on the line of the rollout.
pub(super) fn targets(out: &mut dyn Write, report: &RolloutReport, order: &[usize]) -> io::Result<()> {
    let line = format!("timeline: 0 to {}", duration(report.elapsed_ms));
    head(out, "Targets", &["target", "account", "Region", "wave", "result", "time", &line])?;
    order.iter().try_for_each(|at| row(out, *at, &report.targets[*at], report.elapsed_ms))?;
    foot(out)
}

fn row(out: &mut dyn Write, at: usize, report: &TargetReport, whole_ms: u64) -> io::Result<()> {
    let TargetReport { target, span, end } = report;
    let (rank, words) = ending(report);
    let [name, account, region, wave] =
        [target.name.as_str(), target.account.as_str(), target.region.as_str(), target.wave.as_str()].map(text);
    writeln!(
        out,
        "<tr><td><a href=\"#target-{at}\">{name}</a></td><td>{account}</td><td>{region}</td><td>{wave}</td>\
         <td class=\"{}\" data-key=\"{rank}\">{}</td>{}</tr>",
        class(end),
        text(&words),
        match span {
            Some(span) => timed(*span, &timeline::line(&timeline::of_target(report), whole_ms)),
            None => "<td data-key=\"\"></td><td data-key=\"\"></td>".to_owned(),
        },
    )
}

/// How long it took and when that was; what began first is sorted first.
fn timed(Span { started_ms, elapsed_ms }: Span, line: &str) -> String {
    let time = duration(elapsed_ms);
    format!("<td data-key=\"{elapsed_ms}\">{time}</td><td class=\"line\" data-key=\"{started_ms}\">{line}</td>")
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
