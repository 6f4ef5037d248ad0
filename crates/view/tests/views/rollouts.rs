//! Rollouts over many targets: on one screen before, in four lists afterwards.

use std::collections::BTreeSet;

use groundwork_model::plan::{Action, Class, Component, Egress, Plan, Shown};
use groundwork_model::policy::{Policy, Rules};
use groundwork_model::rollout::{Pause, Planned, RolloutPlan, RolloutReport};
use groundwork_view::alike::{Group, Groups};
use groundwork_view::human;
use insta::assert_snapshot;
use serde_json::json;

use crate::sample::{self, field, id, json_value, resource};
use crate::{fleet, review, shown};

fn at(width: usize, plan: &RolloutPlan) -> String {
    shown(width, |out, style| human::rollout_plan(out, plan, style))
}

fn report(width: usize, report: &RolloutReport) -> String {
    shown(width, |out, style| human::rollout_report(out, report, style))
}

#[test]
fn a_dozen_targets_fit_a_screen() {
    assert_snapshot!(at(80, &fleet::plan()));
}

#[test]
fn a_narrow_terminal_shows_the_same() {
    assert_snapshot!(at(60, &fleet::plan()));
}

#[test]
fn where_all_are_alike_one_stands_for_all() {
    assert_snapshot!(at(80, &fleet::large(48, |_| fleet::usual())));
}

#[test]
fn what_comes_between_waves_is_told_on_top() {
    let top = |pause| at(80, &fleet::paused(pause)).lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        top(Pause::Verify),
        ["12 targets, 2 waves", "  after canary what was changed is verified once more, after all what was",]
    );
    assert_eq!(top(Pause::StopForApproval), ["12 targets, 2 waves", "  after canary it stops for approval"]);
}

#[test]
fn a_rollout_that_awaits_approval_is_no_failure() {
    assert_snapshot!(report(80, &fleet::awaiting_report()));
}

#[test]
fn a_target_that_was_found_wanting_says_why() {
    assert_snapshot!(report(80, &fleet::unverified_report()));
}

#[test]
fn nothing_to_do_is_said_in_a_sentence() {
    assert_snapshot!(at(80, &fleet::quiet()));
}

#[test]
fn one_target_is_a_rollout_too() {
    assert_snapshot!(at(80, &fleet::large(1, |_| sample::corpse())));
}

#[test]
fn a_rollout_that_nothing_can_be_planned_for_says_why() {
    let mut plan = fleet::large(7, |_| sample::nothing_to_do());
    for (number, target) in plan.targets.iter_mut().enumerate() {
        let account = target.target.account.to_string();
        target.planned = if number % 2 == 0 {
            Planned::Unreachable(vec![fleet::away(&account)])
        } else {
            Planned::Blocked(vec![fleet::stuck(), fleet::stuck()])
        };
    }
    assert_snapshot!(at(80, &plan));
}

#[test]
fn what_nobody_may_permit_is_named_with_its_targets() {
    let plan = fleet::large(3, |number| {
        let rules = Rules { deny: [Class::Delete].into(), ..Rules::default() };
        let policy = if number == 1 { Policy { everywhere: rules, ..Policy::default() } } else { Policy::default() };
        Plan { policy, ..review::gated() }
    });
    let text = at(80, &plan);
    let (_, sum) = text.split_once("\nRollout: ").expect("the sum");
    assert_snapshot!(sum);
}

#[test]
fn lists_say_what_became_of_each_target() {
    assert_snapshot!(report(80, &fleet::report()));
}

#[test]
fn success_is_short() {
    assert_snapshot!(report(80, &fleet::good_report()));
}

#[test]
fn long_lists_say_how_much_they_leave_out() {
    let text = report(80, &fleet::large_report(1_000));
    assert!(text.lines().count() < 120, "{text}");
    assert_snapshot!(text);
}

#[test]
fn a_thousand_different_plans_still_fit() {
    for width in [60, 80, 120] {
        let text = at(width, &fleet::motley(1_000));
        assert!(text.lines().count() < 200, "{} lines:\n{text}", text.lines().count());
        for expected in ["1000 targets, 2 waves", "more groups", "see --json", "This rollout needs --allow"] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
    }
}

