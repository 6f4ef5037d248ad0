//! A rollout over a dozen accounts, and over as many as a test wants.

use std::num::NonZeroUsize;

use groundwork_model::Code;
use groundwork_model::ids::WaveName;
use groundwork_model::plan::{Action, Component, ComponentPlan, Plan, Purpose, Reason, Subject};
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, SavedRunEnvironment, Span, StepOutcome, StepReport};
use groundwork_model::rollout::{
    MaxFailures, NotStarted, Pause, Planned, PlannedTarget, RolloutPlan, RolloutReport, TargetEnd, TargetId,
    TargetReport, Wave,
};
use serde_json::json;

use crate::review;
use crate::sample::{self, field, id, json_value, part, resource};

/// A target: its name, account, Region and wave.
pub fn target(name: &str, number: usize, region: &str, wave: &str) -> TargetId {
    let account = id(&format!("{:012}", 100_000_000_000 + number));
    TargetId { name: id(name), account, region: id(region), wave: id(wave) }
}

/// The plan as it would be for a target: with its account, its Region and the zones there.
pub fn at(plan: &Plan, target: &TargetId) -> Plan {
    let short: String = match target.region.as_str() {
        "us-west-2" => "usw2",
        "eu-west-1" => "euw1",
        other => panic!("no zone ids are known of {other}"),
    }
    .to_owned();
    let long = format!("{}{}", short[..1].to_uppercase(), &short[1..]);
    let (account, number) = (target.account.as_str(), &target.account.as_str()[9..]);
    let text = serde_json::to_string(plan).expect("a plan can be written");
    let text = text
        .replace("us-west-2", target.region.as_str())
        .replace("Usw2", &long)
        .replace("usw2", &short)
        .replace("123456789012", account)
        .replace("203.0.113.9", &format!("198.51.100.{}", number.parse::<u8>().expect("a small number")))
        .replace("eipalloc-0a1b", &format!("eipalloc-0a1b2{number}"));
    serde_json::from_str(&text).expect("a plan is still a plan")
}

fn planned(target: TargetId, plan: &Plan) -> PlannedTarget {
    let plan = Box::new(at(plan, &target));
    PlannedTarget { target, planned: Planned::Plan(plan), basis: None }
}

/// The plan of most: a zone more, and what that costs.
pub fn usual() -> Plan {
    let Plan { cost, .. } = review::first();
    Plan { cost, ..sample::zone_added() }
}

/// The same with a tag of the target's own.
pub fn tagged(team: &str) -> Plan {
    changed(usual(), Component::Network, |part| {
        part.fields.push(field("Tags[team]", json_value(json!("nobody")), json_value(json!(team))));
    })
}

/// The plan with a component changed.
pub fn changed(mut plan: Plan, wanted: Component, change: impl Fn(&mut ComponentPlan)) -> Plan {
    plan.components.iter_mut().filter(|part| part.component == wanted).for_each(change);
    plan
}

/// The usual plan with an endpoint more and another one less.
fn otherwise() -> Plan {
    changed(usual(), Component::Network, |part| {
        part.resources.retain(|resource| resource.logical_id.as_str() != "EndpointS3");
        part.resources.push(resource("- EndpointLogs EC2::VPCEndpoint com.amazonaws.us-west-2.logs"));
        part.resources.push(resource("+ EndpointSsm EC2::VPCEndpoint com.amazonaws.us-west-2.ssm"));
    })
}

/// Only the cluster changes.
fn small() -> Plan {
    let cluster = ComponentPlan {
        subject: Subject::Stack(sample::stack_name(Component::Cluster)),
        resources: vec![sample::changed(
            "~ Cluster ECS::Cluster staging",
            vec![field("ClusterSettings", json_value(json!("disabled")), json_value(json!("enabled")))],
        )],
        ..part(Component::Cluster, Action::Update, Reason::Differs)
    };
    let others = [Component::Role, Component::Network].map(sample::converged);
    let components = others.into_iter().chain([cluster, sample::converged(Component::CloudReactor)]).collect();
    sample::plan(Purpose::Apply, components)
}

/// Why a target cannot be planned.
pub fn stuck() -> Problem {
    let message = "stack CloudReactor-staging-network is in UPDATE_ROLLBACK_FAILED";
    Problem::new(Code::StackStuck, message).at("network").help("run groundwork recover, then plan again")
}

/// Why a target cannot be read.
pub fn away(account: &str) -> Problem {
    let message = format!("role arn:aws:iam::{account}:role/groundwork cannot be assumed");
    Problem::new(Code::AccessDenied, message)
        .because("AWS said: User is not authorized to perform: sts:AssumeRole (AccessDenied)")
        .help("account for closed accounts with rollout.on_unreachable = \"skip\"")
}

/// A wave of this name.
pub fn wave(name: &WaveName) -> Wave {
    let max_concurrent = NonZeroUsize::new(4).expect("4 is not 0");
    Wave { name: name.clone(), max_concurrent, max_failures: MaxFailures::Count(0), pause: Pause::None }
}

