//! Which targets are started when, and what became of each.

use std::collections::VecDeque;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use groundwork_model::report::Report;
use groundwork_model::rollout::{NotStarted, RolloutEvent, RolloutTarget, TargetEnd, TargetId, TargetReport, Wave};

use super::RolloutSink;
use crate::approve::{Approved, ApprovedTarget, Work};
use crate::ports::Stop;

/// A target's plan that ended.
pub(super) struct Ended {
    /// The target's place.
    pub at: usize,
    pub report: Report,
    pub elapsed_ms: u64,
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
            Target { target, id, state }
        };
        Self { targets: targets.into_iter().map(target).collect(), sink, stop, closed: None }
    }

    /// Carries out one wave: returns when all of it that was started has ended.
    pub(super) async fn wave<F: Future<Output = Ended>>(
        &mut self,
        at: usize,
        wave: &Wave,
        execute: impl Fn(usize, &'a RolloutTarget, Approved) -> F,
    ) {
        let mut queue: VecDeque<usize> =
            self.waiting().filter(|(_, target)| target.wave == at).map(|(at, _)| at).collect();
        let size = queue.len();
        if size == 0 || self.is_closed(wave, 0, size) {
            return;
        }
        self.sink.rollout(RolloutEvent::WaveStarted { wave: wave.name.clone(), targets: size });
        let mut running = FuturesUnordered::new();
        let mut failures = 0;
        loop {
            while running.len() < wave.max_concurrent.get() && !self.is_closed(wave, failures, size) {
                let Some(at) = queue.pop_front() else { break };
                running.extend(self.start(at).map(|(target, plan)| execute(at, target, plan)));
            }
            let Some(ended) = running.next().await else { break };
            failures += usize::from(!self.end(ended));
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
        self.sink.rollout(RolloutEvent::TargetStarted { target: target.id.name.clone() });
        Some((target.target, *plan))
    }

    /// Takes down how a target ended, and returns whether well.
    fn end(&mut self, ended: Ended) -> bool {
        let Ended { at, report, elapsed_ms } = ended;
        let succeeded = report.problems().next().is_none();
        if let Some(target) = self.targets.get_mut(at) {
            let name = target.id.name.clone();
            self.sink.rollout(RolloutEvent::TargetFinished { target: name, succeeded, elapsed_ms });
            target.state =
                State::Ended(if succeeded { TargetEnd::Done { report } } else { TargetEnd::Failed { report } });
        }
        succeeded
    }

    /// Whether no more targets are started. The first reason counts, and is told once, if it keeps any target
    /// from being started. A wish to stop makes what is under way fail: it is looked for before failures are.
    fn is_closed(&mut self, wave: &Wave, failures: usize, size: usize) -> bool {
        let reason = if self.stop.requested() {
            Some(NotStarted::Interrupted)
        } else if failures > wave.max_failures.of(size) {
            Some(NotStarted::TooManyFailures)
        } else {
            None
        };
        let leaves_some = self.waiting().next().is_some();
        if let (None, Some(reason), true) = (self.closed, reason, leaves_some) {
            self.closed = Some(reason);
            self.sink.rollout(RolloutEvent::StartsStopped { wave: wave.name.clone(), reason });
        }
        self.closed.is_some()
    }

    /// What became of every target.
    pub(super) fn into_reports(self) -> Vec<TargetReport> {
        let reason = self.closed.unwrap_or(NotStarted::Interrupted);
        let report = |Target { id, state, .. }| {
            let end = match state {
                State::Ended(end) => end,
                State::Waiting(_) | State::UnderWay => TargetEnd::NotStarted { reason },
            };
            TargetReport { target: id, end }
        };
        self.targets.into_iter().map(report).collect()
    }
}
