//! Values for the keys of the spec.

use serde_json::{Value, json};

/// Each key with values that it takes and values that it does not.
pub fn samples() -> Vec<(&'static str, Vec<Value>, Vec<Value>)> {
    let zones = || vec![json!(0), json!(8), json!([]), json!(["us-west-2a", "usw2-az2"])];
    let no_zones = || {
        vec![
            json!(9),
            json!(-1),
            json!("us-west-2a"),
            json!(["x"]),
            json!(["usw2-az1", "usw2-az1"]),
            json!(["usw2-az0"]),
        ]
    };
    let references = |id: &str| vec![json!(id), json!({"name": "a b"}), json!({"stack": "a-1", "output": "X"})];
    let no_references = || {
        vec![
            json!("x"),
            json!({}),
            json!({"stack": "a"}),
            json!({"name": "a", "stack": "a", "output": "b"}),
            json!(1),
            json!({"name": ""}),
        ]
    };
    let several = |id: &str| [references(id), vec![json!([id, {"name": "a"}])]].concat();
    let no_several = |id: &str| [no_references(), vec![json!([id, id]), json!([["x"]])]].concat();
    let classes = || vec![json!([]), json!(["update", "iam-broaden"]), json!(["egress-address"])];
    let no_classes = || vec![json!("replace"), json!(["replace", "replace"]), json!(["no-op"]), json!([1])];
    vec![
        ("version", vec![json!(1)], vec![json!(2), json!("1"), json!(1.5)]),
        (
            "environment.name",
            vec![json!("a"), json!("A1"), json!("a".repeat(64))],
            vec![json!(""), json!("a-b"), json!("a".repeat(65)), json!("é"), json!(1)],
        ),
        (
            "environment.region",
            vec![json!("us-west-2"), json!("ap-southeast-10")],
            vec![json!("us-west"), json!("US-WEST-2"), json!("us-west-2a")],
        ),
        (
            "environment.account_id",
            vec![json!("012345678901")],
            vec![json!("1"), json!(123456789012_u64), json!("12345678901a")],
        ),
        (
            "tags",
            vec![json!({}), json!({"a b": "c"})],
            vec![json!({"a": 1}), json!({"": "a"}), json!([]), json!({"a": "v".repeat(257)})],
        ),
        ("role.mode", vec![json!("create"), json!("use")], vec![json!("skip"), json!("Create"), json!("")]),
        (
            "role.stack_name",
            vec![json!("a-1"), json!("a".repeat(128))],
            vec![json!("1a"), json!("a_b"), json!("a".repeat(129))],
        ),
        ("role.adopt", vec![json!(true), json!(false)], vec![json!("true"), json!(1)]),
        (
            "role.log_group_pattern",
            vec![json!("*"), json!("/ecs/é-*")],
            vec![json!(""), json!("a b"), json!("a".repeat(513))],
        ),
        (
            "role.secrets_path_prefix",
            vec![json!(""), json!("/"), json!("a/b@c/")],
            vec![json!("a"), json!("a b/"), json!(format!("{}/", "a".repeat(128)))],
        ),
        (
            "role.lambda_path_prefix",
            vec![json!(""), json!("a/b"), json!("a".repeat(128))],
            vec![json!("*"), json!("a".repeat(129))],
        ),
        (
            "role.principal",
            vec![json!("arn:aws:iam::123456789012:root"), json!("arn:aws:iam::123456789012:role/a/b")],
            vec![
                json!("*"),
                json!("arn:aws:iam::1:root"),
                json!("arn:aws:iam::123456789012:role/"),
                json!("arn:aws:sts::123456789012:assumed-role/a/b"),
            ],
        ),
        (
            "role.domain_suffix",
            vec![json!(".example.com"), json!("cr.example.com"), json!("localhost")],
            vec![json!(""), json!("."), json!("a..b"), json!("https://a"), json!("a:8000")],
        ),
        ("network.mode", vec![json!("create"), json!("skip")], vec![json!("none"), json!(true)]),
        (
            "network.cidr",
            vec![json!("10.0.0.0/16"), json!("192.168.3.0/24")],
            vec![json!("10.0.0.0/15"), json!("10.0.0.0/25"), json!("10.0.0.0"), json!("fd00::/16")],
        ),
        ("network.public_zones", zones(), no_zones()),
        ("network.private_zones", zones(), no_zones()),
        (
            "network.nat",
            vec![json!("none"), json!("single"), json!("per-zone"), json!(["us-west-2a"])],
            vec![json!("all"), json!(1), json!(["x"])],
        ),
        (
            "network.endpoints",
            vec![json!([]), json!(["s3", "ecr.api"])],
            vec![json!(["s3", "s3"]), json!("s3"), json!(["ec2"])],
        ),
        ("network.tasks_in", vec![json!("public"), json!("private")], vec![json!("both")]),
        ("network.vpc", references("vpc-0a1b"), no_references()),
        ("network.subnets", several("subnet-0a1b"), no_several("subnet-0a1b")),
        ("network.security_groups", several("sg-0a1b"), no_several("sg-0a1b")),
        ("network.assign_public_ip", vec![json!(true)], vec![json!("yes")]),
        ("cluster.name", vec![json!("a_b-c")], vec![json!("a b"), json!("")]),
        ("cluster.container_insights", vec![json!("enhanced")], vec![json!(true), json!("on")]),
        (
            "cluster.cluster",
            vec![
                json!("main"),
                json!("arn:aws:ecs:us-west-2:123456789012:cluster/main"),
                json!({"stack": "a", "output": "b"}),
            ],
            vec![json!("a b"), json!("a:b"), json!({"name": "a"}), json!({"stack": "a"})],
        ),
        (
            "cloudreactor.group",
            vec![json!(1), json!("a b")],
            vec![json!(0), json!(-1), json!(""), json!(" "), json!(true)],
        ),
        (
            "cloudreactor.run_environment",
            vec![json!("a"), json!("a b/%?")],
            vec![json!(""), json!(" a"), json!("a "), json!("a".repeat(201))],
        ),
        ("cloudreactor.site", vec![json!("dev"), json!("a-1")], vec![json!("-a"), json!("A"), json!("")]),
        (
            "cloudreactor.api_base_url",
            vec![json!("https://a.b"), json!("http://127.0.0.1:8000")],
            vec![json!("a.b"), json!("ftp://a.b"), json!(1)],
        ),
        ("policy.allow", classes(), no_classes()),
        ("policy.deny", classes(), no_classes()),
        ("policy.network.protect", vec![json!(true), json!(false)], vec![json!("true"), json!(1)]),
    ]
    .into_iter()
    .chain(samples_of_rollouts())
    .chain(samples_of_organizations())
    .collect()
}

