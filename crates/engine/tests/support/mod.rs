//! A target in memory, and its plan carried out.

#![expect(dead_code, reason = "each test crate uses its own part")]

pub mod announced;
pub mod fleet;
pub mod moves;

use groundwork_engine::approve::{Gates, approve, confirm};
use groundwork_engine::discover::{Depth, discover};
use groundwork_engine::execute::{self, Settings};
use groundwork_model::plan::{Class, Plan};
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepOutcome};
use groundwork_model::spec::Spec;
use groundwork_model::world::World;
use groundwork_model::{Code, Exit};
use groundwork_planner::RunEnvironmentFate;
use groundwork_testkit::build::{FakePorts, ports, spec};
use groundwork_testkit::{FakeCloud, FakeSaas, Recorder};

pub const VERSION: &str = "0.1.0";

/// One target: its far ends, what is wanted of it, and what was told.
pub struct Target {
    pub ports: FakePorts,
    pub spec: Spec,
    pub told: Recorder,
    pub settings: Settings,
}

impl Target {
    /// An empty account, for which everything is wanted.
    pub fn new() -> Self {
        let ports = ports();
        let told = Recorder::new(&ports.clock);
        Self { ports, spec: spec(), told, settings: Settings::default() }
    }

    /// Everything was applied before, and nobody looks any more at how.
    pub fn applied() -> Self {
        let target = Self::new();
        let report = target.apply();
        assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
        Self { told: Recorder::new(&target.ports.clock), ..target }
    }

    pub fn cloud(&self) -> &FakeCloud {
        &self.ports.cloud
    }

    pub fn saas(&self) -> &FakeSaas {
        &self.ports.saas
    }

    pub fn discover(&self) -> Result<World, Vec<Problem>> {
        self.ports.clock.run(discover(&self.ports.cloud, &self.ports.saas, &self.spec, Depth::Plan))
    }

    pub async fn planned(&self) -> Result<Plan, Vec<Problem>> {
        let world = discover(&self.ports.cloud, &self.ports.saas, &self.spec, Depth::Plan).await?;
        groundwork_planner::plan(&self.spec, &world, VERSION)
    }

    /// The plan; it has to come about.
    pub fn plan(&self) -> Plan {
        self.ports.clock.run(self.planned()).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    /// Carries out a plan, whatever classes of change it has.
    pub async fn executed(&self, plan: Plan) -> Report {
        let everything = Gates::permitting(Class::ALL);
        let approved = approve(plan, &everything).expect("every class is allowed");
        execute::execute(approved, &self.ports, &self.told, &self.settings).await
    }

    /// Plans, and carries the plan out.
    pub fn apply(&self) -> Report {
        let plan = self.plan();
        self.ports.clock.run(self.executed(plan))
    }

    /// Plans, and carries the plan out; but is killed after so many steps.
    pub fn apply_for(&self, steps: usize) -> Option<Result<Report, Vec<Problem>>> {
        self.ports.clock.run_for(steps, async { Ok(self.executed(self.planned().await?).await) })
    }

    async fn destroyed(&self, fate: RunEnvironmentFate) -> Result<Report, Vec<Problem>> {
        let world = discover(&self.ports.cloud, &self.ports.saas, &self.spec, Depth::Plan).await?;
        let plan = groundwork_planner::destroy(&self.spec, &world, fate)?;
        let approved =
            confirm(plan, self.spec.environment.name.as_str(), &Gates::default()).expect("the name was given");
        Ok(execute::execute(approved, &self.ports, &self.told, &self.settings).await)
    }

    /// Removes everything.
    pub fn destroy(&self, fate: RunEnvironmentFate) -> Report {
        self.ports.clock.run(self.destroyed(fate)).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    /// Removes everything; but is killed after so many steps.
    pub fn destroy_for(&self, steps: usize) -> Option<Result<Report, Vec<Problem>>> {
        self.ports.clock.run_for(steps, self.destroyed(RunEnvironmentFate::Delete))
    }
}

/// A step's outcome.
pub fn outcome<'a>(report: &'a Report, step: &str) -> &'a StepOutcome {
    let found = report.steps.iter().find(|found| found.step.as_str() == step);
    &found.unwrap_or_else(|| panic!("no step {step} in {report:#?}")).outcome
}

/// The problem that a step failed with.
pub fn problem<'a>(report: &'a Report, step: &str, code: Code) -> &'a Problem {
    match outcome(report, step) {
        StepOutcome::Failed { problem } => {
            assert_eq!(problem.code, code, "{problem:#?}");
            problem
        }
        other => panic!("step {step} should have failed, and ended as {other:?}"),
    }
}

/// Everything that a problem says.
pub fn text(problem: &Problem) -> String {
    [vec![problem.message.clone()], problem.causes.clone(), problem.help.clone()].concat().join("\n")
}

/// Asserts that a problem says all of this.
pub fn says(problem: &Problem, parts: &[&str]) {
    let text = text(problem);
    for part in parts {
        assert!(text.contains(part), "{part:?} should stand in\n{text}");
    }
}
