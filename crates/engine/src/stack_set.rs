//! Makes or changes a stack set, and waits until its stacks are in their accounts.
//!
//! The set itself goes first, then the stacks that are missing, wave by wave and Region by Region: a wave in which
//! more fail than it permits keeps the next one from being begun. AWS goes on by itself with what was begun. A
//! rerun finds the stacks that are there, and makes the others.

use groundwork_model::Code;
use groundwork_model::event::Progress;
use groundwork_model::problem::Problem;
use groundwork_model::stack_set::{DeployStackSet, StackSetKind};

use crate::deploy::inputs;
use crate::execute::Done;
use crate::pace::Pace;
use crate::ports::{ApiError, OperationStatus, StackSetRequest, StackSets};
use crate::run::{Ends, StepRun};

/// So many failures are told.
const TOLD: usize = 20;

/// What AWS answers while another operation on the set runs.
const BUSY: &str = "OperationInProgressException";

/// Deploys a stack set.
pub(crate) async fn deploy<E: Ends>(step: &StepRun<'_, E>, deploy: &DeployStackSet) -> Result<Done, Problem> {
    let run = Deploying { step, deploy };
    run.not_stopped()?;
    let request = run.request();
    match &deploy.kind {
        StackSetKind::Create => {
            let token = step.token();
            let made = step.insist(|| step.cloud().create_stack_set(&request, &token)).await;
            made.map_err(|error| run.refused(&error))?;
        }
        StackSetKind::Update { preferences } => {
            let operation = step.token();
            let begun = step.insist(|| step.cloud().update_stack_set(&request, *preferences, &operation)).await;
            run.end(&begun.map_err(|error| run.refused(&error))?).await?;
        }
        StackSetKind::Keep => {}
    }
    for missing in &deploy.missing {
        run.not_stopped()?;
        let (operation, name) = (step.token(), &deploy.stack_set);
        let create = || step.cloud().create_stack_instances(name, deploy.call_as, &deploy.units, missing, &operation);
        run.end(&step.insist(create).await.map_err(|error| run.refused(&error))?).await?;
    }
    Ok(Done::Changed)
}

struct Deploying<'a, E> {
    step: &'a StepRun<'a, E>,
    deploy: &'a DeployStackSet,
}

impl<E: Ends> Deploying<'_, E> {
    fn request(&self) -> StackSetRequest {
        let deploy = self.deploy;
        StackSetRequest {
            name: deploy.stack_set.clone(),
            call_as: deploy.call_as,
            template: deploy.template.to_string(),
            parameters: inputs(self.step, &deploy.parameters),
            tags: deploy.tags.clone(),
            auto_deployment: deploy.auto_deployment,
        }
    }

    fn not_stopped(&self) -> Result<(), Problem> {
        if !self.step.stop_requested() {
            return Ok(());
        }
        let message = format!("interrupted before all stacks of stack set {} were begun", self.deploy.stack_set);
        Err(self.step.interrupted(message).help("run the same command again: it makes those that are missing"))
    }

    /// Waits for the end of an operation.
    async fn end(&self, operation: &str) -> Result<(), Problem> {
        let (step, name, call_as) = (self.step, &self.deploy.stack_set, self.deploy.call_as);
        step.tell(Progress::OperationStarted { stack: name.clone() });
        let mut pace = Pace::new();
        let started_ms = step.now_ms();
        let deadline_ms = u64::try_from(step.run.settings.stack_timeout.as_millis()).unwrap_or(u64::MAX);
        loop {
            let look = step.cloud().stack_set_operation(name, call_as, operation);
            let pause = match step.unless_stopped(look).await.map_err(|_| self.left("interrupted"))? {
                Ok(OperationStatus::Succeeded) => return Ok(()),
                Ok(OperationStatus::Failed) => return Err(self.failed(operation).await),
                Ok(OperationStatus::Running) => pace.after_success(),
                Err(error) if error.class.is_transient() => {
                    step.disturbed(&error);
                    pace.after_disturbance()
                }
                Err(error) => return Err(self.lost_sight(&error)),
            };
            if step.now_ms().saturating_sub(started_ms) >= deadline_ms {
                return Err(self.timed_out());
            }
            step.pause(pause).await.map_err(|_| self.left("interrupted"))?;
        }
    }

    async fn failed(&self, operation: &str) -> Problem {
        let (step, name, call_as) = (self.step, &self.deploy.stack_set, self.deploy.call_as);
        let failures = step.insist(|| step.cloud().stack_set_failures(name, call_as, operation)).await;
        let message = format!("CloudFormation could not bring stack set {name} to every account");
        let problem = Problem::new(Code::StackSetFailed, message).at(step.component.as_str());
        let problem = match failures {
            Ok(failures) => {
                let more = failures.len().saturating_sub(TOLD);
                let more = (more > 0).then(|| format!("and {more} more"));
                failures.into_iter().take(TOLD).chain(more).fold(problem, Problem::because)
            }
            Err(error) => problem.because(format!("where it failed cannot be read: {error}")),
        };
        problem.help("accounts that have the stack keep it: once the causes are mended, run the same command again")
    }

    fn refused(&self, error: &ApiError) -> Problem {
        let problem = Problem::from(error).at(self.step.component.as_str());
        if error.code.as_deref() != Some(BUSY) {
            return problem;
        }
        let message = format!("stack set {} has another operation under way", self.deploy.stack_set);
        Problem { code: Code::StackBusy, message, ..problem }
            .help("one runs at a time: once it is done, run the same command again")
    }

    fn left(&self, why: &str) -> Problem {
        let message = format!("{why} while AWS was at stack set {}", self.deploy.stack_set);
        self.goes_on(self.step.interrupted(message))
    }

    fn timed_out(&self) -> Problem {
        let minutes = self.step.run.settings.stack_timeout.as_secs() / 60;
        let message = format!("an operation on stack set {} took longer than {minutes} minutes", self.deploy.stack_set);
        let problem = Problem::new(Code::StackTimedOut, message).at(self.step.component.as_str());
        self.goes_on(problem).help("or wait longer: --stack-timeout MINUTES")
    }

    fn lost_sight(&self, error: &ApiError) -> Problem {
        let message = format!("lost sight of stack set {}", self.deploy.stack_set);
        let problem = Problem::new(Code::StackTimedOut, message).at(self.step.component.as_str());
        self.goes_on(problem.because(error.to_string()))
    }

    fn goes_on(&self, problem: Problem) -> Problem {
        problem.help("AWS goes on with it").help("once it is done, run the same command again: it goes on from there")
    }
}
