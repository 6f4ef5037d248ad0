//! What there is to tell of a target: its steps, what went wrong, what was built.

use std::io::{self, Write};

use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepOutcome};
use groundwork_model::rollout::{TargetEnd, TargetReport};

use super::escape::{link, text};
use super::table::class;
use super::timeline;
use crate::human;
use crate::human::rollout_report::{ending, reason};
use crate::human::verification::in_short;
use crate::line::{Color, Style};
use crate::words::duration;

/// What begins sooner than this is said to begin at once.
const AT_ONCE_MS: u64 = 500;

/// Columns of problems.
const COLUMNS: usize = 110;

/// Writes a target, folded.
pub(super) fn target(out: &mut dyn Write, at: usize, target: &TargetReport) -> io::Result<()> {
    let (name, words) = (text(target.target.name.as_str()), text(&ending(target).1));
    let end = &target.end;
    writeln!(
        out,
        "<details id=\"target-{at}\">\n<summary>{name} <span class=\"{}\">{words}</span></summary>",
        class(end)
    )?;
    match end {
        TargetEnd::Unchanged => writeln!(out, "<p>There was nothing to do.</p>")?,
        TargetEnd::Done { report } | TargetEnd::Failed { report } => executed(out, report)?,
        TargetEnd::Skipped { problems } => told(out, problems)?,
        TargetEnd::NotStarted { .. } => writeln!(out, "<p>It was not started, since {}.</p>", text(&reason(end)))?,
    }
    writeln!(out, "</details>")
}

fn executed(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    steps(out, report)?;
    if report.was_verified() {
        let (found, holds) = in_short(&report.links);
        let (class, word) = if holds { ("done", "Verified") } else { ("failed", "Not verified") };
        writeln!(out, "<p><span class=\"{class}\">{word}</span>: {}</p>", text(&found))?;
    }
    let problems: Vec<Problem> = report.problems().cloned().collect();
    told(out, &problems)?;
    if let Some(url) = report.run_environment.as_ref().and_then(|saved| saved.dashboard_url.as_deref()) {
        writeln!(out, "<p>Dashboard: {}</p>", link(url))?;
    }
    outputs(out, report)
}

/// The steps, each with its place on the line of the plan's execution.
fn steps(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.steps.is_empty() {
        return Ok(());
    }
    let line = format!("0 to {}", duration(report.elapsed_ms));
    writeln!(
        out,
        "<table>\n<thead><tr><th>component</th><th>step</th><th>outcome</th><th>began</th><th>time</th>\
         <th class=\"line\">{line}</th></tr></thead>\n<tbody>"
    )?;
    for step in &report.steps {
        let (class, words) = outcome(&step.outcome);
        let bar = timeline::of_step(step);
        let [began, time] = match step.span {
            Some(span) if span.started_ms < AT_ONCE_MS => ["at once".to_owned(), duration(span.elapsed_ms)],
            Some(span) => [format!("after {}", duration(span.started_ms)), duration(span.elapsed_ms)],
            None => Default::default(),
        };
        let line = bar.map(|bar| timeline::line(&[bar], report.elapsed_ms)).unwrap_or_default();
        writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"{class}\">{}</td><td>{began}</td><td>{time}</td><td>{line}</td></tr>",
            step.component,
            step.step,
            text(&words)
        )?;
    }
    writeln!(out, "</tbody>\n</table>")
}

/// How a step ended, as the looks know it and in words.
pub(super) fn outcome(outcome: &StepOutcome) -> (&'static str, String) {
    match outcome {
        StepOutcome::Changed => ("done", "done".to_owned()),
        StepOutcome::Unchanged => ("unchanged", "nothing to change".to_owned()),
        StepOutcome::Skipped { because } => ("skipped", format!("not begun, since {because} did not succeed")),
        StepOutcome::Failed { problem } => ("failed", format!("failed ({})", problem.code)),
    }
}

/// Problems as people read them on a terminal.
fn told(out: &mut dyn Write, problems: &[Problem]) -> io::Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let mut written = Vec::new();
    human::problems(&mut written, problems, &Style { width: COLUMNS, color: Color::Never })?;
    let lines: Vec<String> = String::from_utf8_lossy(&written).lines().map(text).collect();
    writeln!(out, "<pre>{}</pre>", lines.join("\n"))
}

fn outputs(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for (stack, outputs) in report.outputs.iter().filter(|(_, outputs)| !outputs.is_empty()) {
        let stack = text(stack.as_str());
        writeln!(out, "<table>\n<thead><tr><th>output of {stack}</th><th>value</th></tr></thead>\n<tbody>")?;
        for (key, value) in outputs {
            let (key, value) = (text(key.as_str()), text(value));
            writeln!(out, "<tr><td>{key}</td><td class=\"value\"><code>{value}</code></td></tr>")?;
        }
        writeln!(out, "</tbody>\n</table>")?;
    }
    Ok(())
}
