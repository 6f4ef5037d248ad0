//! What a run tells: people on the terminal, machines as a stream, and pipelines in files, all at once.

mod document;
pub mod file;
mod logs;
mod rollout;
mod streams;

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;

use groundwork_model::Exit;
use groundwork_model::diagnosis::Diagnosis;
use groundwork_model::drift::Drift;
use groundwork_model::plan::Plan;
use groundwork_model::preflight::Preflight;
use groundwork_model::problem::Problem;
use groundwork_model::report::Report;
use groundwork_model::spec::Spec;
use groundwork_model::status::Status;
use groundwork_model::stream::{Body, Outputs, RunResult, STREAM_FORMAT, Severity};
use groundwork_model::verification::Verification;
use groundwork_view::{Style, github, html, human, markdown};

use crate::args::OutputArguments;
use crate::commands::exports;
use crate::failure::{Failure, Outcome};
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use file::PendingFile;
use logs::Logs;
use rollout::ToldRollout;
use streams::Streams;

/// The outputs of one run.
pub struct Output<'a> {
    terminal: &'a Terminal,
    in_github_actions: bool,
    /// Whether stdout belongs to a machine: also after it has closed its end.
    for_machines: bool,
    streams: RefCell<Streams>,
    markdown: Option<PendingFile>,
    outputs: Option<PendingFile>,
    page: Option<PendingFile>,
    logs: RefCell<Option<Logs>>,
    told: RefCell<Told>,
}

/// The files that only some verbs write.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras<'a> {
    /// What later stages of a pipeline need.
    pub outputs_into: Option<&'a Path>,
    /// A rollout's report for a browser.
    pub html_into: Option<&'a Path>,
}

/// What was told, for the documents that are written at the end.
#[derive(Default)]
struct Told {
    plan: Option<Plan>,
    status: Option<Status>,
    diagnosis: Option<Diagnosis>,
    verification: Option<Verification>,
    preflight: Option<Preflight>,
    drift: Option<Drift>,
    execution: Option<(Report, Spec)>,
    problems: Vec<Problem>,
    outputs: Option<Outputs>,
    rollout: ToldRollout,
}

impl<'a> Output<'a> {
    /// Outputs of a verb that only talks to the terminal.
    pub fn bare(surroundings: &Surroundings, terminal: &'a Terminal) -> Self {
        Self {
            terminal,
            in_github_actions: surroundings.variable("GITHUB_ACTIONS") == Some("true"),
            for_machines: false,
            streams: RefCell::default(),
            markdown: None,
            outputs: None,
            page: None,
            logs: RefCell::default(),
            told: RefCell::default(),
        }
    }

    /// Opens everything that is asked for: what cannot be written is told before anything is done.
    pub fn open(
        command: &str,
        arguments: &OutputArguments,
        extras: Extras<'_>,
        surroundings: &Surroundings,
        terminal: &'a Terminal,
    ) -> Result<Self, Problem> {
        let create = |path: Option<&Path>| path.map(PendingFile::create).transpose();
        let output = Self {
            for_machines: arguments.json,
            streams: RefCell::new(Streams::open(arguments)?),
            markdown: create(arguments.markdown_into.as_deref())?,
            outputs: create(extras.outputs_into)?,
            page: create(extras.html_into)?,
            ..Self::bare(surroundings, terminal)
        };
        output.record(|| Body::Version {
            format_version: STREAM_FORMAT.to_owned(),
            groundwork_version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.to_owned(),
        });
        Ok(output)
    }

