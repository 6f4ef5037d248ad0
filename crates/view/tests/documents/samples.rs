//! Documents that have, taken together, everything that a document can have.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use groundwork_model::Exit;
use groundwork_model::basis::Basis;
use groundwork_model::drift::{
    ComponentDrift, DRIFT_FORMAT, Difference, DifferenceKind, Drift, IgnoredDifference, NotCompared, Object, Source,
};
use groundwork_model::event::{Event, Progress};
use groundwork_model::least_privilege::Verb;
use groundwork_model::plan::{Class, Component, Purpose, Shown, Tally};
use groundwork_model::policy::Refusal;
use groundwork_model::preflight::{Check, CheckName, CheckVerdict, PREFLIGHT_FORMAT, Preflight};
use groundwork_model::report::{Report, SavedRunEnvironment, Span, StepOutcome, StepReport, UnderWay};
use groundwork_model::rollout::{
    MaxFailures, NotStarted, OnUnreachable, Pause, RolloutEvent, RolloutReport, TargetEnd, TargetEvent, TargetId,
    TargetReport, Wave,
};
use groundwork_model::saved::{
    PLAN_FORMAT, SavedAccess, SavedAssumeRole, SavedOutcome, SavedPlan, SavedRollout, SavedTarget,
};
use groundwork_model::status::{ComponentStatus, STATUS_FORMAT, State, Status};
use groundwork_model::step::StepId;
use groundwork_model::stream::{Body, OUTPUTS_FORMAT, Outputs, Record, RunResult, STREAM_FORMAT, Severity};
use groundwork_model::verification::{Link, LinkName, VERIFICATION_FORMAT, Verdict, Verification};

use crate::everything::{STEPS, UUID, basis, diagnoses, digest, plan, problems, shown, specs, things};
use crate::sample::{self, id, target};

const SPAN: Span = Span { started_ms: 1_200, elapsed_ms: 155_000 };

const AT: &str = "2026-11-24T08:42:00.123Z";

/// Saved plans.
pub fn plans() -> Vec<SavedPlan> {
    let without_cluster = Basis { cluster: None, ..basis(false) };
    let bases = [basis(true), basis(false), without_cluster];
    let plans = sample::plans().into_iter().chain([
        plan(Purpose::Apply),
        plan(Purpose::Destroy),
        plan(Purpose::Recover),
        plan(Purpose::Watch),
    ]);
    let choices = plans.zip(specs().into_iter().cycle()).zip(bases.into_iter().cycle());
    choices
        .map(|((plan, spec), basis)| {
            let mut summary = plan.summary();
            let denial = Refusal { class: Class::Trust, component: Component::Role, denied_by: None };
            summary.denials.push(denial);
            SavedPlan {
                format_version: PLAN_FORMAT.to_owned(),
                digest: digest().0,
                groundwork_version: "0.1.0".to_owned(),
                created: AT.to_owned(),
                spec_digest: digest().0,
                summary,
                basis,
                spec,
                plan,
            }
        })
        .collect()
}

/// The saved plans of rollouts.
pub fn rollout_plans() -> Vec<SavedRollout> {
    let access = |assume_role| SavedAccess { profile: Some("fleet".to_owned()), assume_role };
    let role = |full: bool| SavedAssumeRole {
        role: id("arn:aws:iam::123456789012:role/groundwork"),
        external_id: full.then(digest),
        session_name: full.then(|| "pipeline".to_owned()),
        tags: BTreeMap::from([("pipeline".to_owned(), "fleet".to_owned())]),
    };
    let ways = [access(None), access(Some(role(true))), SavedAccess { profile: None, assume_role: Some(role(false)) }];
    let planned = plans().into_iter().zip(ways.into_iter().cycle());
    let planned = planned.map(|(saved, access)| SavedOutcome::Planned { access, saved: Box::new(saved) });
    let without = [SavedOutcome::Blocked { problems: problems() }, SavedOutcome::Unreachable { problems: problems() }];
    let targets = planned.chain(without).enumerate().map(|(number, planned)| SavedTarget {
        target: target_id(number),
        labels: BTreeMap::from([("tier".to_owned(), "test".to_owned())]),
        planned,
    });
    let wave = |pause, max_failures| Wave {
        name: id("canary"),
        max_concurrent: NonZeroUsize::new(4).expect("4 is not 0"),
        max_failures,
        pause,
    };
    let saved = |on_unreachable| SavedRollout {
        format_version: PLAN_FORMAT.to_owned(),
        digest: digest().0,
        groundwork_version: "0.1.0".to_owned(),
        created: AT.to_owned(),
        waves: vec![
            wave(Pause::None, MaxFailures::Count(1)),
            wave(Pause::Verify, MaxFailures::Percent(5)),
            wave(Pause::StopForApproval, MaxFailures::Count(0)),
        ],
        on_unreachable,
        targets: targets.clone().collect(),
        notices: problems().into_iter().take(1).collect(),
        templates: BTreeMap::from([(digest().0, "{}".into())]),
    };
    vec![saved(OnUnreachable::Fail), saved(OnUnreachable::Skip)]
}

