//! Carries out an approved rollout: wave after wave, in each so many targets at once, and no further ones once
//! too many have failed. Each target's plan goes through [`mod@execute`], and what it made is verified, as a single
//! target's is: links that stay broken are a failure like any other.
//!
//! A plan is as old as its rollout when its wave begins, which can be hours. Nothing here takes it for fresh:
//!
//! - that the credentials still lead to the target's account is asked again before its first step;
//! - a stack is updated only if it is the one that was planned for, by its id, and nobody has claimed it, or set
//!   its tags or parameters, since then; its change set must not make, replace or remove anything unannounced.
//!   What somebody changed in place, in a resource that stays, becomes what the plan shows;
//! - a stack is created only where AWS finds none of that name, and no cluster that it would take over; a corpse
//!   is deleted only, by its id, while it is one;
//! - capacity providers are set only if none that were added, and no other strategy, would be lost;
//! - the Run Environment must be the one that was planned for, or still be missing; only those of its fields
//!   change that the plan announced, and it is not taken from another account than the plan shows.

mod guard;
mod verify;
mod waves;

use groundwork_model::event::Event;
use groundwork_model::report::{Report, Span};
use groundwork_model::rollout::{
    NotStarted, Pause, RolloutEvent, RolloutReport, RolloutTarget, TargetEnd, TargetEvent,
};
use groundwork_model::{Exit, TargetName};

use crate::approve::{Approved, ApprovedRollout};
use crate::execute::{self, execute};
use crate::ports::{Clock, Cloud, Random, Saas, Shared, Sink, Stop};
use crate::verify::verify_done;
use waves::{Ended, Rolling};

/// Where the events of a rollout go. Like [`Sink`], it must not block for long.
pub trait RolloutSink {
    /// Takes an event of the rollout.
    fn rollout(&self, event: RolloutEvent);

    /// Takes an event of a target's plan as a whole.
    fn target(&self, target: &TargetName, event: TargetEvent);

    /// Takes an event within a target's plan.
    fn event(&self, target: &TargetName, event: Event);
}

/// How a rollout is carried out.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// How each target's plan is.
    pub execution: execute::Settings,
    /// The version of groundwork that plans, where targets are read again.
    pub tool_version: &'a str,
}

/// Executes a rollout. Every target ends in the report, each once and in the order of the spec.
///
/// After a wave comes what [`Pause`] asks for, also if nothing had to be done in it: somebody who runs the same
/// command once more has approved of nothing.
///
/// Targets with nothing to do take no slot, and do not count when [`MaxFailures`] is worked out. Failures
/// within the limit let the next wave begin. What is under way when no more are started goes on to its end;
/// after a wish to stop it ends as [`mod@execute`] ends then.
///
/// `connect` is asked once for each target that is started, and what it gives is let go with the target's
/// plan when that has ended.
///
/// [`MaxFailures`]: groundwork_model::rollout::MaxFailures
pub async fn roll_out<C: Cloud, S: Saas, K: Clock, R: Random, T: Stop>(
    approved: ApprovedRollout<'_>,
    connect: impl AsyncFn(&RolloutTarget) -> C,
    shared: &Shared<S, K, R, T>,
    sink: &impl RolloutSink,
    settings: &Settings<'_>,
) -> RolloutReport {
    let started_ms = shared.clock.now_ms();
    let ApprovedRollout { rollout, targets } = approved;
    let mut rolling = Rolling::new(targets, sink, &shared.stop);
    let connect = &connect;
    let one = |at, target, plan| async move {
        let from_ms = shared.clock.now_ms();
        let report = one(target, plan, connect, shared, sink, &settings.execution).await;
        Ended { at, report, span: Span::between(from_ms, shared.clock.now_ms(), started_ms) }
    };
    let verified = |at, target| verify::again(at, target, connect, shared, settings.tool_version);
    for (at, wave) in rollout.waves.iter().enumerate() {
        let tally = rolling.wave(at, wave, one).await;
        match wave.pause {
            Pause::None => {}
            Pause::Verify => rolling.verify(at, wave, tally, verified).await,
            Pause::StopForApproval => rolling.stop_for_approval(at, wave),
        }
    }
    RolloutReport { targets: rolling.into_reports(), elapsed_ms: shared.clock.now_ms().saturating_sub(started_ms) }
}

/// Executes the plan of one target, and verifies what it made.
async fn one<C: Cloud, S: Saas, K: Clock, R: Random, T: Stop>(
    target: &RolloutTarget,
    plan: Approved,
    connect: &impl AsyncFn(&RolloutTarget) -> C,
    shared: &Shared<S, K, R, T>,
    sink: &impl RolloutSink,
    settings: &execute::Settings,
) -> Report {
    let sink = OfTarget { sink, target: &target.name };
    let ports = shared.with(connect(target).await);
    if let Err(problem) = guard::account(&ports, &target.account).await {
        return execute::refuse(plan, problem, &sink);
    }
    let mut report = execute(plan, &ports, &sink, settings).await;
    // On the heap: a target that is not done yet needs no room for it.
    Box::pin(verify_done(&ports, &target.spec, &mut report)).await;
    if report.was_verified() {
        sink.sink.target(sink.target, TargetEvent::Verified { links: report.links.clone() });
    }
    report
}

/// The sink of one target.
struct OfTarget<'a, X> {
    sink: &'a X,
    target: &'a TargetName,
}

impl<X: RolloutSink> Sink for OfTarget<'_, X> {
    fn event(&self, event: Event) {
        self.sink.event(self.target, event);
    }
}

/// The exit code of a rollout. What each target's own failure asks for stands in its report.
pub fn exit(report: &RolloutReport) -> Exit {
    let ends = || report.targets.iter().map(|target| &target.end);
    if ends().any(was_interrupted) {
        Exit::Interrupted
    } else if ends().any(has_failed) {
        Exit::SomeTargetsFailed
    } else if ends().any(|end| matches!(end, TargetEnd::NotStarted { .. })) {
        Exit::ChangesPending
    } else {
        Exit::Done
    }
}

fn was_interrupted(end: &TargetEnd) -> bool {
    match end {
        TargetEnd::NotStarted { reason } => *reason == NotStarted::Interrupted,
        TargetEnd::Failed { report } => report.problems().any(|problem| problem.code.exit() == Exit::Interrupted),
        TargetEnd::Unchanged | TargetEnd::Done { .. } | TargetEnd::Skipped { .. } => false,
    }
}

/// Whether a target failed, or was not started because others did.
fn has_failed(end: &TargetEnd) -> bool {
    match end {
        TargetEnd::Failed { .. } => true,
        TargetEnd::NotStarted { reason } => *reason != NotStarted::AwaitsApproval,
        TargetEnd::Unchanged | TargetEnd::Done { .. } | TargetEnd::Skipped { .. } => false,
    }
}
