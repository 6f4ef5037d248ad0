//! Whether tasks can run in each target of a rollout: asked at any time.

use anyhow::{Context, Result};
use groundwork_e2e::has;
use groundwork_e2e::rollout::Rollout;
use groundwork_harness::{Account, Emulator, Fleet, ProxyOptions, World, assert_valid};
use groundwork_model::document::Document;
use serde_json::{Value, json};

const ROLE: &str = "CloudReactor-staging";
const NETWORK: &str = "CloudReactor-staging-network";

/// Lets nobody pass a role on in an account.
fn forbid_pass_role(account: &Account) -> Result<()> {
    let role = account.physical_id(ROLE, "executionSchedulingRole")?;
    let deny = json!({ "Version": "2012-10-17", "Statement":
        [{ "Effect": "Deny", "Action": "iam:PassRole", "Resource": "*" }] })
    .to_string();
    let policy = [("RoleName", role.as_str()), ("PolicyName", "Stop"), ("PolicyDocument", &deny)];
    account.call("iam", "PutRolePolicy", &policy).map(drop)
}

/// Lets tasks of an account out to nothing.
fn close_egress(account: &Account) -> Result<()> {
    let group = account.physical_id(NETWORK, "TaskSecurityGroup")?;
    let all = [
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "-1"),
        ("IpPermissions.1.IpRanges.1.CidrIp", "0.0.0.0/0"),
    ];
    account.call("ec2", "RevokeSecurityGroupEgress", &all).map(drop)
}

/// Adds a target whose role nobody can assume.
fn add_unreachable(rollout: &Rollout) -> Result<()> {
    let text = std::fs::read_to_string(&rollout.case.spec)?;
    let gone = "[[target]]\nname = \"gone\"\naccount_id = \"999999999999\"\n";
    Ok(std::fs::write(&rollout.case.spec, format!("{text}\n{gone}"))?)
}

#[test]
fn a_fleet_is_verified_on_one_screen_and_each_broken_link_has_its_code_and_remedy() -> Result<()> {
    let mut rollout = Rollout::new(5)?;
    has(&rollout.case.run("verify", &[], 10)?.stdout, &["5 not verified", "0 of 5 targets verified"]);
    rollout.case.run("apply", &[], 0)?;
    let whole = rollout.case.run("verify", &[], 0)?;
    has(&whole.stdout, &["5 verified", "11 links hold", "Verification: 5 of 5 targets verified; 55 links hold."]);
    assert_eq!(whole.stderr, "");

    forbid_pass_role(&rollout.accounts[1])?;
    close_egress(&rollout.accounts[2])?;
    close_egress(&rollout.accounts[3])?;
    let torn = rollout.case.run("verify", &[], 10)?;
    has(&torn.stdout, &["2 not verified security-groups broken (GW4108); 10 links hold team-02, team-03"]);
    has(&torn.stdout, &["Verification: 2 of 5 targets verified, 3 not verified; 3 links are broken, 52 links hold."]);
    for told in [&torn.stdout, &torn.stderr] {
        has(told, &["GW4106", "a statement denies it", "GW4108", "aws ec2 authorize-security-group-egress --group-id"]);
    }
    has(&torn.stderr, &["in target \"team-01\"", "in target \"team-02\"", "in target \"team-03\""]);

    add_unreachable(&rollout)?;
    let partial = rollout.case.run("verify", &[], 4)?;
    has(&partial.stdout, &["1 unreachable gone", "2 of 6 targets verified, 3 not verified, 1 unreachable"]);
    has(&partial.stderr, &["GW2002", "in target \"gone\""]);
    let skipping = rollout.case.run("verify", &["--set", "rollout.on_unreachable=skip"], 10)?;
    assert!(!skipping.stderr.contains("gone"), "{}", skipping.stderr);
    has(&skipping.stdout, &["1 unreachable gone"]);

    rollout.case.run("verify", &["--wave", "canary"], 0)?;
    let one = rollout.case.run("verify", &["--target", "team-02"], 10)?;
    has(&one.stdout, &["security-groups broken", "Not verified: 1 link is broken, 10 links hold."]);
    rollout.case.world.set("GITHUB_ACTIONS", "true");
    let annotated = rollout.case.run("verify", &["--target", "team-01,team-04"], 10)?;
    has(&annotated.stderr, &["::error title=groundwork GW4106"]);
    Ok(())
}

