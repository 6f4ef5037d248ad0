//! A rollout's events in lines: what each target's steps came to, and what went wrong in them. That a resource
//! moved is not told: a hundred targets move thousands.

use std::collections::BTreeSet;

use groundwork_model::TargetName;
use groundwork_model::event::{Event, Progress};
use groundwork_model::plan::Component;
use groundwork_model::report::StepOutcome;
use groundwork_model::rollout::{RolloutEvent, RolloutPlan, TargetEvent};
use groundwork_model::step::StepId;

use super::overview::{Known, Overview};
use crate::human::verification::in_short;
use crate::line::{Ink, Line, flowing};
use crate::progress::narrator::{Heartbeats, Narrator, Saying};
use crate::text::{shorten, widest};
use crate::words::{Stage, count, duration, not_started, stage, time_of_day};

/// Where the target stands: behind `12:03:04` and two blanks.
const TARGET: usize = 10;

/// The column of targets never takes more than this, nor more than a quarter of the line.
const WIDEST_TARGET: usize = 28;

/// Targets' names take so many columns if nobody tells which ones there are.
const USUAL_TARGET: usize = 16;

/// With less room for what happened than this, what does not fit goes on further left.
const NARROWEST: usize = 30;

/// A line for the whole rollout is said no more often.
const HEARTBEAT_MS: u64 = 60_000;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Steps too, and that the program lives.
    Steps,
    /// Only waves and targets: a picture shows the rest.
    Targets,
}

/// Tells the events of a rollout, and knows how far it has come.
#[derive(Debug)]
pub(super) struct Teller {
    pub overview: Overview,
    detail: Detail,
    columns: usize,
    targets: usize,
    /// Steps of which a failure was told: those that follow in it are cancellations, as a rule.
    troubled: BTreeSet<(TargetName, StepId)>,
    /// When the rollout was last told of as a whole; first, when it began.
    counted_ms: Option<u64>,
}

impl Teller {
    /// A teller that fills so many columns.
    pub fn new(columns: usize, detail: Detail) -> Self {
        Self {
            overview: Overview::default(),
            detail,
            columns,
            targets: USUAL_TARGET.min(columns / 4),
            troubled: BTreeSet::new(),
            counted_ms: None,
        }
    }

    /// Lets the plan make the words more exact.
    pub fn know(&mut self, plan: &RolloutPlan) {
        self.overview.known = Known::of(plan);
        self.targets = widest(self.overview.known.names()).min(WIDEST_TARGET).min(self.columns / 4);
    }

    /// An event of the rollout.
    pub fn rollout(&mut self, at_ms: u64, event: &RolloutEvent) -> Vec<Line> {
        self.overview.rollout(event);
        let mut lines = match event {
            RolloutEvent::WaveStarted { wave, targets } => {
                self.whole(at_ms, Ink::Bold, &format!("wave {wave}: {}", count(*targets, "target")))
            }
            RolloutEvent::WaveVerified { wave, targets, failed } => {
                let of_target =
                    |target| self.of_target(at_ms, target, None, (Ink::BoldRed, "is not as its spec wants it"));
                let mut lines: Vec<Line> = failed.iter().flat_map(of_target).collect();
                let (ink, found) = match failed.len() {
                    0 => (Ink::Green, "all as their specs want them".to_owned()),
                    failed => (Ink::BoldRed, format!("{failed} not as their specs want them")),
                };
                let text = format!("wave {wave}: {} verified once more, {found}", count(*targets, "target"));
                lines.extend(self.whole(at_ms, ink, &text));
                lines
            }
            RolloutEvent::StartsStopped { wave, reason } => {
                let text = format!("wave {wave}: no further target is started, since {}", not_started(*reason));
                self.whole(at_ms, Ink::BoldYellow, &text)
            }
        };
        lines.extend(self.heartbeat(at_ms));
        lines
    }

    /// An event of a target's plan as a whole.
    pub fn target(&mut self, at_ms: u64, target: &TargetName, event: &TargetEvent) -> Vec<Line> {
        self.overview.target(target, event);
        let mut lines = match event {
            // Its first step is told of at once.
            TargetEvent::Started => Vec::new(),
            // That it is done tells that every link holds.
            TargetEvent::Verified { links } => match in_short(links) {
                (_, true) => Vec::new(),
                (found, false) => self.of_target(at_ms, target, None, (Ink::Red, &format!("not verified: {found}"))),
            },
            TargetEvent::Finished { succeeded: true, elapsed_ms } => {
                self.of_target(at_ms, target, None, (Ink::Green, &format!("done in {}", duration(*elapsed_ms))))
            }
            TargetEvent::Finished { succeeded: false, elapsed_ms } => {
                self.of_target(at_ms, target, None, (Ink::BoldRed, &format!("failed after {}", duration(*elapsed_ms))))
            }
        };
        lines.extend(self.heartbeat(at_ms));
        lines
    }

