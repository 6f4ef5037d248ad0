//! Markdown, as it stands in a pull request, and what holds for every such text.

pub mod any;
mod properties;
mod rollouts;
mod structure;

use std::io::{self, Write};

use groundwork_model::plan::{Action, Component, ComponentPlan, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::report::StepOutcome;
use groundwork_model::step::Op;
use groundwork_model::{Code, Exit};
use groundwork_view::markdown;
use insta::assert_snapshot;
use serde_json::json;

use crate::{problems, reports, review, rules, sample, status};

/// What a view writes; it is sound Markdown, whatever it tells.
fn shown(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    render(&mut out).expect("a Vec takes everything");
    let text = String::from_utf8(out).expect("views write UTF-8");
    structure::check(&text);
    text
}

fn plan(plan: &Plan) -> String {
    shown(|out| markdown::plan(out, plan, None, &[]))
}

fn report(number: usize, exit: Exit) -> String {
    let (plan, report) = reports::reports().swap_remove(number);
    shown(|out| markdown::report(out, &plan, &report, exit, &reports::spec()))
}

#[test]
fn a_new_account_is_shown_with_a_diagram() {
    let plan_of_all = sample::first_create();
    let Plan { cost, .. } = review::first();
    assert_snapshot!(plan(&Plan { cost, ..plan_of_all }));
}

#[test]
fn a_replacement_says_what_it_needs() {
    assert_snapshot!(plan(&sample::zone_added()));
}

#[test]
fn permissions_and_refusals_come_first() {
    assert_snapshot!(plan(&review::gated()));
}

#[test]
fn permissions_of_something_new_are_folded() {
    assert_snapshot!(plan(&review::first()));
}

#[test]
fn nothing_to_do_is_short() {
    assert_snapshot!(plan(&sample::nothing_to_do()));
}

#[test]
fn a_removal_is_confirmed_by_name() {
    assert_snapshot!(plan(&sample::destroy()));
}

#[test]
fn what_stands_and_what_is_used_is_drawn_as_boxes() {
    assert_snapshot!(plan(&sample::role_adopted()));
}

#[test]
fn a_refused_apply_shows_why_and_the_plan() {
    let plan = sample::zone_added();
    let refusal =
        Problem::new(Code::ClassNotAllowed, "the plan replaces something").help("run again with --allow replace");
    let text = shown(|out| markdown::plan(out, &plan, None, &[refusal]));
    assert_snapshot!(text.split_once("| component").expect("a table").0);
}

#[test]
fn a_finished_apply_says_where_to_go() {
    assert_snapshot!(report(1, Exit::Done));
}

#[test]
fn a_failed_apply_says_what_happened() {
    let (plan, mut report) = reports::reports().swap_remove(2);
    let failure = problems::failures().swap_remove(0);
    for step in &mut report.steps {
        if let StepOutcome::Failed { problem } = &mut step.outcome {
            **problem = failure.clone();
        }
    }
    assert_snapshot!(shown(|out| markdown::report(out, &plan, &report, Exit::RolledBack, &reports::spec())));
}

#[test]
fn an_interrupted_apply_says_so() {
    assert_snapshot!(report(3, Exit::Interrupted));
}

#[test]
fn a_run_without_a_plan_says_why() {
    assert_snapshot!(shown(|out| markdown::problems(out, &problems::problems(), Exit::Usage)));
}

#[test]
fn a_status_has_what_there_is_to_copy() {
    assert_snapshot!(shown(|out| markdown::status(out, &status::ready())));
}

/// The network of a zone that is added, with the rest of its template.
fn zone_added_with_template() -> Plan {
    let mut plan = sample::zone_added();
    let subnet = |cidr: &str, zone: &str| json!({ "Type": "AWS::EC2::Subnet", "Properties": { "CidrBlock": cidr, "AvailabilityZone": zone } });
    let route = |to: &str| json!({ "Type": "AWS::EC2::Route", "Properties": { "NatGatewayId": { "Ref": to } } });
    let of = |kind: &str| json!({ "Type": format!("AWS::EC2::{kind}") });
    let template = json!({ "Resources": {
        "InternetGateway": of("InternetGateway"),
        "SubnetPublicUsw2Az1": subnet("10.0.0.0/20", "us-west-2a"),
        "EipUsw2Az1": of("EIP"),
        "NatGatewayUsw2Az1": of("NatGateway"),
        "SubnetPrivateUsw2Az1": subnet("10.0.16.0/20", "us-west-2a"),
        "RoutePrivateUsw2Az1": route("NatGatewayUsw2Az1"),
        "SubnetPrivateUsw2Az3": subnet("10.0.80.0/20", "us-west-2c"),
        "RoutePrivateUsw2Az3": route("NatGatewayUsw2Az1"),
        "EndpointS3": of("VPCEndpoint"),
        "EndpointLogs": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": { "ServiceName": { "Fn::Sub": "com.amazonaws.${AWS::Region}.logs" } },
        },
    }});
    for step in &mut plan.steps {
        if let Op::DeployStack(deploy) = &mut step.op {
            deploy.template = template.to_string().into();
        }
    }
    plan
}

