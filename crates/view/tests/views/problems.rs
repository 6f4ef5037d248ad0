//! Errors and warnings.

use std::sync::Arc;

use groundwork_model::Code;
use groundwork_model::problem::{Place, Problem};
use groundwork_view::human;
use insta::assert_snapshot;

use crate::shown;

const SPEC: &str = r#"version = 1

[environment]
name = "staging"
region = "us-west-2"

[network]
mode = "create"
cidr = "10.0.0.0/16"
public_zones = ["us-west-2a", "us-west-2b"]
endpoints = [
    "s3",
    "dynamodb",
]
nat = ["us-west-2a", "us-west-2d"]  # one in each zone that tasks run in, so that none depends on another
"#;

/// A place in the sample spec.
fn place(quoted: &str) -> Place {
    let start = SPEC.find(quoted).expect("a text of the sample");
    let before = &SPEC[..start];
    Place::File {
        path: "staging.toml".to_owned(),
        line: before.matches('\n').count() + 1,
        column: start - before.rfind('\n').map_or(0, |at| at + 1) + 1,
        span: start..start + quoted.len(),
        text: Arc::from(SPEC),
    }
}

fn nat_without_subnet() -> Problem {
    let problem =
        Problem::new(Code::NatWithoutPublicSubnet, "zone us-west-2d has no public subnet to put its NAT gateway in")
            .at("network.nat[1]")
            .help("add \"us-west-2d\" to public_zones, or take it out of nat");
    Problem { place: Some(place("\"us-west-2d\"")), ..problem }
}

/// Problems with every kind of place.
pub fn problems() -> Vec<Problem> {
    let unknown = Problem::new(Code::UnknownKey, "there is no key network.endpoint").at("network.endpoint");
    let variable = Place::Variable { name: "GROUNDWORK_NETWORK__CIDR".to_owned() };
    let cidr = Problem::new(Code::InvalidCidr, "10.0.1.0/16 has bits set behind its prefix")
        .at("network.cidr")
        .help("write 10.0.0.0/16");
    let region = Problem::new(Code::InvalidValue, "\"mars\" is not an AWS Region").at("environment.region");
    let name = Problem::new(Code::InvalidName, "the cluster's name has a blank in it").at("cluster.name");
    vec![
        nat_without_subnet(),
        Problem { place: Some(place("[\n    \"s3\",\n    \"dynamodb\",\n]")), ..unknown },
        Problem { place: Some(variable), ..cidr },
        Problem { place: Some(Place::Argument { text: "environment.region=mars".to_owned() }), ..region },
        Problem { place: Some(Place::Default), ..name },
        Problem::new(Code::MissingKey, "the spec does not say which Region to use").at("environment.region"),
    ]
}

/// What can go wrong in AWS.
pub fn failures() -> Vec<Problem> {
    vec![
        Problem::new(Code::StackFailed, "creating EipUsw2Az2 failed, and the stack was rolled back")
            .at("network")
            .because("AWS said: The maximum number of addresses has been reached. (Service: Ec2, Status Code: 400, Request ID: 5a1b-c0ffee) (HandlerErrorCode: ServiceLimitExceeded)")
            .because("Elastic IPs in us-west-2: 5 of 5 in use (quota L-0263D0A3)")
            .help("free an address, or use nat = \"single\" (needs 1 instead of 2), or ask AWS for more:")
            .help("    aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-0263D0A3 --desired-value 10")
            .help("then run the same command again"),
        Problem::new(Code::AccessDenied, "AWS does not permit DescribeStacks")
            .because("User: arn:aws:sts::123456789012:assumed-role/deployer/ci is not authorized to perform: cloudformation:DescribeStacks (AccessDenied) [request 5a1b]"),
    ]
}

fn at(width: usize, problems: &[Problem]) -> String {
    shown(width, |out, style| human::problems(out, problems, style))
}

#[test]
fn a_file_is_quoted() {
    assert_snapshot!(at(80, &[nat_without_subnet()]));
}

#[test]
fn every_origin_is_named() {
    assert_snapshot!(at(80, &problems()));
}

#[test]
fn a_narrow_terminal_shows_the_same() {
    assert_snapshot!(at(60, &problems()));
}

#[test]
fn a_failure_says_what_aws_said_and_what_helps() {
    assert_snapshot!(at(80, &failures()));
}

#[test]
fn a_place_that_does_not_fit_its_text_is_named() {
    let place =
        Place::File { path: "a.toml".to_owned(), line: 7, column: 3, span: 900..910, text: Arc::from("x = 1\n") };
    let problem = Problem { place: Some(place), ..Problem::new(Code::SpecSyntax, "this is not TOML") };
    assert_snapshot!(at(80, &[problem]));
}

#[test]
fn the_end_of_a_file_can_be_quoted() {
    let text = "name = ";
    let place = Place::File { path: "a.toml".to_owned(), line: 1, column: 8, span: 7..7, text: Arc::from(text) };
    let problem = Problem { place: Some(place), ..Problem::new(Code::SpecSyntax, "a value is missing") };
    assert_snapshot!(at(80, &[problem]));
}

#[test]
fn warnings_are_not_counted() {
    let warnings = [
        Problem::new(Code::NoInternet, "tasks cannot reach CloudReactor's API: there is no NAT gateway")
            .at("network.nat"),
        Problem::new(Code::FewAddresses, "subnet subnet-0a1b has only 3 free addresses").at("network.subnets[0]"),
    ];
    assert_snapshot!(shown(80, |out, style| human::warnings(out, &warnings, style)));
}
