//! Which accounts of an organization are found, with how many calls one after the other, and what goes wrong.

use std::collections::BTreeMap;

use groundwork_engine::organization::find;
use groundwork_engine::ports::ErrorClass;
use groundwork_model::organization::{FoundAccounts, LeftOut, OrganizationQuery};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::Access;
use groundwork_model::{AccountId, Code};
use groundwork_testkit::build::id;
use groundwork_testkit::organizations::FakeOrganizations;
use groundwork_testkit::{Fault, ScriptedClock};

const ROOT: &str = FakeOrganizations::ROOT;

/// Root: Workloads (Production (EU), Test), Sandbox.
fn organization(clock: &ScriptedClock) -> FakeOrganizations {
    let mut organization = FakeOrganizations::new(clock);
    organization.unit(ROOT, "ou-root-workload", "Workloads");
    organization.unit("ou-root-workload", "ou-root-producti", "Production");
    organization.unit("ou-root-producti", "ou-root-europe00", "EU");
    organization.unit("ou-root-workload", "ou-root-test0000", "Test");
    organization.unit(ROOT, "ou-root-sandbox0", "Sandbox");
    for (parent, number, name, state) in [
        ("ou-root-workload", "210000000001", "shared", "ACTIVE"),
        ("ou-root-producti", "210000000002", "payments", "ACTIVE"),
        ("ou-root-europe00", "210000000003", "payments-eu", "ACTIVE"),
        ("ou-root-europe00", "210000000004", "old", "SUSPENDED"),
        ("ou-root-test0000", "210000000005", "test", "ACTIVE"),
        ("ou-root-sandbox0", "210000000006", "coming", "PENDING_ACTIVATION"),
        ("ou-root-sandbox0", "210000000007", "playground", "ACTIVE"),
    ] {
        organization.account(parent, number, name, state);
    }
    organization
}

fn query(units: &[&str]) -> OrganizationQuery {
    OrganizationQuery {
        units: units.iter().map(|unit| unit.parse().expect("a unit")).collect(),
        tags: BTreeMap::new(),
        exclude: [].into(),
        access: Access::default(),
        region: id("us-west-2"),
    }
}

/// What is found, and how many calls one after the other it took.
fn found(query: &OrganizationQuery) -> (FoundAccounts, usize) {
    let clock = ScriptedClock::new();
    let organization = organization(&clock);
    let found = clock.run(find(&organization, query)).unwrap_or_else(|problems| panic!("{problems:#?}"));
    (found, organization.calls.depth())
}

fn names(found: &FoundAccounts) -> Vec<&str> {
    found.accounts.iter().map(|account| account.name.as_str()).collect()
}

fn refused(query: &OrganizationQuery, spoil: impl FnOnce(&FakeOrganizations)) -> Vec<Problem> {
    let clock = ScriptedClock::new();
    let organization = organization(&clock);
    spoil(&organization);
    clock.run(find(&organization, query)).expect_err("nothing should be found")
}

#[test]
fn units_are_taken_with_all_that_are_below_them() {
    for (units, expected) in [
        (&["/"][..], &["payments", "payments-eu", "playground", "shared", "test"][..]),
        (&["Workloads/Production"], &["payments", "payments-eu"]),
        (&["Workloads/Test", "Sandbox"], &["playground", "test"]),
        (&["ou-root-europe00"], &["payments-eu"]),
        // One lies in the other.
        (&["Workloads", "ou-root-producti", "Workloads/Production/EU"], &["payments", "payments-eu", "shared", "test"]),
    ] {
        assert_eq!(names(&found(&query(units)).0), expected, "{units:?}");
    }
}

#[test]
fn accounts_that_cannot_be_used_are_told_apart() {
    let (all, _) = found(&query(&["/"]));
    let left_out: Vec<(&str, LeftOut)> =
        all.left_out.iter().map(|(account, why)| (account.name.as_str(), why.clone())).collect();
    let state = |state: &str| LeftOut::State(state.to_owned());
    let expected =
        [("coming", state("PENDING_ACTIVATION")), ("management", LeftOut::Management), ("old", state("SUSPENDED"))];
    assert_eq!(left_out, expected);
}

#[test]
fn what_is_excluded_is_not_even_told() {
    let exclude = ["210000000002", "210000000004", "210000000009"].map(id::<AccountId>);
    let (all, _) = found(&OrganizationQuery { exclude: exclude.into(), ..query(&["Workloads"]) });
    assert_eq!(names(&all), ["payments-eu", "shared", "test"]);
    assert_eq!(all.left_out, []);
}

#[test]
fn an_account_needs_all_tags() {
    let clock = ScriptedClock::new();
    let mut organization = organization(&clock);
    for (number, name, value) in [
        ("210000000001", "team", "data"),
        ("210000000002", "team", "data"),
        ("210000000002", "stage", "prod"),
        ("210000000003", "team", "Data"),
        ("210000000003", "stage", "prod"),
    ] {
        organization.tag(number, name, value);
    }
    let tags = [("team", "data"), ("stage", "prod")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let query = OrganizationQuery { tags: tags.into(), ..query(&[]) };
    let found = clock.run(find(&organization, &query)).expect("accounts");
    assert_eq!(names(&found), ["payments"]);
    assert_eq!(found.left_out, [], "those without the tags are not meant");
}

#[test]
fn calls_wait_for_each_other_only_from_level_to_level() {
    // The root, then its three levels.
    assert_eq!(found(&query(&["/"])).1, 5);
    // Names on the way are looked up one after the other.
    assert_eq!(found(&query(&["Workloads/Production"])).1, 5);
    assert_eq!(found(&query(&["ou-root-producti"])).1, 2);
}

#[test]
fn a_unit_that_is_not_there_is_told_with_its_neighbours() {
    let problems = refused(&query(&["Workloads/Prod", "Sandbox", "ou-root-gone0000"]), |_| {});
    let told: Vec<(Code, &str, &str)> = problems
        .iter()
        .map(|problem| (problem.code, problem.key.as_deref().unwrap_or_default(), problem.message.as_str()))
        .collect();
    let path = "targets.organization.units[0]";
    assert_eq!(told, [(Code::ReferenceNotFound, path, "there is no organizational unit Workloads/Prod")]);
    assert_eq!(problems[0].help, ["there: Production, Test"]);
    let problems = refused(&query(&["Sandbox", "ou-root-gone0000"]), |_| {});
    assert_eq!(problems[0].key.as_deref(), Some("targets.organization.units[1]"), "{problems:#?}");
}

#[test]
fn a_listing_that_fails_is_never_an_empty_one() {
    for operation in [
        "DescribeOrganization",
        "ListRoots",
        "ListOrganizationalUnitsForParent",
        "ListAccountsForParent",
        "ListTagsForResource",
    ] {
        let tags = [("team".to_owned(), "data".to_owned())].into();
        let query = OrganizationQuery { tags, ..query(&["/"]) };
        let problems = refused(&query, |organization| {
            organization.calls.fail(operation, 1, &Fault::Refused(ErrorClass::Denied));
        });
        let [problem] = &problems[..] else { panic!("{operation}: {problems:#?}") };
        assert_eq!(problem.code, Code::AccessDenied, "{operation}");
        assert_eq!(problem.key.as_deref(), Some("targets.organization.reader"));
    }
}
