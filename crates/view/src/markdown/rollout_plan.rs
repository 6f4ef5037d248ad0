//! A rollout: the verdict, what needs a human, the waves, why targets have no plan, the targets, and what changes
//! in each group of those that are alike.

use std::collections::BTreeMap;
use std::io::{self, Write};

use groundwork_model::ids::WaveName;
use groundwork_model::plan::{Class, Component, Plan, Purpose, Tally};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, PlannedTarget, RolloutPlan, TargetId, Wave};

use super::changes;
use super::document::{Block, Code, Document, Rank, details, long_table};
use super::escape::{code, code_line, codes};
use super::head::rollout_head;
use super::problems::{self, Severity, of_targets};
use crate::alike::{self, Group, Groups, Trouble};
use crate::human::plan::tally;
use crate::human::rollout_plan::totals::{Egress, approvals, denials, monthly_cost};
use crate::human::rollout_plan::{MOST_PAUSES, changes as in_short, fields};
use crate::words::{all_of, count, pauses, some_of};

/// So many targets are named where there is room for more than on a terminal.
pub(super) const MOST_NAMES: usize = 8;

/// So many groups of targets that change are shown.
const MOST_GROUPS: usize = 20;

/// So many rules of the spec are named that refuse something.
const MOST_DENIALS: usize = 12;

/// So many addresses are named.
const MOST_ADDRESSES: usize = 20;

/// So many fields are named of which the values differ.
const MOST_FIELDS: usize = 12;

/// Writes what a rollout would do, and the problems by which the run ended after it was planned, if any.
pub fn rollout_plan(out: &mut dyn Write, plan: &RolloutPlan, problems: &[Problem]) -> io::Result<()> {
    let groups = Groups::of(plan);
    let mut document = Document::default();
    document.always(rollout_head(&verdict(plan, &groups)));
    document.block(problems::errors(&untold(plan, problems)));
    document.always(refused(plan));
    document.always(allowed(plan, &groups));
    document.block(Block { rank: Rank::First, ..waves(plan) });
    document.always(between_waves(plan));
    document.block(without_a_plan(&groups));
    document.always(egress(plan));
    // Between two dollar signs, GitHub reads mathematics.
    document.always(
        monthly_cost(plan).map_or_else(String::new, |cost| format!("**Monthly cost**: {}", cost.replace('$', "\\$"))),
    );
    groups.changing.iter().take(MOST_GROUPS).for_each(|group| document.block(of_group(group)));
    document.always(left_out(&groups));
    document.block(warnings(plan));
    document.block(problems::notices(&plan.notices));
    document.block(targets(plan, &groups));
    document.write(out)
}

/// The problems that are not told of targets without a plan anyway.
fn untold(plan: &RolloutPlan, problems: &[Problem]) -> Vec<Problem> {
    let of_targets = || plan.targets.iter().flat_map(|target| target.planned.problems());
    let is_told =
        |problem: &Problem| of_targets().any(|other| (other.code, &other.message) == (problem.code, &problem.message));
    problems.iter().filter(|problem| !is_told(problem)).cloned().collect()
}

/// `48 of 52 targets will change — 144 to add, 96 to update`.
fn verdict(plan: &RolloutPlan, groups: &Groups<'_>) -> String {
    let (all, changing) = (plan.targets.len(), groups.targets_to_change());
    let unplanned = unplanned(groups);
    if changing == 0 {
        return match (unplanned.is_empty(), groups.converged.len()) {
            (true, all) => format!("{} as the spec says, nothing to do", are(all)),
            (false, 0) => format!("nothing is planned — {}", unplanned.join(", ")),
            (false, some) => format!("{} as the spec says, nothing to do — {}", are(some), unplanned.join(", ")),
        };
    }
    let plans = || groups.changing.iter().flat_map(|group| std::iter::repeat_n(group.plan, group.targets.len()));
    let is_removal = plans().all(|plan| plan.purpose == Purpose::Destroy);
    let sum = plans().fold(Tally::default(), |sum, plan| sum.plus(plan.tally()));
    let parts: Vec<String> = tally(sum).into_iter().chain(unplanned).collect();
    let deed = if is_removal { "be removed" } else { "change" };
    format!("{changing} of {} will {deed} — {}", count(all, "target"), parts.join(", "))
}

fn are(targets: usize) -> String {
    if targets == 1 { "1 target is".to_owned() } else { format!("{targets} targets are") }
}

