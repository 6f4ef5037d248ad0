//! Patterns for actions, resources and values of conditions, and which pattern contains which.
//!
//! A pattern contains another one if it matches whatever the other one matches. Where that cannot be
//! said for sure, it does not.

use serde_json::Value;

use crate::diff::readable;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// `*`: any text.
    Any,
    /// `?`: any character.
    One,
    /// A character.
    Character(char),
    /// A text that only AWS knows, a reference or a policy variable: equal to itself alone.
    Opaque(String),
}

/// Whether `${...}` in a policy is a variable: since version 2012-10-17 of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variables {
    /// It is.
    Known,
    /// It is plain text.
    Unknown,
}

/// A pattern, and how it reads.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
    text: String,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.tokens == other.tokens
    }
}

impl Pattern {
    /// An action, whose case means nothing.
    pub(super) fn action(value: &Value) -> Self {
        let mut pattern = Self::new(value, Variables::Unknown);
        for token in &mut pattern.tokens {
            if let Token::Character(letter) = token {
                letter.make_ascii_lowercase();
            }
        }
        pattern
    }

    /// A resource, or a value that a condition compares with a pattern.
    pub(super) fn new(value: &Value, variables: Variables) -> Self {
        let mut tokens = Vec::new();
        tokenize(value, variables, &mut tokens);
        tokens.dedup_by(|one, other| *one == Token::Any && *other == Token::Any);
        Self { tokens, text: text(value) }
    }

    /// A text in which `*` and `?` stand for themselves.
    pub(super) fn literal(value: &Value, variables: Variables) -> Self {
        let mut tokens = Vec::new();
        tokenize(value, variables, &mut tokens);
        for token in &mut tokens {
            match token {
                Token::Any => *token = Token::Character('*'),
                Token::One => *token = Token::Character('?'),
                Token::Character(_) | Token::Opaque(_) => {}
            }
        }
        Self { tokens, text: text(value) }
    }

    /// Anything at all, where nothing is said of it.
    pub(super) fn anything() -> Self {
        Self { tokens: vec![Token::Any], text: String::new() }
    }

    /// Something that has nothing to do with any text: a managed policy, an exception, whatever cannot
    /// be read. It is told apart by its key.
    pub(super) fn opaque(key: String, text: String) -> Self {
        Self { tokens: vec![Token::Opaque(key)], text }
    }

    /// How it reads.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Its letters in the case that is compared.
    pub(super) fn key(&self) -> String {
        format!("{:?}", self.tokens)
    }

    /// Whether it has a wildcard.
    pub(super) fn is_wild(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Any | Token::One))
    }

    /// Whether a part of it is known to AWS only.
    pub(super) fn is_opaque(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Opaque(_)))
    }

    /// Whether it matches whatever the other one matches.
    pub(super) fn contains(&self, other: &Self) -> bool {
        contains(&self.tokens, &other.tokens)
    }

    /// The same for ARNs, part by part: whether `*` reaches over a colon depends on where it stands (IAM
    /// User Guide, "Resource"), and what holds for each part holds either way.
    pub(super) fn contains_arn(&self, other: &Self) -> bool {
        let (wide, narrow) = (parts(&self.tokens), parts(&other.tokens));
        let part_by_part = || wide.iter().zip(&narrow).all(|(wide, narrow)| contains(wide, narrow));
        self.tokens == [Token::Any] || (wide.len() == narrow.len() && part_by_part())
    }
}

/// A value as a plan shows it.
pub(super) fn text(value: &Value) -> String {
    match readable(value) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn tokenize(value: &Value, variables: Variables, out: &mut Vec<Token>) {
    match (value, crate::diff::join_parts(value)) {
        (_, Some(parts)) => parts.iter().for_each(|part| tokenize(part, variables, out)),
        (Value::String(text), None) if variables == Variables::Known => tokenize_variables(text, out),
        (Value::String(text), None) => out.extend(text.chars().map(token)),
        (other, None) => out.push(Token::Opaque(other.to_string())),
    }
}

fn tokenize_variables(text: &str, out: &mut Vec<Token>) {
    let mut rest = text;
    while let Some((before, (name, behind))) =
        rest.split_once("${").and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        out.extend(before.chars().map(token));
        out.push(match name {
            // How a policy writes these three characters themselves.
            "*" | "?" | "$" => Token::Character(name.chars().next().unwrap_or_default()),
            name => Token::Opaque(format!("${{{name}}}")),
        });
        rest = behind;
    }
    out.extend(rest.chars().map(token));
}

