//! AWS Organizations, as far as targets are found by it.

use std::collections::BTreeMap;

use groundwork_model::AccountId;
use groundwork_model::organization::OrganizationAccount;
use groundwork_model::world::Observed;

use super::ApiError;

/// AWS Organizations, asked by the management account or a delegated administrator. All listings are complete:
/// every page is read, also behind pages that are empty.
pub trait Organizations {
    /// The management account: `organizations:DescribeOrganization`.
    async fn management_account(&self) -> Result<AccountId, ApiError>;

    /// The roots, of which there is one: `organizations:ListRoots`.
    async fn roots(&self) -> Result<Vec<Unit>, ApiError>;

    /// The units directly in a root or unit: `organizations:ListOrganizationalUnitsForParent`. Absent if there is
    /// no such parent.
    async fn units_in(&self, parent: &str) -> Result<Observed<Vec<Unit>>, ApiError>;

    /// The accounts directly in a root or unit: `organizations:ListAccountsForParent`. Absent if there is no such
    /// parent.
    async fn accounts_in(&self, parent: &str) -> Result<Observed<Vec<Member>>, ApiError>;

    /// The tags of an account: `organizations:ListTagsForResource`.
    async fn tags_of(&self, account: &AccountId) -> Result<BTreeMap<String, String>, ApiError>;
}

/// A root or an organizational unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its name, unique among those in the same parent.
    pub name: String,
}

/// An account, and where it stands in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account: OrganizationAccount,
    /// `State`, which has taken the place of `Status`: `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE` and others.
    pub state: String,
}
