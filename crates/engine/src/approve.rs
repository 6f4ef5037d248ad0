//! The gates between a plan and its execution: only here does a plan become an [`Approved`] one.

use std::collections::BTreeSet;

use groundwork_model::Code;
use groundwork_model::plan::{Class, ComponentPlan, Plan, Purpose, Reason};
use groundwork_model::problem::Problem;

/// How many changes of a refused class an error lists; the plan shows all.
const LISTED: usize = 10;

/// A plan that passed the gates.
#[derive(Clone, Debug, PartialEq)]
pub struct Approved(Plan);

impl Approved {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.0
    }

    pub(crate) fn into_plan(self) -> Plan {
        self.0
    }
}

/// Which classes of change are allowed beside those that need no permission: see [`Class::is_gated`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    allowed: BTreeSet<Class>,
}

impl Policy {
    /// Allows these classes.
    pub fn allowing(classes: impl IntoIterator<Item = Class>) -> Self {
        Self { allowed: classes.into_iter().collect() }
    }

    fn allows(&self, class: Class) -> bool {
        !class.is_gated() || self.allowed.contains(&class)
    }
}

/// Approves a plan to apply, if every class of change in it is allowed.
pub fn approve(plan: Plan, policy: &Policy) -> Result<Approved, Problem> {
    if plan.purpose == Purpose::Destroy {
        return Err(not_confirmed(&plan, "nobody confirmed the removal"));
    }
    let refused: Vec<Class> = plan.classes().into_iter().filter(|class| !policy.allows(*class)).collect();
    if refused.is_empty() { Ok(Approved(plan)) } else { Err(refusal(&plan, &refused)) }
}

/// Approves a plan to remove everything, if the user named the environment that goes.
pub fn confirm(plan: Plan, name: &str) -> Result<Approved, Problem> {
    match plan.purpose {
        Purpose::Apply => approve(plan, &Policy::default()),
        Purpose::Destroy if name == plan.target.environment.as_str() => Ok(Approved(plan)),
        Purpose::Destroy => Err(not_confirmed(&plan, &format!("{name:?} was confirmed"))),
    }
}

fn not_confirmed(plan: &Plan, cause: &str) -> Problem {
    let name = &plan.target.environment;
    Problem::new(Code::NotConfirmed, format!("the removal of environment {name} is not confirmed"))
        .because(cause)
        .help(format!("to remove it, say --confirm {name}"))
}

fn refusal(plan: &Plan, refused: &[Class]) -> Problem {
    let names: Vec<&str> = refused.iter().map(|class| class.as_str()).collect();
    let message = format!("the plan contains changes that are not allowed: {}", names.join(", "));
    let mut problem = Problem::new(Code::ClassNotAllowed, message);
    for class in refused {
        let changes: Vec<String> = plan.components.iter().flat_map(|component| culprits(component, *class)).collect();
        let more = changes.len().saturating_sub(LISTED);
        problem.causes.extend(changes.into_iter().take(LISTED));
        if more > 0 {
            problem.causes.push(format!("and {more} more of class {}", class.as_str()));
        }
    }
    problem.help(format!("if this is meant, allow it: --allow {}", names.join(",")))
}

