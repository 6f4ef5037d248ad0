//! Reads what tasks need, as AWS and CloudReactor show it now, and has the planner judge it. Reads only.
//!
//! Everything that does not hang on something else is read side by side. A read that fails makes what hangs on
//! it unknown, and nothing else.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::join;
use groundwork_model::problem::Problem;
use groundwork_model::report::Report;
use groundwork_model::role::{IamPolicy, IamRole};
use groundwork_model::spec::{ExistingNetwork, Network, OutputRef, Role, Spec};
use groundwork_model::verification::{Verdict, Verification};
use groundwork_model::world::{CloudReactorState, ExistingNetworkState, Observed, SecurityGroup};
use groundwork_model::{Arn, Code, Exit, StackName};
use groundwork_planner::template::outputs;
use groundwork_planner::verify::{Live, missing, network_of, referring, verify as judge};

use crate::discover::{self, Depth, wrong_account};
use crate::network;
use crate::ports::{Clock, Cloud, ErrorClass, Ports, Saas, Stop, Which};
use crate::stacks::Stacks;
use crate::trouble::Trouble;

/// How long a link may be broken after an apply before it is called so. IAM's changes take seconds to be seen
/// everywhere, and so do CloudFormation's and EC2's (IAM User Guide, "Changes that I make are not always
/// immediately visible").
const SETTLING: Duration = Duration::from_secs(60);

/// Pauses between readings while AWS settles; the last one counts for all further ones.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

/// Verifies an environment. Fails if not even the account could be told, or is the wrong one; whatever else could
/// not be read is told by its links.
pub async fn verify<C: Cloud, S: Saas>(cloud: &C, saas: &S, spec: &Spec) -> Result<Verification, Vec<Problem>> {
    let asked = referring(spec);
    let stacks = Stacks::new(cloud, &asked, Depth::Plan);
    let Role::Use { stack_name } = &asked.role else { return Err(Vec::new()) };
    let reading = Reading { cloud, stacks: &stacks, role_stack: stack_name };
    let (caller, role_stack, role, execution_role, cluster, (cloudreactor, network)) = join!(
        cloud.caller(),
        stacks.one(stack_name),
        reading.role_with_policies(),
        reading.role(outputs::TASK_EXECUTION_ROLE_ARN),
        discover::cluster(cloud, &asked, &stacks),
        cloudreactor_and_network(cloud, saas, &asked, &stacks)
    );
    let read = |trouble: Trouble| -> Vec<Problem> {
        trouble.into_problems().into_iter().map(|problem| missing(spec, problem)).collect()
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => {
            // Without credentials nothing else was read either: that is one problem and not ten.
            let mut trouble = Trouble::from(error);
            trouble.absorb(role_stack);
            trouble.absorb(cluster);
            return Err(trouble.into_problems());
        }
    };
    if let Some(problem) = spec.environment.account_id.as_ref().and_then(|account| wrong_account(&caller, account)) {
        return Err(vec![problem]);
    }
    let RoleWithPolicies { role, policies, boundary } = role;
    let (network, endpoint_groups) = network;
    let live = Live {
        caller,
        role_stack: role_stack.map_err(read),
        role: role.map_err(read),
        policies: policies.map_err(read),
        boundary: boundary.map_err(read),
        execution_role: execution_role.map_err(read),
        network: network.map_err(read),
        endpoint_groups: endpoint_groups.map_err(read),
        cluster: cluster.map_err(read),
        cloudreactor: cloudreactor.map_err(read),
    };
    Ok(judge(spec, &live))
}

/// Verifies an environment that was just changed: reads again while links are broken, or could not be read for
/// something that passes, until AWS had time to settle or the user asks to stop. What was cut short by that wish is told
/// as such.
pub async fn verify_changed<C: Cloud, S: Saas, K: Clock, T: Stop>(
    (cloud, saas): (&C, &S),
    (clock, stop): (&K, &T),
    spec: &Spec,
) -> Result<Verification, Vec<Problem>> {
    let deadline_ms = clock.now_ms().saturating_add(u64::try_from(SETTLING.as_millis()).unwrap_or(u64::MAX));
    let last = PAUSES[PAUSES.len() - 1];
    let mut pauses = PAUSES.into_iter().chain(std::iter::repeat(last));
    loop {
        let found = Box::pin(verify(cloud, saas, spec)).await;
        let pause = pauses.next().unwrap_or(last);
        let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        if !may_pass(&found) || clock.now_ms().saturating_add(pause_ms) > deadline_ms {
            return found;
        }
        if stop.requested() {
            return Err(vec![interrupted(&found)]);
        }
        if let Either::Right(_) = select(pin!(clock.sleep(pause)), pin!(stop.wait())).await {
            return Err(vec![interrupted(&found)]);
        }
    }
}

/// Verifies what a plan made, and takes it down in the plan's report. Nothing is verified of a plan of which
/// something failed, since what that left undone is no news.
pub async fn verify_done<C: Cloud, S: Saas, K: Clock, R, T: Stop>(
    ports: &Ports<C, S, K, R, T>,
    spec: &Spec,
    report: &mut Report,
) {
    if report.problems().next().is_some() || ports.stop.requested() {
        return;
    }
    let started_ms = ports.clock.now_ms();
    match verify_changed((&ports.cloud, &ports.saas), (&ports.clock, &ports.stop), spec).await {
        Ok(found) => {
            report.verification = found.problems();
            report.links = found.links;
        }
        Err(problems) => report.verification = problems,
    }
    report.elapsed_ms += ports.clock.now_ms().saturating_sub(started_ms);
}

