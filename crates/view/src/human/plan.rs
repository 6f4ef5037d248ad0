//! A plan: the components at a glance, what changes of each, the sum; warnings last.

use std::io::{self, Write};
use std::net::Ipv4Addr;

use groundwork_model::plan::{Action, Class, ComponentPlan, Egress, Plan, Purpose, Reason, Subject, Tally};
use groundwork_model::policy::Refusal;

use super::names::{component_columns, head, sign, subject, subject_columns};
use super::{cost, fields, permissions, resources, warnings};
use crate::line::{Ink, Line, Style, flowing, hanging, listing, write};
use crate::text::shorten;
use crate::words::{all_of, count};

/// Where what belongs to a component begins.
const INDENT: usize = 4;

/// Writes a plan.
pub fn plan(out: &mut dyn Write, plan: &Plan, style: &Style) -> io::Result<()> {
    write(out, &lines(plan, style.columns()), style.color)?;
    if !plan.warnings.is_empty() {
        writeln!(out)?;
        warnings(out, &plan.warnings, style)?;
    }
    Ok(())
}

/// A plan without its warnings.
pub(super) fn lines(plan: &Plan, columns: usize) -> Vec<Line> {
    let mut sections = vec![head(&plan.target, columns), glance(plan, columns)];
    sections.extend(changing(plan).map(|component| details(component, columns)));
    sections.push([egress(&plan.egress, columns), cost::lines(&plan.cost, columns)].concat());
    sections.push(sum(plan, columns));
    let sections: Vec<Vec<Line>> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    sections.join(&Line::new())
}

fn changing(plan: &Plan) -> impl Iterator<Item = &ComponentPlan> {
    plan.components.iter().filter(|component| component.action != Action::NoOp)
}

/// One line for each component.
fn glance(plan: &Plan, columns: usize) -> Vec<Line> {
    let names: Vec<String> = plan.components.iter().map(|component| subject(&component.subject)).collect();
    let begin = 2 + component_columns() + 2;
    let subjects = subject_columns(&names, begin, columns);
    let row = |(component, name): (&ComponentPlan, &String)| {
        let (sign, ink) = sign(component.action);
        let row = Line::new().ink(ink, sign).plain(" ").plain(component.component.as_str());
        let row = row.to(begin).plain(&shorten(name, subjects)).to(begin + subjects + 2);
        let ink = if component.action == Action::NoOp { Ink::Dim } else { Ink::Plain };
        let column = row.width();
        listing(row, ink, &verdict(component), column, columns)
    };
    plan.components.iter().zip(&names).flat_map(row).collect()
}

/// What becomes of a component, in few words.
pub(crate) fn verdict(component: &ComponentPlan) -> Vec<String> {
    let resources = component.resources.len();
    let to_be = |what: &str| match resources {
        0 => vec![format!("to be {what}")],
        number => vec![format!("to be {what}: {}", count(number, "resource"))],
    };
    match component.action {
        Action::NoOp => vec![untouched(&component.reason).to_owned()],
        Action::Update if matches!(component.reason, Reason::RollbackStopped(_)) => {
            vec!["its rollback to go on".to_owned()]
        }
        Action::Update if matches!(component.reason, Reason::NotRolledBack(_)) => vec!["to be rolled back".to_owned()],
        Action::Create if matches!(component.reason, Reason::Corpse(_)) => {
            vec!["to be deleted and made anew".to_owned()]
        }
        Action::Create => to_be("made"),
        Action::Delete => to_be("deleted"),
        Action::Update | Action::Replace => update(component),
    }
}

fn untouched(reason: &Reason) -> &'static str {
    match reason {
        Reason::Converged | Reason::Differs => "no change",
        Reason::OnlyReferred => "used as it is",
        Reason::Skipped => "skipped",
        Reason::NotOurs => "not ours, stays",
        Reason::Kept => "stays",
        Reason::Missing => "does not exist",
        Reason::NotStuck => "not stuck",
        Reason::AtRest => "at rest",
        Reason::UnderWay(_) => "under way, followed",
        Reason::Adopted
        | Reason::NotWanted
        | Reason::Corpse(_)
        | Reason::Destroy
        | Reason::RollbackStopped(_)
        | Reason::NotRolledBack(_)
        | Reason::Leftover(_) => "nothing to do",
    }
}