/// `1 blocked`, `2 unreachable`.
fn unplanned(groups: &Groups<'_>) -> Vec<String> {
    let kinds = [("blocked", &groups.blocked), ("unreachable", &groups.unreachable)];
    let sum = |troubles: &Vec<Trouble<'_>>| troubles.iter().map(|trouble| trouble.targets.len()).sum::<usize>();
    let counted = kinds.map(|(word, troubles)| (sum(troubles), word));
    counted.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect()
}

/// What the spec's rules refuse, by which key and where.
fn refused(plan: &RolloutPlan) -> String {
    let denials = denials(plan);
    if denials.is_empty() {
        return String::new();
    }
    let line = |((class, component, key), targets): (&(Class, Component, String), &Vec<&TargetId>)| {
        format!("\n- `{}` in {component}, by {} in {}", class.as_str(), code(key), names(targets))
    };
    let mut lines: String = denials.iter().take(MOST_DENIALS).map(line).collect();
    if denials.len() > MOST_DENIALS {
        lines += &format!("\n- and {} more", denials.len() - MOST_DENIALS);
    }
    format!("**Refused by the spec**, whoever applies it:\n{lines}")
}

/// What whoever goes on has to say.
fn allowed(plan: &RolloutPlan, groups: &Groups<'_>) -> String {
    let approvals = approvals(plan);
    if approvals.is_empty() {
        let applies = groups.changing.iter().any(|group| group.plan.purpose == Purpose::Apply);
        return if applies { "Needs no `--allow`.".to_owned() } else { String::new() };
    }
    let classes: Vec<&str> = approvals.keys().map(|class| class.as_str()).collect();
    let wherein: Vec<String> =
        approvals.iter().map(|(class, targets)| format!("{} in {}", class.as_str(), place(targets))).collect();
    format!("**Needs `--allow {}`** ({})", classes.join(","), all_of(&wherein))
}

fn place(targets: &[&TargetId]) -> String {
    match targets {
        [only] => code(only.name.as_str()),
        several => count(several.len(), "target"),
    }
}

/// Names as code.
fn names(targets: &[&TargetId]) -> String {
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    codes(&names, MOST_NAMES)
}

/// Names in a block of code.
pub(super) fn plain_names(targets: &[&TargetId]) -> String {
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    some_of(&names, MOST_NAMES)
}

/// How many targets of each wave have which outcome.
fn waves(plan: &RolloutPlan) -> Block {
    let mut counts: BTreeMap<&WaveName, [usize; 5]> = BTreeMap::new();
    for PlannedTarget { target, planned, basis: _ } in &plan.targets {
        let counts = counts.entry(&target.wave).or_default();
        counts[0] += 1;
        counts[match planned {
            Planned::Plan(plan) if plan.is_empty() => 2,
            Planned::Plan(_) => 1,
            Planned::Blocked(_) => 3,
            Planned::Unreachable(_) => 4,
        }] += 1;
    }
    let row = |wave: &Wave| {
        let wave = &wave.name;
        let [all, changing, unchanged, blocked, unreachable] =
            counts.get(wave).copied().unwrap_or_default().map(|number| number.to_string());
        [code(wave.as_str()), all, changing, unchanged, blocked, unreachable]
    };
    let head = ["wave", "targets", "to change", "unchanged", "blocked", "unreachable"];
    let table = long_table(head, plan.waves.iter().map(row), ("wave", String::new()));
    Block { elsewhere: "`--json`".to_owned(), ..table }
}

fn between_waves(plan: &RolloutPlan) -> String {
    match pauses(&plan.waves)[..] {
        [] => String::new(),
        ref pauses => format!("**Between waves**: {}", some_of(pauses, MOST_PAUSES)),
    }
}

fn without_a_plan(groups: &Groups<'_>) -> Block {
    troubles([("Blocked", &groups.blocked), ("Unreachable", &groups.unreachable)], " of targets without a plan")
}

