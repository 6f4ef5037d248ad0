//! The links of the Run Environment: whether it says what AWS has, and whether CloudReactor can use it.

use groundwork_model::Code;
use groundwork_model::plan::{Egress, FieldChange, Shown};
use groundwork_model::problem::Problem;
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::Role;
use groundwork_model::verification::{Link, LinkName, Verdict};
use groundwork_model::world::Observed;
use groundwork_model::{StackName, spec::Network};

use super::{Live, Read};
use crate::context::Context;
use crate::network::{Ids, NetworkFacts, Places};
use crate::role::{self, RoleFacts};
use crate::run_environment::differences;
use crate::stack::Output;
use crate::template::outputs;

const KEY: &str = "cloudreactor.run_environment";

/// Whether the Run Environment says what AWS has, and what CloudReactor can do there.
pub(super) fn links(context: &Context<'_>, live: &Live, facts: &Read<RoleFacts>, assign: Option<bool>) -> [Link; 2] {
    let wanted = &context.spec.cloudreactor.run_environment;
    let read = format!("Run Environment \"{wanted}\"");
    let (same, capable, can) = match &live.cloudreactor {
        Err(problems) => (Verdict::of(problems.clone()), Verdict::of(problems.clone()), read.clone()),
        Ok(state) => match &state.run_environment {
            Observed::Absent => {
                let missing = Verdict::of(vec![missing(&read, &state.group.name)]);
                (missing.clone(), missing, read.clone())
            }
            Observed::Present(existing) => (
                Verdict::of(differing(context, live, facts, assign, existing).into_iter().collect()),
                capabilities(live, existing),
                if existing.capabilities.is_empty() { "none".to_owned() } else { existing.capabilities.join(", ") },
            ),
        },
    };
    [
        Link { name: LinkName::RunEnvironment, read, verdict: same },
        Link { name: LinkName::Capabilities, read: can, verdict: capable },
    ]
}

fn missing(read: &str, group: &str) -> Problem {
    Problem::new(Code::RunEnvironmentDiffers, format!("there is no {read} in group {group}"))
        .at(KEY)
        .help("make it: groundwork apply -f PATH")
}

/// CloudReactor tells no reason; without a network there is nothing that it could do yet.
fn capabilities(live: &Live, existing: &RunEnvironment) -> Verdict {
    if !existing.capabilities.is_empty() {
        return Verdict::Ok;
    }
    if matches!(live.network, Ok(None)) {
        return Verdict::Skipped;
    }
    let message =
        format!("CloudReactor can neither start nor schedule tasks in Run Environment {:?}", existing.name.as_str());
    let problem = Problem::new(Code::RunEnvironmentIncapable, message)
        .at(KEY)
        .because("its list of capabilities is empty, and CloudReactor gives no reason");
    let help = existing.dashboard_url.as_ref().map(|url| format!("look at its settings in the dashboard: {url}"));
    Verdict::of(vec![help.into_iter().fold(problem, Problem::help)])
}

fn differing(
    context: &Context<'_>,
    live: &Live,
    facts: &Read<RoleFacts>,
    assign: Option<bool>,
    existing: &RunEnvironment,
) -> Option<Problem> {
    let stack = match &context.spec.role {
        Role::Use { stack_name } => stack_name,
        Role::Create(role) => &role.stack_name,
    };
    let role = facts.as_ref().map_or_else(|_| role::unread(stack), Clone::clone);
    let network = NetworkFacts { places: places(context, live, assign), egress: Egress::default() };
    let fields = differences(context, existing, (&role, &network), &cluster(live, stack));
    let assign_is_open = |field: &FieldChange| assign.is_some() || field.path != "network.assign_public_ip";
    let fields: Vec<FieldChange> = fields.into_iter().filter(assign_is_open).collect();
    if fields.is_empty() {
        return None;
    }
    let message = format!("Run Environment {:?} does not say what AWS has", existing.name.as_str());
    let problem = Problem::new(Code::RunEnvironmentDiffers, message).at(KEY);
    let problem = fields.iter().map(words).fold(problem, Problem::because);
    Some(problem.help("save it again as AWS has it: groundwork apply -f PATH"))
}

fn words(field: &FieldChange) -> String {
    let text = |shown: &Shown| match shown {
        Shown::Json(value) => value.to_string(),
        Shown::Secret => "a secret".to_owned(),
        Shown::Absent | Shown::Unknown(_) => "nothing".to_owned(),
    };
    match (&field.before, &field.after) {
        (Shown::Secret, Shown::Secret) => format!("{} is not the one of the role's stack", field.path),
        (before, after) => format!("{} is {}, and should be {}", field.path, text(before), text(after)),
    }
}

/// The network as AWS has it; `None` if it is not known, or the spec leaves it to others.
fn places(context: &Context<'_>, live: &Live, assign: Option<bool>) -> Option<Places> {
    let (Network::Use(_), Ok(Some((_, state)))) = (&context.spec.network, &live.network) else { return None };
    let ids = |ids: Vec<&str>| Ids::Known(ids.into_iter().map(str::to_owned).collect());
    Some(Places {
        subnets: ids(state.subnets.iter().map(|subnet| subnet.id.as_str()).collect()),
        security_groups: ids(state.security_groups.iter().map(|group| group.id.as_str()).collect()),
        assign_public_ip: assign.unwrap_or_default(),
    })
}

fn cluster(live: &Live, stack: &StackName) -> Output {
    match &live.cluster {
        Ok(Observed::Present(cluster)) => Output::Known(cluster.arn.to_string()),
        Ok(Observed::Absent) | Err(_) => Output::Later(groundwork_model::spec::OutputRef {
            stack: stack.clone(),
            key: outputs::key(outputs::CLUSTER_ARN),
        }),
    }
}