fn update(component: &ComponentPlan) -> Vec<String> {
    let adopted = (component.reason == Reason::Adopted).then(|| "taken over".to_owned());
    let changes = match (component.resources.len(), component.fields.len()) {
        (0, 0) => Vec::new(),
        (0, fields) => vec![count(fields, "field")],
        _ => tally(component.tally()),
    };
    let parts: Vec<String> = adopted.into_iter().chain(changes).collect();
    if parts.is_empty() { vec!["to be updated".to_owned()] } else { parts }
}

pub(crate) fn tally(Tally { create, update, replace, delete }: Tally) -> Vec<String> {
    let parts = [(create, "to add"), (update, "to update"), (replace, "to replace"), (delete, "to delete")];
    parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect()
}

/// What changes of a component.
pub(super) fn details(component: &ComponentPlan, columns: usize) -> Vec<Line> {
    let (sign, ink) = sign(component.action);
    let begin = Line::new().ink(ink, sign).plain(" ").ink(Ink::Bold, component.component.as_str()).plain(": ");
    let mut lines = flowing(begin, Ink::Plain, &title(component), INDENT, columns);
    if let Some(remark) = remark(&component.reason) {
        lines.extend(hanging(Line::indented(INDENT), Ink::Plain, &remark, columns));
    }
    lines.extend(permissions::lines(component, INDENT, columns));
    lines.extend(resources::rows(&component.resources, columns));
    lines.extend(match component.action {
        Action::Create => fields::made(&component.fields, INDENT, columns),
        Action::NoOp | Action::Update | Action::Replace => fields::changes(&component.fields, INDENT, columns),
        Action::Delete => Vec::new(),
    });
    if !component.kept.is_empty() {
        let begin = Line::indented(INDENT).plain("kept as they are: ");
        lines.extend(listing(begin, Ink::Plain, &component.kept, INDENT + 2, columns));
    }
    lines
}

pub(crate) fn title(component: &ComponentPlan) -> String {
    let verb = match (component.action, &component.reason) {
        (Action::Create, _) => "create",
        (Action::Update, Reason::Adopted) => "take over and update",
        (Action::Update, Reason::RollbackStopped(_)) => "go on with the rollback of",
        (Action::Update, Reason::NotRolledBack(_)) => "roll back",
        (Action::Update | Action::NoOp, _) => "update",
        (Action::Replace, _) => "replace",
        (Action::Delete, _) => "delete",
    };
    let name = subject(&component.subject);
    match &component.subject {
        Subject::Stack(_) => format!("{verb} stack {name}"),
        Subject::StackSet(_) => format!("{verb} stack set {name}"),
        Subject::RunEnvironment { group, .. } => {
            let history = if component.action == Action::Delete { ", with its tasks and their history" } else { "" };
            format!("{verb} {name} (group {group}){history}")
        }
        Subject::Cluster(_) | Subject::Network(_) | Subject::None => format!("{verb} {name}"),
    }
}

pub(crate) fn remark(reason: &Reason) -> Option<String> {
    match reason {
        Reason::Corpse(status) => Some(format!(
            "a creation failed before and left the stack in {status}: what is left of it is deleted first"
        )),
        Reason::Adopted => Some("it exists without our mark, and the spec says adopt = true".to_owned()),
        Reason::UnderWay(status) => Some(format!("it is in {status}")),
        Reason::NotWanted => Some("the spec no longer asks for it".to_owned()),
        Reason::RollbackStopped(status) => Some(format!(
            "it is in {status}: an update failed, and undoing it failed at what is listed; AWS tries that again"
        )),
        Reason::NotRolledBack(status) => {
            Some(format!("it is in {status}: an update failed and was left as it is; AWS undoes it"))
        }
        Reason::Leftover(status) => {
            Some(format!("it is in {status}: only its deletion leads out of that, with what is listed"))
        }
        Reason::Converged
        | Reason::Missing
        | Reason::Differs
        | Reason::OnlyReferred
        | Reason::Skipped
        | Reason::Destroy
        | Reason::NotOurs
        | Reason::NotStuck
        | Reason::AtRest
        | Reason::Kept => None,
    }
}

