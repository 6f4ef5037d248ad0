//! An organization in memory.

use std::collections::BTreeMap;

use groundwork_engine::ports::{ApiError, Member, Organizations, Service, Unit};
use groundwork_model::AccountId;
use groundwork_model::organization::OrganizationAccount;
use groundwork_model::world::Observed;

use crate::ScriptedClock;
use crate::build::id;
use crate::calls::Calls;
use crate::cloud::LATENCY;

/// An organization with one root, `r-root`.
#[derive(Debug)]
pub struct FakeOrganizations {
    /// What was called, and what fails.
    pub calls: Calls,
    /// What is directly in each root and unit, by its id.
    parents: BTreeMap<String, Parent>,
    tags: BTreeMap<AccountId, BTreeMap<String, String>>,
}

#[derive(Debug, Default)]
struct Parent {
    units: Vec<Unit>,
    members: Vec<Member>,
}

impl FakeOrganizations {
    /// The root's id.
    pub const ROOT: &str = "r-root";

    /// The management account, which lies in the root.
    pub const MANAGEMENT: &str = "210000000009";

    /// An organization with its management account and nothing else.
    pub fn new(clock: &ScriptedClock) -> Self {
        let calls = Calls::new(Service::Aws, clock, LATENCY);
        let parents = BTreeMap::from([(Self::ROOT.to_owned(), Parent::default())]);
        let mut organization = Self { calls, parents, tags: BTreeMap::new() };
        organization.account(Self::ROOT, Self::MANAGEMENT, "management", "ACTIVE");
        organization
    }

    /// Adds a unit to a root or unit.
    ///
    /// # Panics
    ///
    /// If there is no such parent.
    pub fn unit(&mut self, parent: &str, unit: &str, name: &str) {
        let of_parent = self.parents.get_mut(parent).expect("the unit has a parent");
        of_parent.units.push(Unit { id: unit.to_owned(), name: name.to_owned() });
        self.parents.insert(unit.to_owned(), Parent::default());
    }

    /// Adds an account to a root or unit.
    ///
    /// # Panics
    ///
    /// If there is no such parent.
    pub fn account(&mut self, parent: &str, number: &str, name: &str, state: &str) {
        let account = OrganizationAccount { id: id(number), name: name.to_owned() };
        let of_parent = self.parents.get_mut(parent).expect("the account has a parent");
        of_parent.members.push(Member { account, state: state.to_owned() });
    }

    /// Tags an account.
    pub fn tag(&mut self, number: &str, name: &str, value: &str) {
        self.tags.entry(id(number)).or_default().insert(name.to_owned(), value.to_owned());
    }

    async fn listing<T>(
        &self,
        operation: &str,
        parent: &str,
        of: impl FnOnce(&Parent) -> Vec<T>,
    ) -> Result<Observed<Vec<T>>, ApiError> {
        let listing = || Ok(self.parents.get(parent).map_or(Observed::Absent, |parent| Observed::Present(of(parent))));
        self.calls.make(operation, parent, listing).await
    }
}

impl Organizations for FakeOrganizations {
    async fn management_account(&self) -> Result<AccountId, ApiError> {
        self.calls.make("DescribeOrganization", "", || Ok(id(Self::MANAGEMENT))).await
    }

    async fn roots(&self) -> Result<Vec<Unit>, ApiError> {
        let root = Unit { id: Self::ROOT.to_owned(), name: "Root".to_owned() };
        self.calls.make("ListRoots", "", || Ok(vec![root])).await
    }

    async fn units_in(&self, parent: &str) -> Result<Observed<Vec<Unit>>, ApiError> {
        self.listing("ListOrganizationalUnitsForParent", parent, |parent| parent.units.clone()).await
    }

    async fn accounts_in(&self, parent: &str) -> Result<Observed<Vec<Member>>, ApiError> {
        self.listing("ListAccountsForParent", parent, |parent| parent.members.clone()).await
    }

    async fn tags_of(&self, account: &AccountId) -> Result<BTreeMap<String, String>, ApiError> {
        let tags = || Ok(self.tags.get(account).cloned().unwrap_or_default());
        self.calls.make("ListTagsForResource", account.as_str(), tags).await
    }
}
