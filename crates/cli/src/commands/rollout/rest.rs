//! The plan for the rest of a rollout that stops for approval.

use std::path::PathBuf;

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{NotStarted, Pause, Rollout, RolloutReport, TargetEnd, Wave};
use groundwork_model::saved::SavedRollout;
use groundwork_planner::saved::{rest, shown_plan, text};

use crate::args::ApplyArguments;
use crate::commands::plan;
use crate::failure::Failure;
use crate::output::Output;
use crate::output::file::PendingFile;

/// Where the plan for the rest goes.
pub struct RestFile {
    file: PendingFile,
    path: PathBuf,
}

impl RestFile {
    /// Opens the file if the rollout will stop: a plan that cannot be saved is told before anything is done.
    pub fn create(rollout: &Rollout, arguments: &ApplyArguments) -> Result<Option<Self>, Problem> {
        let Some(wave) = stopping(rollout) else { return Ok(None) };
        let path = arguments.rest_into.clone().ok_or_else(|| unnamed(wave))?;
        Ok(Some(Self { file: PendingFile::create(&path)?, path }))
    }

    /// Writes the plan for those that await approval, if there are some.
    pub fn write(self, sealed: SavedRollout, report: &RolloutReport, output: &Output<'_>) -> Result<(), Failure> {
        let awaits = TargetEnd::NotStarted { reason: NotStarted::AwaitsApproval };
        let waiting = report.targets.iter().filter(|target| target.end == awaits);
        let names = waiting.map(|target| target.target.name.clone()).collect();
        let rest = rest(sealed, &names);
        if rest.targets.is_empty() {
            return Ok(());
        }
        self.file.publish_with(text(&rest).as_bytes())?;
        plan::say_saved(shown_plan(&rest).approvals_needed(), &self.path, output)
    }
}

/// The first wave after which the rollout will stop: others with targets come after it.
fn stopping(rollout: &Rollout) -> Option<&Wave> {
    let has_targets = |at: usize| rollout.targets.iter().any(|target| target.wave == at);
    let mut waves =
        rollout.waves.iter().enumerate().filter(|(at, _)| has_targets(*at)).map(|(_, wave)| wave).peekable();
    while let Some(wave) = waves.next() {
        if wave.pause == Pause::StopForApproval && waves.peek().is_some() {
            return Some(wave);
        }
    }
    None
}

fn unnamed(wave: &Wave) -> Problem {
    let message =
        format!("the rollout stops for approval after wave {}: name a file for the plan of the rest", wave.name);
    Problem::new(Code::InvalidArguments, message)
        .because("what is approved is the saved plan for the rest; a plain rerun would stop again")
        .help("for example --rest-into rest.plan.json, and after the approval: groundwork apply rest.plan.json")
}