    /// An event within a target's plan.
    pub fn event(&mut self, at_ms: u64, target: &TargetName, event: &Event) -> Vec<Line> {
        self.overview.event(target, event);
        let mut lines = match self.saying(target, event) {
            Some((component, saying)) => {
                let about = saying.resource.map(|id| format!("{id}: ")).unwrap_or_default();
                let text = format!("{about}{}", saying.text);
                self.of_target(at_ms, target, Some(component), (saying.ink, &text))
            }
            None => Vec::new(),
        };
        lines.extend(self.heartbeat(at_ms));
        lines
    }

    fn saying(&mut self, target: &TargetName, event: &Event) -> Option<(Component, Saying)> {
        match event {
            Event::StepStarted { component, .. } => {
                let saying = Saying { resource: None, ink: Ink::Plain, text: "started".to_owned() };
                (self.detail == Detail::Steps).then_some((*component, saying))
            }
            Event::Progress { step, component, what } => {
                if !self.is_told(target, *step, what) {
                    return None;
                }
                Some((*component, self.narrator_of(target).progress(*component, what)?))
            }
            Event::StepFinished { step, component, outcome, elapsed_ms } => {
                let is_failure = matches!(outcome, StepOutcome::Failed { .. });
                let is_told = self.detail == Detail::Steps || is_failure;
                is_told.then(|| (*component, self.narrator_of(target).end(*step, outcome, *elapsed_ms)))
            }
        }
    }

    fn narrator_of(&self, target: &TargetName) -> Narrator {
        let mut narrator = Narrator::new(self.columns, Heartbeats::Dropped);
        narrator.knowledge = self.overview.known.plan(target).clone();
        narrator
    }

    /// Whether something within a step is told: what goes wrong first in it, and that it is undone.
    fn is_told(&mut self, target: &TargetName, step: StepId, what: &Progress) -> bool {
        match what {
            Progress::Resource { status, .. } => {
                stage(status) == Stage::Failed && self.troubled.insert((target.clone(), step))
            }
            Progress::Stack { status, .. } => {
                stage(status) == Stage::Failed || status.ends_with("ROLLBACK_IN_PROGRESS")
            }
            Progress::DeletingCorpse { .. } => true,
            Progress::ChangeSetCreating { .. }
            | Progress::ChangeSetAgrees { .. }
            | Progress::OperationStarted { .. }
            | Progress::Heartbeat { .. }
            | Progress::Disturbed { .. } => false,
        }
    }

    /// A line about a target.
    fn of_target(
        &self,
        at_ms: u64,
        target: &TargetName,
        component: Option<Component>,
        (ink, text): (Ink, &str),
    ) -> Vec<Line> {
        let components = TARGET + self.targets + 2;
        let begin = components + widest(Component::ALL.map(Component::as_str)) + 2;
        let line = self.time(at_ms).plain(&shorten(target.as_str(), self.targets)).to(components);
        let line = line.plain(component.map_or("", Component::as_str)).to(begin);
        let column = if self.columns >= begin + NARROWEST { begin } else { TARGET + 2 };
        flowing(line, ink, text, column, self.columns)
    }

    /// A line about the rollout.
    fn whole(&self, at_ms: u64, ink: Ink, text: &str) -> Vec<Line> {
        flowing(self.time(at_ms), ink, text, TARGET, self.columns)
    }

    fn time(&self, at_ms: u64) -> Line {
        Line::new().ink(Ink::Dim, &time_of_day(at_ms)).to(TARGET)
    }

    /// How far the rollout has come, if that was not told for a while. Every event is an occasion: targets that
    /// are under way have one at least twice a minute.
    fn heartbeat(&mut self, at_ms: u64) -> Vec<Line> {
        let since = *self.counted_ms.get_or_insert(at_ms);
        let is_due = at_ms.saturating_sub(since) >= HEARTBEAT_MS && self.overview.is_running();
        if self.detail != Detail::Steps || !is_due {
            return Vec::new();
        }
        self.counted_ms = Some(at_ms);
        self.whole(at_ms, Ink::Dim, &self.overview.words())
    }
}
