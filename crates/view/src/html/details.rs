//! What there is to tell of a target: its steps, what went wrong, what was built.

use std::io::{self, Write};

use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepOutcome, StepReport};
use groundwork_model::rollout::{TargetEnd, TargetReport};

use super::escape::{link, text};
use super::table::class;
use crate::human;
use crate::human::rollout_report::{ending, reason};
use crate::line::{Color, Style};

/// Columns of problems.
const COLUMNS: usize = 110;

/// Writes a target, folded.
pub(super) fn target(out: &mut dyn Write, at: usize, TargetReport { target, end }: &TargetReport) -> io::Result<()> {
    let (name, words) = (text(target.name.as_str()), text(&ending(end).1));
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
    steps(out, &report.steps)?;
    let problems: Vec<Problem> = report.problems().cloned().collect();
    told(out, &problems)?;
    if let Some(url) = report.run_environment.as_ref().and_then(|saved| saved.dashboard_url.as_deref()) {
        writeln!(out, "<p>Dashboard: {}</p>", link(url))?;
    }
    outputs(out, report)
}

fn steps(out: &mut dyn Write, steps: &[StepReport]) -> io::Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "<table>\n<thead><tr><th>component</th><th>step</th><th>outcome</th></tr></thead>\n<tbody>")?;
    for StepReport { step, component, outcome } in steps {
        let (class, words) = match outcome {
            StepOutcome::Changed => ("done", "done".to_owned()),
            StepOutcome::Unchanged => ("unchanged", "nothing to change".to_owned()),
            StepOutcome::Skipped { because } => ("skipped", format!("not begun, since {because} did not succeed")),
            StepOutcome::Failed { problem } => ("failed", format!("failed ({})", problem.code)),
        };
        writeln!(out, "<tr><td>{component}</td><td>{step}</td><td class=\"{class}\">{}</td></tr>", text(&words))?;
    }
    writeln!(out, "</tbody>\n</table>")
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
