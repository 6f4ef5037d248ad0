//! The conditions of a statement: which are narrower than which, and how they read.
//!
//! The value of an external id or a token is compared and never shown.

use serde_json::{Value, json};

use super::pattern::{Pattern, Variables};
use crate::diff::{GENERATED, is_function, is_secret};

/// How an operator treats the values of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    /// It holds if one of the values is met; fewer values are narrower.
    Equal,
    /// The same, with wildcards in the values.
    Like,
    /// The same for ARNs.
    ArnLike,
    /// Any other way: only the same values are sure to mean no more.
    Other,
}

impl Comparison {
    fn of(operator: &str) -> Self {
        match operator {
            "StringEquals"
            | "StringEqualsIgnoreCase"
            | "NumericEquals"
            | "DateEquals"
            | "BinaryEquals"
            | "IpAddress" => Self::Equal,
            "StringLike" => Self::Like,
            // The two mean the same.
            "ArnEquals" | "ArnLike" => Self::ArnLike,
            _ => Self::Other,
        }
    }
}

/// Whether a condition holds for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// That depends on what is not known of the request, or on an operator that is not compared here.
    Unknown,
}

/// The operator that stands for a resource's `Condition` in the template.
const TEMPLATE: &str = "Template";

/// A condition: all of a statement's conditions have to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    operator: String,
    /// As written.
    key: String,
    values: Vec<Pattern>,
}

impl Condition {
    /// The conditions of a statement's `Condition`.
    pub(super) fn parse(block: &Value, variables: Variables) -> Vec<Self> {
        let Value::Object(operators) = block else { return vec![Self::unreadable(block)] };
        if is_function(operators) {
            return vec![Self::unreadable(block)];
        }
        let of_operator = |(operator, keys): (&String, &Value)| match keys {
            Value::Object(keys) if !is_function(keys) => {
                keys.iter().map(|(key, values)| Self::new(operator, key, values, variables)).collect()
            }
            other => vec![Self::unreadable(&json!({ operator: other }))],
        };
        operators.iter().flat_map(of_operator).collect()
    }

    /// A single condition; values are one or a list.
    pub(super) fn new(operator: &str, key: &str, values: &Value, variables: Variables) -> Self {
        let values: Vec<&Value> = match values {
            Value::Array(values) => values.iter().collect(),
            alone => vec![alone],
        };
        let value = |value: &Value| match value.get(GENERATED) {
            // A parameter's own secret stands in for itself, whatever its text: it is the parameter that
            // says who is trusted.
            Some(name) if is_secret(last_part(key)) => Pattern::new(&json!({ "Ref": name }), variables),
            _ if Comparison::of(operator) == Comparison::Equal => Pattern::literal(value, variables),
            _ => Pattern::new(value, variables),
        };
        Self { operator: operator.to_owned(), key: key.to_owned(), values: values.into_iter().map(value).collect() }
    }

    /// What a resource's `Condition` in the template asks for.
    pub(super) fn of_template(name: &Value) -> Self {
        Self::new(TEMPLATE, "condition", name, Variables::Unknown)
    }

    fn unreadable(value: &Value) -> Self {
        let values = vec![Pattern::opaque(value.to_string(), String::new())];
        Self { operator: String::new(), key: String::new(), values }
    }

    /// Whether it holds only where the other one holds.
    fn implies(&self, other: &Self) -> bool {
        let all = |contains: fn(&Pattern, &Pattern) -> bool| {
            self.values.iter().all(|own| other.values.iter().any(|wide| contains(wide, own)))
        };
        // A list without values holds nowhere or everywhere, depending on whom one asks.
        let narrower = !self.values.is_empty()
            && match Comparison::of(&self.operator) {
                Comparison::Equal => all(Pattern::eq),
                Comparison::Like => all(Pattern::contains),
                Comparison::ArnLike => all(Pattern::contains_arn),
                Comparison::Other => false,
            };
        let same_subject = self.operator == other.operator && self.key.eq_ignore_ascii_case(&other.key);
        same_subject && (narrower || same_values(&self.values, &other.values))
    }