fn named(name: &str) -> Wave {
    wave(&id(name))
}

/// Twelve targets in two waves, of every kind.
pub fn plan() -> RolloutPlan {
    let west = |name: &str, number, wave: &str| target(name, number, "us-west-2", wave);
    let europe = |name: &str, number| target(name, number, "eu-west-1", "all");
    let failing = |target: TargetId, planned: fn(Vec<Problem>) -> Planned, problem: Problem| PlannedTarget {
        target,
        planned: planned(vec![problem]),
        basis: None,
    };
    RolloutPlan {
        waves: ["canary", "all"].map(named).into(),
        targets: vec![
            planned(west("team-data-dev", 1, "canary"), &tagged("data")),
            planned(west("team-data", 2, "canary"), &sample::nothing_to_do()),
            planned(west("team-web", 3, "all"), &tagged("web")),
            planned(europe("team-web-eu", 4), &tagged("web")),
            planned(west("team-ml", 5, "all"), &tagged("ml")),
            planned(europe("team-ml-eu", 6), &tagged("ml")),
            planned(west("team-billing", 7, "all"), &otherwise()),
            planned(europe("team-billing-eu", 8), &small()),
            planned(west("team-old", 9, "all"), &sample::role_adopted()),
            planned(europe("team-quiet", 10), &sample::nothing_to_do()),
            failing(west("team-stuck", 11, "all"), Planned::Blocked, stuck()),
            failing(west("sandbox-9", 12, "all"), Planned::Unreachable, away("100000000012")),
        ],
        notices: vec![
            Problem::new(Code::AccountsLeftOut, "2 accounts in these units of the organization are left out")
                .because("210000000003 (old lab) is SUSPENDED")
                .because("210000000009 (root) is the management account: if it is meant, give it a [[target]]"),
        ],
    }
}

/// Targets that are alike, so many of them.
pub fn large(size: usize, plan: impl Fn(usize) -> Plan) -> RolloutPlan {
    let targets = (0..size).map(|number| {
        let region = if number % 3 == 0 { "eu-west-1" } else { "us-west-2" };
        let wave = if number < 10 { "canary" } else { "all" };
        planned(target(&format!("account-{number:04}"), number % 200, region, wave), &plan(number))
    });
    let waves = if size > 10 { ["canary", "all"].map(named).into() } else { vec![named("canary")] };
    RolloutPlan { waves, targets: targets.collect(), notices: Vec::new() }
}

/// The same with a plan of its own for each.
pub fn motley(size: usize) -> RolloutPlan {
    large(size, |number| {
        changed(usual(), Component::Network, |part| {
            part.resources.push(resource(&format!("+ Extra{number} EC2::SecurityGroup of {number}")));
        })
    })
}

/// Nothing to do anywhere.
pub fn quiet() -> RolloutPlan {
    large(5, |_| sample::nothing_to_do())
}

fn outcome(target: &TargetId, outcomes: &[(Component, StepOutcome)]) -> Report {
    let step = |component| match component {
        Component::Role => sample::ROLE,
        Component::Network => sample::NETWORK,
        Component::Cluster => sample::CLUSTER,
        Component::CloudReactor => sample::RUN_ENVIRONMENT,
    };
    let elapsed_ms = elapsed_ms(target);
    let steps = outcomes.iter().enumerate().map(|(at, (component, outcome))| StepReport {
        step: step(*component),
        component: *component,
        outcome: outcome.clone(),
        // The first takes all but the last tenth, in which the second runs.
        span: (!matches!(outcome, StepOutcome::Skipped { .. })).then(|| match at {
            0 => Span { started_ms: 0, elapsed_ms: elapsed_ms / 10 * 9 },
            _ => Span { started_ms: elapsed_ms / 10 * 9, elapsed_ms: elapsed_ms / 10 },
        }),
    });
    let uuid = "745fcdb7-fbab-4661-a07c-abcec263c956";
    let saved = outcomes.iter().all(|(_, outcome)| *outcome == StepOutcome::Changed).then(|| SavedRunEnvironment {
        uuid: uuid.to_owned(),
        dashboard_url: Some(format!("https://dash.cloudreactor.io/run_environments/{uuid}")),
        capabilities: vec!["MANUAL_START".to_owned()],
    });
    let outputs =
        [(id("CloudReactor-staging-network"), [(id("SubnetsPrivate"), "subnet-1,subnet-2".to_owned())].into())];
    Report {
        steps: steps.collect(),
        outputs: outputs.into(),
        run_environment: saved,
        verification: Vec::new(),
        links: Vec::new(),
        under_way: Vec::new(),
        elapsed_ms,
    }
}

/// How long a target took.
fn elapsed_ms(target: &TargetId) -> u64 {
    let number: u64 = target.account.as_str().parse().expect("digits");
    number % 100 * 21_000
}

