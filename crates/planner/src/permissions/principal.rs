//! Who a statement is about, and how that reads.

use serde_json::Value;

use super::pattern::text;
use crate::diff::{get_att, is_function};

/// Who a statement is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Principal {
    /// Whoever has the policy: the policy names nobody.
    Holder,
    /// Anybody, in any account, with or without credentials.
    Anybody,
    /// An account: whoever it permits.
    Account(String),
    /// A role, a user, or a session of one.
    Aws(Value),
    /// A service of AWS.
    Service(Value),
    /// An identity provider's users.
    Federated(Value),
    /// Anything else: a kind that is not known, or everybody but some.
    Other {
        /// What tells it apart.
        key: Value,
        /// How it reads.
        words: String,
    },
}

impl Principal {
    /// The principals of a statement's `Principal`.
    pub(super) fn parse(value: &Value) -> Vec<Self> {
        match value {
            Value::String(text) if text == "*" => vec![Self::Anybody],
            Value::Object(kinds) if !is_function(kinds) => {
                kinds.iter().flat_map(|(kind, values)| Self::of_kind(kind, values)).collect()
            }
            other => vec![Self::unreadable(other)],
        }
    }

    /// Everybody but these.
    pub(super) fn except(value: &Value) -> Self {
        let but: Vec<String> = Self::parse(value).iter().map(|principal| principal.words("", &[])).collect();
        let key = serde_json::json!({ "NotPrincipal": value });
        Self::Other { key, words: format!("everybody but {}", but.join(", ")) }
    }

    /// The principal of a function's permission: an account, an ARN, or a service's host name.
    pub(super) fn of_permission(value: &Value) -> Self {
        match value.as_str() {
            Some(name) if name.contains('.') && !name.contains(':') => Self::Service(value.clone()),
            _ => Self::aws(value),
        }
    }

    /// Who cannot be read.
    pub(super) fn unreadable(key: &Value) -> Self {
        Self::Other { key: key.clone(), words: "somebody who cannot be compared".to_owned() }
    }

    fn of_kind(kind: &str, values: &Value) -> Vec<Self> {
        let values: Vec<&Value> = match values {
            Value::Array(values) => values.iter().collect(),
            alone => vec![alone],
        };
        let of_value = |value: &Value| match kind {
            "AWS" => Self::aws(value),
            "Service" => Self::Service(value.clone()),
            "Federated" => Self::Federated(value.clone()),
            kind => {
                let key = serde_json::json!({ kind: value });
                Self::Other { key, words: format!("{kind} {}", text(value)) }
            }
        };
        values.into_iter().map(of_value).collect()
    }

    fn aws(value: &Value) -> Self {
        match value.as_str() {
            Some("*") => Self::Anybody,
            Some(name) => match account(name) {
                Some(id) => Self::Account(id.to_owned()),
                None => Self::Aws(value.clone()),
            },
            None => Self::Aws(value.clone()),
        }
    }

    /// Whether everybody who is meant by the other one is meant by this one. An account does not stand
    /// for its roles: a role that is named needs no permission of its account.
    pub(super) fn contains(&self, other: &Self) -> bool {
        self == other || (*self == Self::Anybody && matches!(other, Self::Account(_) | Self::Aws(_)))
    }

    /// Whether it is one of these ARNs.
    pub(super) fn is_one_of(&self, arns: &[&str]) -> bool {
        matches!(self, Self::Aws(Value::String(arn)) if arns.contains(&arn.as_str()))
    }

    /// Who it is, in words.
    pub(super) fn words(&self, holder: &str, cloudreactor: &[&str]) -> String {
        match self {
            Self::Holder => holder.to_owned(),
            Self::Anybody => "anybody".to_owned(),
            Self::Account(id) => format!("account {id}"),
            Self::Aws(value) if self.is_one_of(cloudreactor) => format!("CloudReactor ({})", text(value)),
            Self::Aws(value) => match get_att(value.get("Fn::GetAtt").unwrap_or(&Value::Null)) {
                Some((role, "Arn")) => format!("role {role}"),
                _ => text(value),
            },
            Self::Service(name) => format!("the service {}", text(name)),
            Self::Federated(provider) => format!("users of the identity provider {}", text(provider)),
            Self::Other { words, .. } => words.clone(),
        }
    }
}

