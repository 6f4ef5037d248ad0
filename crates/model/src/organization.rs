//! The accounts of an AWS organization: which ones a spec means, and which ones were found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::ids::{AccountId, InvalidId, Region};
use crate::rollout::Access;

/// Which accounts of an organization are meant: those in any of the units that have all of the tags.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganizationQuery {
    /// The organizational units, each with all that are below it. Empty: the whole organization.
    pub units: Vec<UnitReference>,
    /// Tags that an account must have. Empty: any account.
    pub tags: BTreeMap<String, String>,
    /// Accounts that are not meant, wherever they are.
    pub exclude: BTreeSet<AccountId>,
    /// How the organization is read: by its management account, or a delegated administrator of AWS
    /// Organizations or of a service that works with it.
    pub access: Access,
    /// A Region of the partition that the organization is in.
    pub region: Region,
}

/// An organizational unit, as people name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitReference {
    /// By its id, `ou-ab12-cdef5678`, or that of the root, `r-ab12`.
    Id(String),
    /// By the names on the way from the root to it. Without any name, the root.
    Path(Vec<String>),
}

impl FromStr for UnitReference {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let refused = || InvalidId {
            what: "an organizational unit",
            value: text.to_owned(),
            rule: "its id (ou-ab12-cdef5678), the names from the root to it (Workloads/Production), or / for the root",
        };
        if is_id(text) {
            return Ok(Self::Id(text.to_owned()));
        }
        if text == "/" {
            return Ok(Self::Path(Vec::new()));
        }
        let names: Vec<String> = text.split('/').map(str::to_owned).collect();
        let is_name = |name: &String| !name.is_empty() && !name.contains(char::is_control);
        if names.iter().all(is_name) { Ok(Self::Path(names)) } else { Err(refused()) }
    }
}

impl fmt::Display for UnitReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::Path(names) if names.is_empty() => f.write_str("/"),
            Self::Path(names) => f.write_str(&names.join("/")),
        }
    }
}

/// The ids of units and roots, as AWS Organizations defines them.
fn is_id(text: &str) -> bool {
    let word = |text: &str, most: usize, least: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let unit = text.strip_prefix("ou-").and_then(|rest| rest.split_once('-'));
    unit.is_some_and(|(root, own)| word(root, 32, 4) && word(own, 32, 8))
        || text.strip_prefix("r-").is_some_and(|root| word(root, 32, 4))
}

/// An account of an organization.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrganizationAccount {
    /// Its id.
    pub id: AccountId,
    /// Its name, which need not be unique and can change.
    pub name: String,
}

/// The accounts that a query found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundAccounts {
    /// The ids of the units, or of the root, that were asked about.
    pub units: Vec<String>,
    /// The accounts that are rolled out to, by name.
    pub accounts: Vec<OrganizationAccount>,
    /// Accounts in the units that are not, and why.
    pub left_out: Vec<(OrganizationAccount, LeftOut)>,
}

/// Why an account in the units is not rolled out to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It is the management account, which most policies and StackSets spare, too.
    Management,
    /// Its state is not `ACTIVE` but this: `SUSPENDED`, `PENDING_CLOSURE`, `PENDING_ACTIVATION`, `CLOSED`.
    State(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_named_by_id_or_by_path() {
        let path = |names: &[&str]| UnitReference::Path(names.iter().map(|&name| name.to_owned()).collect());
        for (text, expected) in [
            ("/", path(&[])),
            ("Workloads", path(&["Workloads"])),
            ("Workloads/Production & test", path(&["Workloads", "Production & test"])),
            ("ou-ab12-cdef5678", UnitReference::Id("ou-ab12-cdef5678".to_owned())),
            ("r-ab12", UnitReference::Id("r-ab12".to_owned())),
            // Too short for an id: a unit may be called so.
            ("ou-ab12", path(&["ou-ab12"])),
        ] {
            let parsed: UnitReference = text.parse().expect(text);
            assert_eq!(parsed, expected);
            assert_eq!(parsed.to_string(), text);
        }
        for text in ["", "/Workloads", "Workloads/", "a//b", "a\tb"] {
            assert!(text.parse::<UnitReference>().is_err(), "{text:?}");
        }
    }
}
