//! The saved plans of a rollout: whole and without secrets, and refused where they are not what was reviewed.

#[path = "support/forgery.rs"]
mod forgery;
#[path = "../../spec/tests/mutation/mod.rs"]
#[expect(dead_code, reason = "the rest is for files of a corpus")]
mod mutation;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::LazyLock;

use forgery::some_forgeries;
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{
    Access, AssumeRole, MaxFailures, OnUnreachable, Pause, Planned, PlannedTarget, Rollout, RolloutPlan, RolloutTarget,
    TargetId, Wave,
};
use groundwork_model::saved::{Saved, SavedRollout};
use groundwork_model::spec::{Nat, Spec};
use groundwork_model::world::World;
use groundwork_model::{Code, Secret};
use groundwork_planner::basis::basis;
use groundwork_planner::digest::whole;
use groundwork_planner::saved::{open, rest, rollout, seal_rollout, shown_plan, text, verify_target};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{ACCOUNT, VERSION, converged, id, plan, spec, spec_with_network, world};

const CREATED: &str = "2026-11-24T09:00:00.000Z";
const EXTERNAL_ID: &str = "only-the-spec-says-it";

/// What each target has: nothing yet, an older network, all that is wanted; and one that cannot be read.
fn worlds() -> [World; 3] {
    [world(), converged(&spec()), converged(&wish())]
}

fn wish() -> Spec {
    let mut wish = spec_with_network(|network| network.nat = Nat::PerZone);
    wish.environment.account_id = Some(id(ACCOUNT));
    wish
}

fn wave(name: &str) -> Wave {
    let max_concurrent = NonZeroUsize::new(2).expect("2 is not 0");
    Wave { name: id(name), max_concurrent, max_failures: MaxFailures::Percent(10), pause: Pause::Verify }
}

fn target(at: usize) -> RolloutTarget {
    let assume_role = AssumeRole {
        role: id(&format!("arn:aws:iam::{ACCOUNT}:role/groundwork")),
        external_id: Some(Secret::new(EXTERNAL_ID)),
        session_name: None,
        tags: BTreeMap::from([("pipeline".to_owned(), "fleet".to_owned())]),
    };
    RolloutTarget {
        name: id(&format!("target-{at}")),
        account: id(ACCOUNT),
        access: Access { profile: None, assume_role: Some(assume_role) },
        wave: usize::from(at > 0),
        labels: BTreeMap::from([("tier".to_owned(), "test".to_owned())]),
        spec: wish(),
    }
}

fn fleet() -> Rollout {
    let targets = (0..4).map(target).collect();
    Rollout {
        targets,
        waves: vec![wave("canary"), wave("all")],
        on_unreachable: OnUnreachable::Skip,
        role_stack_set: None,
    }
}

fn planned(at: usize, target: &RolloutTarget, waves: &[Wave]) -> PlannedTarget {
    let world = worlds().into_iter().nth(at);
    let key = format!("the-key-of-{at}");
    PlannedTarget {
        target: TargetId {
            name: target.name.clone(),
            account: target.account.clone(),
            region: target.spec.environment.region.clone(),
            wave: waves[target.wave].name.clone(),
        },
        basis: world.as_ref().map(|world| basis(&target.spec, world, &key)),
        planned: match &world {
            Some(world) => Planned::Plan(Box::new(plan(&target.spec, world))),
            None => Planned::Unreachable(vec![Problem::new(Code::AccessDenied, "AWS refused it")]),
        },
    }
}

fn planned_fleet() -> RolloutPlan {
    let Rollout { targets, waves, .. } = fleet();
    let targets = targets.iter().enumerate().map(|(at, target)| planned(at, target, &waves)).collect();
    RolloutPlan { waves, targets, notices: Vec::new() }
}

fn saved() -> SavedRollout {
    seal_rollout(&fleet(), &planned_fleet(), VERSION, CREATED).expect("every plan has its basis")
}

fn opened(text: &str) -> Result<SavedRollout, Problem> {
    match open(text, VERSION)? {
        Saved::Many(saved) => Ok(saved),
        Saved::One(_) => panic!("it is one target's"),
    }
}

/// The document as somebody changed it who also makes the digest match again.
fn forged(pointer: &str, value: Value) -> Result<SavedRollout, Problem> {
    let mut document = json!(saved());
    *document.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}")) = value;
    reseal(&mut document);
    opened(&document.to_string())
}

/// Computes the digest anew.
fn reseal(document: &mut Value) {
    let Some(fields) = document.as_object_mut() else { return };
    fields.shift_remove("digest");
    document["digest"] = json!(whole(&document.to_string()));
}

fn verified(saved: &SavedRollout, at: usize, world: &World) -> Result<Plan, Code> {
    verify_target(saved, &target(at).name, world).map_err(|problems| problems[0].code)
}

#[test]
fn what_was_saved_is_what_is_carried_out() {
    let saved = saved();
    let opened = opened(&text(&saved)).expect("a whole document");
    assert_eq!(opened, saved);
    let plans = planned_fleet();
    for (at, world) in worlds().iter().enumerate() {
        let plan = verified(&opened, at, world).expect("nothing has moved");
        assert_eq!(Some(&plan), plans.targets[at].planned.plan());
    }
    let shown: Vec<Planned> = shown_plan(&opened).targets.into_iter().map(|target| target.planned).collect();
    assert_eq!(shown.iter().map(|planned| planned.plan().map(Plan::summary)).collect::<Vec<_>>(), {
        plans.targets.iter().map(|target| target.planned.plan().map(Plan::summary)).collect::<Vec<_>>()
    });
    assert_eq!(shown[3], plans.targets[3].planned);
}

