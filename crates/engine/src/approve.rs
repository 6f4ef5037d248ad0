//! The gates between a plan and its execution: only here does a plan become an [`Approved`] one.

mod refusal;
mod rollout;

use std::collections::BTreeSet;

use groundwork_model::Usd;
use groundwork_model::plan::{Class, Plan, Purpose};
use groundwork_model::problem::Problem;

use refusal::{denied, not_confirmed, not_permitted};

pub use refusal::{rollout_too_expensive, too_expensive};
pub use rollout::{ApprovedRollout, approve_rollout};
pub(crate) use rollout::{ApprovedTarget, Work};

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

/// What whoever runs the plan permits, beside what needs no permission: see [`Class::is_gated`]. The
/// plan's own policy comes on top of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gates {
    /// The classes of change that are permitted by name.
    pub permitted: BTreeSet<Class>,
    /// How much more a month may cost at the most.
    pub max_monthly_increase: Option<Usd>,
}

impl Gates {
    /// Permits these classes, at whatever cost.
    pub fn permitting(classes: impl IntoIterator<Item = Class>) -> Self {
        Self { permitted: classes.into_iter().collect(), max_monthly_increase: None }
    }
}

/// Approves a plan to apply, if every class of change in it is permitted and it costs no more than it may.
pub fn approve(plan: Plan, gates: &Gates) -> Result<Approved, Vec<Problem>> {
    if plan.purpose == Purpose::Watch {
        return Ok(Approved(plan));
    }
    if plan.purpose != Purpose::Apply {
        return Err(vec![not_confirmed(&plan, "nobody confirmed it")]);
    }
    permitted(plan, gates)
}

fn permitted(plan: Plan, gates: &Gates) -> Result<Approved, Vec<Problem>> {
    let refusals = plan.refusals(&gates.permitted);
    let (open, fixed): (Vec<_>, Vec<_>) = refusals.into_iter().partition(|refusal| refusal.denied_by.is_none());
    let unpermitted: BTreeSet<Class> = open.into_iter().map(|refusal| refusal.class).collect();
    let mut problems = denied(&plan, &fixed);
    problems.extend((!unpermitted.is_empty()).then(|| not_permitted(&plan, &unpermitted)));
    problems.extend(too_expensive(&plan, gates));
    if problems.is_empty() { Ok(Approved(plan)) } else { Err(problems) }
}

/// Approves a plan to remove everything or to recover, if the user named the environment that it is about, and the
/// spec's own policy does not forbid it. A removal needs no other permission; a recovery needs those of an apply.
pub fn confirm(plan: Plan, name: &str, gates: &Gates) -> Result<Approved, Vec<Problem>> {
    let is_named = name == plan.target.environment.as_str();
    match plan.purpose {
        Purpose::Apply | Purpose::Watch => approve(plan, gates),
        Purpose::Destroy | Purpose::Recover if !is_named => {
            Err(vec![not_confirmed(&plan, &format!("{name:?} was confirmed"))])
        }
        Purpose::Recover => permitted(plan, gates),
        Purpose::Destroy => {
            let problems = denied(&plan, &plan.denials());
            if problems.is_empty() { Ok(Approved(plan)) } else { Err(problems) }
        }
    }
}

#[cfg(test)]
mod tests {
    use groundwork_model::Code;
    use groundwork_model::cost::{Billable, Cost, CostItem, Price, Unit};
    use groundwork_model::plan::{
        Action, Component, ComponentPlan, Egress, FieldChange, Reason, ResourceChange, Shown, Subject, Target,
    };
    use groundwork_model::policy::Policy;

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

    /// The only problem, if the plan is refused.
    fn only(outcome: Result<Approved, Vec<Problem>>) -> Option<Problem> {
        let mut problems = outcome.err()?;
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.pop()
    }

    fn refusal_of(action: Action, reason: Reason, permitted: &[Class]) -> Option<Problem> {
        only(approve(plan(Purpose::Apply, reason, action), &Gates::permitting(permitted.iter().copied())))
    }

    fn protecting_the_network(plan: Plan) -> Plan {
        Plan { policy: Policy { protected: [Component::Network].into(), ..Policy::default() }, ..plan }
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
        let every_class = Gates::permitting([Class::Replace, Class::Delete]);
        let code = |outcome| only(outcome).map(|problem| problem.code);
        assert_eq!(code(approve(destroy(), &every_class)), Some(Code::NotConfirmed));
        assert_eq!(code(confirm(destroy(), "production", &Gates::default())), Some(Code::NotConfirmed));
        assert_eq!(code(confirm(destroy(), "staging", &Gates::default())), None);
        let replace = plan(Purpose::Apply, Reason::Differs, Action::Replace);
        assert_eq!(code(confirm(replace, "staging", &Gates::default())), Some(Code::ClassNotAllowed));
    }

    #[test]
    fn nothing_permits_what_the_spec_protects() {
        let every_class = Gates::permitting(Class::ALL);
        for action in [Action::Replace, Action::Delete] {
            let protected = protecting_the_network(plan(Purpose::Apply, Reason::Differs, action));
            let problem = only(approve(protected, &every_class)).expect("a protected component");
            assert_eq!(
                (problem.code, problem.key.as_deref()),
                (Code::ComponentProtected, Some("policy.network.protect"))
            );
            assert!(problem.causes[0].contains("NatGatewayUsw2Az1"), "{problem:?}");
        }
        let update = protecting_the_network(plan(Purpose::Apply, Reason::Differs, Action::Update));
        assert!(approve(update, &Gates::default()).is_ok(), "it may change in place");
        let removal = protecting_the_network(plan(Purpose::Destroy, Reason::Destroy, Action::Delete));
        let problem =
            only(confirm(removal, "staging", &Gates::default())).expect("a protected component is not removed");
        assert_eq!(problem.code, Code::ComponentProtected);
    }

    #[test]
    fn a_month_may_cost_only_so_much_more() {
        let hour = Price {
            amount: "0.045".parse().expect("an amount"),
            unit: Unit::Hour,
            region: id("us-west-2"),
            is_estimate: false,
            source: "a price list".to_owned(),
            as_of: "2026-11".to_owned(),
        };
        let with_limit = |before, after, limit: &str| {
            let items = vec![CostItem { what: Billable::NatGateway, before, after, price: hour.clone() }];
            let plan = plan(Purpose::Apply, Reason::Differs, Action::Update);
            let plan = Plan { cost: Cost { items, ..Cost::default() }, ..plan };
            let gates = Gates { max_monthly_increase: Some(limit.parse().expect("an amount")), ..Gates::default() };
            only(approve(plan, &gates))
        };
        assert_eq!(with_limit(1, 2, "32.85"), None);
        assert_eq!(with_limit(2, 1, "0"), None, "it costs less");
        let problem = with_limit(0, 2, "65.69").expect("a cent too much");
        assert_eq!(problem.code, Code::CostIncreaseTooHigh);
        assert!(problem.message.contains("$65.70") && problem.message.contains("$65.69"), "{problem:?}");
    }
}
