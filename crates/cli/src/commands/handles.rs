//! Handles: stacks that another run has left to AWS, named so that no spec is needed to find them again.

use std::str::FromStr;

use groundwork_model::plan::Component;
use groundwork_model::problem::Problem;
use groundwork_model::{Code, StackId};
use groundwork_spec::{Document, Layers, Loaded};

use crate::failure::Failure;

/// What an environment is called of which nobody knows the name.
const NAMELESS: &str = "unknown";

/// A stack, and which part of an environment it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    component: Component,
    /// The stack's ARN: it says in which account and Region it is.
    pub id: StackId,
}

impl FromStr for Handle {
    type Err = String;

    /// Reads `COMPONENT=ARN`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it must be COMPONENT=ARN, as apply --detach prints it: network=arn:aws:cloudformation:...";
        let (component, id) = text.split_once('=').ok_or_else(wrong)?;
        let stacks = [Component::Role, Component::Network, Component::Cluster];
        let component = stacks.into_iter().find(|known| known.as_str() == component).ok_or_else(wrong)?;
        let id: StackId = id.parse().map_err(|_| wrong())?;
        match parts(&id) {
            Some(_) => Ok(Self { component, id }),
            None => Err(wrong().to_owned()),
        }
    }
}

/// A stack's Region, account and name.
fn parts(id: &StackId) -> Option<(&str, &str, &str)> {
    let [_, _, "cloudformation", region, account, resource] = id.as_str().splitn(6, ':').collect::<Vec<_>>()[..] else {
        return None;
    };
    let (name, _) = resource.strip_prefix("stack/")?.split_once('/')?;
    [region, account, name].iter().all(|part| !part.is_empty()).then_some((region, account, name))
}

/// The least spec that has these stacks, in the environment of this name. It is good for nothing but following them.
pub fn spec(handles: &[Handle], environment: Option<&str>) -> Result<Loaded, Failure> {
    let first = handles.first().and_then(|first| parts(&first.id));
    let (region, account, _) = first.ok_or_else(|| Problem::new(Code::Internal, "no handle was given"))?;
    for (at, handle) in handles.iter().enumerate() {
        let elsewhere = parts(&handle.id).is_none_or(|parts| (parts.0, parts.1) != (region, account));
        if elsewhere || handles[..at].iter().any(|other| other.component == handle.component) {
            return Err(unlike(handle).into());
        }
    }
    let stack = |component: Component| {
        let of_component = handles.iter().find(|handle| handle.component == component)?;
        Some(parts(&of_component.id)?.2)
    };
    let part = |component: Component, otherwise: &[&str]| -> Vec<String> {
        match stack(component) {
            Some(name) => vec![format!("{component}.stack_name={name:?}")],
            None => otherwise.iter().map(|set| (*set).to_owned()).collect(),
        }
    };
    let environment = environment.unwrap_or(NAMELESS);
    let sets = [
        vec!["version=1".to_owned(), format!("environment.name={environment:?}")],
        vec![format!("environment.region={region:?}"), format!("environment.account_id={account:?}")],
        part(Component::Role, &["role.mode=use", "role.stack_name=unknown"]),
        part(Component::Network, &["network.mode=skip"]),
        part(Component::Cluster, &["cluster.mode=use", "cluster.cluster=unknown"]),
    ];
    match groundwork_spec::load_any(&Layers { sets: sets.concat(), ..Layers::default() })? {
        Document::One(loaded) => Ok(loaded),
        Document::Many(_) | Document::InOrganization(_) => {
            Err(Problem::new(Code::Internal, "handles make a spec of one target").into())
        }
    }
}

fn unlike(handle: &Handle) -> Problem {
    let message = "the stacks that are followed together are those of one environment, one for each component";
    Problem::new(Code::InvalidArguments, message)
        .because(format!("{} is the second for its component, or in another account or Region", handle.id))
        .help("run groundwork watch for each environment by itself")
}

/// Whether this part of the environment is among the handles.
pub fn names(handles: &[Handle], component: Component) -> bool {
    handles.iter().any(|handle| handle.component == component)
}
