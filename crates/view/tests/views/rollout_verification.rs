//! What was verified of many targets, for people.

use groundwork_model::Code;
use groundwork_model::found::{Found, FoundIn};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Planned, TargetId};
use groundwork_model::verification::{Link, LinkName, VERIFICATION_FORMAT, Verdict, Verification};
use groundwork_view::{human, markdown};
use insta::assert_snapshot;

use crate::sample::{self, id};
use crate::{fleet, shown};

/// A verification in which every link holds, but for those that the verdicts are about.
fn verification(verdicts: &[(LinkName, Verdict)]) -> Verification {
    let verdict = |name| verdicts.iter().find(|(known, _)| *known == name).map(|(_, verdict)| verdict.clone());
    let link = |name: LinkName| Link {
        name,
        read: format!("what was read of {name}"),
        verdict: verdict(name).unwrap_or(Verdict::Ok),
    };
    let links = LinkName::ALL.map(link).into();
    Verification { format_version: VERIFICATION_FORMAT.to_owned(), target: sample::target(), links }
}

/// Tasks have no way out of a subnet of this number.
fn no_way_out(number: usize) -> Problem {
    let (subnet, table) = (format!("subnet-0a1b2c3d{number:09}"), format!("rtb-0a1b2c3d{number:09}"));
    let repair = "aws ec2 create-route --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-0a1b2c3d";
    Problem::new(Code::SubnetUnusable, format!("tasks cannot start in {subnet}: nothing leads out of it"))
        .at("network.private_zones")
        .because(format!("{table} has no default route"))
        .help(format!("put the route back: {repair} --route-table-id {table}"))
}

fn providers_missing() -> Problem {
    Problem::new(Code::FargateMissing, "cluster staging does not have the capacity provider FARGATE_SPOT")
        .at("cluster")
        .help("add it: aws ecs put-cluster-capacity-providers --cluster staging")
}

fn denied() -> Problem {
    Problem::new(Code::AccessDenied, "AWS does not permit GetRole")
        .because("User is not authorized to perform: iam:GetRole (AccessDenied)")
}

fn found_in(target: TargetId, verification: Verification) -> FoundIn<Verification> {
    let problems = verification.problems();
    FoundIn { target, document: Some(verification), problems }
}

/// The dozen: most hold, two lack the same, one lacks two things, one could be read in part, one not at all, and one has
/// no network.
fn dozen() -> Found<Verification> {
    let broken = |problem| Verdict::Broken { problems: vec![problem] };
    let unknown = || Verdict::Unknown { problems: vec![denied()] };
    let targets = fleet::plan().targets.into_iter().enumerate().map(|(at, planned)| {
        let verdicts = match planned.target.name.as_str() {
            "team-ml" | "team-ml-eu" => vec![(LinkName::Subnets, broken(no_way_out(at)))],
            "team-old" => vec![
                (LinkName::Subnets, broken(no_way_out(at))),
                (LinkName::CapacityProviders, broken(providers_missing())),
            ],
            "team-web" => vec![(LinkName::RoleTrust, unknown()), (LinkName::PassRole, unknown())],
            "team-quiet" => [LinkName::Subnets, LinkName::SecurityGroups, LinkName::Endpoints, LinkName::Dns]
                .map(|link| (link, Verdict::Skipped))
                .into(),
            _ => Vec::new(),
        };
        match planned.planned {
            Planned::Unreachable(problems) => FoundIn { target: planned.target, document: None, problems },
            Planned::Plan(_) | Planned::Blocked(_) => found_in(planned.target, verification(&verdicts)),
        }
    });
    Found { targets: targets.collect(), notices: fleet::plan().notices }
}

/// As many targets, of each of which another subnet has no way out for another reason.
fn motley(size: usize) -> Found<Verification> {
    let target = |number: usize| {
        let mut problem = no_way_out(number);
        problem.message = format!("tasks cannot start in subnets of the kind {number}");
        let name = LinkName::ALL[number % LinkName::ALL.len()];
        let verdict = Verdict::Broken { problems: vec![problem; 1 + number / LinkName::ALL.len()] };
        let id = TargetId { name: id(&format!("account-{number:04}")), ..dozen().targets.remove(0).target };
        found_in(id, verification(&[(name, verdict)]))
    };
    Found { targets: (0..size).map(target).collect(), notices: Vec::new() }
}

fn on_a_screen(found: &Found<Verification>, width: usize) -> String {
    shown(width, |out, style| human::rollout_verification(out, found, style))
}

fn in_markdown(found: &Found<Verification>) -> String {
    shown(80, |out, _| markdown::rollout_verification(out, found))
}

#[test]
fn a_dozen_targets_are_on_one_screen_with_what_is_wrong() {
    assert_snapshot!(on_a_screen(&dozen(), 80));
}

#[test]
fn a_fleet_in_which_every_link_holds_is_one_line() {
    let mut found = dozen();
    found.targets.retain(|target| target.document.as_ref() == Some(&verification(&[])));
    found.notices.clear();
    assert_snapshot!(on_a_screen(&found, 100));
}

#[test]
fn a_dozen_targets_are_one_comment() {
    assert_snapshot!(in_markdown(&dozen()));
}

#[test]
fn a_thousand_targets_that_differ_stay_on_a_screen_and_in_a_comment() {
    let found = motley(1_000);
    for width in [40, 80, 120] {
        let text = on_a_screen(&found, width);
        assert!(text.lines().count() <= 100, "{} lines: {text}", text.lines().count());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("and 992 more groups with 992 targets: see --json"), "{text}");
        assert!(text.contains("0 of 1000 targets verified, 1000 not verified"), "{text}");
    }
    let text = in_markdown(&found);
    assert!(text.len() <= 65_000, "{}", text.len());
    assert!(text.contains("groups are not shown: `--json` shows all."), "{}", &text[..2_000]);
}
