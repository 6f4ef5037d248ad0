//! Which targets are started when, and what became of each.

use std::collections::VecDeque;

use futures_util::StreamExt;
use futures_util::stream::{self, FuturesUnordered};
use groundwork_model::TargetName;
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, Span};
use groundwork_model::rollout::{
    NotStarted, RolloutEvent, RolloutTarget, TargetEnd, TargetEvent, TargetId, TargetReport, Wave,
};
use groundwork_model::verification::Link;

use super::RolloutSink;
use crate::approve::{Approved, ApprovedTarget, Work};
use crate::ports::Stop;

/// A target's plan that ended.
pub(super) struct Ended {
    /// The target's place.
    pub at: usize,
    pub report: Report,
    /// When it was executed, from the beginning of the rollout.
    pub span: Span,
}

/// What was found of a target that was verified once more.
pub(super) struct Verified {
    /// The target's place.
    pub at: usize,
    /// The links of the chain that tasks need.
    pub links: Vec<Link>,
    /// What is not as it should be.
    pub problems: Vec<Problem>,
}

/// How a wave went.
#[derive(Clone, Copy)]
pub(super) struct Tally {
    /// How many targets it was to change.
    targets: usize,
    /// How many of them failed.
    failures: usize,
}

/// A rollout that is being carried out.
pub(super) struct Rolling<'a, X, T> {
    targets: Vec<Target<'a>>,
    sink: &'a X,
    stop: &'a T,
    /// Why no further target is started, once that is so.
    closed: Option<NotStarted>,
}

struct Target<'a> {
    target: &'a RolloutTarget,
    id: TargetId,
    state: State,
    /// When its plan was executed, once it has been.
    span: Option<Span>,
}

/// How far a target has come. A plan is held only until it is started: then it belongs to its execution.
enum State {
    Waiting(Box<Approved>),
    UnderWay,
    Ended(TargetEnd),
}

impl<'a, X: RolloutSink, T: Stop> Rolling<'a, X, T> {
    pub(super) fn new(targets: Vec<ApprovedTarget<'a>>, sink: &'a X, stop: &'a T) -> Self {
        let target = |ApprovedTarget { target, id, work }| {
            let state = match work {
                Work::Nothing => State::Ended(TargetEnd::Unchanged),
                Work::Plan(plan) => State::Waiting(plan),
                Work::Skip(problems) => State::Ended(TargetEnd::Skipped { problems }),
            };
            Target { target, id, state, span: None }
        };
        Self { targets: targets.into_iter().map(target).collect(), sink, stop, closed: None }
    }

    /// Carries out one wave: returns when all of it that was started has ended.
    pub(super) async fn wave<F: Future<Output = Ended>>(
        &mut self,
        at: usize,
        wave: &Wave,
        execute: impl Fn(usize, &'a RolloutTarget, Approved) -> F,
    ) -> Tally {
        let mut queue: VecDeque<usize> =
            self.waiting().filter(|(_, target)| target.wave == at).map(|(at, _)| at).collect();
        let mut tally = Tally { targets: queue.len(), failures: 0 };
        if tally.targets == 0 || self.is_closed(wave, tally) {
            return tally;
        }
        self.sink.rollout(RolloutEvent::WaveStarted { wave: wave.name.clone(), targets: tally.targets });
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < wave.max_concurrent.get() && !self.is_closed(wave, tally) {
                let Some(at) = queue.pop_front() else { break };
                running.extend(self.start(at).map(|(target, plan)| execute(at, target, plan)));
            }
            let Some(ended) = running.next().await else { break };
            tally.failures += usize::from(!self.end(ended));
        }
        tally
    }

