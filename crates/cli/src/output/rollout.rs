//! What a run over several targets tells.

use std::path::Path;

use groundwork_model::TargetName;
use groundwork_model::found::{Found, FoundIn};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, PlannedTarget, RolloutPlan, RolloutReport};
use groundwork_model::stream::{Body, Severity};
use groundwork_view::human;

use super::document::TargetDocument;
use super::logs::Logs;
use super::{Output, text};
use crate::failure::Failure;

/// What was told of a rollout, for the documents that are written at the end.
#[derive(Default)]
pub(super) struct ToldRollout {
    /// Kept only if a document is made from it: a plan of many targets is large.
    pub plan: Option<RolloutPlan>,
    pub report: Option<RolloutReport>,
    /// The summary of what was found in each target, if it is wanted.
    pub found: Option<String>,
}

impl Output<'_> {
    /// Adds a line about a target to the streams.
    pub fn record_of(&self, target: &TargetName, body: impl FnOnce() -> Body) {
        self.streams.borrow_mut().write(Some(target), body);
    }

    /// Keeps a log of each target in a folder from now on, if one is named. One that cannot be made is told before
    /// anything is done.
    pub fn log_into(&self, folder: Option<&Path>) -> Result<(), Problem> {
        *self.logs.borrow_mut() = folder.map(Logs::create).transpose()?;
        Ok(())
    }

    /// Adds something to the logs, where they are kept.
    pub fn log(&self, add: impl FnOnce(&mut Logs)) {
        if let Some(logs) = self.logs.borrow_mut().as_mut() {
            add(logs);
        }
    }

    /// Shows the plans of a rollout.
    pub fn rollout_plan(&self, plan: &RolloutPlan) -> Result<(), Failure> {
        self.say(|out, style| human::rollout_plan(out, plan, style))?;
        for target in &plan.targets {
            self.record_planned(target);
        }
        self.diagnose(Severity::Warning, &plan.notices)?;
        if self.markdown.is_some() {
            self.told.borrow_mut().rollout.plan = Some(plan.clone());
        }
        Ok(())
    }

    fn record_planned(&self, PlannedTarget { target, planned, basis: _ }: &PlannedTarget) {
        let diagnose = |severity, problems: &[Problem]| self.diagnose_of(&target.name, severity, problems);
        match planned {
            Planned::Plan(plan) => {
                let summary = || Box::new(plan.summary());
                self.record_of(&target.name, || Body::Plan { summary: summary(), plan: plan.clone() });
                diagnose(Severity::Warning, &plan.warnings);
            }
            Planned::Blocked(problems) | Planned::Unreachable(problems) => diagnose(Severity::Error, problems),
        }
    }

    fn diagnose_of(&self, target: &TargetName, severity: Severity, problems: &[Problem]) {
        for problem in problems {
            self.record_of(target, || Body::Diagnostic { severity, problem: Box::new(problem.clone()) });
        }
    }

    /// Shows what was found in each target.
    pub fn found<D: TargetDocument>(&self, found: &Found<D>) -> Result<(), Failure> {
        self.say(|out, style| D::human(out, found, style))?;
        self.diagnose(Severity::Warning, &found.notices)?;
        for FoundIn { target, document, problems } in &found.targets {
            if let Some(document) = document {
                self.record_of(&target.name, || document.body());
            }
            self.diagnose_of(&target.name, Severity::Error, problems);
        }
        if self.markdown.is_some() {
            self.told.borrow_mut().rollout.found = Some(text(|out| D::markdown(out, found)));
        }
        Ok(())
    }

    /// Shows what became of a rollout.
    pub fn rollout_report(&self, report: &RolloutReport) -> Result<(), Failure> {
        self.log(|logs| logs.report(report));
        self.say(|out, style| human::rollout_report(out, report, style))?;
        self.told.borrow_mut().rollout.report = Some(report.clone());
        Ok(())
    }
}