/// The groups' sizes, the largest first.
fn sizes(plan: &RolloutPlan) -> Vec<usize> {
    Groups::of(plan).changing.iter().map(|group| group.targets.len()).collect()
}

#[test]
fn accounts_regions_zones_and_addresses_make_no_difference() {
    let plan = fleet::large(50, |number| {
        fleet::changed(sample::first_create(), Component::Network, |part| {
            for resource in &mut part.resources {
                let zone = (number % 4 + 1).to_string();
                let moved = resource.logical_id.as_str().replace("Az1", &format!("Az9{zone}"));
                resource.logical_id = id(&moved);
                resource.note = resource.note.take().map(|note| note.replace("10.0.", &format!("10.{number}.")));
            }
        })
    });
    assert_eq!(sizes(&plan), [50]);
    let groups = Groups::of(&plan);
    let varying: Vec<&str> = groups.changing[0].varying.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(varying, ["SubnetPrivate<zone>", "SubnetPublic<zone>", "Vpc"], "addresses are named, zones are not");
}

#[test]
fn what_is_done_makes_a_difference() {
    type Change = fn(&mut Plan);
    let changes: [(&str, Change); 10] = [
        ("a resource more", |plan| plan.components[1].resources.push(resource("+ Flow EC2::FlowLog"))),
        ("another resource of the type", |plan| plan.components[1].resources[0].logical_id = id("RouteTableOther")),
        ("another action", |plan| plan.components[1].resources[4].action = Action::Delete),
        ("perhaps replaced", |plan| plan.components[1].resources[3].conditional = true),
        ("another field", |plan| plan.components[1].resources[4].fields[0].path = "PolicyDocument".to_owned()),
        ("a field that is new", |plan| {
            plan.components[1].resources[4].fields[0].before = Shown::Absent;
        }),
        ("a field of the Run Environment", |plan| {
            plan.components[3].fields.push(field(
                "launch_type",
                json_value(json!("EC2")),
                json_value(json!("FARGATE")),
            ));
        }),
        ("a permission", |plan| plan.components[0].permissions = review::first().components[0].permissions.clone()),
        ("an address lost", |plan| plan.egress = Egress { lost: Vec::new(), ..plan.egress.clone() }),
        ("a price more", |plan| plan.cost = review::first().cost),
    ];
    for (what, change) in changes {
        let plan = fleet::large(3, |number| {
            let mut plan = sample::zone_added();
            if number == 1 {
                change(&mut plan);
            }
            plan
        });
        assert_eq!(sizes(&plan), [2, 1], "{what}");
    }
}

#[test]
fn the_principal_that_is_trusted_makes_a_difference_and_the_own_account_does_not() {
    let with = |account: &'static str| {
        move |plan: Plan| {
            fleet::changed(plan, Component::Role, |part| {
                part.permissions = review::first().components[0].permissions.clone();
                part.permissions[0].resources = vec![format!("arn:aws:iam::{account}:role/*")];
            })
        }
    };
    let own = fleet::large(9, |_| with("123456789012")(review::first()));
    assert_eq!(sizes(&own), [9]);
    let foreign =
        fleet::large(9, |number| with(if number == 4 { "210987654321" } else { "123456789012" })(review::first()));
    assert_eq!(sizes(&foreign), [8, 1]);
}

#[test]
fn a_value_of_a_targets_own_is_named_and_keeps_nobody_apart() {
    let plan = fleet::large(6, |number| fleet::tagged(if number < 3 { "data" } else { "web" }));
    let groups = Groups::of(&plan);
    assert_eq!(sizes(&plan), [6]);
    assert_eq!(groups.changing[0].varying, BTreeSet::from([(Component::Network, "Tags[team]".to_owned())]));
}

#[test]
fn grouping_knows_no_order() {
    let plan = fleet::plan();
    let mut reversed = plan.clone();
    reversed.targets.reverse();
    let names = |plan: &RolloutPlan| -> BTreeSet<BTreeSet<String>> {
        let groups = Groups::of(plan);
        let named = |group: &Group<'_>| group.targets.iter().map(|target| target.name.to_string()).collect();
        groups.changing.iter().map(named).collect()
    };
    assert_eq!(names(&plan), names(&reversed));
    assert_eq!(sizes(&plan), [5, 1, 1, 1]);
}
