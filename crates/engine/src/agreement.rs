//! Holds CloudFormation's change set against what the plan announced. A change set that does less is
//! fine; one that does anything more is refused.

use std::collections::BTreeMap;

use groundwork_model::LogicalId;
use groundwork_model::plan::Action;
use groundwork_model::step::Announced;

use crate::ports::{ObservedAction, ObservedChange};

/// Every change that goes beyond what was announced, in words.
pub(crate) fn disagreements(announced: &BTreeMap<LogicalId, Announced>, observed: &[ObservedChange]) -> Vec<String> {
    observed.iter().filter(|change| !is_covered(announced.get(&change.logical_id), change)).map(describe).collect()
}

fn is_covered(announced: Option<&Announced>, change: &ObservedChange) -> bool {
    // A change of the stack's tags reaches every resource, announced or not.
    if change.action == ObservedAction::Modify && change.properties == ["Tags"] {
        return true;
    }
    let Some(announced) = announced else { return false };
    match change.action {
        ObservedAction::Add => matches!(announced.action, Action::Create | Action::Replace),
        ObservedAction::Modify => matches!(announced.action, Action::Update | Action::Replace),
        ObservedAction::MayReplace => announced.dynamic || announced.action == Action::Replace,
        ObservedAction::Replace => announced.action == Action::Replace,
        ObservedAction::Remove => announced.action == Action::Delete,
        ObservedAction::Other => false,
    }
}

fn describe(change: &ObservedChange) -> String {
    let verb = match change.action {
        ObservedAction::Add => "create",
        ObservedAction::Modify => "change",
        ObservedAction::Replace => "replace",
        ObservedAction::MayReplace => "perhaps replace",
        ObservedAction::Remove => "delete",
        ObservedAction::Other => "do something unknown to",
    };
    let properties = match change.properties[..] {
        [] => String::new(),
        _ => format!(" ({})", change.properties.join(", ")),
    };
    format!("CloudFormation would {verb} {} {}{properties}", change.resource_type, change.logical_id)
}

#[cfg(test)]
mod tests {
    use ObservedAction as O;

    use super::*;

    fn id(text: &str) -> LogicalId {
        text.parse().expect("a logical id")
    }

    fn agrees(announced: Option<(Action, bool)>, action: O, properties: &[&str]) -> bool {
        let announced = announced.map(|(action, dynamic)| {
            (id("Vpc"), Announced { resource_type: "AWS::EC2::VPC".to_owned(), action, dynamic })
        });
        let observed = ObservedChange {
            logical_id: id("Vpc"),
            resource_type: "AWS::EC2::VPC".to_owned(),
            action,
            properties: properties.iter().map(|name| (*name).to_owned()).collect(),
        };
        disagreements(&announced.into_iter().collect(), &[observed]).is_empty()
    }

    #[test]
    fn only_what_was_announced_is_agreed_to() {
        let actions = [Action::NoOp, Action::Create, Action::Update, Action::Replace, Action::Delete];
        let table: [(O, [bool; 5]); 6] = [
            (O::Add, [false, true, false, true, false]),
            (O::Modify, [false, false, true, true, false]),
            (O::Replace, [false, false, false, true, false]),
            (O::MayReplace, [false, false, false, true, false]),
            (O::Remove, [false, false, false, false, true]),
            (O::Other, [false; 5]),
        ];
        for (observed, expected) in table {
            assert!(!agrees(None, observed, &["CidrBlock"]), "{observed:?} of what was not announced");
            for (action, expected) in actions.into_iter().zip(expected) {
                let agreed = agrees(Some((action, false)), observed, &["CidrBlock"]);
                assert_eq!(agreed, expected, "{observed:?} of what was announced as {action:?}");
            }
        }
    }

    #[test]
    fn a_possible_replacement_needs_an_announcement_of_its_own() {
        assert!(agrees(Some((Action::Update, true)), O::MayReplace, &["AllocationId"]));
        assert!(!agrees(Some((Action::Update, true)), O::Replace, &["AllocationId"]));
    }

    #[test]
    fn tags_alone_are_always_agreed_to() {
        assert!(agrees(None, O::Modify, &["Tags"]));
        assert!(!agrees(None, O::Modify, &["Tags", "CidrBlock"]));
        assert!(!agrees(None, O::Modify, &[]));
        assert!(!agrees(None, O::Replace, &["Tags"]));
    }

    #[test]
    fn a_change_set_that_does_less_agrees() {
        let announced =
            Announced { resource_type: "AWS::EC2::VPC".to_owned(), action: Action::Replace, dynamic: false };
        assert_eq!(disagreements(&BTreeMap::from([(id("Vpc"), announced)]), &[]), Vec::<String>::new());
    }

    #[test]
    fn a_disagreement_names_resource_and_properties() {
        let change = ObservedChange {
            logical_id: id("Vpc"),
            resource_type: "AWS::EC2::VPC".to_owned(),
            action: O::Replace,
            properties: vec!["CidrBlock".to_owned()],
        };
        assert_eq!(
            disagreements(&BTreeMap::new(), &[change]),
            ["CloudFormation would replace AWS::EC2::VPC Vpc (CidrBlock)"]
        );
    }
}