/// What is wrong with targets, by the kind of their trouble.
pub(super) fn troubles(kinds: [(&str, &[Trouble<'_>]); 2], of: &str) -> Block {
    let troubles = kinds.into_iter().flat_map(|(word, troubles)| troubles.iter().map(move |trouble| (word, trouble)));
    let told = troubles.map(|(word, trouble)| (format!("{word}: {}", plain_names(&trouble.targets)), trouble.problems));
    Block { rank: Rank::First, ..of_targets(told, Severity::Error, of.to_owned()) }
}

fn warnings(plan: &RolloutPlan) -> Block {
    let troubles = alike::warnings(plan);
    let told = troubles.iter().map(|trouble| (format!("In {}:", plain_names(&trouble.targets)), trouble.problems));
    let body = of_targets(told, Severity::Warning, String::new());
    details(&count(troubles.len(), "warning"), body)
}

fn egress(plan: &RolloutPlan) -> String {
    let Egress { lost, losing, gained } = Egress::of(plan);
    let lost = (losing > 0).then(|| format!("{} lost in {}", codes(&lost, MOST_ADDRESSES), count(losing, "target")));
    let gained = (gained > 0).then(|| format!("{gained} gained (known after apply)"));
    let parts: Vec<String> = [lost, gained].into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("**Egress addresses**: {}", parts.join("; ")) }
}

/// What changes in a group, by the plan of its first target.
fn of_group(group: &Group<'_>) -> Block {
    let number = group.targets.len();
    let word = if number == 1 { "1 target".to_owned() } else { format!("{number} alike") };
    let title = format!("{word}: {}", in_short(group.plan).join("; "));
    let mut head = vec![code_line(&format!("# {}", plain_names(&group.targets)))];
    if number > 1 {
        head.push(code_line(&format!("# shown for {} in {}", group.first.name, group.first.region)));
    }
    if !group.varying.is_empty() {
        head.push(code_line(&format!("# own values: {}", fields(&group.varying, MOST_FIELDS))));
    }
    let noun = ("part", format!(" of the plan of {}", code(group.first.name.as_str())));
    let code = Code { language: "diff", head, pieces: changes::of_plan(group.plan), tail: Vec::new() };
    details(&title, Block { elsewhere: elsewhere(group.plan, group.first), ..code.block(noun) })
}

fn elsewhere(plan: &Plan, target: &TargetId) -> String {
    match plan.purpose {
        Purpose::Apply => format!("`groundwork plan --target {}`", target.name),
        Purpose::Destroy | Purpose::Recover | Purpose::Watch => "`--json`".to_owned(),
    }
}

fn left_out(groups: &Groups<'_>) -> String {
    let rest = groups.changing.get(MOST_GROUPS..).unwrap_or_default();
    if rest.is_empty() {
        return String::new();
    }
    let targets = rest.iter().map(|group| group.targets.len()).sum();
    format!(
        "{} with {} that differ are not shown: `--json` shows all.",
        count(rest.len(), "more group"),
        count(targets, "target")
    )
}

/// The targets: those without a plan first, those with nothing to do last.
fn targets(plan: &RolloutPlan, groups: &Groups<'_>) -> Block {
    let likes =
        groups.changing.iter().flat_map(|group| group.targets.iter().map(move |target| (&target.name, group.first)));
    let likes: BTreeMap<_, &TargetId> = likes.collect();
    let mut rows: Vec<(u8, [String; 5])> = plan
        .targets
        .iter()
        .map(|PlannedTarget { target, planned, basis: _ }| {
            let (order, words) = result(target, planned, likes.get(&target.name).copied());
            (order, row(target, words))
        })
        .collect();
    rows.sort_by_key(|(order, _)| *order);
    let noun = ("target", String::new());
    let table = long_table(["target", "account", "Region", "wave", "plan"], rows.into_iter().map(|(_, row)| row), noun);
    details(&count(plan.targets.len(), "target"), Block { elsewhere: "`--json`".to_owned(), ..table })
}

/// A target in a table, with what there is to tell of it.
pub(super) fn row(target: &TargetId, words: String) -> [String; 5] {
    let wave = code(target.wave.as_str());
    [code(target.name.as_str()), format!("`{}`", target.account), format!("`{}`", target.region), wave, words]
}

fn result(target: &TargetId, planned: &Planned, like: Option<&TargetId>) -> (u8, String) {
    let first =
        |problems: &[Problem]| problems.first().map(|problem| format!(" ({})", problem.code)).unwrap_or_default();
    match planned {
        Planned::Blocked(problems) => (0, format!("**blocked**{}", first(problems))),
        Planned::Unreachable(problems) => (1, format!("**unreachable**{}", first(problems))),
        Planned::Plan(plan) if plan.is_empty() => (3, "unchanged".to_owned()),
        Planned::Plan(plan) => {
            let words = match tally(plan.tally()) {
                parts if parts.is_empty() => "to change".to_owned(),
                parts => parts.join(", "),
            };
            match like.filter(|like| like.name != target.name) {
                Some(like) => (2, format!("{words}, like {}", code(like.name.as_str()))),
                None => (2, words),
            }
        }
    }
}
