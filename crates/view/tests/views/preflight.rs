//! Preflights: every check with its verdict, then what is worth knowing; below a plan, and for a pull request.

use groundwork_model::least_privilege::Verb;
use groundwork_model::preflight::{Check, CheckName, CheckVerdict, PREFLIGHT_FORMAT, Preflight};
use groundwork_model::problem::Problem;
use groundwork_model::{Code, Exit};
use groundwork_view::{human, markdown};
use insta::assert_snapshot;

use crate::sample::target;
use crate::shown;

fn preflight(checks: Vec<Check>) -> Preflight {
    Preflight { format_version: PREFLIGHT_FORMAT.to_owned(), verb: Verb::Apply, target: target(), checks }
}

fn check(name: CheckName, found: &str, problems: Vec<Problem>) -> Check {
    Check { name, found: found.to_owned(), verdict: CheckVerdict::of(problems) }
}

fn skipped(name: CheckName, found: &str) -> Check {
    Check { name, found: found.to_owned(), verdict: CheckVerdict::Skipped }
}

fn ready() -> Preflight {
    preflight(vec![
        check(CheckName::Identity, "account 123456789012, partition aws", Vec::new()),
        check(CheckName::Region, "us-west-2, 4 of 4 zones available", Vec::new()),
        check(CheckName::Plan, "31 to add", Vec::new()),
        skipped(CheckName::AddressBlock, "no VPC is made"),
    ])
}

fn not_ready() -> Preflight {
    let missing =
        Problem::new(Code::PermissionsMissing, "role/deployer lacks 1 of the 80 permissions that apply needs")
            .because("no policy allows: iam:CreateRole on arn:aws:iam::123456789012:role/CloudReactor-staging-*")
            .help("the policy that is needed: groundwork permissions --for apply -f PATH");
    let short = Problem::new(Code::QuotaTooSmall, "the plan needs 1 more VPC, and AWS permits 0")
        .because("5 of 5 are in use (quota L-F678F1CE of vpc)")
        .help("or use a VPC that is there: mode = \"use\" in [network]");
    let unknown =
        Problem::new(Code::NotChecked, "whether the account may have 1 more Elastic IP address was not checked")
            .at("network")
            .because("AWS does not permit GetServiceQuota");
    let overlap = Problem::new(Code::AddressesOverlap, "10.0.0.0/16 overlaps 10.0.0.0/20 of vpc-1 (legacy)")
        .at("network.cidr")
        .because("the two could never be joined by peering or a transit gateway");
    preflight(vec![
        check(CheckName::Identity, "account 123456789012, partition aws", Vec::new()),
        check(CheckName::Permissions, "80 actions that apply needs, simulated for role/deployer", vec![missing]),
        check(CheckName::Quotas, "VPCs: 5 + 1 of 5; Elastic IP addresses: 2 + 1 of ?", vec![short, unknown]),
        skipped(CheckName::FargateZones, "the spec leaves the network out"),
        check(CheckName::AddressBlock, "10.0.0.0/16, compared with those of 5 other VPCs", vec![overlap]),
    ])
}

#[test]
fn a_preflight_tells_every_check_and_what_is_worth_knowing() {
    assert_snapshot!("ready", shown(80, |out, style| human::preflight(out, &ready(), style)));
    assert_snapshot!("not_ready", shown(80, |out, style| human::preflight(out, &not_ready(), style)));
}

#[test]
fn below_a_plan_it_does_not_say_again_whom_it_concerns() {
    assert_snapshot!("below_a_plan", shown(80, |out, style| human::preflight_of_plan(out, &ready(), style)));
}

#[test]
fn a_pull_request_has_the_checks_and_what_stands_in_the_way() {
    assert_snapshot!("not_ready_in_markdown", shown(80, |out, _| markdown::preflight(out, &not_ready(), Exit::Access)));
    let plan = crate::sample::first_create();
    let problems = not_ready().failures();
    let text = shown(80, |out, _| markdown::plan(out, &plan, Some(&not_ready()), &problems));
    let head: Vec<&str> = text.lines().take_while(|line| !line.starts_with("Needs")).collect();
    assert_snapshot!("in_the_markdown_of_a_plan", head.join("\n"));
}
