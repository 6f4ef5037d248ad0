//! Executes an approved plan with progress on stderr, and reports on stdout.

use std::io;
use std::time::Duration;

use groundwork_engine::approve::Approved;
use groundwork_engine::execute::{self, Settings};
use groundwork_engine::ports::Saas;
use groundwork_engine::verify;
use groundwork_model::event::Stamped;
use groundwork_model::plan::Plan;
use groundwork_model::report::Report;
use groundwork_model::stream::Body;
use groundwork_model::{Exit, spec::Spec};
use groundwork_view::{Lines, Live, View};

use crate::args::WaitArguments;
use crate::failure::Outcome;
use crate::output::Output;
use crate::system::SystemClock;
use crate::terminal::Stamper;
use crate::wiring::RealPortsWith;

/// What comes after the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// What was made is verified, if all of it was.
    Verification,
    /// Nothing: what was made, or removed, is nothing that tasks run in yet.
    Nothing,
}

/// Executes the plan, verifies what it made, and shows what became of it.
pub async fn run<S: Saas>(
    approved: Approved,
    ports: &RealPortsWith<S>,
    (spec, after): (&Spec, After),
    settings: Settings,
    output: &Output<'_>,
) -> Outcome {
    let plan = approved.plan().clone();
    let mut progress = Progress { people: people(&plan, output), output };
    let report = watched(approved, ports, (spec, after), &settings, &mut progress).await;
    let Some(report) = report else { return Ok(Exit::Interrupted) };
    output.report(&plan, &report, spec)?;
    Ok(execute::exit(&report))
}

/// Waits for each stack as long as the caller says.
impl From<WaitArguments> for Settings {
    fn from(wait: WaitArguments) -> Self {
        Self { stack_timeout: Duration::from_secs(wait.stack_timeout * 60), detach: false }
    }
}

/// Executes a plan that only follows what is under way, and hands back what became of that: the caller tells what it
/// means. `None` if the user asked twice to stop.
pub async fn followed<S: Saas>(
    approved: Approved,
    ports: &RealPortsWith<S>,
    spec: &Spec,
    settings: &Settings,
    output: &Output<'_>,
) -> Option<Report> {
    let mut progress = Progress { people: people(approved.plan(), output), output };
    watched(approved, ports, (spec, After::Nothing), settings, &mut progress).await
}

/// The view for people: none where stdout is a machine's, which sees the same events.
fn people(plan: &Plan, output: &Output<'_>) -> Option<Box<dyn View>> {
    let terminal = output.terminal();
    if output.is_for_machines() {
        None
    } else if terminal.live {
        Some(Box::new(Live::stderr(&terminal.err).for_plan(plan)))
    } else {
        Some(Box::new(Lines::new(io::stderr(), &terminal.err).for_plan(plan)))
    }
}

/// Shows every event to people and to machines.
struct Progress<'a, 'o> {
    people: Option<Box<dyn View>>,
    output: &'a Output<'o>,
}

impl View for Progress<'_, '_> {
    fn event(&mut self, event: &Stamped) -> io::Result<()> {
        self.output.record(|| Body::Event(event.event.clone()));
        self.people.as_mut().map_or(Ok(()), |people| people.event(event))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.people.as_mut().map_or(Ok(()), |people| people.finish())
    }
}

/// `None` if the user asked twice to stop: then not even the report is waited for.
async fn watched<S: Saas>(
    approved: Approved,
    ports: &RealPortsWith<S>,
    (spec, after): (&Spec, After),
    settings: &Settings,
    view: &mut impl View,
) -> Option<Report> {
    let report = {
        let sink = Stamper::new(view, &SystemClock);
        let work = async {
            let mut report = execute::execute(approved, ports, &sink, settings).await;
            if after == After::Verification {
                verify::verify_done(ports, spec, &mut report).await;
            }
            report
        };
        tokio::select! {
            report = work => Some(report),
            () = ports.stop.reached(2) => None,
        }
    };
    if let Err(error) = view.finish() {
        tracing::debug!(%error, "progress could not be shown to its end");
    }
    report
}
