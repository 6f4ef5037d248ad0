//! A plan: the components at a glance, then what changes in each, then the sum; warnings last.

use std::io::{self, Write};

use groundwork_model::plan::{
    Action, Class, ComponentPlan, Egress, FieldChange, Plan, Purpose, Reason, ResourceChange, Shown, Subject, Tally,
    Unknown,
};
use groundwork_model::secret::REDACTED;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::status::heading;
use super::warnings;
use crate::paint::{Style, Tone};
use crate::text::{count, pad, shorten};

/// What stands for a value that AWS chooses.
const LATER: &str = "(known after apply)";

/// A path or a value in a column never takes more than this.
const WIDEST_COLUMN: usize = 34;

/// Shows a plan.
pub fn plan(out: &mut dyn Write, plan: &Plan, style: &Style) -> io::Result<()> {
    heading(out, &plan.target, style)?;
    glance(out, plan, style)?;
    for component in plan.components.iter().filter(|component| component.action != Action::NoOp) {
        details(out, component, plan.purpose, style)?;
    }
    egress(out, &plan.egress)?;
    sum(out, plan, style)?;
    if !plan.warnings.is_empty() {
        writeln!(out)?;
        warnings(out, &plan.warnings, style)?;
    }
    Ok(())
}

/// The name of what a component is about.
pub(super) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Stack(name) => name.to_string(),
        Subject::Cluster(name) => format!("cluster {name}"),
        Subject::Network(words) => words.clone(),
        Subject::RunEnvironment { name, .. } => format!("Run Environment \"{name}\""),
        Subject::None => "-".to_owned(),
    }
}

fn symbol(action: Action) -> (&'static str, Tone) {
    match action {
        Action::NoOp => (" ", Tone::Quiet),
        Action::Create => ("+", Tone::Made),
        Action::Update => ("~", Tone::Changed),
        Action::Replace => ("±", Tone::Replaced),
        Action::Delete => ("-", Tone::Gone),
    }
}

fn glance(out: &mut dyn Write, plan: &Plan, style: &Style) -> io::Result<()> {
    let names: Vec<String> = plan.components.iter().map(|component| subject(&component.subject)).collect();
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0).min(style.width / 2);
    for (component, name) in plan.components.iter().zip(&names) {
        let (sign, tone) = symbol(component.action);
        let name = pad(&shorten(name, widest), widest);
        let what = pad(component.component.as_str(), 12);
        writeln!(out, "{} {what}  {name}  {}", style.paint(tone, sign), verdict(component))?;
    }
    Ok(())
}

fn verdict(component: &ComponentPlan) -> String {
    let why = match &component.reason {
        Reason::Converged => return "no change".to_owned(),
        Reason::OnlyReferred => "used as it is".to_owned(),
        Reason::Skipped => return "skipped".to_owned(),
        Reason::NotOurs => return "not ours, stays".to_owned(),
        Reason::Kept => return "stays".to_owned(),
        Reason::Adopted => "taken over".to_owned(),
        Reason::Corpse(status) => format!("{status}: deleted, made again"),
        Reason::Missing | Reason::Differs | Reason::NotWanted | Reason::Destroy => String::new(),
    };
    let tally = component.tally();
    let changes = match component.resources.len() {
        0 if component.action == Action::Update => count(component.fields.len(), "field"),
        _ => tally_words(tally),
    };
    match (why.is_empty(), component.action) {
        (false, Action::NoOp) => why,
        (false, _) => format!("{why}; {changes}"),
        (true, _) => changes,
    }
}

fn tally_words(tally: Tally) -> String {
    let parts = [
        (tally.create, "to add"),
        (tally.update, "to update"),
        (tally.replace, "to replace"),
        (tally.delete, "to delete"),
    ];
    let words: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    if words.is_empty() { "nothing to do".to_owned() } else { words.join(", ") }
}

fn details(out: &mut dyn Write, component: &ComponentPlan, purpose: Purpose, style: &Style) -> io::Result<()> {
    let (sign, tone) = symbol(component.action);
    let verb = match (component.action, purpose) {
        (Action::Create, _) => "create",
        (Action::Delete, _) | (_, Purpose::Destroy) => "delete",
        (Action::Update | Action::Replace | Action::NoOp, Purpose::Apply) => "update",
    };
    let kind = if matches!(component.subject, Subject::Stack(_)) { "stack " } else { "" };
    let group = match &component.subject {
        Subject::RunEnvironment { group, .. } => format!(" in group \"{group}\""),
        Subject::Stack(_) | Subject::Cluster(_) | Subject::Network(_) | Subject::None => String::new(),
    };
    let title = format!("{sign} {}: {verb} {kind}{}{group}", component.component, subject(&component.subject));
    writeln!(out, "\n{}", style.paint(tone, &title))?;
    let ids = component.resources.iter().map(|change| change.logical_id.as_str().len()).max().unwrap_or(0);
    let types = component.resources.iter().map(|change| change.resource_type.len()).max().unwrap_or(0);
    for change in &component.resources {
        resource(out, change, (ids, types), style)?;
    }
    fields(out, &component.fields, "    ", style)?;
    if !component.kept.is_empty() {
        writeln!(out, "    kept as they are: {}", component.kept.join(", "))?;
    }
    Ok(())
}

