//! Questions to EC2 about what it would allow: calls with `DryRun`, and whether a Region is enabled.

use std::error::Error;

use aws_sdk_ec2::config::Region;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use groundwork_engine::ports::{ApiError, ErrorClass, OptIn};
use groundwork_model::Partition;
use groundwork_model::least_privilege::{Rehearsal, Rehearsed};

use crate::call::Call;
use crate::cloud::Aws;

/// The block of a VPC that is not made. Any will do: permissions do not depend on it.
const SOME_BLOCK: &str = "10.0.0.0/16";

/// How AWS goes on after its words about a refusal, for whoever may decode it.
const ENCODED: &str = "Encoded authorization failure message";

/// A call that is not carried out.
pub(crate) async fn rehearse(aws: &Aws, rehearsed: Rehearsed) -> Result<Rehearsal, ApiError> {
    match rehearsed {
        Rehearsed::CreateVpc => {
            let request = aws.ec2.create_vpc().cidr_block(SOME_BLOCK).dry_run(true);
            answer(&Call::new(aws, "CreateVpc"), request.send().await)
        }
        Rehearsed::CreateInternetGateway => {
            let request = aws.ec2.create_internet_gateway().dry_run(true);
            answer(&Call::new(aws, "CreateInternetGateway"), request.send().await)
        }
        Rehearsed::AllocateAddress => {
            let request = aws.ec2.allocate_address().domain(aws_sdk_ec2::types::DomainType::Vpc).dry_run(true);
            answer(&Call::new(aws, "AllocateAddress"), request.send().await)
        }
    }
}

/// AWS answers every such call with an error, of which one says that it would have worked (EC2 API Reference, "Common
/// query parameters").
fn answer<T, E>(call: &Call<'_>, answer: Result<T, SdkError<E, HttpResponse>>) -> Result<Rehearsal, ApiError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let error = match answer {
        Ok(_) => return Err(call.unexpected("it was carried out, though it was only to be rehearsed")),
        Err(error) => call.failed(error),
    };
    let (words, _) = error.message.split_once(ENCODED).unwrap_or((&error.message, ""));
    match error.class {
        _ if error.code.as_deref() == Some("DryRunOperation") => Ok(Rehearsal::Allowed),
        ErrorClass::Denied if words.contains("explicit deny") => Ok(Rehearsal::Denied(words.trim().to_owned())),
        ErrorClass::Denied => Ok(Rehearsal::NotAllowed),
        _ => Err(error),
    }
}

/// `DescribeRegions` of the connection's Region, asked where every account is.
pub(crate) async fn opt_in(aws: &Aws) -> Result<OptIn, ApiError> {
    let call = Call::new(aws, "DescribeRegions");
    let region: groundwork_model::Region = call.id("the Region", aws.ec2.config().region().map(Region::as_ref))?;
    let asked = aws.ec2.describe_regions().all_regions(true).region_names(region.as_str()).customize();
    let elsewhere = aws_sdk_ec2::config::Builder::new().region(Region::new(first_region(region.partition())));
    match asked.config_override(elsewhere).send().await.map_err(|error| call.failed(error)) {
        Ok(answer) => Ok(match answer.regions() {
            [region] if region.opt_in_status() == Some("not-opted-in") => OptIn::Disabled,
            [_] => OptIn::Enabled,
            _ => OptIn::Unknown,
        }),
        Err(error) if error.code.as_deref() == Some("InvalidParameterValue") => Ok(OptIn::Unknown),
        Err(error) => Err(error),
    }
}

/// The first Region of a partition, which is always enabled.
fn first_region(partition: Partition) -> &'static str {
    match partition {
        Partition::Commercial => "us-east-1",
        Partition::China => "cn-north-1",
        Partition::GovCloud => "us-gov-west-1",
        Partition::EuropeanSovereign => "eusc-de-east-1",
        Partition::Isolated => "us-iso-east-1",
    }
}
