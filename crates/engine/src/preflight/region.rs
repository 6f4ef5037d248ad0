//! Whether the account may use the Region at all.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::spec::Spec;

use crate::ports::{ApiError, Cloud, ErrorClass, OptIn};

/// What a refusal means if the Region is not enabled: AWS then says that the credentials are not valid. `None` if the
/// Region is enabled, or if that cannot be told: the refusal speaks for itself then.
pub(super) async fn disabled<C: Cloud>(cloud: &C, spec: &Spec, error: &ApiError) -> Option<Problem> {
    if !matches!(error.class, ErrorClass::Expired | ErrorClass::Denied | ErrorClass::Unavailable) {
        return None;
    }
    let region = &spec.environment.region;
    let (message, help) = match cloud.opt_in().await.ok()? {
        OptIn::Enabled => return None,
        OptIn::Disabled => (
            format!("Region {region} is not enabled for the account"),
            format!("enable it, which takes some minutes: aws account enable-region --region-name {region}"),
        ),
        OptIn::Unknown => (format!("there is no Region {region}"), "correct environment.region".to_owned()),
    };
    let problem = Problem::new(Code::RegionDisabled, message).at("environment.region");
    Some(problem.because(format!("AWS refused {} there: {}", error.operation, error.message)).help(help))
}