/// When a target's plan was executed: the canary's at once, others later. A second goes by before the first step.
fn span(target: &TargetId, end: &TargetEnd) -> Option<Span> {
    let started_ms = if target.wave.as_str() == "canary" { 0 } else { 60_000 };
    let is_begun = matches!(end, TargetEnd::Done { .. } | TargetEnd::Failed { .. });
    is_begun.then(|| Span { started_ms, elapsed_ms: elapsed_ms(target) + 1_000 })
}

/// An Elastic IP too many.
pub fn limit() -> Problem {
    Problem::new(Code::StackFailed, "network: creating EipUsw2Az2 failed, and the stack was rolled back")
        .because("AWS said: The maximum number of addresses has been reached. (AddressLimitExceeded)")
        .help("free an address, or use nat = \"single\"")
}

/// The dozen, with something between the waves.
pub fn paused(pause: Pause) -> RolloutPlan {
    let mut plan = plan();
    plan.waves.iter_mut().for_each(|wave| wave.pause = pause);
    plan
}

/// What became of the dozen where the second wave has to be approved, and of the first was found wanting.
pub fn awaiting_report() -> RolloutReport {
    let mut report = report();
    report.targets.retain(|report| !matches!(report.end, TargetEnd::Skipped { .. } | TargetEnd::Failed { .. }));
    for report in report.targets.iter_mut().filter(|report| report.target.wave.as_str() != "canary") {
        report.span = None;
        report.end = TargetEnd::NotStarted { reason: NotStarted::AwaitsApproval };
    }
    report
}

/// The same where the canary was found wanting when it was read again.
pub fn unverified_report() -> RolloutReport {
    let mut report = awaiting_report();
    let wrong = Problem::new(Code::NotAsPlanned, "it was changed, and is not as the spec wants it")
        .because("role would change")
        .help("plan this target again to see what differs");
    for target in &mut report.targets {
        if let TargetEnd::Done { report } = &mut target.end {
            let report = Report { verification: vec![wrong.clone()], ..std::mem::take(report) };
            target.end = TargetEnd::Failed { report };
        }
    }
    report
}

/// What became of the dozen.
pub fn report() -> RolloutReport {
    let failed = |problem: Problem| StepOutcome::Failed { problem: Box::new(problem) };
    let unusable = "the Run Environment \"staging\" was saved, and CloudReactor cannot start tasks in it: it may not \
                    assume the role, which is what a trust policy with another external id looks like from outside, \
                    and which a rerun with the right one puts in order";
    let end = |target: &TargetId| match target.name.as_str() {
        "team-data" | "team-quiet" => TargetEnd::Unchanged,
        "team-ml" => TargetEnd::Failed {
            report: outcome(
                target,
                &[
                    (Component::Network, failed(limit())),
                    (Component::CloudReactor, StepOutcome::Skipped { because: sample::NETWORK }),
                ],
            ),
        },
        "team-ml-eu" => TargetEnd::Failed {
            report: outcome(
                target,
                &[
                    (Component::Network, StepOutcome::Changed),
                    (Component::CloudReactor, failed(Problem::new(Code::RunEnvironmentUnusable, unusable))),
                ],
            ),
        },
        "team-old" => TargetEnd::NotStarted { reason: NotStarted::TooManyFailures },
        "team-billing-eu" => TargetEnd::NotStarted { reason: NotStarted::Interrupted },
        "team-stuck" => TargetEnd::Skipped { problems: vec![stuck()] },
        "sandbox-9" => TargetEnd::Skipped { problems: vec![away("100000000012")] },
        _ => TargetEnd::Done {
            report: outcome(
                target,
                &[(Component::Network, StepOutcome::Changed), (Component::CloudReactor, StepOutcome::Changed)],
            ),
        },
    };
    let targets = plan().targets.into_iter().map(|planned| planned.target);
    let reported = |target: TargetId| {
        let end = end(&target);
        TargetReport { span: span(&target, &end), target, end }
    };
    let targets = targets.map(reported);
    RolloutReport { targets: targets.collect(), elapsed_ms: 723_000 }
}

/// The same for so many targets: each as one of the dozen.
pub fn large_report(size: usize) -> RolloutReport {
    let dozen = report();
    let targets = (0..size).map(|number| {
        let like = &dozen.targets[number % dozen.targets.len()];
        let name = id(&format!("account-{number:04}"));
        TargetReport { target: TargetId { name, ..like.target.clone() }, ..like.clone() }
    });
    RolloutReport { targets: targets.collect(), elapsed_ms: 7_230_000 }
}

/// Everything went well.
pub fn good_report() -> RolloutReport {
    let is_good = |report: &TargetReport| matches!(report.end, TargetEnd::Done { .. } | TargetEnd::Unchanged);
    let targets = report().targets.into_iter().filter(is_good).collect();
    RolloutReport { targets, elapsed_ms: 161_000 }
}
