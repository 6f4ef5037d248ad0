//! A plan: the verdict, what needs a human, the components at a glance, what it means for others, and
//! what changes in blocks that unfold.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::Ipv4Addr;

use groundwork_model::cost::Cost;
use groundwork_model::plan::{Class, Component, ComponentPlan, Egress, Plan, Purpose};
use groundwork_model::policy::Refusal;
use groundwork_model::preflight::Preflight;
use groundwork_model::problem::Problem;

use super::document::{Document, table};
use super::escape::{code, codes};
use super::head::head;
use super::{changes, diagram, permissions, preflight, problems};
use crate::human::cost::sum;
use crate::human::names::subject;
use crate::human::plan::{recoveries, removals, tally, verdict};
use crate::words::all_of;

/// So many addresses are named.
const MOST_ADDRESSES: usize = 20;

/// Writes a plan, what was checked of it beforehand, and the problems by which the run ended after it was made, if any.
pub fn plan(out: &mut dyn Write, plan: &Plan, preflight: Option<&Preflight>, problems: &[Problem]) -> io::Result<()> {
    let elsewhere = changes::elsewhere(plan.purpose);
    let verdict = if problems.is_empty() { sentence(plan) } else { refusal(plan) };
    let mut document = Document::default();
    document.always(head(&plan.target, &verdict));
    document.block(problems::errors(problems));
    if let Some(preflight) = preflight {
        document.always(preflight::glance(preflight));
        document.block(problems::warnings(&preflight.warnings(), preflight::ELSEWHERE));
    }
    document.always(denials(&plan.denials()));
    document.always(approvals(plan));
    document.always(glance(&plan.components));
    document.always(egress(&plan.egress));
    permissions::blocks(plan).into_iter().for_each(|block| document.block(block));
    document.always(cost(&plan.cost));
    changes::blocks(plan).for_each(|block| document.block(block));
    document.block(problems::warnings(&plan.warnings, elsewhere));
    document.block(diagram::block(plan, diagram::Tense::Planned));
    document.write(out)
}

/// `staging will change — 2 to add, 1 to replace`.
fn sentence(plan: &Plan) -> String {
    let environment = &plan.target.environment;
    match (plan.is_empty(), plan.purpose) {
        (true, Purpose::Apply) => format!("{environment} is as the spec says, nothing to do"),
        (true, Purpose::Destroy) => format!("nothing is left of {environment} that would be removed"),
        (false, Purpose::Destroy) => format!("{environment} will be removed — {}", all_of(&removals(plan))),
        (true, Purpose::Watch) => format!("nothing is under way in {environment}"),
        (false, Purpose::Watch) => format!("AWS works on {environment}"),
        (true, Purpose::Recover) => format!("no stack of {environment} is stuck"),
        (false, Purpose::Recover) => format!("{environment} will be recovered — {}", all_of(&recoveries(plan))),
        (false, Purpose::Apply) => match tally(plan.tally()) {
            parts if parts.is_empty() => format!("{environment} will change"),
            parts => format!("{environment} will change — {}", parts.join(", ")),
        },
    }
}

/// The verdict where the run ended with the plan.
fn refusal(plan: &Plan) -> String {
    let environment = &plan.target.environment;
    match (plan.is_empty(), plan.purpose) {
        (true, _) => format!("{environment} was not changed"),
        (false, Purpose::Apply) => {
            format!("{environment} was not changed — planned: {}", tally(plan.tally()).join(", "))
        }
        (false, Purpose::Destroy) => format!("{environment} was not removed"),
        (false, Purpose::Recover) => format!("{environment} was not recovered"),
        (false, Purpose::Watch) => format!("{environment} was not followed"),
    }
}

/// What the spec's rules refuse, and by which key.
fn denials(denials: &[Refusal]) -> String {
    if denials.is_empty() {
        return String::new();
    }
    let line = |Refusal { class, component, denied_by }: &Refusal| {
        let key = denied_by.as_deref().map(code).unwrap_or_default();
        format!("\n- `{}` in {component}, by {key}", class.as_str())
    };
    let lines: String = denials.iter().map(line).collect();
    format!("**Refused by the spec**, whoever applies it:\n{lines}")
}

/// What whoever goes on has to say.
fn approvals(plan: &Plan) -> String {
    let classes = plan.approvals_needed();
    match (plan.is_empty(), plan.purpose) {
        (true, _) | (false, Purpose::Watch) => String::new(),
        // Removing is confirmed as a whole.
        (false, Purpose::Destroy) => format!("**Needs `--confirm {}`**", plan.target.environment),
        (false, Purpose::Apply) if classes.is_empty() => "Needs no `--allow`.".to_owned(),
        (false, purpose) => {
            let names: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
            let allow = (!names.is_empty()).then(|| format!("--allow {}", names.join(",")));
            let confirm = (purpose == Purpose::Recover).then(|| format!("--confirm {}", plan.target.environment));
            let flags: Vec<String> = confirm.into_iter().chain(allow).collect();
            let place = if names.is_empty() { String::new() } else { format!(" ({})", wherein(plan)) };
            format!("**Needs `{}`**{place}", flags.join(" "))
        }
    }
}

/// The components that have each class: `replace in network; trust in role`.
fn wherein(plan: &Plan) -> String {
    let mut components: BTreeMap<_, Vec<Component>> = BTreeMap::new();
    for refusal in plan.refusals(&Default::default()).iter().filter(|refusal| refusal.denied_by.is_none()) {
        components.entry(refusal.class).or_default().push(refusal.component);
    }
    let part = |(class, components): (&Class, &Vec<Component>)| {
        let names: Vec<&str> = components.iter().map(|component| component.as_str()).collect();
        format!("{} in {}", class.as_str(), all_of(&names))
    };
    components.iter().map(part).collect::<Vec<_>>().join("; ")
}

fn glance(components: &[ComponentPlan]) -> String {
    let row = |component: &ComponentPlan| {
        let verdict = verdict(component).join(", ");
        [component.component.to_string(), code(&subject(&component.subject)), verdict]
    };
    table(["component", "what", "change"], components.iter().map(row))
}

/// What becomes of the public addresses that tasks go out by: others may have them on a list.
fn egress(egress: &Egress) -> String {
    if egress.lost.is_empty() && egress.gained == 0 {
        return String::new();
    }
    let listed = |addresses: &[Ipv4Addr], fate: &str| {
        let addresses: Vec<String> = addresses.iter().map(Ipv4Addr::to_string).collect();
        (!addresses.is_empty()).then(|| format!("{} {fate}", codes(&addresses, MOST_ADDRESSES)))
    };
    let gained = (egress.gained > 0).then(|| format!("{} gained (known after apply)", egress.gained));
    let parts = [listed(&egress.lost, "lost"), gained, listed(&egress.kept, "kept")];
    format!("**Egress addresses**: {}", parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// What a month costs.
fn cost(cost: &Cost) -> String {
    if cost.items.is_empty() {
        return String::new();
    }
    // Between two dollar signs, GitHub reads mathematics.
    format!("**Monthly cost**: {}", sum(cost).replace('$', "\\$"))
}
