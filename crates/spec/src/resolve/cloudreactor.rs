//! The Run Environment, and the CloudReactor that it stands in.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::spec::CloudReactor;

use super::{Known, adoption};
use crate::address::BaseUrl;
use crate::raw::CloudReactorSection;
use crate::read::Field;
use crate::text::Text;

/// The vendor's domain, under which all of its sites are.
const VENDOR: &str = "cloudreactor.io";

/// The Run Environment, and what follows from its CloudReactor for the role.
pub(super) struct Site {
    pub(super) cloudreactor: CloudReactor,
    /// The hosts of this CloudReactor, as the workflow starter knows them.
    pub(super) domain_suffix: String,
}

pub(super) fn resolve(section: CloudReactorSection, known: &Known, problems: &mut Vec<Problem>) -> Site {
    if !section.site.is_absent() {
        let others = [("api_base_url", &section.api_base_url), ("dashboard_base_url", &section.dashboard_base_url)];
        for (key, _) in others.into_iter().filter(|(_, field)| !field.is_absent()) {
            let message = format!("cloudreactor.{key} does not go with cloudreactor.site");
            problems.push(
                Problem::new(Code::KeyOutOfPlace, message)
                    .at(format!("cloudreactor.{key}"))
                    .help("site is for the vendor's own sites: set either it or the URLs"),
            );
        }
    }
    let domain_suffix = domain_suffix(&section.api_base_url);
    let (api, dashboard) = urls(&section);
    let cloudreactor = CloudReactor {
        api_base_url: api,
        dashboard_base_url: dashboard,
        group: section.group.given().map(|group| group.0),
        run_environment: section
            .run_environment
            .given()
            .map_or_else(|| known.run_environment.clone(), |Text(name)| name),
        adoption: adoption(section.adopt),
    };
    Site { cloudreactor, domain_suffix }
}

fn urls(section: &CloudReactorSection) -> (String, String) {
    let domain = match &section.site {
        Field::Given(Text(site)) => format!("{}.{VENDOR}", site.0),
        Field::Absent | Field::Broken => VENDOR.to_owned(),
    };
    let (api, derived) = match &section.api_base_url {
        Field::Given(api) => (api.text(), dashboard_of(api)),
        Field::Absent | Field::Broken => (format!("https://api.{domain}"), format!("https://dash.{domain}")),
    };
    match &section.dashboard_base_url {
        Field::Given(dashboard) => (api, dashboard.text()),
        Field::Absent | Field::Broken => (api, derived),
    }
}

/// The dashboard beside an API: `dash.` in place of `api.`, as on the vendor's sites, else the same
/// URL, as where one server does both.
fn dashboard_of(api: &BaseUrl) -> String {
    api.text().replacen("://api.", "://dash.", 1)
}

/// The vendor's whole domain for the vendor's sites; for any other CloudReactor exactly its host. A URL
/// of this machine tells nothing: it is a tunnel or a test, and no function in AWS could call it.
fn domain_suffix(api: &Field<BaseUrl>) -> String {
    let vendor = format!(".{VENDOR}");
    let host = match api {
        Field::Given(api) if !api.is_loopback() => api.0.host_str(),
        Field::Given(_) | Field::Absent | Field::Broken => None,
    };
    match host {
        Some(host) if !host.ends_with(&vendor) => host.to_owned(),
        Some(_) | None => vendor,
    }
}
