//! EC2: zones and the parts of a network.
//!
//! Every listing is filtered by AWS and then again here: AWS reads `*` and `?` in a filter as wildcards,
//! and emulators ignore filters that they don't know.

pub(crate) mod network;
pub(crate) mod routing;
pub(crate) mod security_group;
pub(crate) mod zone;

use aws_sdk_ec2::types::{Filter, Tag};
use groundwork_engine::ports::Which;
use groundwork_model::VpcId;

/// The most that EC2 gives a page in most listings.
const PAGE: i32 = 1000;

/// A filter for any of these values.
fn filter(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}

/// The filters for these things; `id` is the name of the filter for their ids. `None` if nothing is
/// asked for: without a value, EC2 refuses a filter.
fn filters(which: &Which, id: &str) -> Option<Vec<Filter>> {
    match which {
        Which::Ids(values) | Which::Names(values) if values.is_empty() => None,
        Which::Ids(ids) => Some(vec![filter(id, ids)]),
        Which::Names(names) => Some(vec![filter("tag:Name", names)]),
        Which::All => Some(Vec::new()),
    }
}

/// Whether a thing with this id and these names was asked for.
fn is_asked(which: &Which, id: &str, names: &[Option<&str>]) -> bool {
    match which {
        Which::Ids(ids) => ids.iter().any(|asked| asked == id),
        Which::Names(asked) => names.iter().flatten().any(|name| asked.iter().any(|asked| asked == name)),
        Which::All => true,
    }
}

/// The filter for the things of one VPC.
fn of_vpc(vpc: &VpcId) -> Filter {
    filter("vpc-id", &[vpc.to_string()])
}

/// The `Name` tag.
fn name_tag(tags: &[Tag]) -> Option<String> {
    tags.iter().find(|tag| tag.key() == Some("Name")).and_then(Tag::value).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_wildcard_means_only_itself() {
        let which = Which::Names(vec!["app*".to_owned()]);
        assert!(is_asked(&which, "subnet-1", &[Some("app*")]));
        assert!(!is_asked(&which, "subnet-1", &[Some("apples"), None]));
    }

    #[test]
    fn nothing_asked_for_is_not_everything() {
        assert_eq!(filters(&Which::Ids(Vec::new()), "vpc-id"), None);
        assert_eq!(filters(&Which::Names(Vec::new()), "vpc-id"), None);
        assert_eq!(filters(&Which::All, "vpc-id"), Some(Vec::new()));
    }
}