/// What becomes of the public addresses that tasks go out by: others may have them on a list.
fn egress(egress: &Egress, columns: usize) -> Vec<Line> {
    if egress.lost.is_empty() && egress.gained == 0 {
        return Vec::new();
    }
    let listed = |addresses: &[Ipv4Addr], fate: &str| {
        let addresses: Vec<String> = addresses.iter().map(Ipv4Addr::to_string).collect();
        (!addresses.is_empty()).then(|| format!("{} {fate}", addresses.join(" ")))
    };
    let gained = (egress.gained > 0).then(|| format!("{} gained (known after apply)", egress.gained));
    let parts = [listed(&egress.lost, "lost"), gained, listed(&egress.kept, "kept")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let begin = Line::new().ink(Ink::Bold, "Egress addresses").to(cost::VALUES);
    listing(begin, Ink::Plain, &parts, cost::VALUES, columns)
}

fn sum(plan: &Plan, columns: usize) -> Vec<Line> {
    let text = match (plan.is_empty(), plan.purpose) {
        (true, Purpose::Apply) => "Nothing to do: AWS and CloudReactor are as the spec says.".to_owned(),
        (true, Purpose::Destroy) => "Nothing to do: nothing is left that groundwork would remove.".to_owned(),
        (true, Purpose::Recover) => "Nothing to do: no stack of ours is stuck.".to_owned(),
        (true, Purpose::Watch) => "Nothing is under way.".to_owned(),
        (false, Purpose::Watch) => format!("Following {}.", count(plan.steps.len(), "stack")),
        (false, Purpose::Recover) => format!("Recovery: {}.", all_of(&recoveries(plan))),
        (false, Purpose::Apply) => {
            let Tally { create, update, replace, delete } = plan.tally();
            format!("Plan: {create} to add, {update} to update, {replace} to replace, {delete} to delete.")
        }
        (false, Purpose::Destroy) => format!("Removal: {}.", all_of(&removals(plan))),
    };
    let mut lines = hanging(Line::new(), Ink::Bold, &text, columns);
    lines.extend(gates(plan, columns));
    lines
}

/// What has to be permitted, and what nobody can permit.
fn gates(plan: &Plan, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let needed: Vec<&str> = plan.approvals_needed().into_iter().map(Class::as_str).collect();
    // Destroying is confirmed as a whole, by the environment's name.
    if plan.purpose != Purpose::Destroy && !needed.is_empty() {
        let text = format!("This plan needs --allow {}.", needed.join(","));
        lines.extend(flowing(Line::new(), Ink::Plain, &text, 2, columns));
    }
    for Refusal { class, component, denied_by } in plan.denials() {
        let key = denied_by.unwrap_or_default();
        let text = format!("This plan is refused by {key}: {} of {component}.", class.as_str());
        lines.extend(flowing(Line::new(), Ink::Red, &text, 2, columns));
    }
    lines
}

/// `1 rollback to go on, 2 stacks to delete with 3 resources`.
pub(crate) fn recoveries(plan: &Plan) -> Vec<String> {
    let of = |fits: fn(&Reason) -> bool| changing(plan).filter(|component| fits(&component.reason)).count();
    let stopped = of(|reason| matches!(reason, Reason::RollbackStopped(_)));
    let never = of(|reason| matches!(reason, Reason::NotRolledBack(_)));
    let deletions: Vec<&ComponentPlan> =
        changing(plan).filter(|component| component.action == Action::Delete).collect();
    let resources: usize = deletions.iter().map(|component| component.resources.len()).sum();
    let mut parts = Vec::new();
    parts.extend((stopped > 0).then(|| format!("{} to go on", count(stopped, "rollback"))));
    parts.extend((never > 0).then(|| format!("{} to begin", count(never, "rollback"))));
    parts.extend((!deletions.is_empty()).then(|| match resources {
        0 => format!("{} to delete, with nothing in it", count(deletions.len(), "stack")),
        _ => format!("{} to delete with {}", count(deletions.len(), "stack"), count(resources, "resource")),
    }));
    parts
}

pub(crate) fn removals(plan: &Plan) -> Vec<String> {
    let stacks = changing(plan).filter(|component| matches!(component.subject, Subject::Stack(_)));
    let (number, resources) =
        stacks.fold((0, 0), |(number, resources), stack| (number + 1, resources + stack.resources.len()));
    let environments =
        changing(plan).filter(|component| matches!(component.subject, Subject::RunEnvironment { .. })).count();
    let mut parts = Vec::new();
    match (number, resources) {
        (0, _) => {}
        (number, 0) => parts.push(count(number, "stack")),
        (number, resources) => parts.push(format!("{} with {}", count(number, "stack"), count(resources, "resource"))),
    }
    if environments > 0 {
        parts.push(format!("{} with its tasks and their history", count(environments, "Run Environment")));
    }
    parts
}
