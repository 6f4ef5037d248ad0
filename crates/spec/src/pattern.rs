//! Names of targets that are found: a pattern, filled in for each.

use std::str::FromStr;

use groundwork_model::InvalidId;
use groundwork_model::organization::OrganizationAccount;

/// A target's name with placeholders in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamePattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Letter(char),
    AccountName,
    AccountId,
    Region,
}

/// The placeholders.
const PLACES: [(&str, Part); 3] =
    [("{account_name}", Part::AccountName), ("{account_id}", Part::AccountId), ("{region}", Part::Region)];

impl NamePattern {
    /// The target's name. What no name may have becomes a hyphen; it may still be too long for one.
    pub fn fill(&self, account: &OrganizationAccount, region: &str) -> String {
        let fill = |name: &mut String, part: &Part| match part {
            Part::Letter(letter) => name.push(*letter),
            Part::AccountName => name.extend(account.name.chars().map(|c| if is_letter(c) { c } else { '-' })),
            Part::AccountId => name.push_str(account.id.as_str()),
            Part::Region => name.push_str(region),
        };
        self.0.iter().fold(String::new(), |mut name, part| {
            fill(&mut name, part);
            name
        })
    }
}

impl Default for NamePattern {
    fn default() -> Self {
        Self(vec![Part::AccountName, Part::Letter('-'), Part::Region])
    }
}

impl FromStr for NamePattern {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let mut rest = text;
        let mut parts = Vec::new();
        while let Some(letter) = rest.chars().next() {
            let place = PLACES.iter().find_map(|(place, part)| Some((rest.strip_prefix(place)?, part.clone())));
            let next = || is_letter(letter).then(|| (&rest[letter.len_utf8()..], Part::Letter(letter)));
            let Some((behind, part)) = place.or_else(next) else { break };
            parts.push(part);
            rest = behind;
        }
        let tells_accounts = parts.iter().any(|part| matches!(part, Part::AccountName | Part::AccountId));
        if rest.is_empty() && tells_accounts {
            return Ok(Self(parts));
        }
        Err(InvalidId {
            what: "a pattern of targets' names",
            value: text.to_owned(),
            rule: "letters, digits, hyphens, underscores, dots, {region}, and {account_name} or {account_id}",
        })
    }
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_filled_in() {
        let account = OrganizationAccount {
            id: "123456789012".parse().expect("an id"),
            name: "Data & Größe (prod)".to_owned(),
        };
        for (pattern, name) in [
            ("{account_name}-{region}", "Data---Gr--e--prod--us-west-2"),
            ("{account_id}", "123456789012"),
            ("a.{region}_{account_id}", "a.us-west-2_123456789012"),
        ] {
            let parsed: NamePattern = pattern.parse().expect(pattern);
            assert_eq!(parsed.fill(&account, "us-west-2"), name);
        }
        assert_eq!(NamePattern::default(), "{account_name}-{region}".parse().expect("the default"));
    }

    #[test]
    fn a_pattern_tells_accounts_apart() {
        for text in ["", "all", "{region}", "{account}", "{account_name} {region}", "{account_id", "é{account_id}"] {
            assert!(text.parse::<NamePattern>().is_err(), "{text:?}");
        }
    }
}
