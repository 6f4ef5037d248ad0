//! The stacks' names must differ: two components would otherwise overwrite each other's stack.

use groundwork_model::problem::Problem;
use groundwork_model::{Code, StackName};

use super::{Known, mode, stack_name};
use crate::raw::{ClusterSection, NetworkSection, RoleSection};
use crate::word::{Mode, NetworkMode};

/// A stack that the spec is about.
pub(super) struct Named {
    component: &'static str,
    name: StackName,
    /// Whether the spec names it itself.
    given: bool,
}

impl Named {
    /// All stacks of the spec.
    pub(super) fn all(
        role: &RoleSection,
        network: &NetworkSection,
        cluster: &ClusterSection,
        known: &Known,
    ) -> Vec<Self> {
        let mut all = vec![Self {
            component: "role",
            name: stack_name(&role.stack_name, known.stack_name("")),
            given: !role.stack_name.is_absent(),
        }];
        if mode(&network.mode, NetworkMode::Create) == Some(NetworkMode::Create) {
            all.push(Self {
                component: "network",
                name: stack_name(&network.stack_name, known.stack_name("-network")),
                given: !network.stack_name.is_absent(),
            });
        }
        if mode(&cluster.mode, Mode::Create) == Some(Mode::Create) {
            all.push(Self {
                component: "cluster",
                name: stack_name(&cluster.stack_name, known.stack_name("-cluster")),
                given: !cluster.stack_name.is_absent(),
            });
        }
        all
    }
}

/// Tells which stacks have the name of another one.
pub(super) fn check(stacks: &[Named], problems: &mut Vec<Problem>) {
    for (index, later) in stacks.iter().enumerate() {
        let Some(earlier) = stacks[..index].iter().find(|earlier| earlier.name == later.name) else { continue };
        let to_blame = if later.given { later } else { earlier };
        let message =
            format!("{} and {} have the same stack name, \"{}\"", earlier.component, later.component, later.name);
        problems.push(
            Problem::new(Code::Duplicate, message)
                .at(format!("{}.stack_name", to_blame.component))
                .help("give each a name of its own"),
        );
    }
}
