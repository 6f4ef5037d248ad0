//! Executes an approved plan with progress on stderr, and reports on stdout.

use std::io;
use std::time::Duration;

use groundwork_engine::approve::Approved;
use groundwork_engine::execute::{self, Settings};
use groundwork_model::plan::Plan;
use groundwork_model::report::Report;
use groundwork_model::{Exit, spec::Spec};
use groundwork_view::{Lines, Live, View, human};

use crate::args::WaitArguments;
use crate::failure::Outcome;
use crate::system::SystemClock;
use crate::terminal::{Stamper, Terminal};
use crate::wiring::RealPorts;

/// Executes the plan and shows what became of it.
pub async fn run(
    approved: Approved,
    ports: &RealPorts,
    spec: &Spec,
    wait: WaitArguments,
    terminal: &Terminal,
) -> Outcome {
    let plan = approved.plan().clone();
    let settings = Settings { stack_timeout: Duration::from_secs(wait.stack_timeout * 60) };
    let report = if terminal.live {
        watched(approved, ports, &settings, Live::stderr(&terminal.err).for_plan(&plan)).await
    } else {
        watched(approved, ports, &settings, Lines::new(io::stderr(), &terminal.err).for_plan(&plan)).await
    };
    let Some(report) = report else { return Ok(Exit::Interrupted) };
    show(&plan, &report, spec, terminal)
}

/// `None` if the user asked twice to stop: then not even the report is waited for.
async fn watched(approved: Approved, ports: &RealPorts, settings: &Settings, mut view: impl View) -> Option<Report> {
    let report = {
        let sink = Stamper::new(&mut view, &SystemClock);
        tokio::select! {
            report = execute::execute(approved, ports, &sink, settings) => Some(report),
            () = ports.stop.reached(2) => None,
        }
    };
    if let Err(error) = view.finish() {
        tracing::debug!(%error, "progress could not be shown to its end");
    }
    report
}

fn show(plan: &Plan, report: &Report, spec: &Spec, terminal: &Terminal) -> Outcome {
    terminal.print(|out, style| human::report(out, plan, report, spec, style))?;
    let problems: Vec<_> = report.problems().cloned().collect();
    if !problems.is_empty() {
        terminal.complain(|out, style| {
            writeln!(out)?;
            human::problems(out, &problems, style)
        })?;
    }
    Ok(execute::exit(report))
}
