//! A folder with a log for each target of a rollout.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use groundwork_model::TargetName;
use groundwork_model::event::Event;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{PlannedTarget, RolloutEvent, RolloutPlan, RolloutReport, TargetEvent};
use groundwork_view::TargetLog;

use super::file::{self, PendingFile, unwritable};

/// The logs of a rollout. They are kept in memory and written as soon as a target has ended, and once more with what
/// became of it in the end: a log in the folder is whole, and hundreds need no open file each.
pub struct Logs {
    folder: PathBuf,
    logs: BTreeMap<TargetName, TargetLog>,
    /// The targets that were begun and have not ended.
    running: Vec<TargetName>,
    /// The targets that were done in the wave that runs.
    done: Vec<TargetName>,
    /// The first log that could not be written.
    unwritten: Option<Problem>,
}

impl Logs {
    /// Makes the folder, and sees that it can be written to.
    pub fn create(folder: &Path) -> Result<Self, Problem> {
        std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        // Left unpublished, it leaves nothing.
        drop(PendingFile::create(&folder.join("any.log"))?);
        Ok(Self {
            folder: folder.to_owned(),
            logs: BTreeMap::new(),
            running: Vec::new(),
            done: Vec::new(),
            unwritten: None,
        })
    }

    /// Opens a log for each target.
    pub fn plan(&mut self, plan: &RolloutPlan) {
        let log = |target: &PlannedTarget| {
            (target.target.name.clone(), TargetLog::new(&target.target, target.planned.plan()))
        };
        self.logs = plan.targets.iter().map(log).collect();
    }

    /// Takes an event of the rollout: some are about targets, too.
    pub fn rollout(&mut self, at_ms: u64, event: &RolloutEvent) {
        match event {
            RolloutEvent::WaveStarted { .. } => self.done.clear(),
            RolloutEvent::WaveVerified { failed, .. } => {
                for name in std::mem::take(&mut self.done) {
                    if let Some(log) = self.logs.get_mut(&name) {
                        log.verified(at_ms, !failed.contains(&name));
                        self.write_so_far(&name);
                    }
                }
            }
            RolloutEvent::StartsStopped { .. } => {}
        }
    }

    /// Takes an event of a target's plan as a whole.
    pub fn target(&mut self, at_ms: u64, target: &TargetName, event: &TargetEvent) {
        let Some(log) = self.logs.get_mut(target) else { return };
        log.target(at_ms, event);
        match event {
            TargetEvent::Started => self.running.push(target.clone()),
            TargetEvent::Verified { .. } => {}
            TargetEvent::Finished { succeeded, .. } => {
                self.running.retain(|running| running != target);
                self.done.extend(succeeded.then(|| target.clone()));
                self.write_so_far(target);
            }
        }
    }

    /// Takes an event within a target's plan.
    pub fn event(&mut self, at_ms: u64, target: &TargetName, event: &Event) {
        if let Some(log) = self.logs.get_mut(target) {
            log.event(at_ms, event);
        }
    }

    /// Writes the log of each target with what became of it.
    pub fn report(&mut self, report: &RolloutReport) {
        for target in &report.targets {
            let id = &target.target;
            let unplanned = TargetLog::new(id, None);
            let text = self.logs.get(&id.name).unwrap_or(&unplanned).ended(&target.end);
            self.write(&id.name, &text);
        }
        self.running.clear();
    }

    /// Writes the logs of targets that were under way when nobody waited any longer for their end.
    pub fn publish(mut self) -> Result<(), Problem> {
        for name in std::mem::take(&mut self.running) {
            self.write_so_far(&name);
        }
        self.unwritten.map_or(Ok(()), Err)
    }

    fn write_so_far(&mut self, target: &TargetName) {
        if let Some(text) = self.logs.get(target).map(|log| log.so_far().to_owned()) {
            self.write(target, &text);
        }
    }

    /// What was begun in AWS matters more than its log: one that cannot be written is told at the end.
    fn write(&mut self, target: &TargetName, text: &str) {
        let path = self.folder.join(format!("{target}.log"));
        if let Err(problem) = file::write(&path, text.as_bytes()) {
            self.unwritten.get_or_insert(problem);
        }
    }
}
