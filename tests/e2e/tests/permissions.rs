//! `groundwork permissions`: what it prints is enough for the verb, and nothing of it is idle.
//!
//! The caller is a role that is allowed exactly what is printed, in an emulator that enforces it, and the proxy notes
//! what it really calls. What CloudFormation calls on its behalf is in no log: the emulator makes resources without
//! asking itself. That half is held against AWS's own reference, and against the templates (in the planner's tests).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use groundwork_e2e::{Case, SPEC, has};
use groundwork_harness::{Effect, Fault, ProxyOptions, Settings, Tool, World};
use serde_json::{Value, json};

const ROLE_STACK: &str = "CloudReactor-staging";

const VERBS: [&str; 10] =
    ["status", "plan", "preflight", "apply", "verify", "drift", "diagnose", "watch", "recover", "destroy"];

/// Permissions that are asked for within a call and are no call.
const NO_CALLS: [&str; 2] = ["cloudformation:BatchDescribeTypeConfigurations", "cloudformation:TagResource"];

/// Events of an operation are asked for by its id, which the emulator shows in no event.
const NOT_PROVOKED: [(&str, &str); 2] =
    [("diagnose", "cloudformation:DescribeEvents"), ("watch", "cloudformation:DescribeEvents")];

/// A caller that is allowed what is printed for a verb.
struct Operator {
    case: Case,
    verb: &'static str,
    /// What it may call itself.
    allowed: BTreeSet<String>,
    /// What it has called.
    called: BTreeSet<String>,
}

impl Operator {
    /// In an account in which nothing is.
    fn of(verb: &'static str) -> Result<Self> {
        Self::in_case(verb, Case::in_world(World::new()?.behind_proxy(&ProxyOptions::default())?)?)
    }

    /// In an account in which everything is that its spec refers to.
    fn of_existing(verb: &'static str) -> Result<Self> {
        let case = Case::in_world(World::new()?.behind_proxy(&ProxyOptions::default())?)?;
        case.run("apply", &[], 0)?;
        attach_policy(&case)?;
        case.world.write("staging.toml", &refers_to_everything())?;
        Self::in_case(verb, case)
    }

    fn in_case(verb: &'static str, mut case: Case) -> Result<Self> {
        let printed = case.run("permissions", &["--for", verb], 0)?;
        has(&printed.stderr, &["characters without white space, which fits"]);
        let policy: Value = serde_json::from_str(&printed.stdout)?;
        let account = case.world.account();
        let id = account.id().to_owned();
        let role = account.create_role("operator", &id, None, &policy)?;
        case.world.assume(&role, &id)?;
        Ok(Self { case, verb, allowed: own_calls(&policy)?, called: BTreeSet::new() })
    }

    /// Runs the verb as the operator, and notes what it calls.
    fn runs(&mut self, options: &[&str], code: i32) -> Result<String> {
        self.case.world.proxy()?.take_calls()?;
        let told = self.case.run(self.verb, &[&["--profile", World::PROFILE], options].concat(), code)?;
        self.note_calls()?;
        Ok(told.stdout + &told.stderr)
    }

    /// Applies `staging.plan.json` as the operator.
    fn applies_saved_plan(&mut self) -> Result<()> {
        self.case.world.proxy()?.take_calls()?;
        let told = self.case.world.run(["apply", "staging.plan.json", "--profile", World::PROFILE])?;
        assert_eq!(told.code, Some(0), "{}{}", told.stdout, told.stderr);
        self.note_calls()
    }

    fn note_calls(&mut self) -> Result<()> {
        let calls = self.case.world.proxy()?.take_calls()?;
        let of_aws = calls.calls().iter().filter(|call| !matches!(call.service.as_str(), "cloudreactor" | "sts"));
        self.called.extend(of_aws.map(|call| format!("{}:{}", call.service, call.op)));
        Ok(())
    }

    /// Runs a verb as somebody who may do everything.
    fn root_runs(&self, verb: &str, options: &[&str], code: i32) -> Result<()> {
        self.case.run(verb, &[&["--profile", "home"], options].concat(), code).map(drop)
    }

    /// Lets something fail in the emulator.
    fn lock(&self, what: &[&str], reason: &str) -> Result<()> {
        let refuse: BTreeMap<String, String> =
            what.iter().map(|what| ((*what).to_owned(), reason.to_owned())).collect();
        self.case.world.account().set(&Settings { refuse, ..Settings::default() })
    }

