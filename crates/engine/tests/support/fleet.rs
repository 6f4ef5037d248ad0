//! Many targets in memory: an AWS account each, one CloudReactor, one clock.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::time::Duration;

use groundwork_engine::approve::{ApprovedRollout, Gates, approve_rollout};
use groundwork_engine::discover::Depth;
use groundwork_engine::execute;
use groundwork_engine::patience::Patience;
use groundwork_engine::ports::{Clock, Shared};
use groundwork_engine::rollout::{RolloutSink, Settings, roll_out};
use groundwork_engine::survey::{self, Look, Made, WaitSink, survey};
use groundwork_model::found::{Found, FoundIn};
use groundwork_model::plan::Class;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{
    Access, Lists, MaxFailures, OnUnreachable, Pause, Planned, Rollout, RolloutPlan, RolloutReport, RolloutTarget, Wave,
};
use groundwork_model::spec::{Cluster, ClusterRef, Reference, Spec};
use groundwork_model::world::World;
use groundwork_testkit::build::{cluster, existing_network, id, put_vpc, spec};
use groundwork_testkit::calls::Call;
use groundwork_testkit::{FakeCloud, FakeSaas, FixedRandom, RolloutRecorder, ScriptedClock, StopSwitch};

use super::VERSION;

/// A resource of every target's role stack, which can be made to fail.
pub const RESOURCE: &str = "workflowStartLambdaInvokePermission";

/// How many targets are read at once.
const PARALLELISM: usize = 4;

/// Targets, what they share, and what is wanted of them.
pub struct Fleet {
    pub shared: Shared<FakeSaas, ScriptedClock, FixedRandom, StopSwitch>,
    pub clouds: Vec<FakeCloud>,
    pub rollout: Rollout,
    /// The targets that were connected to, in this order.
    pub connected: RefCell<Vec<usize>>,
    /// How long connecting to each target takes.
    pub connecting: Vec<Duration>,
    pub parallelism: NonZeroUsize,
}

/// A wave, so many targets at once, so many failures.
pub fn wave(name: &str, max_concurrent: usize, max_failures: MaxFailures) -> Wave {
    Wave { name: id(name), max_concurrent: count(max_concurrent), max_failures, pause: Pause::None }
}

pub fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).expect("more than none")
}

pub fn name(at: usize) -> String {
    format!("target-{at}")
}

fn number(name: &str) -> usize {
    name.strip_prefix("target-").and_then(|at| at.parse().ok()).expect("a target of ours")
}

/// An account's number.
pub fn account(at: usize) -> String {
    format!("{:012}", 100_000_000_000 + at)
}

/// What is wanted of a target: a role and a Run Environment, which is little and quick. The rest is there.
fn wanted(at: usize) -> Spec {
    let mut spec = spec();
    spec.environment.account_id = Some(id(&account(at)));
    let named = |id: &str| Reference::Id(id.to_owned());
    spec.network = existing_network(Some(named("vpc-1")), &["subnet-10", "subnet-11"].map(named), &[named("sg-1")]);
    spec.cluster = Cluster::Use { cluster: ClusterRef::Name(id("shared")) };
    spec.cloudreactor.run_environment = id(&name(at));
    spec
}

/// An account with a network and a cluster, and nothing else.
fn cloud(clock: &ScriptedClock, at: usize) -> FakeCloud {
    let cloud = FakeCloud::in_account(clock, &account(at));
    let mut cluster = cluster("shared");
    cluster.capacity_providers = ["FARGATE", "FARGATE_SPOT"].map(str::to_owned).into();
    cloud.things(|things| things.clusters.push(cluster));
    put_vpc(&cloud, 1, "main", 2);
    cloud.change_sets_take(Duration::from_millis(200));
    cloud.resources_take(Duration::from_millis(50));
    cloud
}

impl Fleet {
    /// Empty accounts: each number is the wave that a target is in.
    pub fn new(waves: Vec<Wave>, targets: &[usize]) -> Self {
        let clock = ScriptedClock::new();
        let target = |(at, wave): (usize, &usize)| RolloutTarget {
            name: id(&name(at)),
            account: id(&account(at)),
            access: Access::default(),
            wave: *wave,
            labels: Default::default(),
            spec: wanted(at),
        };
        let rollout = Rollout {
            targets: targets.iter().enumerate().map(target).collect(),
            waves,
            on_unreachable: OnUnreachable::Fail,
            role_stack_set: None,
        };
        let (random, stop) = (FixedRandom::default(), StopSwitch::default());
        Self {
            clouds: (0..targets.len()).map(|at| cloud(&clock, at)).collect(),
            shared: Shared { saas: FakeSaas::new(&clock), clock, random, stop },
            rollout,
            connected: RefCell::default(),
            connecting: vec![Duration::ZERO; targets.len()],
            parallelism: count(PARALLELISM),
        }
    }

    /// So many targets in one wave.
    pub fn alike(targets: usize, max_concurrent: usize, max_failures: MaxFailures) -> Self {
        Self::new(vec![wave("all", max_concurrent, max_failures)], &vec![0; targets])
    }

    pub fn clock(&self) -> &ScriptedClock {
        &self.shared.clock
    }

