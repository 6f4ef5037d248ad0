//! What a reviewer decides by: permissions, cost, and what has to be allowed.

use std::collections::BTreeSet;

use groundwork_model::cost::{Alternative, Billable, Cost, CostItem, Price, Unit, UsagePrice};
use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::plan::{Action, Class, Component, ComponentPlan, Egress, Plan, Purpose, Reason};
use groundwork_model::policy::{Policy, Rules};
use groundwork_view::human;
use insta::assert_snapshot;

use crate::sample::{changed, converged, destroy, id, part, plan, resource};
use crate::shown;

const CLOUDREACTOR: &str = "CloudReactor (arn:aws:iam::549277324696:role/customer_invoker)";

/// A permission: whether it is gained, of which kind, who has it, and where it stands.
fn permission(direction: Direction, kind: PermissionKind, holder: &str, at: &str) -> PermissionChange {
    PermissionChange {
        logical_id: id(at),
        direction,
        kind,
        holder: holder.to_owned(),
        actions: vec!["sts:AssumeRole".to_owned()],
        resources: Vec::new(),
        conditions: Vec::new(),
    }
}

fn act(direction: Direction, holder: &str, actions: &[&str], resources: &[&str]) -> PermissionChange {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    PermissionChange {
        actions: owned(actions),
        resources: owned(resources),
        ..permission(direction, PermissionKind::Act, holder, "executionSchedulingRole")
    }
}

fn with(condition: &str, change: PermissionChange) -> PermissionChange {
    PermissionChange { conditions: vec![condition.to_owned()], ..change }
}

/// What the role's new template permits.
fn permissions_of_new() -> Vec<PermissionChange> {
    use Direction::Gained;
    let numbered: Vec<String> = (0..24).map(|number| format!("ecs:Action{number}")).collect();
    let numbered: Vec<&str> = numbered.iter().map(String::as_str).collect();
    let assume = |holder| permission(Gained, PermissionKind::Assume, holder, "executionSchedulingRole");
    let pass = act(Gained, "role executionSchedulingRole", &["iam:PassRole"], &["arn:aws:iam::123456789012:role/*"]);
    let logs = act(Gained, "role taskExecutionRole", &["logs:CreateLogStream", "logs:PutLogEvents"], &["*"]);
    let invoke = PermissionChange {
        actions: vec!["lambda:InvokeFunction".to_owned()],
        ..permission(
            Gained,
            PermissionKind::Assume,
            "the service events.amazonaws.com",
            "cloudreactorWorkflowStarterLambda",
        )
    };
    vec![
        act(Gained, "role executionSchedulingRole", &numbered, &["*"]),
        with("only to be passed to ecs-tasks.amazonaws.com", pass),
        logs,
        with("only with the external id", assume(CLOUDREACTOR)),
        with("only for account 123456789012", assume("the service events.amazonaws.com")),
        invoke,
    ]
}

fn price(amount: &str, unit: Unit, is_estimate: bool) -> Price {
    Price {
        amount: amount.parse().expect("an amount"),
        unit,
        region: id(if is_estimate { "us-east-1" } else { "us-west-2" }),
        is_estimate,
        source: "AWS's page on VPC prices".to_owned(),
        as_of: "2026-10".to_owned(),
    }
}

/// So many NAT gateways, addresses and zones of endpoints, before and after.
fn billed(counts: [(u32, u32); 3], is_estimate: bool) -> Cost {
    let kinds =
        [(Billable::NatGateway, "0.045"), (Billable::PublicAddress, "0.005"), (Billable::InterfaceEndpoint, "0.01")];
    let items = kinds.into_iter().zip(counts).filter(|(_, counts)| *counts != (0, 0));
    let item = |((what, amount), (before, after))| CostItem {
        what,
        before,
        after,
        price: price(amount, Unit::Hour, is_estimate),
    };
    let usage = UsagePrice { what: Billable::NatTraffic, price: price("0.045", Unit::Gigabyte, is_estimate) };
    Cost { items: items.map(item).collect(), usage: vec![usage], alternatives: Vec::new() }
}

fn alternatives() -> Vec<Alternative> {
    let one = |setting: &str, saves: &str, drawback: &str| Alternative {
        setting: setting.to_owned(),
        saves: saves.parse().expect("an amount"),
        drawback: drawback.to_owned(),
    };
    vec![
        one("nat = \"single\"", "36.50", "the loss of the gateway's zone cuts off all tasks"),
        one("endpoints = [\"s3\"]", "29.20", "traffic to these services goes through a NAT gateway"),
    ]
}