    /// Whether it holds for a request of which these keys are known.
    pub(super) fn judge(&self, context: &[(&str, &str)]) -> Verdict {
        let (operator, is_optional) = match self.operator.strip_suffix("IfExists") {
            Some(operator) => (operator, true),
            None => (self.operator.as_str(), false),
        };
        let Some((_, value)) = context.iter().find(|(key, _)| key.eq_ignore_ascii_case(&self.key)) else {
            return if is_optional { Verdict::Holds } else { Verdict::Unknown };
        };
        let positive = operator.replacen("Not", "", 1);
        let value = Pattern::literal(&json!(value), Variables::Unknown);
        let meets = |wide: &Pattern| match (positive.as_str(), Comparison::of(&positive)) {
            ("StringEqualsIgnoreCase", _) => wide.text().eq_ignore_ascii_case(value.text()),
            // A negated operator was not known to compare as a whole: its values may have been read as patterns.
            ("StringEquals", _) => wide.text() == value.text(),
            (_, Comparison::Like) => wide.contains(&value),
            (_, Comparison::ArnLike) => wide.contains_arn(&value),
            (_, Comparison::Equal | Comparison::Other) => false,
        };
        let is_judged = matches!(positive.as_str(), "StringEquals" | "StringEqualsIgnoreCase")
            || matches!(Comparison::of(&positive), Comparison::Like | Comparison::ArnLike);
        if !is_judged || self.values.is_empty() {
            return Verdict::Unknown;
        }
        let is_met = self.values.iter().any(meets);
        // A policy variable stands for a value that only AWS knows.
        if !is_met && self.values.iter().any(Pattern::is_opaque) {
            return Verdict::Unknown;
        }
        if is_met == (positive == operator) { Verdict::Holds } else { Verdict::Fails }
    }

    /// How it reads.
    pub(super) fn words(&self) -> String {
        let comparison = Comparison::of(&self.operator);
        let is_exact = comparison != Comparison::Other && !self.values.iter().any(Pattern::is_wild);
        let values = self.shown_values();
        match self.key.to_ascii_lowercase().as_str() {
            "" => "under a condition that cannot be compared".to_owned(),
            "sts:externalid" if is_exact => "only with the external id".to_owned(),
            "lambda:eventsourcetoken" if is_exact => "only with the event source's token".to_owned(),
            "aws:sourceaccount" if is_exact && self.values.len() == 1 => format!("only for account {values}"),
            "aws:sourceaccount" if is_exact => format!("only for the accounts {values}"),
            "iam:passedtoservice" if is_exact => format!("only to be passed to {values}"),
            _ => self.plain_words(&values),
        }
    }

    fn plain_words(&self, values: &str) -> String {
        let key = &self.key;
        match (Comparison::of(&self.operator), self.operator.as_str()) {
            (_, TEMPLATE) => format!("only if the template's condition {values} holds"),
            (Comparison::Equal, _) => format!("{key} = {values}"),
            (Comparison::Like | Comparison::ArnLike, _) => format!("{key} is like {values}"),
            (Comparison::Other, operator) => format!("{key} {operator} {values}"),
        }
    }

    fn shown_values(&self) -> String {
        if is_secret(last_part(&self.key)) {
            return "(not shown)".to_owned();
        }
        let values: Vec<&str> = self.values.iter().map(Pattern::text).collect();
        if values.is_empty() { "nothing".to_owned() } else { values.join(" or ") }
    }
}

/// Whether some conditions hold only where the others hold.
pub(super) fn imply(narrow: &[Condition], wide: &[Condition]) -> bool {
    wide.iter().all(|wide| narrow.iter().any(|narrow| narrow.implies(wide)))
}

/// The part of some conditions that no allowance covers, or nothing if all is covered. Values of which
/// each counts by itself may be covered by different allowances.
pub(super) fn uncovered(conditions: &[Condition], is_covered: impl Fn(&[Condition]) -> bool) -> Option<Vec<Condition>> {
    if is_covered(conditions) {
        return None;
    }
    let mut rest = conditions.to_vec();
    for at in 0..rest.len() {
        if Comparison::of(&rest[at].operator) == Comparison::Other || rest[at].values.len() < 2 {
            continue;
        }
        let values = std::mem::take(&mut rest[at].values);
        let mut open = Vec::new();
        for value in values {
            rest[at].values = vec![value];
            if !is_covered(&rest) {
                open.append(&mut rest[at].values);
            }
        }
        if open.is_empty() {
            return None;
        }
        rest[at].values = open;
    }
    Some(rest)
}

fn same_values(one: &[Pattern], other: &[Pattern]) -> bool {
    one.iter().all(|value| other.contains(value)) && other.iter().all(|value| one.contains(value))
}