    async fn connect(&self, target: &RolloutTarget) -> FakeCloud {
        let at = number(target.name.as_str());
        self.connected.borrow_mut().push(at);
        self.shared.clock.sleep(self.connecting[at]).await;
        self.clouds[at].clone()
    }

    /// Plans for every target, and tells each outcome.
    pub async fn surveyed(&self, tell: impl FnMut(usize, &Planned)) -> Result<RolloutPlan, Vec<Problem>> {
        self.surveyed_with(Depth::Plan, survey::fresh(VERSION), tell).await
    }

    /// Plans for every target in some way, and tells each outcome.
    pub async fn surveyed_with(
        &self,
        depth: Depth,
        make: impl Fn(&RolloutTarget, &World) -> Result<Made, Vec<Problem>>,
        tell: impl FnMut(usize, &Planned),
    ) -> Result<RolloutPlan, Vec<Problem>> {
        let settings = survey::Settings { parallelism: self.parallelism, depth };
        let connect = async |target: &RolloutTarget| self.connect(target).await;
        survey(&self.rollout, connect, &self.shared.saas, &self.shared.stop, settings, make, tell).await
    }

    /// Waits in the targets of a plan whose stacks are busy, and plans for them again.
    pub async fn waited(
        &self,
        plan: RolloutPlan,
        patience: Patience,
        sink: &impl WaitSink,
    ) -> Result<RolloutPlan, Vec<Problem>> {
        let connect = async |target: &RolloutTarget| self.connect(target).await;
        let how = (Depth::Plan, patience);
        survey::wait_for_busy(&self.rollout, plan, connect, &self.shared, how, survey::fresh(VERSION), sink).await
    }

    /// Looks for something in every target, and tells each outcome.
    pub async fn looked<L: Look>(
        &self,
        wanted: &L,
        tell: impl FnMut(usize, &FoundIn<L::Document>),
    ) -> Result<Found<L::Document>, Vec<Problem>> {
        let connect = async |target: &RolloutTarget| self.connect(target).await;
        let (saas, stop) = (&self.shared.saas, &self.shared.stop);
        survey::look(&self.rollout, connect, saas, stop, self.parallelism, wanted, tell).await
    }

    /// The plan; it has to come about.
    pub fn survey(&self) -> RolloutPlan {
        self.clock().run(self.surveyed(|_, _| ())).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    /// Asks the gates, whatever classes of change there are.
    pub fn approve(&self, plan: RolloutPlan) -> Result<ApprovedRollout<'_>, Vec<Problem>> {
        approve_rollout(&self.rollout, plan, &Gates::permitting(Class::ALL))
    }

    pub async fn rolled_out(&self, approved: ApprovedRollout<'_>, sink: &impl RolloutSink) -> RolloutReport {
        let connect = async |target: &RolloutTarget| self.connect(target).await;
        let settings = Settings { execution: execute::Settings::default(), tool_version: VERSION };
        roll_out(approved, connect, &self.shared, sink, &settings).await
    }

    /// Carries out a plan that passes the gates.
    pub fn carry_out(&self, plan: RolloutPlan, sink: &impl RolloutSink) -> RolloutReport {
        let approved = self.approve(plan).unwrap_or_else(|problems| panic!("{problems:#?}"));
        self.clock().run(self.rolled_out(approved, sink))
    }

    /// Surveys, and carries the plan out.
    pub fn roll_out(&self) -> (RolloutReport, RolloutRecorder) {
        let told = RolloutRecorder::new(self.clock());
        (self.carry_out(self.survey(), &told), told)
    }

    /// How many calls each account had so far.
    pub fn marks(&self) -> Vec<usize> {
        self.clouds.iter().map(|cloud| cloud.calls.all().len()).collect()
    }

    /// When each account's calls after these began and ended; `None` if there was none.
    pub fn spans(&self, marks: &[usize]) -> Vec<Option<(u64, u64)>> {
        let span = |calls: &[Call]| {
            let end = calls.iter().map(|call| call.end_ms.unwrap_or(u64::MAX)).max()?;
            Some((calls.iter().map(|call| call.start_ms).min()?, end))
        };
        self.clouds.iter().zip(marks).map(|(cloud, mark)| span(&cloud.calls.all()[*mark..])).collect()
    }

    /// Every mutating call, to AWS and CloudReactor.
    pub fn mutations(&self) -> usize {
        self.clouds.iter().map(|cloud| cloud.calls.mutating().len()).sum::<usize>()
            + self.shared.saas.calls.mutating().len()
    }
}

/// How many spans overlap at the most. One that begins when another ends does not overlap it.
pub fn most_at_once(spans: &[(u64, u64)]) -> usize {
    let at = |moment: u64| spans.iter().filter(|(start, end)| (*start..*end).contains(&moment)).count();
    spans.iter().map(|(start, _)| at(*start)).max().unwrap_or_default()
}

/// The numbers of the targets in the four lists: done, failed, skipped, not started.
pub fn lists(report: &RolloutReport) -> [Vec<usize>; 4] {
    let Lists { done, failed, skipped, not_started } = report.lists();
    [done, failed, skipped, not_started]
        .map(|list| list.into_iter().map(|target| number(target.target.name.as_str())).collect())
}
