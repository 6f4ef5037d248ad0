//! VPCs, subnets and security groups: pages, filters, names.

use groundwork_engine::ports::{Cloud, ErrorClass, Which};
use groundwork_model::world::Rule;

use crate::replay::{on, replay};

fn ids(ids: &[&str]) -> Which {
    Which::Ids(ids.iter().map(ToString::to_string).collect())
}

fn names(names: &[&str]) -> Which {
    Which::Names(names.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn all_vpcs_means_all_pages_and_no_filter() {
    let asked = || on("DescribeVpcs").with("MaxResults", "1000").without("Filter").without("VpcId");
    let replay = replay([
        asked().without("NextToken").answers("vpcs-1.xml"),
        asked().with("NextToken", "page-2").answers("vpcs-2.xml"),
    ])
    .await;
    let vpcs = replay.aws.vpcs(&Which::All).await.expect("VPCs");
    replay.finish();
    let seen: Vec<(&str, Option<&str>)> = vpcs.iter().map(|vpc| (vpc.id.as_str(), vpc.name.as_deref())).collect();
    assert_eq!(seen, [("vpc-0a1", Some("shared")), ("vpc-0a2", None)]);
    let blocks: Vec<String> = vpcs[0].cidrs.iter().map(ToString::to_string).collect();
    assert_eq!(blocks, ["10.0.0.0/16", "10.7.0.0/24"], "a block that was taken away counts no more");
    assert!(vpcs.iter().all(|vpc| vpc.dns_support.is_none() && vpc.dns_hostnames.is_none()));
}

#[tokio::test]
async fn a_name_is_asked_for_literally_and_the_answer_checked_again() {
    let asked = on("DescribeVpcs").with("Filter.1.Name", "tag:Name").with("Filter.1.Value.1", r"sh\*red");
    let replay = replay([asked.answers("vpcs-1.xml"), on("DescribeVpcs").answers("vpcs-2.xml")]).await;
    assert!(replay.aws.vpcs(&names(&["sh*red"])).await.expect("an answer").is_empty());
    replay.finish();
}

#[tokio::test]
async fn a_missing_vpc_is_missing_from_the_answer() {
    let asked = on("DescribeVpcs").with("Filter.1.Name", "vpc-id").with("Filter.1.Value.1", "vpc-0a1");
    let replay = replay([asked.answers("no-vpcs.xml")]).await;
    assert!(replay.aws.vpcs(&ids(&["vpc-0a1"])).await.expect("an answer").is_empty());
    replay.finish();
}

#[tokio::test]
async fn nothing_is_asked_for_no_ids() {
    let replay = replay([]).await;
    assert!(replay.aws.vpcs(&ids(&[])).await.expect("an answer").is_empty());
    assert!(replay.aws.security_groups(&names(&[])).await.expect("an answer").is_empty());
    replay.finish();
}

#[tokio::test]
async fn a_token_that_comes_back_is_not_the_end() {
    let replay = replay([on("DescribeVpcs").answers("vpcs-1.xml"), on("DescribeVpcs").answers("vpcs-loop.xml")]).await;
    let error = replay.aws.vpcs(&Which::All).await.expect_err("an error");
    assert_eq!(error.class, ErrorClass::Unexpected);
    replay.finish();
}

#[tokio::test]
async fn a_second_page_that_is_refused_fails_the_listing() {
    let replay = replay([
        on("DescribeVpcs").answers("vpcs-1.xml"),
        on("DescribeVpcs").with("NextToken", "page-2").refuses(403, "UnauthorizedOperation", "no"),
    ])
    .await;
    assert_eq!(replay.aws.vpcs(&Which::All).await.expect_err("a refusal").class, ErrorClass::Denied);
    replay.finish();
}

#[tokio::test]
async fn subnets_are_read_with_what_they_may_lack() {
    let asked = || {
        on("DescribeSubnets")
            .with("Filter.1.Name", "subnet-id")
            .with("Filter.1.Value.1", "subnet-0b1")
            .with("Filter.1.Value.2", "subnet-0b2")
    };
    let replay = replay([
        asked().without("NextToken").answers("subnets-1.xml"),
        asked().with("NextToken", "page-2").answers("subnets-2.xml"),
    ])
    .await;
    let subnets = replay.aws.subnets(&ids(&["subnet-0b1", "subnet-0b2"])).await.expect("subnets");
    replay.finish();
    assert_eq!(subnets.iter().map(|subnet| subnet.id.as_str()).collect::<Vec<_>>(), ["subnet-0b1", "subnet-0b2"]);
    let (first, second) = (&subnets[0], &subnets[1]);
    assert_eq!(
        (first.name.as_deref(), first.zone.as_str(), first.zone_id.as_str()),
        (Some("private-a"), "us-west-2a", "usw2-az2")
    );
    assert_eq!(first.cidr.map(|cidr| cidr.to_string()).as_deref(), Some("10.0.16.0/20"));
    assert_eq!((first.free_addresses, first.available), (4091, true));
    assert_eq!(first.owner.as_ref().map(|owner| owner.as_str()), Some("210987654321"));
    assert_eq!((second.cidr, second.available), (None, false));
}

#[tokio::test]
async fn a_security_group_is_found_by_tag_and_by_group_name_and_once() {
    let by_tag = on("DescribeSecurityGroups").with("Filter.1.Name", "tag:Name").with("Filter.1.Value.1", "tasks");
    let by_name = || on("DescribeSecurityGroups").with("Filter.1.Name", "group-name").with("Filter.1.Value.1", "tasks");
    let replay = replay([
        by_tag.answers("groups-by-tag.xml"),
        by_name().without("NextToken").answers("groups-by-name-1.xml"),
        by_name().with("NextToken", "page-2").answers("groups-by-name-2.xml"),
    ])
    .await;
    let groups = replay.aws.security_groups(&names(&["tasks"])).await.expect("groups");
    replay.finish();
    assert_eq!(groups.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(), ["sg-0c1", "sg-0c2"]);
    let all = |cidrs: &[&str]| cidrs.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        groups[0].egress,
        [Rule {
            protocol: "-1".to_owned(),
            from_port: None,
            to_port: None,
            cidrs: all(&["0.0.0.0/0", "::/0"]),
            groups: Vec::new(),
            prefix_lists: Vec::new(),
        }]
    );
    assert_eq!(
        groups[0].ingress,
        [Rule {
            protocol: "tcp".to_owned(),
            from_port: Some(443),
            to_port: Some(443),
            cidrs: Vec::new(),
            groups: all(&["sg-0c9"]),
            prefix_lists: all(&["pl-1"]),
        }]
    );
}
