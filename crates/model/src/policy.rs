//! The gates' rules: which classes of change a spec allows, denies, or keeps away from a component.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::{Class, Component, Plan};

/// The spec's rules. They hold for whoever applies the spec; flags can add permission where nothing is denied.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Policy {
    /// For every component.
    pub everywhere: Rules,
    /// For single components, on top of that.
    pub components: BTreeMap<Component, Rules>,
    /// Components of which nothing is deleted or replaced, whatever the caller permits.
    pub protected: BTreeSet<Component>,
}

/// Rules for changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Rules {
    /// Classes that need no permission of the caller.
    pub allow: BTreeSet<Class>,
    /// Classes that nobody can permit.
    pub deny: BTreeSet<Class>,
}

/// What the rules say of one class of change in one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes ahead.
    Allowed,
    /// It goes ahead if the caller permits the class.
    NeedsApproval,
    /// It is refused, by this key of the spec.
    Denied {
        /// The key: `policy.deny`, `policy.network.protect`.
        key: String,
    },
}

/// A class of change in a component that does not go ahead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
pub struct Refusal {
    /// The class.
    pub class: Class,
    /// The component.
    pub component: Component,
    /// The key of the spec that denies it; `None` if the caller could permit it.
    pub denied_by: Option<String>,
}

impl Policy {
    /// What becomes of a class of change in a component. Denial is stronger than permission, wherever
    /// either stands.
    pub fn verdict(&self, component: Component, class: Class) -> Verdict {
        if let Some(key) = self.denial(component, class) {
            return Verdict::Denied { key };
        }
        let own = self.components.get(&component);
        let allowed = self.everywhere.allow.contains(&class) || own.is_some_and(|rules| rules.allow.contains(&class));
        if allowed || !class.is_gated() { Verdict::Allowed } else { Verdict::NeedsApproval }
    }

    fn denial(&self, component: Component, class: Class) -> Option<String> {
        let own = self.components.get(&component);
        if matches!(class, Class::Replace | Class::Delete) && self.protected.contains(&component) {
            Some(format!("policy.{component}.protect"))
        } else if own.is_some_and(|rules| rules.deny.contains(&class)) {
            Some(format!("policy.{component}.deny"))
        } else {
            self.everywhere.deny.contains(&class).then(|| "policy.deny".to_owned())
        }
    }
}

impl Plan {
    /// Everything in the plan that does not go ahead if the caller permits these classes.
    pub fn refusals(&self, permitted: &BTreeSet<Class>) -> BTreeSet<Refusal> {
        let changes = self
            .components
            .iter()
            .flat_map(|change| change.classes().into_iter().map(move |class| (change.component, class)));
        let refused = changes.filter_map(|(component, class)| match self.policy.verdict(component, class) {
            Verdict::Allowed => None,
            Verdict::NeedsApproval if permitted.contains(&class) => None,
            Verdict::NeedsApproval => Some(Refusal { class, component, denied_by: None }),
            Verdict::Denied { key } => Some(Refusal { class, component, denied_by: Some(key) }),
        });
        refused.collect()
    }

    /// The classes that the caller has to permit by name.
    pub fn approvals_needed(&self) -> BTreeSet<Class> {
        let open = self.refusals(&BTreeSet::new()).into_iter().filter(|refusal| refusal.denied_by.is_none());
        open.map(|refusal| refusal.class).collect()
    }

    /// What the spec's rules refuse, whatever the caller permits.
    pub fn denials(&self) -> Vec<Refusal> {
        self.refusals(&BTreeSet::new()).into_iter().filter(|refusal| refusal.denied_by.is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allow: &[Class], deny: &[Class]) -> Rules {
        Rules { allow: allow.iter().copied().collect(), deny: deny.iter().copied().collect() }
    }

    fn denied(key: &str) -> Verdict {
        Verdict::Denied { key: key.to_owned() }
    }

    #[test]
    fn only_making_and_changing_in_place_need_no_permission() {
        let policy = Policy::default();
        for class in Class::ALL {
            let expected =
                if matches!(class, Class::Create | Class::Update) { Verdict::Allowed } else { Verdict::NeedsApproval };
            assert_eq!(policy.verdict(Component::Network, class), expected, "{class:?}");
        }
    }

    #[test]
    fn a_denial_is_stronger_than_any_permission() {
        let policy = Policy {
            everywhere: rules(&[Class::Replace], &[Class::Delete, Class::Update]),
            components: BTreeMap::from([(Component::Role, rules(&[Class::Delete, Class::Trust], &[]))]),
            ..Policy::default()
        };
        assert_eq!(policy.verdict(Component::Role, Class::Replace), Verdict::Allowed);
        assert_eq!(policy.verdict(Component::Role, Class::Trust), Verdict::Allowed);
        assert_eq!(policy.verdict(Component::Network, Class::Trust), Verdict::NeedsApproval);
        assert_eq!(policy.verdict(Component::Role, Class::Delete), denied("policy.deny"));
        assert_eq!(policy.verdict(Component::Network, Class::Update), denied("policy.deny"));
    }

    #[test]
    fn a_protected_component_is_neither_deleted_nor_replaced_and_may_change_in_place() {
        let policy = Policy {
            everywhere: rules(&[Class::Replace, Class::Delete], &[]),
            components: BTreeMap::from([(Component::Network, rules(&[], &[Class::EgressAddress]))]),
            protected: BTreeSet::from([Component::Network]),
        };
        for class in [Class::Replace, Class::Delete] {
            assert_eq!(policy.verdict(Component::Network, class), denied("policy.network.protect"));
            assert_eq!(policy.verdict(Component::Cluster, class), Verdict::Allowed);
        }
        assert_eq!(policy.verdict(Component::Network, Class::EgressAddress), denied("policy.network.deny"));
        assert_eq!(policy.verdict(Component::Network, Class::Update), Verdict::Allowed);
    }
}
