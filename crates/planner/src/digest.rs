//! Short fingerprints of what a stack is made from.

use std::collections::BTreeMap;

use groundwork_model::ParameterKey;
use groundwork_model::step::ParameterValue;
use sha2::{Digest, Sha256};

/// How many hexadecimal digits are kept: enough to tell two versions of one stack apart.
const DIGITS: usize = 16;

/// The first digits of the SHA-256 of some bytes.
pub fn short(bytes: &[u8]) -> String {
    fingerprint(Sha256::new().chain_update(bytes))
}

/// The fingerprint of a stack: its template and those parameters that are no secrets.
pub fn stack(template: &str, parameters: &BTreeMap<ParameterKey, ParameterValue>) -> String {
    let literals = parameters.iter().filter_map(|(key, value)| match value {
        ParameterValue::Literal(text) => Some((key, text)),
        ParameterValue::Previous | ParameterValue::Generated(_) => None,
    });
    let hash = literals.fold(Sha256::new().chain_update(template), |hash, (key, text)| {
        // The lengths keep ("a", "bc") and ("ab", "c") apart.
        hash.chain_update(format!("\n{}:{}={}:", key.as_str().len(), key, text.len())).chain_update(text)
    });
    fingerprint(hash)
}

/// The SHA-256 of a text, in hexadecimal.
pub fn whole(text: &str) -> String {
    hex(Sha256::digest(text))
}

fn fingerprint(hash: Sha256) -> String {
    let mut digits = hex(hash.finalize());
    digits.truncate(DIGITS);
    digits
}

pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_depends_on_template_and_literals_only() {
        let key: ParameterKey = "Env".parse().expect("a parameter name");
        let with = |value| stack("{}", &BTreeMap::from([(key.clone(), value)]));
        assert_ne!(with(ParameterValue::Literal("a".to_owned())), with(ParameterValue::Literal("b".to_owned())));
        assert_ne!(stack("{}", &BTreeMap::new()), stack("{ }", &BTreeMap::new()));
        assert_eq!(with(ParameterValue::Previous), stack("{}", &BTreeMap::new()));
        assert_eq!(stack("{}", &BTreeMap::new()).len(), DIGITS);
    }
}
