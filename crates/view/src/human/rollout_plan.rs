//! A rollout on one screen: which targets are alike, what one of them does, what others do otherwise, the sum.
//!
//! However many targets there are and however much they differ, it stays below some 200 lines: each section has a
//! number of lines that it may take, and says how much it leaves out.

use std::io::{self, Write};

use groundwork_model::plan::Component;
use groundwork_model::rollout::RolloutPlan;

use super::plan;
use crate::alike::{Group, Groups};
use crate::line::{Color, Ink, Line, Style, flowing, hanging};
use crate::text::shorten;
use crate::words::{count, pauses, some_of};

mod differences;
mod glance;
pub(crate) mod totals;
pub(super) mod troubles;

pub(crate) use glance::changes;

/// So many of the lines are for the plan that stands for its group.
const PLAN_LINES: usize = 76;

/// So many pauses between waves are named.
pub(crate) const MOST_PAUSES: usize = 4;

/// Names of fields are shortened to so many columns.
const LONGEST_NAME: usize = 60;

/// Where all of it can be read.
pub(super) const ELSEWHERE: &str = "see --json";

/// Writes what a rollout would do.
pub fn rollout_plan(out: &mut dyn Write, plan: &RolloutPlan, style: &Style) -> io::Result<()> {
    let groups = Groups::of(plan);
    let columns = style.columns();
    let mut sections = vec![
        rendered(&heading(plan, columns), style.color),
        rendered(&glance::lines(plan, &groups, columns), style.color),
    ];
    if let Some((largest, others)) = groups.changing.split_first() {
        sections.push(rendered(&representative(largest, &groups, columns), style.color));
        sections.push(rendered(&differences::lines(largest, others, columns), style.color));
    }
    sections.push(troubles::without_a_plan(&groups.blocked, &groups.unreachable, style));
    sections.push(troubles::warnings(plan, style));
    sections.push(troubles::notices(&plan.notices, style));
    sections.push(rendered(&totals::meaning(plan, columns), style.color));
    sections.push(rendered(&totals::sum(plan, &groups, columns), style.color));
    let sections: Vec<Vec<String>> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    sections.join(&String::new()).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// `52 targets, 2 waves`, and below it what comes between the waves.
fn heading(plan: &RolloutPlan, columns: usize) -> Vec<Line> {
    let text = format!("{}, {}", count(plan.targets.len(), "target"), count(plan.waves.len(), "wave"));
    let mut lines = vec![Line::new().ink(Ink::Bold, &shorten(&text, columns))];
    let pauses = some_of(&pauses(&plan.waves), MOST_PAUSES);
    if !pauses.is_empty() {
        lines.extend(flowing(Line::indented(2), Ink::Plain, &pauses, 2, columns));
    }
    lines
}

/// The plan of the first target of a group, for all of it.
fn representative(group: &Group<'_>, groups: &Groups<'_>, columns: usize) -> Vec<Line> {
    let name = shorten(group.first.name.as_str(), columns / 2);
    let words = match (group.targets.len(), groups.changing.len()) {
        (1, 1) => format!("{name} is the only one to change:"),
        (1, _) => format!("{name}, as one of those that differ:"),
        (number, _) => format!("{name} stands for the {number} that are alike:"),
    };
    let mut lines = hanging(Line::new(), Ink::Bold, &words, columns);
    lines.push(Line::new());
    let plan = plan::lines(group.plan, columns);
    let elsewhere = format!("groundwork plan --target {}", group.first.name);
    lines.extend(at_most(PLAN_LINES, plan, |more| format!("and {more} more lines: {elsewhere}"), columns));
    lines
}

/// The first lines, and how much is left out.
fn at_most(most: usize, mut lines: Vec<Line>, words: impl Fn(usize) -> String, columns: usize) -> Vec<Line> {
    if lines.len() > most {
        let more = lines.len() - (most - 1);
        lines.truncate(most - 1);
        lines.extend(hanging(Line::indented(2), Ink::Dim, &words(more), columns));
    }
    lines
}

/// Fields by their components: `network Vpc, Tags[team]; role Parameters.X`.
pub(crate) fn fields<'a>(fields: impl IntoIterator<Item = &'a (Component, String)>, most: usize) -> String {
    let field = |(component, name): &(Component, String)| format!("{component} {}", shorten(name, LONGEST_NAME));
    some_of(&fields.into_iter().map(field).collect::<Vec<_>>(), most)
}

fn rendered(lines: &[Line], color: Color) -> Vec<String> {
    lines.iter().map(|line| line.render(color)).collect()
}