#[test]
fn a_template_completes_the_diagram() {
    let text = plan(&zone_added_with_template());
    assert_snapshot!(structure::mermaid(&text).expect("a diagram"));
}

#[test]
fn a_crowded_network_is_drawn_kind_by_kind() {
    let zones = 1..=10;
    let lines = zones.flat_map(|zone| {
        let sign = if zone == 10 { '-' } else { '+' };
        [
            format!("{sign} SubnetPublicUse1Az{zone} EC2::Subnet 10.0.{zone}.0/24 in us-east-1a"),
            format!("{sign} SubnetPrivateUse1Az{zone} EC2::Subnet 10.0.{zone}.0/24 in us-east-1a"),
            format!("{sign} NatGatewayUse1Az{zone} EC2::NatGateway"),
            format!("{sign} EipUse1Az{zone} EC2::EIP"),
        ]
    });
    let plan_of_one = sample::zone_added();
    let crowded = |part: ComponentPlan| match part.component {
        Component::Network => {
            let lines = lines.clone().chain(["+ InternetGateway EC2::InternetGateway".to_owned()]);
            ComponentPlan { resources: lines.map(|line| sample::resource(&line)).collect(), ..part }
        }
        _ => part,
    };
    let components = plan_of_one.components.iter().cloned().map(crowded).collect();
    let text = plan(&Plan { components, ..plan_of_one });
    assert_snapshot!(structure::mermaid(&text).expect("a diagram"));
}

#[test]
fn a_secret_that_slipped_through_is_not_shown() {
    for action in [Action::Create, Action::Update] {
        let text = plan(&rules::leaking(action));
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("(secret)") || text.contains("secret, never shown"), "{text}");
    }
}

#[test]
fn a_huge_network_says_what_is_left_out() {
    let note = "a note of the length that notes of endpoints have, ".repeat(6);
    let line = |at| sample::resource(&format!("+ Thing{at} EC2::VPCEndpoint {note}"));
    let enlarged = |part: ComponentPlan| match part.component {
        Component::Network => ComponentPlan { resources: (0..2_000).map(line).collect(), ..part },
        _ => part,
    };
    let plan_of_one = sample::zone_added();
    let components = plan_of_one.components.iter().cloned().map(enlarged).collect();
    let text = plan(&Plan { components, ..plan_of_one });
    let (_, rest) = text.split_once("| network | `CloudReactor-staging-network` | 2000 to add |").expect("its row");
    let (_, rest) = rest
        .split_once(" of 2000 resources of network are not shown: `groundwork plan` shows all.\n")
        .expect("a remark");
    assert!(rest.contains("<summary>cloudreactor: 1 field</summary>"), "{rest}");
    assert!(text.len() > 60_000, "{} bytes are fewer than there is room for", text.len());
}