fn samples_of_organizations() -> Vec<(&'static str, Vec<Value>, Vec<Value>)> {
    let role = |name: &str| json!({ "role": name });
    vec![
        (
            "rollout.role.engine",
            vec![json!("change-sets"), json!("stack-sets")],
            vec![json!("stack-set"), json!(""), json!(true)],
        ),
        (
            "rollout.role.call_as",
            vec![json!("delegated-admin"), json!("management")],
            vec![json!("self"), json!("DELEGATED_ADMIN"), json!(1)],
        ),
        (
            "targets.organization.units",
            vec![json!(["/"]), json!(["Workloads/Production & test", "ou-ab12-cdef5678", "r-ab12"])],
            vec![json!("/"), json!([""]), json!(["/a"]), json!(["a/"]), json!(["a//b"]), json!(["a", "a"]), json!([1])],
        ),
        (
            "targets.organization.exclude",
            vec![json!([]), json!(["012345678901"])],
            vec![json!("012345678901"), json!([12_345_678_901_u64]), json!(["012345678901", "012345678901"])],
        ),
        (
            "targets.organization.regions",
            vec![json!(["us-west-2"]), json!(["us-west-2", "eu-central-1"])],
            vec![json!([]), json!("us-west-2"), json!(["us-west-2", "us-west-2"]), json!(["nowhere"])],
        ),
        (
            "targets.organization.name",
            vec![json!("{account_id}"), json!("a-{region}_{account_name}.b")],
            vec![json!(""), json!("a"), json!("{region}"), json!("{account}"), json!("{account_id} a"), json!(1)],
        ),
        ("targets.organization.wave", vec![json!("all")], vec![json!("a b"), json!(1)]),
        (
            "targets.organization.assume_role",
            vec![json!(false), role("deploy/groundwork")],
            vec![json!(true), json!("groundwork"), role("a b"), json!({ "rol": "a" })],
        ),
        (
            "targets.organization.reader.assume_role.role",
            vec![json!("arn:aws:iam::123456789012:role/a/b")],
            vec![json!(""), json!("a b"), json!(1)],
        ),
    ]
}