#[test]
fn a_template_that_targets_share_stands_there_once() {
    let saved = saved();
    let text = text(&saved);
    for template in saved.templates.values() {
        assert_eq!(text.matches(&json!(template).to_string()).count(), 1);
    }
    // The two targets that change share the network's; the new one has a role's and a cluster's, too.
    assert_eq!(saved.templates.len(), 3);
}

#[test]
fn the_external_ids_are_needed_and_stand_nowhere() {
    let saved = saved();
    assert!(!text(&saved).contains(EXTERNAL_ID));
    let refused = |ids: Option<&[Secret]>| {
        let problems = rollout(&saved, ids).expect_err("an external id is missing");
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(refused(None), [Code::InvalidArguments]);
    assert_eq!(refused(Some(&[])), [Code::PlanStale]);
    assert_eq!(refused(Some(&[Secret::new("another")])), [Code::PlanStale]);
    let ids = [Secret::new("another"), Secret::new(EXTERNAL_ID)];
    let Rollout { targets, waves, on_unreachable, .. } = rollout(&saved, Some(&ids)).expect("it is among them");
    let expected = fleet();
    assert_eq!(targets, expected.targets[..3], "the last one has no plan");
    assert_eq!((waves, on_unreachable), (expected.waves, expected.on_unreachable));
}

#[test]
fn what_moved_is_stale_unless_it_is_as_it_should_be_by_now() {
    let saved = saved();
    let [new, older, wanted] = worlds();
    assert_eq!(verified(&saved, 0, &older), Err(Code::PlanStale));
    assert_eq!(verified(&saved, 1, &new), Err(Code::PlanStale));
    for at in [0, 1] {
        assert!(verified(&saved, at, &wanted).expect("somebody has done it").is_empty());
    }
}

#[test]
fn a_forger_gets_no_step_in() {
    let [new, ..] = worlds();
    let step = "/targets/0/planned/saved/plan/steps/0/op/deploy-stack";
    let harmless = forged(&format!("{step}/tags"), json!({})).expect("its digest is right");
    assert_eq!(verified(&harmless, 0, &new), Err(Code::PlanTampered));
    let template = saved().templates.into_keys().next().expect("a template");
    let exchanged = forged(&format!("/templates/{template}"), json!("{}")).expect("its digest is right");
    let outcomes: Vec<_> = (0..2).zip(worlds()).map(|(at, world)| verified(&exchanged, at, &world).err()).collect();
    assert!(outcomes.contains(&Some(Code::PlanTampered)), "{outcomes:?}");
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    for (pointer, value) in [
        ("/targets/0/planned/saved/groundwork_version", json!("0.0.1")),
        ("/targets/0/planned/saved/created", json!("2026-11-24T08:00:00.000Z")),
        ("/templates", json!({})),
    ] {
        assert_eq!(forged(pointer, value).expect_err(pointer).code, Code::PlanTampered, "{pointer}");
    }
    let ids = [Secret::new(EXTERNAL_ID)];
    for (pointer, value) in [
        ("/targets/0/account", json!("999999999999")),
        ("/targets/0/region", json!("eu-west-1")),
        ("/targets/0/wave", json!("nobody")),
    ] {
        let forged = forged(pointer, value).expect("its digest is right");
        let problems = rollout(&forged, Some(&ids)).expect_err(pointer);
        assert_eq!(problems[0].code, Code::PlanTampered, "{pointer}");
    }
}

#[test]
fn the_rest_is_a_saved_plan_of_its_own() {
    let names = BTreeSet::from([target(1).name]);
    let rest = rest(saved(), &names);
    let opened = opened(&text(&rest)).expect("a whole document");
    assert_eq!(opened.targets.len(), 1);
    assert_eq!(opened.waves, [wave("all")]);
    assert_eq!(opened.templates.len(), 1, "those of others are left out");
    let [_, older, _] = worlds();
    verified(&opened, 1, &older).expect("nothing has moved");
    assert_eq!(verified(&opened, 0, &older), Err(Code::PlanTampered), "it is not in it");
}

static PLANS: LazyLock<RolloutPlan> = LazyLock::new(planned_fleet);

/// What means something in the document of a rollout.
const WORDS: &[&str] =
    &["sha256:", "canary", "all", "target-1", "planned", "unreachable", "{", "}", "\"", ",", "0", "é"];

proptest! {
    // A failure is told, not written beside the sources.
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_forger_of_a_rollout_gets_another_plan_carried_out(
        part in proptest::sample::select(vec!["", "/targets", "/targets/1/planned", "/targets/1/planned/saved", "/templates"]),
        forgeries in some_forgeries(WORDS),
    ) {
        let mut document = json!(saved());
        for forgery in forgeries {
            forgery.apply(&mut document, part, &[text(&saved())]);
            reseal(&mut document);
            let Ok(opened) = opened(&document.to_string()) else { continue };
            for (at, world) in worlds().iter().enumerate() {
                let Ok(plan) = verify_target(&opened, &target(at).name, world) else { continue };
                prop_assert!(plan.is_empty() || Some(&plan) == PLANS.targets[at].planned.plan(), "{plan:#?}");
            }
        }
    }
}