fn resource(out: &mut dyn Write, change: &ResourceChange, widths: (usize, usize), style: &Style) -> io::Result<()> {
    let (sign, tone) = symbol(change.action);
    let name = pad(change.logical_id.as_str(), widths.0);
    let kind = pad(&change.resource_type, widths.1);
    let remark = remark(change);
    let line = format!("    {sign} {name}  {kind}");
    let painted = format!("    {} {name}  {kind}", style.paint(tone, sign));
    if remark.is_empty() {
        writeln!(out, "{}", painted.trim_end())?;
    } else if line.width() + 2 + remark.width() <= style.width {
        writeln!(out, "{painted}  {remark}")?;
    } else {
        writeln!(out, "{}\n        {remark}", painted.trim_end())?;
    }
    fields(out, &change.fields, "        ", style)
}

fn remark(change: &ResourceChange) -> String {
    let forcing: Vec<&str> =
        change.fields.iter().filter(|field| field.create_only).map(|field| field.path.as_str()).collect();
    match (change.action, change.conditional) {
        (Action::Replace, true) => "replace, or update in place if AWS can".to_owned(),
        (Action::Replace, false) if forcing.is_empty() => "replace".to_owned(),
        (Action::Replace, false) => format!("replace: {} can only be set at creation", forcing.join(", ")),
        (Action::NoOp | Action::Create | Action::Update | Action::Delete, _) => change.note.clone().unwrap_or_default(),
    }
}

fn fields(out: &mut dyn Write, fields: &[FieldChange], indent: &str, style: &Style) -> io::Result<()> {
    let widest = fields.iter().map(|field| field.path.width()).max().unwrap_or(0).min(WIDEST_COLUMN);
    for field in fields {
        let path = pad(&field.path, widest);
        let (before, after) = (shown(&field.before), shown(&field.after));
        let one_line = match (&field.before, &field.after) {
            (Shown::Absent, _) => format!("{indent}+ {path}  {after}"),
            (_, Shown::Absent) => format!("{indent}- {path}  {before}"),
            _ => format!("{indent}~ {path}  {before}  ->  {after}"),
        };
        if one_line.width() <= style.width {
            writeln!(out, "{one_line}")?;
            continue;
        }
        let room = style.width.saturating_sub(indent.len() + 8);
        writeln!(out, "{indent}~ {}", field.path)?;
        writeln!(out, "{indent}    now   {}", shorten(&before, room))?;
        writeln!(out, "{indent}    then  {}", shorten(&after, room))?;
    }
    Ok(())
}

fn shown(value: &Shown) -> String {
    match value {
        Shown::Absent => "-".to_owned(),
        Shown::Secret => REDACTED.to_owned(),
        Shown::Json(Value::String(text)) => text.clone(),
        Shown::Json(value) => value.to_string(),
        Shown::Unknown(Unknown::Generated) => format!("{REDACTED}, made at apply"),
        Shown::Unknown(Unknown::Output(_) | Unknown::Resource(_)) => LATER.to_owned(),
    }
}

fn egress(out: &mut dyn Write, egress: &Egress) -> io::Result<()> {
    let listed =
        |addresses: &[std::net::Ipv4Addr]| addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if !egress.lost.is_empty() {
        parts.push(format!("{} lost", listed(&egress.lost)));
    }
    if egress.gained > 0 {
        parts.push(format!("{} gained {LATER}", egress.gained));
    }
    if parts.is_empty() {
        return Ok(());
    }
    if !egress.kept.is_empty() {
        parts.push(format!("{} kept", listed(&egress.kept)));
    }
    writeln!(out, "\nEgress addresses  {}", parts.join(", "))
}

fn sum(out: &mut dyn Write, plan: &Plan, style: &Style) -> io::Result<()> {
    if plan.is_empty() {
        return match plan.purpose {
            Purpose::Apply => writeln!(out, "\nNothing to do: AWS and CloudReactor are as the spec says."),
            Purpose::Destroy => writeln!(out, "\nNothing to remove."),
        };
    }
    let Tally { create, update, replace, delete } = plan.tally();
    let line = format!("Plan: {create} to add, {update} to update, {replace} to replace, {delete} to delete.");
    writeln!(out, "\n{}", style.paint(Tone::Strong, &line))?;
    let gated = [Class::Replace, Class::Delete];
    let classes = plan.classes();
    let needed: Vec<&str> = gated.iter().filter(|class| classes.contains(class)).map(|class| class.as_str()).collect();
    if plan.purpose == Purpose::Apply && !needed.is_empty() {
        writeln!(out, "This plan needs --allow {}.", needed.join(","))?;
    }
    Ok(())
}
