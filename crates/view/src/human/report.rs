//! What became of a plan: what was done and what was not; where to go from there.
//!
//! The problems of a failed run are written by [`super::problems`], since they belong to another stream.

use std::io::{self, Write};

use groundwork_model::Exit;
use groundwork_model::plan::{Action, Plan, Purpose, Reason};
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepOutcome, StepReport, UnderWay};
use groundwork_model::spec::Spec;
use groundwork_model::stack_set::StackSetKind;
use groundwork_model::step::{DeployKind, Op, Step, StepId};

use super::names::{component_columns, subject_columns};
use super::verification::totals as totals_of;
use crate::line::{Ink, Line, Style, hanging, listing, write};
use crate::text::shorten;
use crate::words::{all_of, count, duration};

/// Where the values of the last lines begin.
const VALUES: usize = 11;

/// Writes a report. It follows a plan, and so begins with an empty line.
pub fn report(out: &mut dyn Write, plan: &Plan, report: &Report, spec: &Spec, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    let is_done = report.problems().next().is_none();
    let mut sections = vec![Vec::new()];
    if !is_carried_out(report) {
        sections.push(steps(plan, report, columns));
    }
    let mut last = sum(plan, report, is_done, columns);
    last.extend(links(plan, report, spec, is_done, columns));
    sections.push(last);
    write(out, &sections.join(&Line::new()), style.color)
}

/// Whether no step failed: what was found wrong afterwards is another matter.
pub(crate) fn is_carried_out(report: &Report) -> bool {
    let mut outcomes = report.steps.iter().map(|step| &step.outcome);
    outcomes.all(|outcome| matches!(outcome, StepOutcome::Changed | StepOutcome::Unchanged))
}

/// The command that follows these stacks: their ids say where they are.
fn handle(under_way: &[UnderWay]) -> String {
    let stacks: Vec<String> = under_way.iter().map(|left| format!("{}={}", left.component, left.id)).collect();
    format!("groundwork watch {}", stacks.join(" "))
}

/// Where to look and what to do with it. Values are to be copied, so they stay whole.
fn links(plan: &Plan, report: &Report, spec: &Spec, is_done: bool, columns: usize) -> Vec<Line> {
    let name = |name: &str| Line::new().ink(Ink::Bold, name).to(VALUES);
    let mut lines = Vec::new();
    if !report.under_way.is_empty() {
        lines.push(name("Under way").plain("AWS goes on; to follow it from any machine, without the spec:"));
        lines.push(Line::indented(VALUES).plain(&handle(&report.under_way)));
    }
    if let Some(saved) = &report.run_environment {
        if let Some(url) = &saved.dashboard_url {
            lines.push(name("Dashboard").plain(url));
        }
        if !saved.capabilities.is_empty() {
            lines.extend(hanging(name("Tasks"), Ink::Plain, &abilities(&saved.capabilities), columns));
        }
    }
    if !report.links.is_empty() {
        lines.extend(hanging(name("Verified"), Ink::Plain, &verified(report), columns));
    }
    let secrets = spec.secrets_path().filter(|_| is_done && plan.purpose == Purpose::Apply);
    if let Some(path) = secrets {
        let text = format!("tasks read them under {path} in Secrets Manager");
        lines.extend(hanging(name("Secrets"), Ink::Plain, &text, columns));
    }
    lines
}

/// What came of the verification in words.
pub(crate) fn verified(report: &Report) -> String {
    format!("{} (groundwork verify shows each)", totals_of(&report.links).join(", "))
}

/// CloudReactor's capabilities in words.
pub(crate) fn abilities(capabilities: &[String]) -> String {
    let word = |capability: &String| match capability.as_str() {
        "MANUAL_START" => "started".to_owned(),
        "SCHEDULING" => "scheduled".to_owned(),
        "SETUP_SERVICE" => "set up as services".to_owned(),
        other => other.to_lowercase().replace('_', " "),
    };
    format!("can be {}", all_of(&capabilities.iter().map(word).collect::<Vec<_>>()))
}

/// What became of each step: after a failure, what stands and what does not is what matters.
fn steps(plan: &Plan, report: &Report, columns: usize) -> Vec<Line> {
    let rows: Vec<(&Step, &StepReport)> = report
        .steps
        .iter()
        .filter_map(|done| plan.steps.iter().find(|step| step.id == done.step).map(|step| (step, done)))
        .collect();
    let names: Vec<String> = rows.iter().map(|(step, _)| thing(&step.op)).collect();
    let begin = component_columns() + 2;
    let things = subject_columns(&names, begin, columns);
    let row = |((step, done), name): (&(&Step, &StepReport), &String)| {
        let (words, ink) = outcome(plan, &step.op, &done.outcome);
        let row = Line::new().plain(step.component.as_str()).to(begin).plain(&shorten(name, things));
        hanging(row.to(begin + things + 2), ink, &words, columns)
    };
    rows.iter().zip(&names).flat_map(row).collect()
}

pub(crate) fn thing(op: &Op) -> String {
    match op {
        Op::DeployStack(deploy) => deploy.stack.to_string(),
        Op::DeployStackSet(deploy) => format!("stack set {}", deploy.stack_set),
        Op::DeleteStack(delete) => delete.stack.to_string(),
        Op::ContinueRollback(planned) => planned.stack.to_string(),
        Op::RollBack(planned) => planned.stack.to_string(),
        Op::FollowStack(planned) => planned.stack.to_string(),
        Op::PutCapacityProviders(put) => format!("cluster {}", put.cluster.last_segment()),
        Op::PutRunEnvironment(draft) => format!("Run Environment \"{}\"", draft.name),
        Op::DeleteRunEnvironment { name, .. } => format!("Run Environment \"{name}\""),
    }
}

