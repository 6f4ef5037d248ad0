//! A diagram of what is built and of what changes in it, as a Mermaid flowchart.
//!
//! It shows what the plan knows: the components, and of a network that changes its subnets, ways out and
//! endpoints. Of a network that stays as it is, only the box is known.

mod chart;
mod inventory;
mod network;

use groundwork_model::plan::{Action, Component, ComponentPlan, Plan, Shown, Subject, Unknown};
use groundwork_model::spec::{OutputRef, Tier};
use groundwork_model::step::{Draft, Op};

use self::chart::{Chart, Id};
use self::inventory::Inventory;
use self::network::Network;
use super::document::{Block, Code};
use crate::human::names::subject;
use crate::human::plan::verdict;

/// More parts of a network than these can't be read: then all of a kind are drawn as one.
const MOST_PARTS: usize = 24;

/// Where a Run Environment's subnets stand, in a plan's fields and in a draft.
const SUBNETS: &str = "network.subnets";

/// Whether a diagram shows what will be done, or what was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tense {
    Planned,
    Done,
}

impl Tense {
    /// What becomes, or became, of a thing.
    fn fate(self, action: Action) -> &'static str {
        match (self, action) {
            (_, Action::NoOp) => "no change",
            (Self::Planned, Action::Create) => "to add",
            (Self::Planned, Action::Update) => "to update",
            (Self::Planned, Action::Replace) => "to replace",
            (Self::Planned, Action::Delete) => "to delete",
            (Self::Done, Action::Create) => "added",
            (Self::Done, Action::Update) => "updated",
            (Self::Done, Action::Replace) => "replaced",
            (Self::Done, Action::Delete) => "deleted",
        }
    }
}

/// The diagram of a plan; none where nothing changes.
pub(super) fn block(plan: &Plan, tense: Tense) -> Block {
    let pieces = if plan.is_empty() { Vec::new() } else { vec![draw(plan, tense)] };
    let code = Code { language: "mermaid", head: Vec::new(), pieces, tail: Vec::new() };
    code.block(("diagram", String::new()))
}

fn draw(plan: &Plan, tense: Tense) -> Vec<String> {
    let mut chart = Chart::default();
    let mut draw = |component| part(plan, component).map(|part| boxed(&mut chart, part, tense));
    let (environment, role, cluster) = (draw(Component::CloudReactor), draw(Component::Role), draw(Component::Cluster));
    if let (Some(environment), Some(role)) = (&environment, &role) {
        chart.told_edge(environment, "assumes", role);
    }
    if let (Some(role), Some(cluster)) = (&role, &cluster) {
        chart.told_edge(role, "starts tasks in", cluster);
    }
    if let Some(network) = part(plan, Component::Network) {
        draw_network(&mut chart, (plan, tense), network, cluster.or(role).or(environment).as_ref());
    }
    chart.lines()
}

/// The component's part of the plan, if it is about something.
fn part(plan: &Plan, wanted: Component) -> Option<&ComponentPlan> {
    plan.components.iter().find(|part| part.component == wanted && part.subject != Subject::None)
}

/// A component as a node.
fn boxed(chart: &mut Chart, part: &ComponentPlan, tense: Tense) -> Id {
    let kind = match part.component {
        Component::CloudReactor => "CloudReactor",
        other => other.as_str(),
    };
    let fate = match (tense, part.action) {
        (Tense::Planned, _) | (_, Action::NoOp) => verdict(part).join(", "),
        (Tense::Done, action) => tense.fate(action).to_owned(),
    };
    let name = subject(&part.subject);
    // `cluster shared` says already what it is.
    let kind = if name.starts_with(&format!("{kind} ")) { "" } else { kind };
    chart.node(&[kind, &name, &fate], part.action)
}

/// A network as a box with its parts, or as a node where none of them is known.
fn draw_network(chart: &mut Chart, (plan, tense): (&Plan, Tense), part: &ComponentPlan, from: Option<&Id>) {
    let inventory = Inventory::of(plan, part);
    if inventory.things.is_empty() {
        let id = boxed(chart, part, tense);
        if let Some(from) = from {
            chart.told_edge(from, "tasks in", &id);
        }
        return;
    }
    let frame = chart.open(&format!("network {}", subject(&part.subject)));
    let mut network = Network::draw(chart, inventory, tense, MOST_PARTS);
    chart.close();
    network.connect(chart);
    if let Some(from) = from
        && !network.tasks(chart, from, tier(plan))
    {
        chart.told_edge(from, "tasks in", &frame);
    }
}

/// In which subnets of our network tasks run, if the plan tells.
fn tier(plan: &Plan) -> Option<Tier> {
    let fields = plan.components.iter().flat_map(|part| &part.fields).filter(|field| field.path == SUBNETS);
    let planned = fields.filter_map(|field| match &field.after {
        Shown::Unknown(Unknown::Output(output)) => tier_of(output),
        Shown::Absent | Shown::Json(_) | Shown::Unknown(_) | Shown::Secret => None,
    });
    let drafts = plan.steps.iter().filter_map(|step| match &step.op {
        Op::PutRunEnvironment(draft) => draft.aws.get(SUBNETS),
        Op::DeployStack(_)
        | Op::DeployStackSet(_)
        | Op::DeleteStack(_)
        | Op::ContinueRollback(_)
        | Op::RollBack(_)
        | Op::FollowStack(_)
        | Op::PutCapacityProviders(_)
        | Op::DeleteRunEnvironment { .. } => None,
    });
    let drafted = drafts.filter_map(|draft| match draft {
        Draft::OutputList(output) => tier_of(output),
        Draft::Known(_) | Draft::Output(_) | Draft::Parameter { .. } => None,
    });
    planned.chain(drafted).next()
}

fn tier_of(output: &OutputRef) -> Option<Tier> {
    match output.key.as_str() {
        "SubnetsPublic" => Some(Tier::Public),
        "SubnetsPrivate" => Some(Tier::Private),
        _ => None,
    }
}