/// A line of the stream.
pub fn record(body: Body) -> Record {
    Record { sequence: 1, at: AT.to_owned(), target: None, body }
}

/// Lines of the stream.
pub fn records() -> Vec<Record> {
    let version = Body::Version {
        format_version: STREAM_FORMAT.to_owned(),
        groundwork_version: "0.1.0".to_owned(),
        command: "apply".to_owned(),
    };
    let plans =
        plans().into_iter().map(|saved| Body::Plan { summary: Box::new(saved.summary), plan: Box::new(saved.plan) });
    let statuses = statuses().into_iter().map(|status| Body::Status { status: Box::new(status) });
    let verifications = verifications().into_iter().map(|found| Body::Verification { verification: Box::new(found) });
    let preflights = preflights().into_iter().map(|found| Body::Preflight { preflight: Box::new(found) });
    let drifts = drifts().into_iter().map(|drift| Body::Drift { drift: Box::new(drift) });
    let statuses = statuses.chain(verifications).chain(preflights).chain(drifts);
    let diagnostics = problems().into_iter().zip([Severity::Error, Severity::Warning].into_iter().cycle());
    let diagnostics = diagnostics.map(|(problem, severity)| Body::Diagnostic { severity, problem: Box::new(problem) });
    let results = results().into_iter().map(|result| Body::Result(Box::new(result)));
    let events = events().into_iter().map(Body::Event);
    let diagnosis = diagnoses().into_iter().map(|diagnosis| Body::Diagnosis { diagnosis: Box::new(diagnosis) });
    let bodies = [version]
        .into_iter()
        .chain(plans)
        .chain(statuses)
        .chain(diagnosis)
        .chain(diagnostics)
        .chain(results)
        .chain(events);
    let bodies: Vec<Body> = bodies.collect();
    // In a rollout, most of it is said of a target.
    let of_target = bodies.iter().map(|body| Record { target: Some(id("team-7")), ..record(body.clone()) });
    let of_target: Vec<Record> = of_target.collect();
    let of_plans = target_events().into_iter().map(Body::Target);
    let of_plans = of_plans.map(|body| Record { target: Some(id("team-7")), ..record(body) });
    let of_target = of_target.into_iter().chain(of_plans);
    let of_rollout = rollout_events().into_iter().map(|event| record(Body::Rollout(event)));
    bodies.into_iter().map(record).chain(of_target).chain(of_rollout).collect()
}

fn rollout_events() -> Vec<RolloutEvent> {
    let wave = || id("canary");
    let stopped = |reason| RolloutEvent::StartsStopped { wave: wave(), reason };
    vec![
        RolloutEvent::WaveStarted { wave: wave(), targets: 3 },
        RolloutEvent::WaveVerified { wave: wave(), targets: 2, failed: vec![id("team-7")] },
        stopped(NotStarted::TooManyFailures),
        stopped(NotStarted::Interrupted),
        stopped(NotStarted::AwaitsApproval),
    ]
}

fn target_events() -> Vec<TargetEvent> {
    let finished = |succeeded| TargetEvent::Finished { succeeded, elapsed_ms: 155_000 };
    vec![TargetEvent::Started, TargetEvent::Verified { links: links() }, finished(true), finished(false)]
}

fn progress() -> Vec<Progress> {
    let text = |known: bool, text: &str| known.then(|| text.to_owned());
    let stack = || id("CloudReactor-staging");
    let resource = |known: bool| Progress::Resource {
        logical_id: id("Vpc"),
        resource_type: "AWS::EC2::VPC".to_owned(),
        status: "CREATE_COMPLETE".to_owned(),
        reason: text(known, "because"),
        elapsed_ms: known.then_some(12_345),
    };
    let moved = |known: bool| Progress::Stack { status: "CREATE_COMPLETE".to_owned(), reason: text(known, "because") };
    vec![
        Progress::DeletingCorpse { stack: stack() },
        Progress::ChangeSetCreating { stack: stack() },
        Progress::ChangeSetAgrees { changes: 3 },
        Progress::OperationStarted { stack: stack() },
        resource(true),
        resource(false),
        moved(true),
        moved(false),
        Progress::Heartbeat { elapsed_ms: 30_000, moving: vec![id("Vpc")] },
        Progress::Disturbed { message: "AWS did not answer".to_owned() },
    ]
}