/// Whether another reading may find more: a read that is denied will be denied again.
fn may_pass(found: &Result<Verification, Vec<Problem>>) -> bool {
    let passes = |problem: &Problem| problem.code.exit() == Exit::TimedOut;
    match found {
        Ok(found) => found.links.iter().any(|link| match &link.verdict {
            Verdict::Broken { .. } => true,
            Verdict::Unknown { problems } => problems.iter().any(passes),
            Verdict::Ok | Verdict::Skipped => false,
        }),
        Err(problems) => problems.iter().any(passes),
    }
}

/// Links that are broken may only need the time that they were not given.
fn interrupted(found: &Result<Verification, Vec<Problem>>) -> Problem {
    let problem = Problem::new(Code::Interrupted, "interrupted while what was changed had time to settle");
    let wrong = found.as_ref().map(Verification::problems);
    let wrong = wrong.as_ref().unwrap_or_else(|problems| problems).iter();
    let causes = wrong.map(|wrong| format!("by then: {}", wrong.message));
    causes.fold(problem, Problem::because).help("every step was done; see whether tasks can run: groundwork verify")
}

struct Reading<'a, 's, C> {
    cloud: &'a C,
    stacks: &'a Stacks<'s>,
    role_stack: &'a StackName,
}

struct RoleWithPolicies {
    role: Result<Observed<IamRole>, Trouble>,
    policies: Result<Vec<IamPolicy>, Trouble>,
    boundary: Result<Option<IamPolicy>, Trouble>,
}

impl<C: Cloud> Reading<'_, '_, C> {
    /// The name of a role that the stack has as an output.
    async fn role_name(&self, output: &str) -> Result<String, Trouble> {
        let output = OutputRef { stack: self.role_stack.clone(), key: outputs::key(output) };
        let arn = self.stacks.output("role.stack_name", &output).await?;
        Ok(arn.rsplit('/').next().unwrap_or_default().to_owned())
    }

    async fn role(&self, output: &str) -> Result<Observed<IamRole>, Trouble> {
        let name = self.role_name(output).await?;
        Ok(self.cloud.role(&name).await?)
    }

    async fn role_with_policies(&self) -> RoleWithPolicies {
        let name = match self.role_name(outputs::CLOUDREACTOR_ROLE_ARN).await {
            Ok(name) => name,
            Err(trouble) => {
                let same = || Err(trouble.clone());
                return RoleWithPolicies {
                    role: Err(trouble.clone()),
                    policies: same().map(|()| Vec::new()),
                    boundary: same().map(|()| None),
                };
            }
        };
        let with_boundary = async {
            let role = self.cloud.role(&name).await;
            let limit = role.as_ref().ok().and_then(Observed::present).and_then(|role| role.boundary.clone());
            (role, self.boundary(limit).await)
        };
        let ((role, boundary), policies) = join!(with_boundary, self.cloud.role_policies(&name));
        let policies = match policies {
            // The role's own read tells that it is gone.
            Err(error) if error.class == ErrorClass::Gone => Ok(Vec::new()),
            other => other.map_err(Trouble::from),
        };
        RoleWithPolicies { role: role.map_err(Trouble::from), policies, boundary }
    }

    async fn boundary(&self, arn: Option<Arn>) -> Result<Option<IamPolicy>, Trouble> {
        match arn {
            Some(arn) => Ok(self.cloud.managed_policy(&arn).await?.present().cloned()),
            None => Ok(None),
        }
    }
}

type NetworkRead =
    (Result<Option<(ExistingNetwork, ExistingNetworkState)>, Trouble>, Result<Vec<SecurityGroup>, Trouble>);

/// The Run Environment and the network, side by side: unless the spec leaves the network to whoever set it in the
/// Run Environment, which then has to be read first.
async fn cloudreactor_and_network<C: Cloud, S: Saas>(
    cloud: &C,
    saas: &S,
    spec: &Spec,
    stacks: &Stacks<'_>,
) -> (Result<CloudReactorState, Trouble>, NetworkRead) {
    match &spec.network {
        Network::Use(wish) => {
            join!(discover::cloudreactor(saas, spec), network_with_endpoints(cloud, Some(wish), stacks))
        }
        Network::Create(_) | Network::Skip => {
            let state = discover::cloudreactor(saas, spec).await;
            let set = state.as_ref().ok().and_then(|state| state.run_environment.present()).and_then(network_of);
            let network = match &state {
                Ok(_) => network_with_endpoints(cloud, set.as_ref(), stacks).await,
                // Whether there is a network is as unknown as the Run Environment.
                Err(trouble) => (Err(trouble.clone()), Ok(Vec::new())),
            };
            (state, network)
        }
    }
}

async fn network_with_endpoints<C: Cloud>(
    cloud: &C,
    wish: Option<&ExistingNetwork>,
    stacks: &Stacks<'_>,
) -> NetworkRead {
    let Some(wish) = wish else { return (Ok(None), Ok(Vec::new())) };
    let state = match network::existing(cloud, wish, stacks).await {
        Ok(state) => state,
        Err(trouble) => return (Err(trouble), Ok(Vec::new())),
    };
    let groups = state.endpoints.iter().flat_map(|endpoint| &endpoint.security_groups);
    let groups: BTreeSet<String> = groups.map(ToString::to_string).collect();
    let groups = match groups.is_empty() {
        true => Ok(Vec::new()),
        false => cloud.security_groups(&Which::Ids(groups.into_iter().collect())).await.map_err(Trouble::from),
    };
    (Ok(Some((wish.clone(), state))), groups)
}