/// The account that a principal stands for: its number, or the ARN of its root.
fn account(name: &str) -> Option<&str> {
    let id = match name.split(':').collect::<Vec<_>>()[..] {
        [id] => id,
        ["arn", _, "iam", "", id, "root"] => id,
        _ => return None,
    };
    (id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

/// Several principals as one, in words: services are told together.
pub(super) fn words_of_all(principals: &[Principal], holder: &str, cloudreactor: &[&str]) -> String {
    let names: Vec<String> = principals
        .iter()
        .filter_map(|principal| match principal {
            Principal::Service(name) => Some(text(name)),
            _ => None,
        })
        .collect();
    match (principals, &names[..]) {
        (_, [first @ .., last]) if !first.is_empty() => format!("the services {} and {last}", first.join(", ")),
        ([only, ..], _) => only.words(holder, cloudreactor),
        ([], _) => "nobody".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INVOKER: &str = "arn:aws:iam::549277324696:role/customer_invoker";

    #[test]
    fn the_same_principal_has_one_form() {
        let account = json!({ "AWS": ["123456789012"] });
        assert_eq!(
            Principal::parse(&account),
            Principal::parse(&json!({ "AWS": "arn:aws-cn:iam::123456789012:root" }))
        );
        assert_eq!(Principal::parse(&json!("*")), Principal::parse(&json!({ "AWS": ["*"] })));
    }

    #[test]
    fn only_anybody_contains_somebody_else() {
        let contains = |wide: Value, narrow: Value| {
            let (wide, narrow) = (Principal::parse(&wide), Principal::parse(&narrow));
            wide[0].contains(&narrow[0])
        };
        assert!(contains(json!("*"), json!({ "AWS": INVOKER })));
        assert!(contains(json!("*"), json!({ "AWS": "123456789012" })));
        assert!(!contains(json!("*"), json!({ "Service": "events.amazonaws.com" })));
        assert!(!contains(json!("*"), json!({ "Federated": "example.com" })));
        assert!(!contains(json!({ "AWS": "549277324696" }), json!({ "AWS": INVOKER })));
        assert!(!contains(json!({ "AWS": INVOKER }), json!("*")));
    }

    #[test]
    fn a_principal_reads_as_words() {
        for (value, expected) in [
            (json!({ "AWS": INVOKER }), format!("CloudReactor ({INVOKER})")),
            (json!({ "AWS": "arn:aws:iam::1:role/x" }), "arn:aws:iam::1:role/x".to_owned()),
            (json!({ "AWS": "123456789012" }), "account 123456789012".to_owned()),
            (json!({ "AWS": { "Fn::GetAtt": ["Role", "Arn"] } }), "role Role".to_owned()),
            (json!({ "Service": "a.amazonaws.com" }), "the service a.amazonaws.com".to_owned()),
            (json!({ "Federated": "example.com" }), "users of the identity provider example.com".to_owned()),
            (json!({ "CanonicalUser": "abc" }), "CanonicalUser abc".to_owned()),
            (json!("*"), "anybody".to_owned()),
            (json!({ "Fn::If": ["A", "*", "x"] }), "somebody who cannot be compared".to_owned()),
        ] {
            assert_eq!(Principal::parse(&value)[0].words("", &[INVOKER]), expected, "{value}");
        }
        let except = Principal::except(&json!({ "AWS": ["123456789012", "*"] }));
        assert_eq!(except.words("", &[]), "everybody but account 123456789012, anybody");
        let services = Principal::parse(&json!({ "Service": ["a", "b", "c"] }));
        assert_eq!(words_of_all(&services, "", &[]), "the services a, b and c");
    }

    #[test]
    fn the_principal_of_a_functions_permission_is_told_by_its_form() {
        for (value, expected) in [
            (json!("events.amazonaws.com"), "the service events.amazonaws.com"),
            (json!("123456789012"), "account 123456789012"),
            (json!("*"), "anybody"),
            (json!("arn:aws:iam::1:role/my.name"), "arn:aws:iam::1:role/my.name"),
        ] {
            assert_eq!(Principal::of_permission(&value).words("", &[]), expected);
        }
    }
}