fn outcomes() -> Vec<StepOutcome> {
    let failed = problems().into_iter().map(|problem| StepOutcome::Failed { problem: Box::new(problem) });
    let skipped = STEPS.map(|because| StepOutcome::Skipped { because });
    [StepOutcome::Changed, StepOutcome::Unchanged].into_iter().chain(skipped).chain(failed).collect()
}

fn events() -> Vec<Event> {
    let (step, component) = (StepId::Network, Component::Network);
    let started = STEPS.map(|step| Event::StepStarted { step, component });
    let moved = progress().into_iter().map(|what| Event::Progress { step, component, what });
    let finished =
        outcomes().into_iter().map(|outcome| Event::StepFinished { step, component, outcome, elapsed_ms: 155_000 });
    started.into_iter().chain(moved).chain(finished).collect()
}

fn saved_run_environment(full: bool) -> SavedRunEnvironment {
    let url = format!("https://dash.cloudreactor.io/run_environments/{UUID}");
    SavedRunEnvironment {
        uuid: UUID.to_owned(),
        dashboard_url: full.then_some(url),
        capabilities: vec!["SCHEDULING".to_owned()],
    }
}

fn report(run_environment: Option<SavedRunEnvironment>) -> Report {
    let components = Component::ALL.into_iter().cycle();
    let steps = STEPS.into_iter().cycle().zip(components).zip(outcomes());
    Report {
        steps: steps.map(|((step, component), outcome)| step_report(step, component, outcome)).collect(),
        outputs: BTreeMap::from([(id("base"), BTreeMap::from([(id("Vpc"), "vpc-1".to_owned())]))]),
        run_environment,
        verification: problems(),
        links: links(),
        under_way: vec![UnderWay { component: Component::Network, stack: id("base"), id: sample::stack_id() }],
        elapsed_ms: 161_000,
    }
}

fn links() -> Vec<Link> {
    let verdicts = [
        Verdict::Ok,
        Verdict::Broken { problems: problems() },
        Verdict::Unknown { problems: problems() },
        Verdict::Skipped,
    ];
    let link = |(name, verdict)| Link { name, read: "trust of a role".to_owned(), verdict };
    LinkName::ALL.into_iter().zip(verdicts.into_iter().cycle()).map(link).collect()
}

/// What was verified.
pub fn verifications() -> Vec<Verification> {
    let of = |links| Verification { format_version: VERIFICATION_FORMAT.to_owned(), target: target(), links };
    vec![of(Vec::new()), of(links())]
}

/// What was checked beforehand.
pub fn preflights() -> Vec<Preflight> {
    let verdicts = [
        CheckVerdict::Ok,
        CheckVerdict::Warning { problems: problems() },
        CheckVerdict::Failed { problems: problems() },
        CheckVerdict::Skipped,
    ];
    let check = |(name, verdict)| Check { name, found: "account 123456789012".to_owned(), verdict };
    let checks: Vec<Check> = CheckName::ALL.into_iter().zip(verdicts.into_iter().cycle()).map(check).collect();
    let of = |verb| Preflight {
        format_version: PREFLIGHT_FORMAT.to_owned(),
        verb,
        target: target(),
        checks: checks.clone(),
    };
    Verb::ALL.map(of).into()
}

/// What differs from what is declared.
pub fn drifts() -> Vec<Drift> {
    let object =
        Object { logical_id: Some(id("Vpc")), resource_type: Some("AWS::EC2::VPC".to_owned()), physical_id: None };
    let nameless = Object { physical_id: Some("vpc-1".to_owned()), ..Object::WHOLE };
    let difference = |kind, expected: Shown, actual: Shown| Difference {
        kind,
        object: object.clone(),
        field: Some("Tags[Name]".to_owned()),
        expected,
        actual,
        found_by: Source::ALL.into(),
        note: Some("as it happens".to_owned()),
        way_back: Some("aws ec2 create-tags".to_owned()),
    };
    let values = shown();
    let kinds = DifferenceKind::ALL.into_iter().cycle().zip(values);
    let mut differences: Vec<Difference> = kinds.map(|(kind, shown)| difference(kind, shown, Shown::Absent)).collect();
    differences.push(Difference {
        object: nameless.clone(),
        field: None,
        note: None,
        way_back: None,
        ..difference(DifferenceKind::Missing, Shown::Secret, Shown::Absent)
    });
    let until = "2027-01-31".parse().expect("a day");
    let ignored = IgnoredDifference { difference: differences[0].clone(), until, reason: "known".to_owned() };
    let left_out = |field| NotCompared { object: object.clone(), field, why: "nobody reads it".to_owned() };
    let component = |component| ComponentDrift {
        component,
        subject: crate::sample::subject(component),
        compared: 3,
        differences: differences.clone(),
        ignored: vec![ignored.clone()],
        not_compared: vec![
            left_out(None),
            NotCompared { object: nameless.clone(), ..left_out(Some("Code".to_owned())) },
        ],
        way_back: Some("groundwork apply".to_owned()),
        problems: problems(),
    };
    let drift = Drift {
        format_version: DRIFT_FORMAT.to_owned(),
        target: target(),
        day: until,
        components: Component::ALL.map(component).into(),
        warnings: problems(),
        idle_ignores: vec!["drift.ignore[0]".to_owned()],
        problems: problems(),
    };
    let bare = ComponentDrift { way_back: None, ..drift.components[0].clone() };
    vec![Drift { components: vec![bare], ..drift.clone() }, drift]
}

