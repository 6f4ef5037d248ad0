//! The harness against itself: what tests, demo and benchmarks rely on.

use std::collections::BTreeMap;

use anyhow::Result;
use groundwork_harness::cloudreactor::{Config, Double, Running};
use groundwork_harness::{Account, Effect, Emulator, EmulatorOptions, Fault, Proxy, ProxyOptions, Settings};

const REGION: &str = "us-west-2";

const CLUSTER: &str = r#"{"Resources": {"Cluster": {"Type": "AWS::ECS::Cluster"}}}"#;

const TWO_ADDRESSES: &str = r#"{"Resources": {
    "First": {"Type": "AWS::EC2::EIP"}, "Second": {"Type": "AWS::EC2::EIP", "DependsOn": "First"}}}"#;

#[test]
fn accounts_are_apart_and_a_reset_empties_them() -> Result<()> {
    let emulator = Emulator::start(&EmulatorOptions::default())?;
    let (one, other) = (emulator.account("111111111111", REGION), emulator.account("222222222222", REGION));
    let vpc = one.create_vpc("10.0.0.0/16")?;
    assert_eq!((one.vpcs()?, other.vpcs()?), (vec![vpc], vec![]));
    emulator.reset()?;
    assert_eq!(one.vpcs()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_dropped_emulator_is_gone() -> Result<()> {
    let emulator = Emulator::start(&EmulatorOptions::default())?;
    let account = emulator.account("111111111111", REGION);
    account.vpcs()?;
    drop(emulator);
    assert!(account.vpcs().is_err());
    Ok(())
}

#[test]
fn a_stack_past_a_limit_is_rolled_back_in_that_account_only() -> Result<()> {
    let limited = Emulator::shared().account("200000000001", REGION);
    let unlimited = Emulator::shared().account("200000000002", REGION);
    limited.set(&Settings { limits: BTreeMap::from([("addresses", 1)]), ..Settings::default() })?;
    limited.create_stack("addresses", TWO_ADDRESSES, &[])?;
    unlimited.create_stack("addresses", TWO_ADDRESSES, &[])?;
    assert_eq!(limited.settled("addresses")?, "ROLLBACK_COMPLETE");
    assert_eq!(unlimited.settled("addresses")?, "CREATE_COMPLETE");
    let reasons = limited.reasons("addresses")?;
    assert!(reasons.iter().any(|reason| reason.contains("AddressLimitExceeded")), "{reasons:?}");
    Ok(())
}

#[test]
fn a_resource_is_refused_on_demand() -> Result<()> {
    let account = Emulator::shared().account("200000000003", REGION);
    let refuse = |what: &str| {
        let refuse = BTreeMap::from([(what.to_owned(), "no luck".to_owned())]);
        account.set(&Settings { refuse, ..Settings::default() })
    };
    refuse("create Cluster")?;
    account.create_stack("first", CLUSTER, &[])?;
    assert_eq!(account.settled("first")?, "ROLLBACK_COMPLETE");
    refuse("delete Cluster")?;
    let second = account.create_stack("second", CLUSTER, &[])?;
    assert_eq!(account.settled("second")?, "CREATE_COMPLETE");
    account.call("cloudformation", "DeleteStack", &[("StackName", "second")])?;
    assert_eq!(account.settled(&second)?, "DELETE_FAILED");
    Ok(())
}

fn proxy(options: &ProxyOptions) -> Result<(Proxy, Running)> {
    let double = Double::start(Config::example())?;
    Ok((Proxy::start(Emulator::shared().url(), &double.url, options)?, double))
}

#[test]
fn a_proxy_notes_each_call() -> Result<()> {
    let (proxy, _double) = proxy(&ProxyOptions::default())?;
    let account = Account::at(proxy.url(), "200000000004", REGION);
    account.vpcs()?;
    account.create_vpc("10.0.0.0/16")?;
    account.create_cluster("some")?;
    let log = proxy.take_calls()?;
    let seen: Vec<_> = log.calls().iter().map(|call| (call.service.as_str(), call.op.as_str(), call.status)).collect();
    assert_eq!(seen, [("ec2", "DescribeVpcs", 200), ("ec2", "CreateVpc", 200), ("ecs", "CreateCluster", 200)]);
    assert_eq!(log.mutations(), ["ec2:CreateVpc", "ecs:CreateCluster"]);
    assert_eq!((log.depth(), log.max_concurrency()), (3, 1));

    account.vpcs()?;
    assert_eq!(proxy.calls()?.calls().len(), 1, "only what came after the log was taken");
    assert_eq!(proxy.complaints()?, "");
    Ok(())
}

#[test]
fn a_stack_that_settles_reads_as_in_progress_and_its_events_as_unfinished() -> Result<()> {
    let (proxy, _double) = proxy(&ProxyOptions { settle_stack: 600.0, ..ProxyOptions::default() })?;
    let (near, far) =
        (Emulator::shared().account("200000000005", REGION), Account::at(proxy.url(), "200000000005", REGION));
    let stack = far.create_stack("some", CLUSTER, &[])?;
    assert_eq!(near.settled("some")?, "CREATE_COMPLETE");
    assert_eq!(far.stacks()?, BTreeMap::from([("some".to_owned(), "CREATE_IN_PROGRESS".to_owned())]));

    let ends = |account: &Account| {
        let events = account.call("cloudformation", "DescribeStackEvents", &[("StackName", &stack)])?;
        Ok::<_, anyhow::Error>(events.matches("<ResourceStatus>CREATE_COMPLETE</ResourceStatus>").count())
    };
    assert_eq!((ends(&near)?, ends(&far)?), (2, 1), "the cluster's end is seen, the stack's is not");

    far.call("cloudformation", "DeleteStack", &[("StackName", "some")])?;
    assert_eq!(near.settled(&stack)?, "DELETE_COMPLETE");
    let deleted = far.call("cloudformation", "DescribeStacks", &[("StackName", &stack)])?;
    assert!(deleted.contains("<StackStatus>DELETE_IN_PROGRESS</StackStatus>"), "{deleted}");
    assert_eq!(proxy.complaints()?, "");
    Ok(())
}

#[test]
fn a_change_set_that_settles_reads_as_in_progress() -> Result<()> {
    let (proxy, _double) =
        proxy(&ProxyOptions { settle_change_set: 600.0, settle_stack: 600.0, ..ProxyOptions::default() })?;
    let account = Account::at(proxy.url(), "200000000006", REGION);
    let named = [("StackName", "some"), ("ChangeSetName", "set")];
    let created = [("ChangeSetType", "CREATE"), ("TemplateBody", CLUSTER)];
    account.call("cloudformation", "CreateChangeSet", &[named, created].concat())?;
    let described = account.call("cloudformation", "DescribeChangeSet", &named)?;
    assert!(described.contains("<Status>CREATE_IN_PROGRESS</Status>"), "{described}");
    assert!(described.contains("<ExecutionStatus>UNAVAILABLE</ExecutionStatus>"), "{described}");

    account.call("cloudformation", "ExecuteChangeSet", &named)?;
    assert_eq!(Emulator::shared().account("200000000006", REGION).settled("some")?, "CREATE_COMPLETE");
    assert_eq!(account.stacks()?["some"], "CREATE_IN_PROGRESS");
    assert_eq!(proxy.complaints()?, "");
    Ok(())
}

#[test]
fn a_rate_is_kept_per_account_and_said_as_aws_says_it() -> Result<()> {
    let rates = vec!["cloudformation:DescribeStacks=0.001/1".to_owned()];
    let (proxy, _double) = proxy(&ProxyOptions { rates, ..ProxyOptions::default() })?;
    let (one, other) =
        (Account::at(proxy.url(), "200000000007", REGION), Account::at(proxy.url(), "200000000008", REGION));
    one.stacks()?;
    other.stacks()?;
    let refused = one.stacks().expect_err("the second call within the second").to_string();
    assert!(refused.contains("<Code>Throttling</Code>"), "{refused}");
    let throttled: Vec<bool> = proxy.calls()?.calls().iter().map(|call| call.throttled).collect();
    assert_eq!(throttled, [false, false, true]);
    Ok(())
}

#[test]
fn a_proxy_brings_faults_about_in_the_calls_that_are_meant_and_in_no_others() -> Result<()> {
    let (proxy, _double) = proxy(&ProxyOptions::default())?;
    let account = Account::at(proxy.url(), "200000000009", REGION);
    let fault = |op, times, effect| Fault { service: "ec2", op, after: None, times, effect };
    let error = Effect::Error { code: "RequestLimitExceeded", message: "Request limit exceeded.", status: 503 };
    for (effect, words) in [
        (error, "503 Service Unavailable: <Response><Errors><Error><Code>RequestLimitExceeded</Code>"),
        (Effect::Page { status: 502 }, "502 Bad Gateway: <html>"),
        (Effect::Lost, "no answer"),
        (Effect::Unanswered, "no answer"),
        (Effect::Cut, "cannot read the answer"),
    ] {
        proxy.fault(&[fault("DescribeVpcs", Some(1), effect)])?;
        let told = format!("{:#}", account.vpcs().expect_err("a fault"));
        assert!(told.contains(words), "{effect:?}: {told}");
        account.vpcs()?;
    }
    let before = account.vpcs()?.len();
    proxy.fault(&[fault("CreateVpc", Some(1), Effect::Unanswered)])?;
    account.create_vpc("10.0.0.0/16").expect_err("no answer");
    assert_eq!(account.vpcs()?.len(), before + 1, "the service has done it");
    proxy.fault(&[fault("CreateVpc", Some(1), Effect::Lost)])?;
    account.create_vpc("10.0.0.0/16").expect_err("no answer");
    assert_eq!(account.vpcs()?.len(), before + 1, "the service has not heard of it");

    let stale = fault("DescribeVpcs", Some(1), Effect::Stale);
    proxy.fault(&[Fault { after: Some("CreateVpc"), ..stale }])?;
    account.vpcs()?;
    account.create_vpc("10.1.0.0/16")?;
    assert_eq!((account.vpcs()?.len(), account.vpcs()?.len()), (before + 1, before + 2), "old news, once");

    proxy.fault(&[])?;
    account.vpcs()?;
    let faults = proxy.take_calls()?.calls().iter().filter(|call| call.fault.is_some()).count();
    assert_eq!((faults, proxy.complaints()?), (8, String::new()));
    Ok(())
}