    /// Verifies the targets of a wave once more that were changed in it, as many at once as it changes. Those that are
    /// not as they should be have failed.
    pub(super) async fn verify<F: Future<Output = Verified>>(
        &mut self,
        at: usize,
        wave: &Wave,
        mut tally: Tally,
        verify: impl Fn(usize, &'a RolloutTarget) -> F,
    ) {
        let of_wave = self.targets.iter().enumerate().filter(|(_, target)| target.target.wave == at);
        let done: Vec<_> =
            of_wave.filter(|(_, target)| matches!(target.state, State::Ended(TargetEnd::Done { .. }))).collect();
        if done.is_empty() || self.stop.requested() {
            return;
        }
        let reads = stream::iter(done.iter().map(|(at, target)| verify(*at, target.target)));
        let verified: Vec<Verified> = reads.buffer_unordered(wave.max_concurrent.get()).collect().await;
        let targets = verified.len();
        let failed: Vec<_> = verified.into_iter().filter_map(|verified| self.take_down(verified)).collect();
        tally.failures += failed.len();
        self.sink.rollout(RolloutEvent::WaveVerified { wave: wave.name.clone(), targets, failed });
        self.is_closed(wave, tally);
    }

    /// Takes down what was found of a target that was done, and returns its name if it is not as it should be.
    fn take_down(&mut self, Verified { at, links, problems }: Verified) -> Option<TargetName> {
        let target = self.targets.get_mut(at)?;
        let State::Ended(TargetEnd::Done { report }) = &mut target.state else { return None };
        let report = Report { links, verification: problems, ..std::mem::take(report) };
        let is_well = report.verification.is_empty();
        target.state = State::Ended(if is_well { TargetEnd::Done { report } } else { TargetEnd::Failed { report } });
        (!is_well).then(|| target.id.name.clone())
    }

    /// Starts no further targets, if the wave has any: what comes after it needs somebody's approval.
    pub(super) fn stop_for_approval(&mut self, at: usize, wave: &Wave) {
        if self.targets.iter().any(|target| target.target.wave == at) {
            self.close(wave, NotStarted::AwaitsApproval);
        }
    }

    /// The targets that were not started, with their places.
    fn waiting(&self) -> impl Iterator<Item = (usize, &'a RolloutTarget)> {
        let all = self.targets.iter().enumerate();
        all.filter(|(_, target)| matches!(target.state, State::Waiting(_))).map(|(at, target)| (at, target.target))
    }

    fn start(&mut self, at: usize) -> Option<(&'a RolloutTarget, Approved)> {
        let target = self.targets.get_mut(at)?;
        let State::Waiting(plan) = std::mem::replace(&mut target.state, State::UnderWay) else { return None };
        self.sink.target(&target.id.name, TargetEvent::Started);
        Some((target.target, *plan))
    }

    /// Takes down how a target ended, and returns whether well.
    fn end(&mut self, ended: Ended) -> bool {
        let Ended { at, report, span } = ended;
        let succeeded = report.problems().next().is_none();
        if let Some(target) = self.targets.get_mut(at) {
            self.sink.target(&target.id.name, TargetEvent::Finished { succeeded, elapsed_ms: span.elapsed_ms });
            target.span = Some(span);
            target.state =
                State::Ended(if succeeded { TargetEnd::Done { report } } else { TargetEnd::Failed { report } });
        }
        succeeded
    }

    /// Whether no more targets are started. The first reason counts, and is told once, if it keeps any target
    /// from being started. A wish to stop makes what is under way fail: it is looked for before failures are.
    fn is_closed(&mut self, wave: &Wave, tally: Tally) -> bool {
        if self.stop.requested() {
            self.close(wave, NotStarted::Interrupted);
        } else if tally.failures > wave.max_failures.of(tally.targets) {
            self.close(wave, NotStarted::TooManyFailures);
        }
        self.closed.is_some()
    }

    fn close(&mut self, wave: &Wave, reason: NotStarted) {
        let leaves_some = self.waiting().next().is_some();
        if self.closed.is_none() && leaves_some {
            self.closed = Some(reason);
            self.sink.rollout(RolloutEvent::StartsStopped { wave: wave.name.clone(), reason });
        }
    }

    /// What became of every target.
    pub(super) fn into_reports(self) -> Vec<TargetReport> {
        let reason = self.closed.unwrap_or(NotStarted::Interrupted);
        let report = |Target { id, state, span, .. }| {
            let end = match state {
                State::Ended(end) => end,
                State::Waiting(_) | State::UnderWay => TargetEnd::NotStarted { reason },
            };
            TargetReport { target: id, span, end }
        };
        self.targets.into_iter().map(report).collect()
    }
}
