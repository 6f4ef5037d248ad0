//! EC2: what a network consists of, how much there is of what AWS limits, and what would be allowed. Nothing here
//! changes anything.

pub(crate) mod gateways;
pub(crate) mod lookup;
pub(crate) mod network;
pub(crate) mod rehearsal;
pub(crate) mod usage;

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, Tag};
use groundwork_model::VpcId;

/// The most that EC2 gives on a page, where it says nothing else.
const PAGE: i32 = 1000;

/// `DescribeRouteTables` gives less.
const ROUTE_TABLE_PAGE: i32 = 100;

fn by_vpc(vpc: &VpcId) -> Filter {
    Filter::builder().name("vpc-id").values(vpc.as_str()).build()
}

fn name_tag(tags: &[Tag]) -> Option<&str> {
    tags.iter().find(|tag| tag.key() == Some("Name"))?.value()
}

/// All tags. EC2 gives each a key and a value.
fn tags(tags: &[Tag]) -> BTreeMap<String, String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    tags.iter().map(|tag| (text(tag.key()), text(tag.value()))).collect()
}

/// A page whose list AWS left out is an empty page.
fn entries<T>(list: Option<Vec<T>>) -> Vec<T> {
    list.unwrap_or_default()
}
