//! Values from a closed set of words.

use groundwork_model::Code;
use groundwork_model::plan::Class;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{OnUnreachable, Pause};
use groundwork_model::spec::{ContainerInsights, Endpoint, Tier};
use groundwork_model::stack_set::CallAs;
use schemars::json_schema;

use crate::key;
use crate::read::{Node, Read, leaf_schema};

/// One word of a set for each value.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// What the words stand for, with its article.
    const WHAT: &'static str;
    /// The code of the problem with another word.
    const CODE: Code = Code::InvalidValue;

    /// All words.
    fn words() -> Vec<(&'static str, Self)>;
}

/// A value from a closed set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct OneOf<T>(pub(crate) T);

impl<T: Word> OneOf<T> {
    /// The word for it.
    pub(crate) fn word(value: T) -> &'static str {
        T::words().into_iter().find(|(_, other)| *other == value).map_or("", |(word, _)| word)
    }
}

impl<T: Word> Read for OneOf<T> {
    fn read(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Some(text) = node.text() else {
            problems.push(node.wrong_type("a string"));
            return None;
        };
        let found = find(text);
        if found.is_none() {
            problems.push(unknown::<T>(node, text, None));
        }
        found.map(Self)
    }
}

leaf_schema!([T: Word] OneOf<T>, json_schema!({ "enum": names::<T>() }));

/// The value that a word stands for.
pub(crate) fn find<T: Word>(text: &str) -> Option<T> {
    T::words().into_iter().find(|(word, _)| *word == text).map(|(_, value)| value)
}

/// The words.
pub(crate) fn names<T: Word>() -> Vec<&'static str> {
    T::words().into_iter().map(|(word, _)| word).collect()
}

/// A word that is not in the set. `or` names what else is allowed.
pub(crate) fn unknown<T: Word>(node: &Node<'_>, text: &str, or: Option<&'static str>) -> Problem {
    let problem = node.problem(T::CODE, format!("{} is not {}", key::quoted(text), T::WHAT));
    let problem = match key::nearest(text, names::<T>()) {
        Some(near) => problem.help(format!("did you mean {near:?}?")),
        None => problem,
    };
    key::listing(problem, "allowed", names::<T>().into_iter().chain(or))
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$of:meta])* $value:ident = $word:literal,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq)]
            pub(crate) enum $name { $($(#[$of])* $value,)* }

            impl Word for $name {
                const WHAT: &'static str = $what;

                fn words() -> Vec<(&'static str, Self)> {
                    vec![$(($word, Self::$value),)*]
                }
            }
        )*
    };
}

words! {
    /// Where the role or the cluster comes from.
    Mode, "a mode" {
        Create = "create",
        Use = "use",
    }
    /// Where the network comes from.
    NetworkMode, "a mode of the network" {
        Create = "create",
        Use = "use",
        Skip = "skip",
    }
    /// How role stacks come into accounts.
    RoleEngine, "a way to bring a role to accounts" {
        ChangeSets = "change-sets",
        StackSets = "stack-sets",
    }
    /// Where NAT gateways stand, apart from a list of zones.
    NatWord, "a choice of NAT gateways" {
        None = "none",
        Single = "single",
        PerZone = "per-zone",
    }
}

impl Word for CallAs {
    const WHAT: &'static str = "an administrator of stack sets";

    fn words() -> Vec<(&'static str, Self)> {
        vec![("delegated-admin", Self::DelegatedAdmin), ("management", Self::Management)]
    }
}

impl Word for Tier {
    const WHAT: &'static str = "a kind of subnets";

    fn words() -> Vec<(&'static str, Self)> {
        vec![("public", Self::Public), ("private", Self::Private)]
    }
}

impl Word for ContainerInsights {
    const WHAT: &'static str = "a setting of Container Insights";

    fn words() -> Vec<(&'static str, Self)> {
        [Self::Enhanced, Self::Enabled, Self::Disabled].map(|value| (value.as_str(), value)).to_vec()
    }
}

impl Word for Endpoint {
    const WHAT: &'static str = "an endpoint that groundwork can make";
    const CODE: Code = Code::UnknownEndpoint;

    fn words() -> Vec<(&'static str, Self)> {
        Self::ALL.map(|endpoint| (endpoint.as_str(), endpoint)).to_vec()
    }
}

impl Word for Class {
    const WHAT: &'static str = "a class of change";

    fn words() -> Vec<(&'static str, Self)> {
        Self::ALL.map(|class| (class.as_str(), class)).to_vec()
    }
}

impl Word for Pause {
    const WHAT: &'static str = "something that can come between waves";

    fn words() -> Vec<(&'static str, Self)> {
        vec![("none", Self::None), ("verify", Self::Verify), ("stop-for-approval", Self::StopForApproval)]
    }
}

impl Word for OnUnreachable {
    const WHAT: &'static str = "a way to go on without a target";

    fn words() -> Vec<(&'static str, Self)> {
        vec![("fail", Self::Fail), ("skip", Self::Skip)]
    }
}
