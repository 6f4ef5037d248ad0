//! Availability Zones.

use aws_sdk_ec2::types::{AvailabilityZone, AvailabilityZoneState};
use groundwork_engine::ports::ApiError;
use groundwork_model::world::Zone;

use super::filter;
use crate::call::Call;
use crate::cloud::Aws;

/// What the type of a zone is called that is neither a Local nor a Wavelength Zone.
const AVAILABILITY_ZONE: &str = "availability-zone";

/// `DescribeAvailabilityZones`, which has no pages.
pub(crate) async fn all(aws: &Aws) -> Result<Vec<Zone>, ApiError> {
    let call = Call::new(aws, "DescribeAvailabilityZones");
    let request = aws.ec2.describe_availability_zones().filters(filter("zone-type", &[AVAILABILITY_ZONE.to_owned()]));
    let answer = request.send().await.map_err(|error| call.failed(error))?;
    let zones = answer.availability_zones().iter();
    zones.filter(|zone| zone.zone_type().is_none_or(|kind| kind == AVAILABILITY_ZONE)).map(|zone| read(&call, zone)).collect()
}

fn read(call: &Call<'_>, zone: &AvailabilityZone) -> Result<Zone, ApiError> {
    Ok(Zone {
        name: call.id("zoneName", zone.zone_name())?,
        id: call.id("zoneId", zone.zone_id())?,
        available: zone.state() == Some(&AvailabilityZoneState::Available),
    })
}