/// The changes of a component that make up a class, in words.
fn culprits(component: &ComponentPlan, class: Class) -> Vec<String> {
    let name = component.component;
    let resources = component.resources.iter().filter(|change| Class::of(change.action) == Some(class));
    let mut found: Vec<String> = resources
        .map(|change| {
            let only_at_creation: Vec<&str> =
                change.fields.iter().filter(|field| field.create_only).map(|field| field.path.as_str()).collect();
            let why = match only_at_creation[..] {
                [] => String::new(),
                _ => format!(" ({} can only be set at creation)", only_at_creation.join(", ")),
            };
            format!("{}: {name}: {} {}{why}", class.as_str(), change.resource_type, change.logical_id)
        })
        .collect();
    if found.is_empty() && component.classes().contains(&class) {
        found.push(match &component.reason {
            Reason::Corpse(status) => format!("{}: {name}: what a failed creation left, in {status}", class.as_str()),
            _ => format!("{}: {name}", class.as_str()),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use groundwork_model::plan::{Action, Component, Egress, FieldChange, ResourceChange, Shown, Subject, Target};

    use super::*;

    fn id<T: std::str::FromStr>(text: &str) -> T {
        text.parse().unwrap_or_else(|_| panic!("{text:?} should be valid"))
    }

    fn plan(purpose: Purpose, reason: Reason, action: Action) -> Plan {
        let field = FieldChange {
            path: "AllocationId".to_owned(),
            before: Shown::Absent,
            after: Shown::Absent,
            create_only: action == Action::Replace,
        };
        let change = ResourceChange {
            logical_id: id("NatGatewayUsw2Az1"),
            resource_type: "AWS::EC2::NatGateway".to_owned(),
            action,
            conditional: false,
            note: None,
            fields: vec![field],
        };
        Plan {
            purpose,
            target: Target {
                environment: id("staging"),
                account: id("123456789012"),
                region: id("us-west-2"),
                caller: id("arn:aws:iam::123456789012:role/deployer"),
            },
            components: vec![ComponentPlan {
                component: Component::Network,
                subject: Subject::Stack(id("CloudReactor-staging-network")),
                action: Action::Update,
                reason,
                resources: vec![change],
                fields: Vec::new(),
                kept: Vec::new(),
                permissions: Vec::new(),
            }],
            egress: Egress::default(),
            cost: Default::default(),
            policy: Default::default(),
            warnings: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn refusal_of(action: Action, reason: Reason, allowed: &[Class]) -> Option<Problem> {
        let policy = Policy::allowing(allowed.iter().copied());
        approve(plan(Purpose::Apply, reason, action), &policy).err()
    }

    #[test]
    fn replacing_and_deleting_have_to_be_allowed_by_name() {
        for (action, class) in [(Action::Replace, Class::Replace), (Action::Delete, Class::Delete)] {
            let problem = refusal_of(action, Reason::Differs, &[]).expect("a gated class is refused");
            assert_eq!(problem.code, Code::ClassNotAllowed);
            assert!(problem.causes[0].contains("network: AWS::EC2::NatGateway NatGatewayUsw2Az1"), "{problem:?}");
            assert!(problem.help[0].ends_with(&format!("--allow {}", class.as_str())), "{problem:?}");
            assert_eq!(refusal_of(action, Reason::Differs, &[class]), None);
        }
        for action in [Action::Create, Action::Update] {
            assert_eq!(refusal_of(action, Reason::Differs, &[]), None);
        }
    }

    #[test]
    fn one_allowed_class_does_not_allow_another() {
        assert!(refusal_of(Action::Delete, Reason::Differs, &[Class::Replace]).is_some());
    }

    #[test]
    fn a_corpse_is_deleted_only_with_permission() {
        let corpse = || Reason::Corpse("ROLLBACK_COMPLETE".to_owned());
        let problem = refusal_of(Action::Create, corpse(), &[]).expect("a corpse's deletion is a deletion");
        assert!(problem.causes[0].contains("ROLLBACK_COMPLETE"), "{problem:?}");
        assert_eq!(refusal_of(Action::Create, corpse(), &[Class::Delete]), None);
    }

    #[test]
    fn a_removal_needs_the_environments_name_and_nothing_else() {
        let destroy = || plan(Purpose::Destroy, Reason::Destroy, Action::Delete);
        let every_class = Policy::allowing([Class::Replace, Class::Delete]);
        let problem = approve(destroy(), &every_class).expect_err("no class confirms a removal");
        assert_eq!(problem.code, Code::NotConfirmed);
        assert_eq!(confirm(destroy(), "production").expect_err("another name").code, Code::NotConfirmed);
        assert!(confirm(destroy(), "staging").is_ok());
        let replace = plan(Purpose::Apply, Reason::Differs, Action::Replace);
        assert_eq!(confirm(replace, "staging").expect_err("no removal").code, Code::ClassNotAllowed);
    }
}
