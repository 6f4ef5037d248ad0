//! AWS Organizations: units, their accounts, and the tags of accounts.
//!
//! Its lists have up to 20 entries a page, and a page may be empty and all the same not the last one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types;
use groundwork_engine::ports::{ApiError, ErrorClass, Member, Organizations, Unit};
use groundwork_model::AccountId;
use groundwork_model::organization::OrganizationAccount;
use groundwork_model::world::Observed;

use crate::call::{Call, Connection};
use crate::custody::Custody;
use crate::http::Transport;
use crate::limiter::Limiter;
use crate::{pages, retry};

/// A connection to AWS Organizations.
pub struct AwsOrganizations {
    client: Client,
    profile: Option<String>,
    custody: Custody,
}

impl AwsOrganizations {
    pub(crate) fn new(transport: &Transport, config: &SdkConfig, profile: Option<String>) -> Self {
        let config = aws_sdk_organizations::config::Builder::from(config)
            .http_client(transport.limited(&Arc::new(Limiter::of_organizations())))
            .retry_partition(retry::partition())
            .build();
        Self { client: Client::from_conf(config), profile, custody: Custody::default() }
    }
}

impl Connection for AwsOrganizations {
    fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    fn custody(&self) -> &Custody {
        &self.custody
    }
}

/// Says nothing: the SDK's client shows its whole configuration.
impl fmt::Debug for AwsOrganizations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsOrganizations").finish_non_exhaustive()
    }
}

impl Organizations for AwsOrganizations {
    async fn management_account(&self) -> Result<AccountId, ApiError> {
        let call = Call::new(self, "DescribeOrganization");
        let answer = self.client.describe_organization().send().await.map_err(|error| call.failed(error))?;
        let organization = call.required("Organization", answer.organization())?;
        call.id("MasterAccountId", organization.master_account_id())
    }

    async fn roots(&self) -> Result<Vec<Unit>, ApiError> {
        let call = Call::new(self, "ListRoots");
        let page = async |token| {
            let request = self.client.list_roots().set_next_token(token);
            let answer = request.send().await.map_err(|error| call.failed(error))?;
            let roots = answer.roots().iter().map(|root| unit(&call, root.id(), root.name()));
            Ok((roots.collect::<Result<_, _>>()?, answer.next_token))
        };
        pages::all(&call, page).await
    }

    async fn units_in(&self, parent: &str) -> Result<Observed<Vec<Unit>>, ApiError> {
        let call = Call::new(self, "ListOrganizationalUnitsForParent");
        let page = async |token| {
            let request = self.client.list_organizational_units_for_parent().parent_id(parent).set_next_token(token);
            let answer = request.send().await.map_err(|error| call.failed(error))?;
            let units = answer.organizational_units().iter().map(|found| unit(&call, found.id(), found.name()));
            Ok((units.collect::<Result<_, _>>()?, answer.next_token))
        };
        unless_gone(pages::all(&call, page).await)
    }

    async fn accounts_in(&self, parent: &str) -> Result<Observed<Vec<Member>>, ApiError> {
        let call = Call::new(self, "ListAccountsForParent");
        let page = async |token| {
            let request = self.client.list_accounts_for_parent().parent_id(parent).set_next_token(token);
            let answer = request.send().await.map_err(|error| call.failed(error))?;
            let members = answer.accounts().iter().map(|account| member(&call, account));
            Ok((members.collect::<Result<_, _>>()?, answer.next_token))
        };
        unless_gone(pages::all(&call, page).await)
    }

    async fn tags_of(&self, account: &AccountId) -> Result<BTreeMap<String, String>, ApiError> {
        let call = Call::new(self, "ListTagsForResource");
        let page = async |token| {
            let request = self.client.list_tags_for_resource().resource_id(account.as_str()).set_next_token(token);
            let answer = request.send().await.map_err(|error| call.failed(error))?;
            let tags = answer.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned()));
            Ok((tags.collect(), answer.next_token))
        };
        Ok(pages::all(&call, page).await?.into_iter().collect())
    }
}

/// The listing, unless its parent is missing.
fn unless_gone<T>(listing: Result<Vec<T>, ApiError>) -> Result<Observed<Vec<T>>, ApiError> {
    match listing {
        Err(error) if error.class == ErrorClass::Gone => Ok(Observed::Absent),
        listing => listing.map(Observed::Present),
    }
}

fn unit(call: &Call<'_>, id: Option<&str>, name: Option<&str>) -> Result<Unit, ApiError> {
    Ok(Unit { id: call.required("Id", id)?.to_owned(), name: call.required("Name", name)?.to_owned() })
}

/// `State` has taken the place of `Status`, which AWS meant to retire in September 2026; what knows only the older
/// one is still understood.
fn member(call: &Call<'_>, account: &types::Account) -> Result<Member, ApiError> {
    let status = account.status().map(types::AccountStatus::as_str);
    let state = account.state().map(types::AccountState::as_str).or(status);
    Ok(Member {
        account: OrganizationAccount {
            id: call.id("Id", account.id())?,
            name: call.required("Name", account.name())?.to_owned(),
        },
        state: call.required("State", state)?.to_owned(),
    })
}