    /// A role stack that can be neither updated nor rolled back.
    fn role_stack_is_stuck(&self) -> Result<()> {
        self.root_runs("apply", &[], 0)?;
        self.case.edit("[role]\n", "[role]\nlambda_path_prefix = \"own-\"\nlog_group_pattern = \"/own/*\"\n")?;
        self.lock(&["update taskExecutionRole", "revert executionSchedulingRole"], "the role is locked")?;
        self.root_runs("apply", &[], 9)?;
        self.lock(&[], "")
    }

    /// A role stack whose update failed, and that somebody had AWS leave so.
    fn role_stack_is_left_half_updated(&self) -> Result<()> {
        self.root_runs("apply", &[], 0)?;
        self.lock(&["update executionSchedulingRole"], "the role is locked")?;
        let keys = [
            "DeploymentEnvironment",
            "ExternalID",
            "WorkflowStarterAccessKey",
            "CloudwatchLogGroupPattern",
            "SecretsPathPrefix",
        ];
        let kept = (2..).zip(keys).flat_map(|(at, key)| {
            let field = |name: &str| format!("Parameters.member.{at}.{name}");
            [(field("ParameterKey"), key), (field("UsePreviousValue"), "true")]
        });
        let kept: Vec<(String, &str)> = kept.collect();
        let fixed = [
            ("StackName", ROLE_STACK),
            ("ChangeSetName", "groundwork-half"),
            ("ChangeSetType", "UPDATE"),
            ("OnStackFailure", "DO_NOTHING"),
            ("UsePreviousTemplate", "true"),
            ("Capabilities.member.1", "CAPABILITY_NAMED_IAM"),
            ("Parameters.member.1.ParameterKey", "LambdaPathPrefix"),
            ("Parameters.member.1.ParameterValue", "own-"),
        ];
        let kept = kept.iter().map(|(name, value)| (name.as_str(), *value));
        let account = self.case.world.account();
        account.call("cloudformation", "CreateChangeSet", &fixed.into_iter().chain(kept).collect::<Vec<_>>())?;
        account.call("cloudformation", "ExecuteChangeSet", &fixed[..2])?;
        assert_eq!(account.settled(ROLE_STACK)?, "UPDATE_FAILED");
        self.lock(&[], "")
    }

    /// Everything is made.
    fn all_is_made(&self, options: &[&str]) -> Result<()> {
        self.root_runs("apply", options, 0)?;
        attach_policy(&self.case)
    }

    /// A shell that somebody's change set has left, and a stack that somebody makes meanwhile.
    fn others_are_at_work(&self) -> Result<()> {
        let account = self.case.world.account();
        let template = include_str!("fixtures/wizard-role.json");
        let set = [
            ("StackName", "CloudReactor-staging-cluster"),
            ("ChangeSetName", "groundwork-left"),
            ("ChangeSetType", "CREATE"),
            ("TemplateBody", "{\"Resources\": {\"Cluster\": {\"Type\": \"AWS::ECS::Cluster\"}}}"),
            ("Tags.member.1.Key", "groundwork:environment"),
            ("Tags.member.1.Value", "staging"),
        ];
        account.call("cloudformation", "CreateChangeSet", &set)?;
        account.set(&Settings { delay: Some(0.5), ..Settings::default() })?;
        account.create_stack(ROLE_STACK, template, &[("groundwork:environment", "staging")]).map(drop)
    }
}

/// Holds that everything that these callers of one verb are allowed was called. The emulator holds the other direction:
/// their runs would have failed.
fn used_all(operators: &[Operator]) {
    let called: BTreeSet<&String> = operators.iter().flat_map(|operator| &operator.called).collect();
    for Operator { verb, allowed, .. } in operators {
        let provoked = |action: &&String| !NOT_PROVOKED.contains(&(verb, action.as_str()));
        assert_eq!(called, allowed.iter().filter(provoked).collect(), "{verb}: called, and allowed");
    }
}

/// Attaches a policy of the account's own to a role: the emulator has none of AWS's, so that there is nothing to read.
fn attach_policy(case: &Case) -> Result<()> {
    let account = case.world.account();
    let statement = json!({ "Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*" });
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    account.call("iam", "CreatePolicy", &[("PolicyName", "own"), ("PolicyDocument", &document)])?;
    let role = account.physical_id(ROLE_STACK, "executionSchedulingRole")?;
    let arn = format!("arn:aws:iam::{}:policy/own", account.id());
    account.call("iam", "AttachRolePolicy", &[("RoleName", &role), ("PolicyArn", &arn)]).map(drop)
}

