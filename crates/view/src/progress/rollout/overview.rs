//! How far a rollout has come, as data: how many targets are done, and where each of the others stands.

use std::collections::{BTreeMap, BTreeSet};

use groundwork_model::TargetName;
use groundwork_model::event::Event;
use groundwork_model::ids::WaveName;
use groundwork_model::plan::Component;
use groundwork_model::report::StepOutcome;
use groundwork_model::rollout::{RolloutEvent, RolloutPlan, TargetEvent};
use groundwork_model::step::StepId;

use crate::progress::board::Board;
use crate::progress::knowledge::Knowledge;

/// What is known of the plans before they are executed.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How many targets change.
    targets: Option<usize>,
    plans: BTreeMap<TargetName, Knowledge>,
    components: BTreeMap<TargetName, BTreeSet<Component>>,
    nothing: Knowledge,
}

impl Known {
    /// What a plan tells.
    pub fn of(plan: &RolloutPlan) -> Self {
        let changing = || {
            let plans = plan.targets.iter().filter_map(|planned| Some((&planned.target.name, planned.planned.plan()?)));
            plans.filter(|(_, plan)| !plan.is_empty())
        };
        let components = |(name, plan): (&TargetName, &groundwork_model::plan::Plan)| {
            (name.clone(), plan.steps.iter().map(|step| step.component).collect())
        };
        Self {
            targets: Some(changing().count()),
            plans: changing().map(|(name, plan)| (name.clone(), Knowledge::of(plan))).collect(),
            components: changing().map(components).collect(),
            nothing: Knowledge::default(),
        }
    }

    /// What is known of a target's plan.
    pub fn plan(&self, target: &TargetName) -> &Knowledge {
        self.plans.get(target).unwrap_or(&self.nothing)
    }

    /// The names of the targets that change.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.plans.keys().map(TargetName::as_str)
    }
}

/// How far a rollout has come.
#[derive(Debug, Default)]
pub(super) struct Overview {
    pub known: Known,
    /// The targets of the waves that began.
    announced: usize,
    wave: Option<WaveName>,
    running: Vec<Standing>,
    failed: Vec<Standing>,
    done: usize,
}

/// Where a target stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub target: TargetName,
    pub wave: Option<WaveName>,
    /// How long it took, if it has ended.
    pub elapsed_ms: Option<u64>,
    steps: Vec<(StepId, Component, Stage)>,
    board: Board,
}

impl Standing {
    fn new(target: &TargetName, wave: Option<&WaveName>) -> Self {
        let (target, wave) = (target.clone(), wave.cloned());
        Self { target, wave, elapsed_ms: None, steps: Vec::new(), board: Board::default() }
    }
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Running,
    Done,
    Failed,
    Skipped,
}

impl Overview {
    /// Takes note of an event of the rollout.
    pub fn rollout(&mut self, event: &RolloutEvent) {
        match event {
            RolloutEvent::WaveStarted { wave, targets } => {
                self.announced += targets;
                self.wave = Some(wave.clone());
            }
            RolloutEvent::WaveVerified { failed, .. } => {
                self.done = self.done.saturating_sub(failed.len());
                self.failed.extend(failed.iter().map(|target| Standing::new(target, self.wave.as_ref())));
            }
            RolloutEvent::StartsStopped { .. } => {}
        }
    }

    /// Takes note of an event of a target's plan as a whole.
    pub fn target(&mut self, target: &TargetName, event: &TargetEvent) {
        match event {
            TargetEvent::Started => {
                self.take(target);
                self.running.push(Standing::new(target, self.wave.as_ref()));
            }
            TargetEvent::Verified { .. } => {}
            TargetEvent::Finished { succeeded, elapsed_ms } => {
                let ended = self.take(target).map(|ended| Standing { elapsed_ms: Some(*elapsed_ms), ..ended });
                match succeeded {
                    true => self.done += 1,
                    false => self.failed.extend(ended),
                }
            }
        }
    }

    fn take(&mut self, target: &TargetName) -> Option<Standing> {
        let at = self.running.iter().position(|running| running.target == *target)?;
        Some(self.running.remove(at))
    }

    /// Takes note of an event within a target's plan.
    pub fn event(&mut self, target: &TargetName, event: &Event) {
        if let Some(running) = self.running.iter_mut().find(|running| running.target == *target) {
            running.event(event, self.known.plan(target));
        }
    }

    /// The targets that failed, in the order in which they did, and those that are under way, in the order in
    /// which they began.
    pub fn standings(&self) -> (&[Standing], &[Standing]) {
        (&self.failed, &self.running)
    }

    /// Whether something is under way.
    pub fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// `7 running, 31 done, 1 failed, 161 to go`.
    pub fn words(&self) -> String {
        let (running, failed) = (self.running.len(), self.failed.len());
        let all = self.known.targets.unwrap_or(self.announced);
        let left = all.saturating_sub(running + self.done + failed);
        format!("{running} running, {} done, {failed} failed, {left} to go", self.done)
    }

    /// What a target's line says of each component.
    pub fn cells(&self, standing: &Standing) -> [String; 4] {
        Component::ALL.map(|component| {
            let planned = self.known.components.get(&standing.target);
            let is_planned = planned.is_none_or(|components| components.contains(&component));
            standing.cell(component, is_planned, self.known.plan(&standing.target))
        })
    }
}

impl Standing {
    fn event(&mut self, event: &Event, knowledge: &Knowledge) {
        self.board.turn(event, knowledge);
        let (step, component, stage) = match event {
            Event::StepStarted { step, component } => (*step, *component, Stage::Running),
            Event::StepFinished { step, component, outcome, .. } => (*step, *component, Stage::of(outcome)),
            Event::Progress { .. } => return,
        };
        self.steps.retain(|(known, ..)| *known != step);
        self.steps.push((step, component, stage));
    }

    /// `-` where there is nothing to do, else how far it has come. A cluster has two steps: the later one counts.
    fn cell(&self, component: Component, is_planned: bool, knowledge: &Knowledge) -> String {
        let latest = self.steps.iter().rev().find(|(_, of, _)| *of == component);
        match latest {
            None if is_planned && self.elapsed_ms.is_none() => "waits".to_owned(),
            None => "-".to_owned(),
            Some((step, _, Stage::Running)) => match self.board.share(*step, knowledge) {
                Some((settled, all)) => format!("{settled} of {all}"),
                None => "runs".to_owned(),
            },
            Some((_, _, Stage::Done)) => "done".to_owned(),
            Some((_, _, Stage::Failed)) => "failed".to_owned(),
            Some((_, _, Stage::Skipped)) => "not begun".to_owned(),
        }
    }
}

impl Stage {
    fn of(outcome: &StepOutcome) -> Self {
        match outcome {
            StepOutcome::Changed | StepOutcome::Unchanged => Self::Done,
            StepOutcome::Skipped { .. } => Self::Skipped,
            StepOutcome::Failed { .. } => Self::Failed,
        }
    }
}
