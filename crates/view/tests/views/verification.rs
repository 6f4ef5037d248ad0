//! Verifications: every link with its verdict and what it was judged by.

use groundwork_model::problem::Problem;
use groundwork_model::verification::{Link, LinkName, VERIFICATION_FORMAT, Verdict, Verification};
use groundwork_model::{Code, Exit};
use groundwork_view::{human, markdown};
use insta::assert_snapshot;

use crate::sample::target;
use crate::shown;

fn link(name: LinkName, read: &str, verdict: Verdict) -> Link {
    Link { name, read: read.to_owned(), verdict }
}

fn verification(links: Vec<Link>) -> Verification {
    Verification { format_version: VERIFICATION_FORMAT.to_owned(), target: target(), links }
}

fn whole() -> Verification {
    let links = [
        (LinkName::RoleTrust, "trust of CloudReactor-staging-executionSchedulingRole-1A2B3C4D5E6F"),
        (LinkName::Cluster, "staging"),
    ];
    verification(links.map(|(name, read)| link(name, read, Verdict::Ok)).into())
}

fn torn() -> Verification {
    let problem = Problem::new(Code::SubnetUnusable, "tasks cannot start in subnet-1: nothing leads out")
        .because("rtb-1 has no default route")
        .help("put the route back: aws ec2 create-route --route-table-id rtb-1");
    let denied = Problem::new(Code::AccessDenied, "AWS did not permit GetRole");
    verification(vec![
        link(LinkName::RoleTrust, "trust of the role", Verdict::Unknown { problems: vec![denied.clone()] }),
        link(LinkName::PassRole, "2 policies of the role", Verdict::Unknown { problems: vec![denied] }),
        link(
            LinkName::Subnets,
            "1 subnet by way of nothing but endpoints",
            Verdict::Broken { problems: vec![problem] },
        ),
        link(LinkName::Dns, "vpc-1", Verdict::Ok),
        link(LinkName::Capabilities, "none", Verdict::Skipped),
    ])
}

#[test]
fn a_verification_tells_every_link() {
    assert_snapshot!("verified", shown(80, |out, style| human::verification(out, &whole(), style)));
    assert_snapshot!("not_verified", shown(80, |out, style| human::verification(out, &torn(), style)));
}

#[test]
fn a_summary_has_the_links_and_what_is_wrong() {
    let mut text = Vec::new();
    markdown::verification(&mut text, &torn(), Exit::Access).expect("a Vec takes everything");
    assert_snapshot!("not_verified_in_markdown", String::from_utf8(text).expect("views write UTF-8"));
}
