//! The values that a template is made of, and how each is written as JSON.

use groundwork_model::LogicalId;
use serde_json::{Map, Value, json};

/// A value in a template: plain, or one of the functions that CloudFormation resolves.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A text, taken as it is.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Flag(bool),
    /// `Ref`: a resource's id, a parameter's value or a pseudo parameter.
    Ref(String),
    /// `Fn::GetAtt`: an attribute of a resource.
    Attribute(LogicalId, &'static str),
    /// `Fn::Sub`: a text in which `${Name}` is replaced.
    Sub(String),
    /// `Fn::Join` with commas: how a stack's output holds a list.
    CommaJoined(Vec<Expr>),
    /// A list.
    List(Vec<Expr>),
    /// An object, in this order.
    Object(Vec<(String, Expr)>),
}

/// CloudFormation's own parameter with the account that the stack is in.
pub const ACCOUNT_ID: &str = "AWS::AccountId";

impl Expr {
    /// An object of these fields, in this order.
    pub fn object<const N: usize>(fields: [(&str, Expr); N]) -> Self {
        Self::Object(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// A list of these items.
    pub fn list<T: Into<Expr>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }

    /// The id of a resource of the same template.
    pub fn id_of(resource: &LogicalId) -> Self {
        Self::Ref(resource.as_str().to_owned())
    }

    /// A text in which `${Name}` is replaced.
    pub fn sub(text: &str) -> Self {
        Self::Sub(text.to_owned())
    }

    /// The value of a parameter or pseudo parameter.
    pub fn parameter(name: &str) -> Self {
        Self::Ref(name.to_owned())
    }

    /// The value as a template's JSON.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Flag(flag) => json!(flag),
            Self::Ref(name) => json!({ "Ref": name }),
            Self::Attribute(resource, attribute) => json!({ "Fn::GetAtt": [resource, attribute] }),
            Self::Sub(text) => json!({ "Fn::Sub": text }),
            Self::CommaJoined(items) => json!({ "Fn::Join": [",", array(items)] }),
            Self::List(items) => array(items),
            Self::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect::<Map<_, _>>())
            }
        }
    }
}

fn array(items: &[Expr]) -> Value {
    Value::Array(items.iter().map(Expr::to_json).collect())
}

impl From<&str> for Expr {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Expr {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Expr {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Expr {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_written_as_cloudformation_reads_it() {
        let vpc: LogicalId = "Vpc".parse().expect("a logical id");
        for (expr, expected) in [
            ("${not a reference}".into(), json!("${not a reference}")),
            (443.into(), json!(443)),
            (false.into(), json!(false)),
            (Expr::id_of(&vpc), json!({"Ref": "Vpc"})),
            (Expr::parameter(ACCOUNT_ID), json!({"Ref": "AWS::AccountId"})),
            (Expr::Attribute(vpc.clone(), "CidrBlock"), json!({"Fn::GetAtt": ["Vpc", "CidrBlock"]})),
            (Expr::sub("${AWS::Region}"), json!({"Fn::Sub": "${AWS::Region}"})),
            (Expr::CommaJoined(vec![Expr::id_of(&vpc)]), json!({"Fn::Join": [",", [{"Ref": "Vpc"}]]})),
            (Expr::list(["a", "b"]), json!(["a", "b"])),
            (Expr::object([("b", 1.into()), ("a", 2.into())]), json!({"b": 1, "a": 2})),
        ] {
            assert_eq!(expr.to_json().to_string(), expected.to_string());
        }
    }
}