    /// Where people read.
    pub fn terminal(&self) -> &'a Terminal {
        self.terminal
    }

    /// Whether stdout belongs to a machine.
    pub fn is_for_machines(&self) -> bool {
        self.for_machines
    }

    /// Adds a line to the streams.
    pub fn record(&self, body: impl FnOnce() -> Body) {
        self.streams.borrow_mut().write(None, body);
    }

    /// Says something to people only.
    pub fn say(&self, render: impl FnOnce(&mut dyn Write, &Style) -> std::io::Result<()>) -> Result<(), Failure> {
        if self.is_for_machines() { Ok(()) } else { self.terminal.print(render) }
    }

    /// Shows a plan.
    pub fn plan(&self, plan: &Plan) -> Result<(), Failure> {
        self.say(|out, style| human::plan(out, plan, style))?;
        self.record(|| Body::Plan { summary: Box::new(plan.summary()), plan: Box::new(plan.clone()) });
        self.diagnose(Severity::Warning, &plan.warnings)?;
        self.told.borrow_mut().plan = Some(plan.clone());
        Ok(())
    }

    /// Shows what exists.
    pub fn status(&self, status: &Status) -> Result<(), Failure> {
        self.say(|out, style| human::status(out, status, style))?;
        self.record(|| Body::Status { status: Box::new(status.clone()) });
        self.told.borrow_mut().status = Some(status.clone());
        Ok(())
    }

    /// Shows what went wrong.
    pub fn diagnosis(&self, diagnosis: &Diagnosis) -> Result<(), Failure> {
        self.say(|out, style| human::diagnosis(out, diagnosis, style))?;
        self.record(|| Body::Diagnosis { diagnosis: Box::new(diagnosis.clone()) });
        self.told.borrow_mut().diagnosis = Some(diagnosis.clone());
        Ok(())
    }

    /// Shows what was verified.
    pub fn verification(&self, verification: &Verification) -> Result<(), Failure> {
        self.say(|out, style| human::verification(out, verification, style))?;
        self.record(|| Body::Verification { verification: Box::new(verification.clone()) });
        self.told.borrow_mut().verification = Some(verification.clone());
        Ok(())
    }

    /// Shows what differs from what is declared.
    pub fn drift(&self, drift: &Drift) -> Result<(), Failure> {
        self.say(|out, style| human::drift(out, drift, style))?;
        self.record(|| Body::Drift { drift: Box::new(drift.clone()) });
        self.diagnose(Severity::Warning, &drift.warnings)?;
        self.told.borrow_mut().drift = Some(drift.clone());
        Ok(())
    }

    /// Shows what was checked beforehand: below the plan, if it was shown.
    pub fn preflight(&self, preflight: &Preflight) -> Result<(), Failure> {
        let has_plan = self.told.borrow().plan.is_some();
        let show = if has_plan { human::preflight_of_plan } else { human::preflight };
        self.say(|out, style| show(out, preflight, style))?;
        self.record(|| Body::Preflight { preflight: Box::new(preflight.clone()) });
        self.diagnose(Severity::Warning, &preflight.warnings())?;
        self.told.borrow_mut().preflight = Some(preflight.clone());
        Ok(())
    }

    /// Shows what became of a plan.
    pub fn report(&self, plan: &Plan, report: &Report, spec: &Spec) -> Result<(), Failure> {
        self.say(|out, style| human::report(out, plan, report, spec, style))?;
        let problems: Vec<Problem> = report.problems().cloned().collect();
        if !problems.is_empty() {
            self.terminal.complain(|out, _| writeln!(out))?;
            self.complain(&problems)?;
        }
        let mut told = self.told.borrow_mut();
        told.outputs = told.outputs.take().map(|outputs| exports::updated(outputs, report));
        told.execution = Some((report.clone(), spec.clone()));
        Ok(())
    }

    /// Keeps what later stages of a pipeline need.
    pub fn outputs(&self, outputs: Outputs) {
        self.told.borrow_mut().outputs = Some(outputs);
    }

    /// Shows errors to people and machines.
    fn complain(&self, problems: &[Problem]) -> Result<(), Failure> {
        self.terminal.complain(|out, style| human::problems(out, problems, style))?;
        self.diagnose(Severity::Error, problems)
    }

    fn diagnose(&self, severity: Severity, problems: &[Problem]) -> Result<(), Failure> {
        for problem in problems {
            self.record(|| Body::Diagnostic { severity, problem: Box::new(problem.clone()) });
        }
        if self.in_github_actions {
            self.terminal.complain(|out, _| github::annotations(out, severity, problems))?;
        }
        Ok(())
    }

    /// Tells how the run ended, and puts the files in their places.
    pub fn close(self, outcome: Outcome) -> Exit {
        let mut exit = match &outcome {
            Ok(exit) => *exit,
            Err(failure) => failure.exit(),
        };
        if let Err(failure) = outcome {
            // There is nowhere left to complain if stderr is gone; the exit code still tells.
            drop(self.complain(&failure.problems));
            self.told.borrow_mut().problems = failure.problems;
        }
        self.record(|| {
            let told = self.told.borrow();
            let report = told.execution.as_ref().map(|(report, _)| report.clone());
            Body::Result(Box::new(RunResult {
                exit,
                exit_code: exit.code(),
                report,
                rollout: told.rollout.report.clone(),
            }))
        });
        let Self { terminal, streams, markdown, outputs, page, logs, told, .. } = self;
        let told = told.into_inner();
        let results = [
            streams.into_inner().publish(),
            logs.into_inner().map_or(Ok(()), Logs::publish),
            markdown.map_or(Ok(()), |file| file.publish_with(told.markdown(exit).as_bytes())),
            page.zip(told.rollout.report.as_ref()).map_or(Ok(()), |(file, report)| {
                file.publish_with(text(|out| html::rollout_report(out, report)).as_bytes())
            }),
            outputs.zip(told.outputs.as_ref()).filter(|_| exit.is_success()).map_or(Ok(()), |(file, outputs)| {
                file.publish_with((serde_json::to_string_pretty(outputs).unwrap_or_default() + "\n").as_bytes())
            }),
        ];
        for problem in results.into_iter().filter_map(Result::err) {
            drop(terminal.complain(|out, style| human::problems(out, std::slice::from_ref(&problem), style)));
            if exit.is_success() {
                exit = problem.code.exit();
            }
        }
        exit
    }
}

impl Told {
    fn markdown(&self, exit: Exit) -> String {
        match (&self.rollout.report, &self.rollout.plan, &self.rollout.found) {
            (Some(report), ..) => return text(|out| markdown::rollout_report(out, report)),
            (None, Some(plan), _) => return text(|out| markdown::rollout_plan(out, plan, &self.problems)),
            (None, None, Some(found)) => return found.clone(),
            (None, None, None) => {}
        }
        if let Some(diagnosis) = &self.diagnosis {
            return text(|out| markdown::diagnosis(out, diagnosis));
        }
        if let (None, Some(verification)) = (&self.plan, &self.verification) {
            return text(|out| markdown::verification(out, verification, exit));
        }
        if let Some(drift) = &self.drift {
            return text(|out| markdown::drift(out, drift, exit));
        }
        if let (None, Some(preflight)) = (&self.plan, &self.preflight) {
            return text(|out| markdown::preflight(out, preflight, exit));
        }
        text(|out| match (&self.plan, &self.execution, &self.status) {
            (Some(plan), Some((report, spec)), _) => markdown::report(out, plan, report, exit, spec),
            (Some(plan), None, _) => markdown::plan(out, plan, self.preflight.as_ref(), &self.problems),
            (None, _, Some(status)) => markdown::status(out, status),
            (None, _, None) => markdown::problems(out, &self.problems, exit),
        })
    }
}

/// What is written, as a text.
fn text(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> String {
    let mut text = Vec::new();
    // Writing to memory does not fail.
    write(&mut text).map(|()| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
}