pub(crate) fn outcome(plan: &Plan, op: &Op, outcome: &StepOutcome) -> (String, Ink) {
    match outcome {
        StepOutcome::Changed => (deed(op).1.to_owned(), Ink::Green),
        StepOutcome::Unchanged => ("unchanged".to_owned(), Ink::Dim),
        StepOutcome::Skipped { because } => {
            (format!("not begun, since {} did not succeed", component_of(plan, *because)), Ink::Yellow)
        }
        StepOutcome::Failed { problem } => (failure(problem), Ink::Red),
    }
}

fn component_of(plan: &Plan, id: StepId) -> &str {
    plan.steps.iter().find(|step| step.id == id).map_or(id.as_str(), |step| step.component.as_str())
}

/// How a step ended that did not succeed; what happened exactly is told by its problem.
fn failure(problem: &Problem) -> String {
    let words = match problem.code.exit() {
        Exit::RolledBack => "failed and rolled back",
        Exit::NeedsRecovery => "failed, needs recovery",
        Exit::StalePlan => "not done: not what the plan says",
        Exit::TimedOut => "not finished; AWS may still be working",
        Exit::Interrupted => "interrupted; AWS may still be working",
        Exit::VerificationFailed => "done, but not usable",
        Exit::Done
        | Exit::Internal
        | Exit::ChangesPending
        | Exit::Usage
        | Exit::Access
        | Exit::Refused
        | Exit::SomeTargetsFailed
        | Exit::CloudReactorFailed => "failed",
    };
    format!("{words} ({})", problem.code)
}

/// What an operation does: to what, and in which word.
fn deed(op: &Op) -> (&'static str, &'static str) {
    match op {
        Op::DeployStack(deploy) => match deploy.kind {
            DeployKind::Create | DeployKind::Recreate { .. } => ("stack", "created"),
            DeployKind::Update { .. } => ("stack", "updated"),
        },
        Op::DeployStackSet(deploy) => match deploy.kind {
            StackSetKind::Create => ("stack set", "created"),
            StackSetKind::Update { .. } | StackSetKind::Keep => ("stack set", "updated"),
        },
        Op::DeleteStack(_) => ("stack", "deleted"),
        Op::ContinueRollback(_) | Op::RollBack(_) => ("stack", "rolled back"),
        Op::FollowStack(_) => ("stack", "finished"),
        Op::PutCapacityProviders(_) => ("cluster", "updated"),
        Op::PutRunEnvironment(draft) if draft.existing.is_none() => ("Run Environment", "created"),
        Op::PutRunEnvironment(_) => ("Run Environment", "updated"),
        Op::DeleteRunEnvironment { .. } => ("Run Environment", "deleted"),
    }
}

/// `Done: 1 stack updated, 2 unchanged, in 2m 41s.`
fn sum(plan: &Plan, report: &Report, is_done: bool, columns: usize) -> Vec<Line> {
    let mut parts = totals(plan, report);
    if let Some(last) = parts.last_mut() {
        last.push('.');
    }
    let (word, ink) = match (is_done, is_carried_out(report)) {
        (true, _) => ("Done: ", Ink::Green),
        (false, true) => ("Done, but not verified: ", Ink::BoldRed),
        (false, false) => ("Not done: ", Ink::BoldRed),
    };
    listing(Line::new().ink(ink, word), Ink::Bold, &parts, 2, columns)
}

/// What the run comes to: `1 stack updated`, `2 unchanged`, `in 2m 41s`.
pub(crate) fn totals(plan: &Plan, report: &Report) -> Vec<String> {
    let number = |wanted: fn(&StepOutcome) -> bool| report.steps.iter().filter(|step| wanted(&step.outcome)).count();
    let mut parts = Vec::new();
    let failed = number(|outcome| matches!(outcome, StepOutcome::Failed { .. }));
    let skipped = number(|outcome| matches!(outcome, StepOutcome::Skipped { .. }));
    parts.extend((failed > 0).then(|| format!("{} of {} failed", failed, count(plan.steps.len(), "step"))));
    parts.extend((skipped > 0).then(|| format!("{skipped} not begun")));
    parts.extend(deeds(plan, report));
    let unchanged = number(|outcome| *outcome == StepOutcome::Unchanged) + converged(plan);
    parts.extend((unchanged > 0).then(|| format!("{unchanged} unchanged")));
    parts.push(format!("in {}", duration(report.elapsed_ms)));
    parts
}

/// What was done, equal deeds together, in the order of the plan.
fn deeds(plan: &Plan, report: &Report) -> Vec<String> {
    let changed =
        |step: &&Step| report.steps.iter().any(|done| done.step == step.id && done.outcome == StepOutcome::Changed);
    let mut deeds: Vec<((&str, &str), usize)> = Vec::new();
    for step in plan.steps.iter().filter(changed) {
        let deed = deed(&step.op);
        match deeds.iter_mut().find(|(known, _)| *known == deed) {
            Some((_, number)) => *number += 1,
            None => deeds.push((deed, 1)),
        }
    }
    deeds.into_iter().map(|((what, done), number)| format!("{} {done}", count(number, what))).collect()
}

/// How many components the plan left as they were since they were right.
fn converged(plan: &Plan) -> usize {
    let is_right = |action, reason: &Reason| action == Action::NoOp && *reason == Reason::Converged;
    plan.components.iter().filter(|component| is_right(component.action, &component.reason)).count()
}
