//! What became of a plan: what was done and what was not, what went wrong, and where to go from there.

use std::io::{self, Write};

use groundwork_model::Exit;
use groundwork_model::ids::{OutputKey, StackName};
use groundwork_model::plan::{Plan, Purpose};
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepReport};
use groundwork_model::spec::Spec;

use super::diagram;
use super::document::{Block, Document, details, long_table, table};
use super::escape::{code, value};
use super::head::head;
use super::problems::{ending, errors};
use super::status::links;
use crate::human::report::{abilities, is_carried_out, outcome, thing, totals, verified};

/// Writes a report.
pub fn report(out: &mut dyn Write, plan: &Plan, report: &Report, exit: Exit, spec: &Spec) -> io::Result<()> {
    let problems: Vec<Problem> = report.problems().cloned().collect();
    let mut document = Document::default();
    document.always(head(&plan.target, &sentence(plan, report, exit)));
    if exit != Exit::Done {
        document.always(ending(exit));
    }
    if !report.steps.is_empty() {
        document.always(steps(plan, report));
    }
    document.block(errors(&problems));
    document.always(whereto(plan, report, exit, spec));
    if exit == Exit::Done && plan.purpose == Purpose::Apply {
        document.block(diagram::block(plan, diagram::Tense::Done));
    }
    for (stack, outputs) in report.outputs.iter().filter(|(_, outputs)| !outputs.is_empty()) {
        document.block(outputs_of(stack, outputs));
    }
    document.write(out)
}

/// `staging is done — 1 stack updated, 2 unchanged, in 2m 41s`.
fn sentence(plan: &Plan, report: &Report, exit: Exit) -> String {
    let environment = &plan.target.environment;
    let verdict = match (exit, plan.purpose) {
        (Exit::Done, Purpose::Apply) => "is done",
        (Exit::Done, Purpose::Destroy) => "is removed",
        (Exit::Done, Purpose::Recover) => "is recovered",
        (Exit::Done, Purpose::Watch) => "has come to rest",
        (Exit::Interrupted, _) => "was interrupted",
        (Exit::TimedOut, _) => "is not finished",
        (Exit::VerificationFailed, Purpose::Apply) if is_carried_out(report) => "is done, but not verified",
        (Exit::Refused | Exit::StalePlan, _) => "was not changed as planned",
        _ => "failed",
    };
    format!("{environment} {verdict} — {}", totals(plan, report).join(", "))
}

/// What became of each step, in the order of the plan.
fn steps(plan: &Plan, report: &Report) -> String {
    let ended = |id| report.steps.iter().find(|done| done.step == id);
    let rows = plan.steps.iter().map(|step| {
        let words = |done: &StepReport| outcome(plan, &step.op, &done.outcome).0;
        let words = ended(step.id).map_or_else(|| "not begun".to_owned(), words);
        [step.component.to_string(), code(&thing(&step.op)), words]
    });
    table(["component", "what", "outcome"], rows)
}

/// Where to look and what to do with it.
fn whereto(plan: &Plan, report: &Report, exit: Exit, spec: &Spec) -> String {
    let saved = report.run_environment.as_ref();
    let secrets = spec.secrets_path().filter(|_| exit == Exit::Done && plan.purpose == Purpose::Apply);
    let links = links(saved.and_then(|saved| saved.dashboard_url.as_deref()), secrets.as_deref());
    let able = saved.filter(|saved| !saved.capabilities.is_empty());
    let able = able.map(|saved| format!("- Tasks: {}", code(&abilities(&saved.capabilities))));
    let proved = (!report.links.is_empty()).then(|| format!("- Verified: {}", code(&verified(report))));
    able.into_iter().chain(proved).chain((!links.is_empty()).then_some(links)).collect::<Vec<_>>().join("\n")
}

fn outputs_of(stack: &StackName, outputs: &std::collections::BTreeMap<OutputKey, String>) -> Block {
    let rows = outputs.iter().map(|(key, text)| [code(key.as_str()), value(text)]);
    let table = long_table(["output", "value"], rows, ("output", format!(" of {stack}")));
    details(&format!("Outputs of {stack}"), Block { elsewhere: "`groundwork status`".to_owned(), ..table })
}