/// A first apply with all that it permits and costs.
pub fn first() -> Plan {
    let role = ComponentPlan {
        resources: vec![resource("+ executionSchedulingRole IAM::Role"), resource("+ taskExecutionRole IAM::Role")],
        permissions: permissions_of_new(),
        ..part(Component::Role, Action::Create, Reason::Missing)
    };
    let network = ComponentPlan {
        resources: vec![resource("+ EipUsw2Az1 EC2::EIP"), resource("+ NatGatewayUsw2Az1 EC2::NatGateway")],
        ..part(Component::Network, Action::Create, Reason::Missing)
    };
    let cost = Cost { alternatives: alternatives(), ..billed([(0, 2), (0, 2), (0, 4)], false) };
    let egress = Egress { gained: 2, ..Egress::default() };
    Plan { egress, cost, ..plan(Purpose::Apply, vec![role, network]) }
}

/// A role that permits more, a network that the policy protects, prices that are not known.
pub fn gated() -> Plan {
    use Direction::{Gained, Lost};
    let stranger = permission(Gained, PermissionKind::Assume, "account 210987654321", "executionSchedulingRole");
    let role = ComponentPlan {
        resources: vec![changed("~ executionSchedulingRole IAM::Role", Vec::new())],
        permissions: vec![
            act(Lost, CLOUDREACTOR, &["ecs:StopTask"], &["*"]),
            act(Gained, CLOUDREACTOR, &["ecs:RunTask", "ecs:TagResource"], &["*"]),
            with("only with the external id", stranger),
        ],
        ..part(Component::Role, Action::Update, Reason::Differs)
    };
    let network = ComponentPlan {
        resources: vec![resource("- NatGatewayUsw2Az1 EC2::NatGateway"), resource("- EipUsw2Az1 EC2::EIP")],
        ..part(Component::Network, Action::Update, Reason::Differs)
    };
    let policy = Policy {
        everywhere: Rules { deny: BTreeSet::from([Class::Trust]), ..Rules::default() },
        protected: BTreeSet::from([Component::Network]),
        ..Policy::default()
    };
    let egress = Egress { lost: vec![id("203.0.113.9")], ..Egress::default() };
    let cost = billed([(1, 0), (1, 0), (0, 0)], true);
    Plan { egress, cost, policy, ..plan(Purpose::Apply, vec![role, network, converged(Component::Cluster)]) }
}

/// A removal that the policy refuses.
fn protected_removal() -> Plan {
    let everywhere = Rules { deny: BTreeSet::from([Class::Delete]), ..Rules::default() };
    Plan { policy: Policy { everywhere, ..Policy::default() }, ..destroy() }
}

/// Costs of every kind.
pub fn costs() -> Vec<Cost> {
    vec![first().cost, gated().cost, billed([(1, 1), (1, 1), (0, 0)], false), Cost::default()]
}

fn at(width: usize, plan: &Plan) -> String {
    shown(width, |out, style| human::plan(out, plan, style))
}

#[test]
fn a_first_plan_says_what_it_permits_and_costs() {
    assert_snapshot!(at(80, &first()));
}

#[test]
fn what_is_gained_and_lost_is_said_and_what_refuses_it() {
    assert_snapshot!(at(80, &gated()));
}

#[test]
fn a_removal_that_is_refused_says_by_which_key() {
    let text = at(80, &protected_removal());
    let (_, end) = text.split_once("Removal: ").expect("the sum of a removal");
    assert_snapshot!(end);
}

#[test]
fn every_price_has_its_source() {
    let text: Vec<String> = costs().iter().map(|cost| shown(80, |out, style| human::cost(out, cost, style))).collect();
    assert_snapshot!(text.join("\n----\n\n"));
}

#[test]
fn where_nothing_is_billed_nothing_is_said() {
    let mut plan = first();
    assert!(at(80, &plan).contains("Monthly cost"));
    plan.cost = Cost::default();
    assert!(!at(80, &plan).contains("Monthly cost"));
}

#[test]
fn what_costs_less_is_named_only_where_the_cost_grows() {
    let mut plan = first();
    assert!(at(80, &plan).contains("Cheaper"));
    plan.cost.items.iter_mut().for_each(|item| item.before = item.after);
    assert!(!at(80, &plan).contains("Cheaper"));
    assert!(at(80, &plan).contains("as before"));
}