fn samples_of_rollouts() -> Vec<(&'static str, Vec<Value>, Vec<Value>)> {
    let ignore = |key: &str, value: Value| {
        let mut entry = json!({ "at": "role", "until": "2027-01-31", "reason": "known" });
        entry[key] = value;
        json!([entry])
    };
    let wave = |key: &str, value: Value| json!([{ "name": "a", key: value }]);
    let target = |key: &str, value: Value| json!([{ "name": "a", "account_id": "123456789012", key: value }]);
    let assume = |key: &str, value: Value| target("assume_role", json!({ "role": "a", key: value }));
    vec![
        ("rollout.on_unreachable", vec![json!("fail"), json!("skip")], vec![json!("ignore"), json!(true)]),
        (
            "rollout.assume_role.role",
            vec![json!("a"), json!("a/b.c@d"), json!("arn:aws:iam::123456789012:role/a/b")],
            vec![json!(""), json!("/a"), json!("a/"), json!("a b"), json!("a".repeat(65)), json!(1)]
                .into_iter()
                .chain([json!("arn:aws:iam::1:role/a"), json!("arn:aws:iam::123456789012:user/a")])
                .collect(),
        ),
        (
            "rollout.assume_role.external_id",
            vec![json!("ab"), json!("A:/b@c=d,e.f+g-h_0"), json!("a".repeat(1224))],
            vec![json!("a"), json!("a b"), json!("a".repeat(1225)), json!("é0"), json!(12)],
        ),
        (
            "rollout.assume_role.session_name",
            vec![json!("ab"), json!("a@b"), json!("a".repeat(64))],
            vec![json!("a"), json!("a/b"), json!("a".repeat(65))],
        ),
        (
            "rollout.assume_role.tags",
            vec![json!({}), json!({"Environment": "a", "groundwork:x": ""})],
            vec![json!({"a": 1}), json!({"": "a"}), json!([]), json!({"a": "v".repeat(257)})],
        ),
        (
            "wave",
            vec![
                json!([]),
                wave("max_concurrent", json!(1)),
                wave("max_concurrent", json!(1000)),
                wave("max_failures", json!(0)),
                wave("max_failures", json!("100%")),
                json!([{ "name": "a" }, { "name": "A.b-c_1" }]),
            ],
            vec![
                json!("a"),
                json!([1]),
                json!({}),
                json!([{}]),
                json!([{ "name": "a b" }]),
                wave("max_concurrent", json!(0)),
                wave("max_concurrent", json!(1001)),
                wave("max_concurrent", json!("1")),
                wave("max_failures", json!(-1)),
                wave("max_failures", json!("1")),
                wave("max_failures", json!("101%")),
                wave("max_failures", json!("05%")),
                wave("max_failures", json!(1.5)),
                wave("pause", json!(1)),
            ],
        ),
        (
            "drift.ignore",
            vec![
                json!([]),
                ignore("at", json!("role")),
                ignore("at", json!("cloudreactor")),
                ignore("at", json!("network/TaskSecurityGroup")),
                ignore("field", json!("Tags[cost center]")),
                ignore("until", json!("2028-02-29")),
                ignore("reason", json!("wanted é")),
            ],
            vec![
                json!("role"),
                json!([{}]),
                json!([{ "at": "role", "until": "2027-01-31" }]),
                ignore("at", json!("role/")),
                ignore("at", json!("rule")),
                ignore("at", json!("role/a-b")),
                ignore("at", json!("cloudreactor/a")),
                ignore("at", json!(1)),
                ignore("field", json!("")),
                ignore("field", json!("a\nb")),
                ignore("until", json!("2027-1-31")),
                ignore("until", json!("tomorrow")),
                ignore("until", json!(20270131)),
                ignore("reason", json!(" ")),
                ignore("from", json!("2027-01-31")),
            ],
        ),
        (
            "target",
            vec![
                target("region", json!("eu-west-1")),
                target("wave", json!("all")),
                target("labels", json!({"a.b": "any thing!"})),
                target("profile", json!("a b@c")),
                target("assume_role", json!(false)),
                assume("external_id", json!("ab")),
                target("environment", json!({"name": "a"})),
                target("network", json!({"cidr": "10.1.0.0/16"})),
            ],
            vec![
                json!([]),
                json!("a"),
                json!([1]),
                json!([{ "name": "a" }]),
                json!([{ "account_id": "123456789012" }]),
                target("name", json!("a b")),
                target("account_id", json!(123456789012_u64)),
                target("region", json!("us-west")),
                target("wave", json!("a b")),
                target("labels", json!({"a b": "c"})),
                target("labels", json!({"a": 1})),
                target("profile", json!("a]")),
                target("assume_role", json!(true)),
                target("assume_role", json!("a")),
                assume("external_id", json!("a")),
                assume("profile", json!("a")),
                target("environment", json!({"region": "eu-west-1"})),
                target("version", json!(1)),
            ],
        ),
    ]
}
