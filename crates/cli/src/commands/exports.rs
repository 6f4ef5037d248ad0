//! What later stages of a pipeline need of an environment.

use std::collections::BTreeMap;

use groundwork_model::plan::Target;
use groundwork_model::report::{Report, SavedRunEnvironment};
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::{Role, Spec};
use groundwork_model::stream::{OUTPUTS_FORMAT, Outputs};
use groundwork_model::world::World;

/// The outputs of what exists: of our stacks, and of the role stack that the spec refers to. Outputs of
/// other people's stacks are none of our business: they may hold secrets.
pub fn of(spec: &Spec, world: &World, target: &Target) -> Outputs {
    let referred = match &spec.role {
        Role::Use { stack_name } => Some(stack_name),
        Role::Create(_) => None,
    };
    let stacks = spec.managed_stacks().chain(referred);
    let stacks: BTreeMap<_, _> =
        stacks.filter_map(|name| Some((name.clone(), world.stack(name)?.outputs.clone()))).collect();
    Outputs {
        format_version: OUTPUTS_FORMAT.to_owned(),
        environment: target.environment.clone(),
        account: target.account.clone(),
        region: target.region.clone(),
        stacks,
        run_environment: world.cloudreactor.run_environment.present().map(saved),
        secrets_path: spec.secrets_path(),
    }
}

/// The outputs after a run: what it deployed takes the place of what was there.
pub fn updated(mut outputs: Outputs, report: &Report) -> Outputs {
    outputs.stacks.extend(report.outputs.clone());
    if report.run_environment.is_some() {
        outputs.run_environment.clone_from(&report.run_environment);
    }
    outputs
}

fn saved(environment: &RunEnvironment) -> SavedRunEnvironment {
    SavedRunEnvironment {
        uuid: environment.uuid.to_string(),
        dashboard_url: environment.dashboard_url.clone(),
        capabilities: environment.capabilities.clone(),
    }
}