fn step_report(step: StepId, component: Component, outcome: StepOutcome) -> StepReport {
    let is_begun = !matches!(outcome, StepOutcome::Skipped { .. });
    StepReport { step, component, outcome, span: is_begun.then_some(SPAN) }
}

/// How runs ended.
pub fn results() -> Vec<RunResult> {
    let result = |exit: Exit, report| RunResult { exit, exit_code: exit.code(), report, rollout: None };
    let environments = [None, Some(saved_run_environment(true)), Some(saved_run_environment(false))];
    let reported = environments.map(|environment| result(Exit::RolledBack, Some(report(environment))));
    let rolled_out = RunResult { rollout: Some(rollout()), ..result(Exit::SomeTargetsFailed, None) };
    Exit::ALL.map(|exit| result(exit, None)).into_iter().chain(reported).chain([rolled_out]).collect()
}

fn target_id(number: usize) -> TargetId {
    TargetId {
        name: id(&format!("team-{number}")),
        account: id("123456789012"),
        region: id("us-west-2"),
        wave: id("canary"),
    }
}

/// A rollout with targets that ended in every way.
fn rollout() -> RolloutReport {
    let ends = vec![
        TargetEnd::Unchanged,
        TargetEnd::Done { report: report(Some(saved_run_environment(true))) },
        TargetEnd::Failed { report: report(None) },
        TargetEnd::Skipped { problems: problems() },
        TargetEnd::NotStarted { reason: NotStarted::TooManyFailures },
        TargetEnd::NotStarted { reason: NotStarted::Interrupted },
        TargetEnd::NotStarted { reason: NotStarted::AwaitsApproval },
    ];
    let target = |(number, end): (usize, TargetEnd)| {
        let is_begun = matches!(end, TargetEnd::Done { .. } | TargetEnd::Failed { .. });
        TargetReport { target: target_id(number), span: is_begun.then_some(SPAN), end }
    };
    let targets = ends.into_iter().enumerate().map(target);
    RolloutReport { targets: targets.collect(), elapsed_ms: 723_000 }
}

/// What exists, or does not.
pub fn statuses() -> Vec<Status> {
    let states = [State::Ready, State::Absent, State::Busy, State::Stuck, State::NotOurs, State::Skipped];
    let components = things().into_iter().zip(states.into_iter().cycle()).map(|((component, subject), state)| {
        let status = (state != State::Absent).then(|| "UPDATE_COMPLETE".to_owned());
        let outputs = BTreeMap::from([("Vpc".to_owned(), "vpc-1".to_owned())]);
        ComponentStatus { component, subject, state, status, outputs }
    });
    let full = Status {
        format_version: STATUS_FORMAT.to_owned(),
        target: target(),
        components: components.collect(),
        dashboard_url: Some("https://dash.cloudreactor.io".to_owned()),
        pending: Some(Tally { create: 1, update: 2, replace: 3, delete: 4 }),
        secrets_path: Some("CloudReactor/staging/common/".to_owned()),
    };
    let little = Status { dashboard_url: None, pending: None, secrets_path: None, ..full.clone() };
    vec![full, little]
}

/// What later stages need.
pub fn outputs() -> Vec<Outputs> {
    let environments = [None, Some(saved_run_environment(true)), Some(saved_run_environment(false))];
    let outputs = |run_environment: Option<SavedRunEnvironment>| Outputs {
        format_version: OUTPUTS_FORMAT.to_owned(),
        environment: id("staging"),
        account: id("123456789012"),
        region: id("us-west-2"),
        stacks: report(None).outputs,
        secrets_path: run_environment.as_ref().map(|_| "CloudReactor/staging/common/".to_owned()),
        run_environment,
    };
    environments.map(outputs).to_vec()
}
