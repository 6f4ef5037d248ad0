//! The identity policy that groundwork's own caller needs, and nothing beyond it.
//!
//! It has two halves. What groundwork calls itself (`calls`) is named by the stacks, the cluster and the network
//! that the spec is about. What CloudFormation calls with the caller's credentials to make and delete resources
//! (`handlers`) is allowed only while CloudFormation is what calls: `aws:CalledVia` is set for every request
//! that it forwards (CloudFormation User Guide, "Forward access sessions (FAS) requests and permission
//! evaluation"). So the caller cannot touch a role or a network but by a stack of the spec.
//!
//! `sts:GetCallerIdentity` is left out: AWS allows it to everybody.

mod arns;
mod calls;
mod handlers;

use std::collections::BTreeSet;

use groundwork_model::least_privilege::{CallerCondition, CallerPolicy, CallerStatement, Verb};
use groundwork_model::plan::Component;
use groundwork_model::spec::Spec;

use arns::Arns;

/// What the caller has to be allowed to do for all of these verbs.
pub fn policy(verbs: &[Verb], spec: &Spec) -> CallerPolicy {
    let arns = Arns::new(spec);
    let mut draft = Draft::default();
    for verb in verbs {
        calls::add(&mut draft, *verb, &arns);
        handlers::add(&mut draft, *verb, &arns);
    }
    draft.policy()
}

/// The resource types that the policy knows in a component's template.
pub fn resource_types(component: Component) -> impl Iterator<Item = &'static str> {
    handlers::of(component).iter().map(|handlers| handlers.resource_type)
}

/// Every resource, for actions that take none.
const ANYTHING: &str = "*";

/// Statements in the making: actions that go together are gathered, whatever asked for them.
#[derive(Debug, Default)]
struct Draft(Vec<CallerStatement>);

impl Draft {
    /// Allows actions on resources; nothing if there is no resource.
    fn allow<'a>(&mut self, sid: &str, actions: impl IntoIterator<Item = &'a str>, resources: &[String]) {
        self.allow_if(sid, actions, resources, Vec::new());
    }

    /// Allows actions that take no resource.
    fn allow_anywhere<'a>(&mut self, sid: &str, actions: impl IntoIterator<Item = &'a str>) {
        self.allow(sid, actions, &[ANYTHING.to_owned()]);
    }

    /// Allows actions on resources under conditions. What has the same name has the same resources and conditions.
    fn allow_if<'a>(
        &mut self,
        sid: &str,
        actions: impl IntoIterator<Item = &'a str>,
        resources: &[String],
        conditions: Vec<CallerCondition>,
    ) {
        let actions = actions.into_iter().map(str::to_owned);
        match self.0.iter_mut().find(|statement| statement.sid == sid) {
            Some(statement) => {
                debug_assert_eq!((&statement.resources[..], &statement.conditions), (resources, &conditions), "{sid}");
                statement.actions.extend(actions);
            }
            None if resources.is_empty() => {}
            None => {
                let (sid, actions) = (sid.to_owned(), actions.collect());
                self.0.push(CallerStatement { sid, actions, resources: resources.to_vec(), conditions });
            }
        }
    }

    /// The policy: without what is said twice.
    fn policy(self) -> CallerPolicy {
        let all = &self.0;
        let said_elsewhere = |at: usize, action: &String| {
            let others = all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, statement)| statement);
            others.into_iter().any(|other| other.actions.contains(action) && covers(other, &all[at]))
        };
        let without_doubles = all.iter().enumerate().map(|(at, statement)| {
            let actions = statement.actions.iter().filter(|action| !said_elsewhere(at, action));
            let actions: BTreeSet<String> = actions.cloned().collect();
            CallerStatement { actions: actions.into_iter().collect(), ..statement.clone() }
        });
        CallerPolicy { statements: without_doubles.filter(|statement| !statement.actions.is_empty()).collect() }
    }
}

/// Whether one statement allows its actions wherever and whenever another does, and elsewhere too.
fn covers(one: &CallerStatement, other: &CallerStatement) -> bool {
    let named = |statement: &CallerStatement| -> BTreeSet<String> { statement.resources.iter().cloned().collect() };
    let is_same = one.conditions == other.conditions && named(one) == named(other);
    let is_anywhere = one.resources == [ANYTHING];
    one.conditions.is_empty() && !is_same && (is_anywhere || named(one).is_superset(&named(other)))
}