/// What a key is about: an identity provider's host name may stand before it.
fn last_part(key: &str) -> &str {
    key.rsplit([':', '/']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use groundwork_model::run_environment::EXTERNAL_ID;

    use super::*;

    fn parse(block: &Value) -> Vec<Condition> {
        Condition::parse(block, Variables::Known)
    }

    fn check(narrow: &Value, wide: &Value, expected: bool) {
        assert_eq!(imply(&parse(narrow), &parse(wide)), expected, "{narrow} implies {wide}");
    }

    #[test]
    fn a_condition_is_implied_by_the_same_and_by_more() {
        let equals = |values: Value| json!({ "StringEquals": { "aws:SourceAccount": values } });
        check(&equals(json!(["1"])), &json!({}), true);
        check(&equals(json!(["1"])), &equals(json!(["1", "2"])), true);
        check(&equals(json!("1")), &json!({ "StringEquals": { "aws:sourceaccount": ["1"] } }), true);
        check(&json!({ "ArnLike": { "k": "a:b/c" } }), &json!({ "ArnLike": { "k": "a:b/*" } }), true);
        check(&json!({ "StringLike": { "k": "ab*" } }), &json!({ "StringLike": { "k": "a*" } }), true);
        check(&json!({ "Bool": { "k": "true" }, "Null": { "j": "true" } }), &json!({ "Bool": { "k": "true" } }), true);
        check(&json!({ "Fn::If": ["A", {}, {}] }), &json!({}), true);
        check(&json!({ "Fn::If": ["A", {}, {}] }), &json!({ "Fn::If": ["A", {}, {}] }), true);
    }

    #[test]
    fn a_condition_is_not_implied_by_less_or_something_else() {
        let equals = |values: Value| json!({ "StringEquals": { "k": values } });
        check(&json!({}), &equals(json!(["1"])), false);
        check(&equals(json!(["1", "2"])), &equals(json!(["1"])), false);
        check(&equals(json!([])), &equals(json!(["1"])), false);
        check(&equals(json!(["1"])), &json!({ "StringEquals": { "j": ["1"] } }), false);
        check(&equals(json!(["ab"])), &equals(json!(["a*"])), false);
        check(&equals(json!(["a*"])), &equals(json!(["a**"])), false);
        check(&equals(json!(["1"])), &json!({ "StringLike": { "k": ["1"] } }), false);
        check(&json!({ "Fn::If": ["A", {}, {}] }), &json!({ "Fn::If": ["B", {}, {}] }), false);
        for operator in ["StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringEquals", "Null", "Unheard"] {
            check(&json!({ operator: { "k": ["1"] } }), &json!({ operator: { "k": ["1", "2"] } }), false);
            check(&json!({ operator: { "k": ["1", "2"] } }), &json!({ operator: { "k": ["2", "1"] } }), true);
        }
    }

    #[test]
    fn only_values_that_nothing_covers_are_left() {
        let conditions = parse(&json!({ "StringEquals": { "k": ["1", "2", "3"] } }));
        let allowed = [json!("1"), json!("3")].map(|value| parse(&json!({ "StringEquals": { "k": value } })));
        let left = uncovered(&conditions, |conditions| allowed.iter().any(|wide| imply(conditions, wide)));
        assert_eq!(left, Some(parse(&json!({ "StringEquals": { "k": "2" } }))));
        let both = parse(&json!({ "StringEquals": { "k": ["1", "3"] } }));
        assert_eq!(uncovered(&both, |conditions| allowed.iter().any(|wide| imply(conditions, wide))), None);
    }

    #[test]
    fn conditions_read_as_words_and_hide_secrets() {
        for (block, expected) in [
            (json!({ "StringEquals": { "sts:ExternalId": "s3cret" } }), "only with the external id"),
            (json!({ "StringLike": { "sts:ExternalId": "s3cret*" } }), "sts:ExternalId is like (not shown)"),
            (json!({ "StringEquals": { "lambda:EventSourceToken": "s3cret" } }), "only with the event source's token"),
            (json!({ "StringEquals": { "aws:SourceAccount": "1" } }), "only for account 1"),
            (json!({ "StringEquals": { "aws:SourceAccount": ["1", "2"] } }), "only for the accounts 1 or 2"),
            (json!({ "StringEquals": { "iam:PassedToService": "a.b" } }), "only to be passed to a.b"),
            (json!({ "StringLike": { "aws:SourceAccount": "*" } }), "aws:SourceAccount is like *"),
            (json!({ "ArnLike": { "aws:SourceArn": { "Ref": "Rule" } } }), "aws:SourceArn is like ${Rule}"),
            (json!({ "StringEquals": { "token.example.com:sub": "me" } }), "token.example.com:sub = me"),
            (json!({ "Bool": { "aws:SecureTransport": "true" } }), "aws:SecureTransport Bool true"),
            (json!({ "Fn::If": ["s3cret", {}, {}] }), "under a condition that cannot be compared"),
        ] {
            assert_eq!(parse(&block)[0].words(), expected, "{block}");
        }
        assert_eq!(Condition::of_template(&json!("Prod")).words(), "only if the template's condition Prod holds");
    }

    #[test]
    fn a_secret_that_apply_makes_is_its_parameters() {
        let id = |value: Value| json!({ "StringEquals": { "sts:ExternalId": value } });
        check(&id(json!({ GENERATED: EXTERNAL_ID })), &id(json!({ "Ref": EXTERNAL_ID })), true);
        check(&id(json!({ GENERATED: EXTERNAL_ID })), &id(json!({ "Ref": "Other" })), false);
        check(&id(json!({ "Ref": EXTERNAL_ID })), &id(json!("s3cret")), false);
    }
}
