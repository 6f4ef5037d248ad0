//! The plan that makes the world as the spec says.

use groundwork_model::plan::{Plan, Purpose};
use groundwork_model::problem::Problem;
use groundwork_model::spec::Spec;
use groundwork_model::world::World;

use crate::context::Context;
use crate::run_environment::{self, Sources};
use crate::{cluster, cost, network, role};

/// Plans everything; or tells everything that prevents it.
pub fn plan(spec: &Spec, world: &World, tool_version: &str) -> Result<Plan, Vec<Problem>> {
    let context = Context::new(spec, world);
    let role = role::plan(&context, tool_version).map_err(|problem| vec![problem]);
    let network = network::plan(&context, tool_version);
    let cluster = cluster::plan(&context, tool_version);
    let mut problems = Vec::new();
    let role = keep(role, &mut problems);
    let network = keep(network, &mut problems);
    let cluster = keep(cluster, &mut problems);
    problems.extend(run_environment::check(&context));
    let (Some(role), Some(network), Some(cluster), true) = (role, network, cluster, problems.is_empty()) else {
        return Err(problems);
    };
    let mut steps: Vec<_> = [role.steps, network.steps, cluster.steps].concat();
    let sources = Sources {
        role: &role.facts,
        network: &network.facts,
        cluster: &cluster.facts,
        needs: steps.iter().map(|step| step.id).collect(),
    };
    let environment = run_environment::plan(&context, sources).map_err(|problem| vec![problem])?;
    steps.extend(environment.steps);
    let cost = cost::of_apply(&context, &steps);
    Ok(Plan {
        purpose: Purpose::Apply,
        target: context.target,
        components: vec![role.component, network.component, cluster.component, environment.component],
        egress: network.facts.egress,
        cost,
        policy: spec.policy.clone(),
        warnings: [role.warnings, network.warnings, cluster.warnings, environment.warnings].concat(),
        steps,
    })
}

fn keep<T>(outcome: Result<T, Vec<Problem>>, problems: &mut Vec<Problem>) -> Option<T> {
    match outcome {
        Ok(part) => Some(part),
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}
