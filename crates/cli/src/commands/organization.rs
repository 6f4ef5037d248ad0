//! The targets of a spec that are accounts of an organization: found before anything else is read.

use groundwork_aws::Connector;
use groundwork_engine::organization;
use groundwork_spec::{InOrganization, LoadedRollout};

use crate::args::AwsArguments;
use crate::failure::Failure;
use crate::wiring;

/// Finds the accounts, and makes the rollout to them.
pub fn find(targets: &InOrganization, aws: &AwsArguments) -> Result<LoadedRollout, Failure> {
    let found = wiring::runtime()?.block_on(async {
        let query = targets.query();
        let connector = Connector::new(groundwork_aws::http_client()?, aws.profile.clone());
        let organizations = connector.organizations(&query.access, &query.region).await;
        let found = organization::find(&organizations, query).await;
        found.map_err(|problems| Failure::from(targets.place(problems)))
    })?;
    Ok(targets.complete(&found)?)
}