/// A spec that refers to what the usual one makes.
fn refers_to_everything() -> String {
    let network = "\
[network]
mode = \"use\"
subnets = [{ stack = \"CloudReactor-staging-network\", output = \"SubnetsPrivate\" }]
security_groups = [{ stack = \"CloudReactor-staging-network\", output = \"DefaultTaskSecurityGroup\" }]

[cluster]
mode = \"use\"
cluster = \"staging\"
";
    let (head, rest) = SPEC.split_once("[role]\n").unwrap_or_default();
    let (_, tail) = rest.split_once("[cloudreactor]").unwrap_or_default();
    let role = "[role]\nmode = \"use\"\nstack_name = \"CloudReactor-staging\"\n";
    format!("{head}{role}\n{network}\n[cloudreactor]{tail}run_environment = \"another\"\n")
}

/// The actions that a policy allows to the caller itself, and not only to CloudFormation on its behalf.
fn own_calls(policy: &Value) -> Result<BTreeSet<String>> {
    let statements = policy["Statement"].as_array().context("the statements")?;
    let own = statements.iter().filter(|statement| statement.get("Condition").is_none());
    let actions = own.flat_map(|statement| statement["Action"].as_array().into_iter().flatten());
    Ok(actions.filter_map(Value::as_str).filter(|action| !NO_CALLS.contains(action)).map(str::to_owned).collect())
}

#[test]
fn what_plan_and_status_may_call_is_what_they_call() -> Result<()> {
    let mut busy = Operator::of("plan")?;
    busy.runs(&["-o", "staging.plan.json"], 0)?;
    busy.others_are_at_work()?;
    busy.runs(&["--wait-for-stack", "2m"], 0)?;
    let mut stuck = Operator::of("plan")?;
    stuck.role_stack_is_stuck()?;
    stuck.runs(&[], 9)?;
    used_all(&[busy, stuck]);

    let mut refers = Operator::of_existing("plan")?;
    refers.runs(&["-o", "staging.plan.json"], 0)?;
    used_all(&[refers]);

    let mut stuck = Operator::of("status")?;
    stuck.role_stack_is_stuck()?;
    stuck.runs(&[], 0)?;
    used_all(&[stuck]);
    Ok(())
}

/// It lacks what apply needs, so that it always ends with the error that says so.
#[test]
fn what_preflight_may_call_is_what_it_calls() -> Result<()> {
    let mut operator = Operator::of("preflight")?;
    operator.runs(&[], 4)?;
    operator.all_is_made(&[])?;
    operator.case.edit("nat = \"single\"", "nat = \"per-zone\"")?;
    has(&operator.runs(&[], 4)?, &["NAT gateways in us-west-2"]);
    let effect = Effect::Error { code: "AuthFailure", message: "the credentials are not valid", status: 401 };
    let op = "DescribeAvailabilityZones";
    operator.case.world.proxy()?.fault(&[Fault { service: "ec2", op, after: None, times: None, effect }])?;
    operator.runs(&[], 4)?;
    let mut stuck = Operator::of("preflight")?;
    stuck.role_stack_is_stuck()?;
    stuck.runs(&[], 4)?;
    used_all(&[operator, stuck]);
    Ok(())
}

#[test]
fn what_drift_may_call_is_what_it_calls() -> Result<()> {
    let mut operator = Operator::of("drift")?;
    operator.runs(&[], 0)?;
    operator.all_is_made(&[])?;
    operator.runs(&[], 0)?;
    used_all(&[operator]);

    let mut refers = Operator::of_existing("drift")?;
    refers.runs(&[], 0)?;
    used_all(&[refers]);
    Ok(())
}

#[test]
fn what_apply_may_call_is_what_it_calls() -> Result<()> {
    let hook = "The following hook(s)/validation failed: [Our::Guard::Hook]. To troubleshoot";
    let mut makes = Operator::of("apply")?;
    makes.lock(&["plan CloudReactor-staging-network"], hook)?;
    has(&makes.runs(&[], 8)?, &["GW4001", "Our::Guard::Hook"]);
    makes.lock(&[], "")?;
    makes.runs(&[], 0)?;
    makes.all_is_made(&[])?;
    makes.case.edit("private_zones = 2", "private_zones = 3")?;
    makes.runs(&[], 0)?;
    let mut busy = Operator::of("apply")?;
    busy.others_are_at_work()?;
    busy.runs(&["--wait-for-stack", "2m", "--allow", "replace,trust,iam-broaden"], 0)?;
    let mut stuck = Operator::of("apply")?;
    stuck.role_stack_is_stuck()?;
    stuck.runs(&[], 9)?;
    used_all(&[makes, busy, stuck]);

    let mut refers = Operator::of_existing("apply")?;
    let fargate =
        json!({ "cluster": "staging", "capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": [] });
    refers.case.world.account().ecs("PutClusterCapacityProviders", &fargate)?;
    refers.root_runs("plan", &["-o", "staging.plan.json"], 0)?;
    refers.applies_saved_plan()?;
    used_all(&[refers]);
    Ok(())
}

#[test]
fn what_destroy_and_recover_may_call_is_what_they_call() -> Result<()> {
    let mut stuck = Operator::of("destroy")?;
    stuck.role_stack_is_stuck()?;
    stuck.runs(&["--confirm", "staging"], 0)?;
    used_all(&[stuck]);

    let mut stuck = Operator::of("recover")?;
    stuck.role_stack_is_stuck()?;
    stuck.runs(&["--confirm", "staging"], 0)?;
    let mut left = Operator::of("recover")?;
    left.others_are_at_work()?;
    left.case.world.account().settled(ROLE_STACK)?;
    let told = left.runs(&["--confirm", "staging", "--allow", "delete"], 0)?;
    has(&told, &["1 stack deleted"]);
    let mut half = Operator::of("recover")?;
    half.role_stack_is_left_half_updated()?;
    half.runs(&["--confirm", "staging"], 0)?;
    used_all(&[stuck, left, half]);
    Ok(())
}

#[test]
fn what_the_verbs_that_look_may_call_is_what_they_call() -> Result<()> {
    for verb in ["verify", "diagnose", "watch"] {
        let mut operator = Operator::of(verb)?;
        let code = |there: i32, not_there: i32| if verb == "verify" { not_there } else { there };
        operator.runs(&[], code(0, 10))?;
        operator.others_are_at_work()?;
        operator.runs(&[], code(0, 10))?;
        operator.all_is_made(&["--wait-for-stack", "2m", "--allow", "replace,trust,iam-broaden"])?;
        operator.runs(&[], 0)?;
        let mut stuck = Operator::of(verb)?;
        stuck.role_stack_is_stuck()?;
        stuck.runs(&[], if verb == "watch" { 9 } else { 0 })?;
        used_all(&[operator, stuck]);
    }
    Ok(())
}

/// The emulator really refuses what is not allowed, so that runs that succeed prove something.
#[test]
fn what_is_not_allowed_is_refused_and_named() -> Result<()> {
    let operator = Operator::of("plan")?;
    operator.root_runs("apply", &[], 0)?;
    let printed = operator.case.run("permissions", &["--for", "plan"], 0)?.stdout;
    for action in &operator.allowed {
        let mut policy: Value = serde_json::from_str(&printed)?;
        let statements = policy["Statement"].as_array_mut().context("the statements")?;
        for statement in statements.iter_mut() {
            let actions = statement["Action"].as_array_mut().context("the actions")?;
            actions.retain(|allowed| allowed != action.as_str());
        }
        statements.retain(|statement| statement["Action"] != json!([]));
        let role = [("RoleName", "operator"), ("PolicyName", "allowed"), ("PolicyDocument", &policy.to_string())];
        operator.case.world.account().call("iam", "PutRolePolicy", &role)?;
        // Two are for stacks in which something goes on or went wrong.
        let code =
            if ["ListChangeSets", "ListStackResources"].iter().any(|name| action.ends_with(name)) { 0 } else { 4 };
        let told = operator.case.run("plan", &["--profile", World::PROFILE, "-o", "staging.plan.json"], code)?;
        let (_, name) = action.split_once(':').unwrap_or_default();
        assert!(code == 0 || told.stderr.contains(&format!("does not permit {name}")), "{action}:\n{}", told.stderr);
    }
    Ok(())
}

/// AWS's own reference knows every action, and that it can be about what it is allowed on. Where something is allowed on
/// anything, nothing less is possible, or known to be enough.
#[test]
fn the_policies_agree_with_awss_reference() -> Result<()> {
    let world = World::new()?;
    let mut policies = Vec::new();
    for example in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config-examples"))? {
        let path = example?.path().display().to_string();
        for verb in VERBS {
            let printed = world.run(["permissions", "--for", verb, "-f", &path])?;
            // A spec with several targets has a policy for each of them.
            if printed.code == Some(3) {
                has(&printed.stderr, &["GW1008"]);
                continue;
            }
            policies.push(serde_json::from_str::<Value>(&printed.stdout)?);
        }
    }
    assert!(policies.len() > 50, "{} policies", policies.len());
    let faults = Tool::PolicySentry.run("authorization.py", &serde_json::to_string(&policies)?)?;
    let known = "ReadHistory: cloudformation:DescribeEvents could be allowed on named resources\n\
                 ReadHookResults: cloudformation:ListHookResults could be allowed on named resources\n";
    assert_eq!(faults, known);
    Ok(())
}