#[test]
fn machines_get_the_verification_of_each_target_and_what_is_wrong_with_it() -> Result<()> {
    let rollout = Rollout::new(3)?;
    rollout.case.run("apply", &[], 0)?;
    forbid_pass_role(&rollout.accounts[1])?;
    add_unreachable(&rollout)?;
    let stream = rollout.case.run("verify", &["--json", "--markdown-into", "summary.md"], 4)?.stdout;
    let lines: Vec<Value> = stream.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    lines.iter().for_each(|line| assert_valid(Document::Events, line));
    let of = |target: &str, kind: &str| -> Vec<&Value> {
        lines.iter().filter(|line| line["target"] == target && line["type"] == kind).collect()
    };
    for (at, target) in ["team-00", "team-01", "team-02"].into_iter().enumerate() {
        let found = &of(target, "verification").first().context("a verification")?["verification"];
        assert_valid(Document::Verification, found);
        assert_eq!(found["target"]["account"], rollout.accounts[at].id(), "{target}");
        assert_eq!(found["links"].as_array().map(Vec::len), Some(11), "{target}");
    }
    let codes =
        |target| of(target, "diagnostic").iter().map(|line| line["problem"]["code"].clone()).collect::<Vec<_>>();
    assert_eq!(
        [codes("team-00"), codes("team-01"), codes("gone")],
        [vec![], vec![json!("GW4106")], vec![json!("GW2002")]]
    );
    assert!(of("gone", "verification").is_empty(), "nothing is verified of what cannot be reached");
    let result = lines.last().context("a result")?;
    assert_eq!((&result["exit"], &result["exit_code"]), (&json!("access"), &json!(4)));
    let summary = std::fs::read_to_string(rollout.case.world.folder().join("summary.md"))?;
    has(
        &summary,
        &["2 of 4 targets verified, 1 not verified, 1 unreachable", "pass-role broken (GW4106)", "**unreachable**"],
    );
    Ok(())
}

#[test]
fn a_verification_of_many_targets_reads_only_and_in_few_round_trips() -> Result<()> {
    let world = World::new()?.behind_proxy(&ProxyOptions::default())?;
    let rollout = Rollout::of(Fleet::within(Emulator::shared(), world, 8)?)?;
    rollout.case.run("apply", &[], 0)?;
    rollout.case.world.proxy()?.take_calls()?;
    rollout.case.run("verify", &["--parallelism", "3"], 0)?;
    let calls = rollout.case.world.proxy()?.take_calls()?;
    assert_eq!(calls.mutations(), Vec::<String>::new());
    assert_eq!((calls.count("AssumeRole"), calls.count("GET /auth/users/me/")), (8, 1));
    assert_eq!((calls.count("GetCallerIdentity"), calls.count("GetRole")), (8, 16), "once a target");
    Ok(())
}

/// A stack that is done is no task that runs: a rollout ends as an apply of one target does.
#[test]
fn what_a_rollout_has_made_is_verified_and_a_broken_link_stops_it() -> Result<()> {
    let rollout = Rollout::new(3)?;
    let files = ["--markdown-into", "r.md", "--html-into", "r.html", "--json-into", "r.jsonl", "--logs-into", "logs"];
    let whole = rollout.case.run("apply", &files, 0)?;
    has(&whole.stdout, &["3 targets: 33 links hold (groundwork verify shows each)"]);
    close_egress(&rollout.accounts[0])?;
    let text = std::fs::read_to_string(&rollout.case.spec)?;
    let changed = text.replace("[cloudreactor]", "[role]\nlog_group_pattern = \"/own/*\"\n\n[cloudreactor]");
    std::fs::write(&rollout.case.spec, changed)?;
    let torn = rollout.case.run("apply", &files, 7)?;
    has(&torn.stderr, &["team-00", "1 link is broken"]);
    has(&torn.stdout, &["GW4108", "done, but not verified"]);
    let read = |name: &str| std::fs::read_to_string(rollout.case.world.folder().join(name));
    has(&read("r.md")?, &["not verified", "GW4108"]);
    has(&read("r.html")?, &["Not verified", "GW4108"]);
    has(&read("logs/team-00.log")?, &["1 link is broken", "GW4108"]);
    let lines: Vec<Value> = read("r.jsonl")?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    lines.iter().for_each(|line| assert_valid(Document::Events, line));
    assert!(lines.iter().any(|line| line["type"] == "target-verified" && line["target"] == "team-00"));
    has(&rollout.case.run("plan", &["--detailed-exitcode"], 2)?.stdout, &["2 to update"]);
    Ok(())
}
