//! Who we are.

use groundwork_engine::ports::ApiError;
use groundwork_model::world::Caller;

use crate::call::Call;
use crate::cloud::Aws;

/// `GetCallerIdentity`, which needs no permission.
pub(crate) async fn caller(aws: &Aws) -> Result<Caller, ApiError> {
    let call = Call::new(aws, "GetCallerIdentity");
    let answer = aws.sts.get_caller_identity().send().await.map_err(|error| call.failed(error))?;
    Ok(Caller { account: call.id("Account", answer.account())?, arn: call.id("Arn", answer.arn())? })
}