fn token(letter: char) -> Token {
    match letter {
        '*' => Token::Any,
        '?' => Token::One,
        other => Token::Character(other),
    }
}

/// Reads the narrow pattern as if it were a text, in which a wildcard is a letter that only a wildcard
/// matches. `reached[n]` says whether the wide tokens so far can match the first `n` narrow ones.
fn contains(wide: &[Token], narrow: &[Token]) -> bool {
    let mut reached = vec![false; narrow.len() + 1];
    reached[0] = true;
    for token in wide {
        if *token == Token::Any {
            for end in 1..reached.len() {
                reached[end] |= reached[end - 1];
            }
        } else {
            for end in (1..reached.len()).rev() {
                reached[end] = reached[end - 1] && matches(token, &narrow[end - 1]);
            }
            reached[0] = false;
        }
    }
    reached[narrow.len()]
}

fn matches(wide: &Token, narrow: &Token) -> bool {
    match (wide, narrow) {
        (Token::One, Token::One | Token::Character(_)) => true,
        (wide, narrow) => wide == narrow,
    }
}

/// The six parts of an ARN, of which the last one may hold colons.
fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    tokens.splitn(6, |token| *token == Token::Character(':')).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(wide: &Value, narrow: &Value, expected: bool) {
        let pattern = |value: &Value| Pattern::new(value, Variables::Known);
        assert_eq!(pattern(wide).contains_arn(&pattern(narrow)), expected, "{wide} contains {narrow}");
    }

    #[test]
    fn a_pattern_contains_what_is_narrower() {
        for (wide, narrow) in [
            ("*", "arn:aws:s3:::b"),
            ("*", "*"),
            ("a*", "a*"),
            ("a*", "a?*"),
            ("a*c", "abbc"),
            ("a*", "a"),
            ("a**", "a*"),
            ("a?c", "abc"),
            ("a?", "a?"),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/c/*"),
            ("arn:aws:logs:r:1:log-group:*", "arn:aws:logs:r:1:log-group:x:*"),
            ("x/${aws:username}/*", "x/${aws:username}/y"),
            ("x/*", "x/${aws:username}"),
            ("x/${*}", "x/${*}"),
            ("x/*", "x/${*}"),
        ] {
            check(&json!(wide), &json!(narrow), true);
        }
    }

    #[test]
    fn a_pattern_does_not_contain_what_is_wider_or_beside_it() {
        for (wide, narrow) in [
            ("a", "*"),
            ("a*", "*"),
            ("a?", "a*"),
            ("a?", "a"),
            ("a*c", "ab"),
            ("A", "a"),
            ("", "a"),
            ("x/${*}", "x/*"),
            // A variable may be longer than what `?` matches.
            ("x/???????????????", "x/${aws:username}"),
            ("x/${aws:username}", "x/*"),
            // `*` in the middle need not reach over a colon.
            ("arn:*:x", "arn:aws:s3:::x"),
            ("arn:aws:iam::*", "arn:aws:iam::1:role/x"),
        ] {
            check(&json!(wide), &json!(narrow), false);
        }
    }

    #[test]
    fn references_equal_themselves_alone() {
        let joined = |end: &str| json!({ "Fn::Join": ["", ["arn:", { "Ref": "Bucket" }, end]] });
        check(&joined("/*"), &joined("/a"), true);
        check(&joined("/a"), &joined("/*"), false);
        check(&json!({ "Ref": "A" }), &json!({ "Ref": "A" }), true);
        check(&json!({ "Ref": "A" }), &json!({ "Ref": "B" }), false);
        check(&json!("*"), &json!({ "Ref": "B" }), true);
        check(&json!("?"), &json!({ "Ref": "B" }), false);
    }

    #[test]
    fn the_case_of_an_action_means_nothing_and_is_kept_for_the_reader() {
        let action = |name: &str| Pattern::action(&json!(name));
        assert!(action("ECS:run*").contains(&action("ecs:RunTask")));
        assert_eq!(action("ecs:RunTask"), action("ecs:runtask"));
        assert_eq!(action("ecs:RunTask").text(), "ecs:RunTask");
        let old = Pattern::new(&json!("${aws:username}"), Variables::Unknown);
        assert_ne!(old, Pattern::new(&json!("${aws:username}"), Variables::Known));
    }
}
