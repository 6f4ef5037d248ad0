//! Rollouts to the accounts of an organization, which nobody lists.

use anyhow::{Context, Result};
use groundwork_e2e::redact::stable;
use groundwork_e2e::rollout::BASE;
use groundwork_e2e::{Case, has, transcript};
use groundwork_harness::{Account, Emulator, Fleet, Moto, World};

/// What is behind [`BASE`].
const ACCOUNTS: &str = "
[targets.organization]
units = [\"Workloads\"]
labels = { from = \"the organization\" }
";

fn spec() -> String {
    [BASE, ACCOUNTS].concat()
}

/// An organization with more accounts in a unit than fit into one page, and a case whose spec is about them.
struct Organization {
    moto: Moto,
    accounts: Vec<Account>,
    case: Case,
    /// The root's id.
    root: String,
    /// The id of the unit with most of the accounts.
    unit: String,
}

impl Organization {
    fn new(size: usize) -> Result<Self> {
        let moto = Moto::start(None)?;
        let root = moto.create_organization()?;
        let workloads = moto.create_unit(&root, "Workloads")?;
        let unit = moto.create_unit(&workloads, "Production")?;
        let elsewhere = moto.create_unit(&root, "Sandbox")?;
        moto.create_account(&root, &elsewhere, "playground")?;
        let named = |number: usize| moto.create_account(&root, &unit, &format!("team {number:02}"));
        let accounts = (0..size).map(named).collect::<Result<Vec<_>>>()?;
        let mut world = World::new()?;
        world.set("AWS_ENDPOINT_URL_ORGANIZATIONS", moto.url().to_owned());
        let Fleet { world, accounts } = Fleet::of(Emulator::shared(), world, accounts)?;
        let spec = world.write("organization.toml", &spec())?.display().to_string();
        Ok(Self { moto, accounts, case: Case { world, spec }, root, unit })
    }

    /// What is shown, with names for the accounts' numbers.
    fn stable(&self, shown: &str) -> String {
        let accounts = self.accounts.iter().enumerate();
        let named =
            accounts.fold(shown.to_owned(), |text, (at, account)| text.replace(account.id(), &format!("{at:012}")));
        stable(&named.replace(&self.case.world.folder().display().to_string(), "FOLDER"))
    }
}

#[test]
fn accounts_are_found_in_their_units_and_rolled_out_to() -> Result<()> {
    let organization = Organization::new(23)?;
    organization.moto.close_account(organization.accounts[3].id())?;
    let planned = organization.case.run("plan", &["--detailed-exitcode"], 2)?;
    insta::assert_snapshot!(organization.stable(&planned.stdout));

    let one = ["--target", "team-07-us-west-2"];
    organization.case.run("apply", &one, 0)?;
    assert_eq!(organization.accounts[7].stacks()?.len(), 3);
    for at in [3, 6, 8] {
        assert!(organization.accounts[at].stacks()?.is_empty(), "account {at} was not selected");
    }
    has(&organization.case.run("status", &one, 0)?.stdout, &["CREATE_COMPLETE"]);

    // An account that joins is a target of the next plan.
    organization.moto.create_account(&organization.root, &organization.unit, "newcomer")?;
    let newcomer = ["--target", "newcomer-us-west-2"];
    has(&organization.case.run("plan", &newcomer, 4)?.stderr, &["newcomer-us-west-2", "sts:AssumeRole"]);
    Ok(())
}

#[test]
fn what_keeps_an_organization_from_being_read_is_told() -> Result<()> {
    let mut organization = Organization::new(1)?;
    let Case { world, spec } = &mut organization.case;
    let set = "targets.organization.units=[\"Workloads/Prod\"]";
    insta::assert_snapshot!("a_unit_that_is_not_there", transcript(world, &["plan", "-f", spec, "--set", set])?);
    let nobody = Moto::start(None)?;
    world.set("AWS_ENDPOINT_URL_ORGANIZATIONS", nobody.url());
    let alone = world.run(["plan", "-f", spec])?;
    assert_eq!(alone.code, Some(4), "{}", alone.stderr);
    has(&alone.stderr, &["does not permit DescribeOrganization", "name one as the reader", "organization.toml:19"]);
    Ok(())
}

#[test]
fn without_any_network_the_spec_is_checked_and_nobody_is_asked() -> Result<()> {
    let mut world = World::new()?;
    world.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1".to_owned());
    let spec = world.write("organization.toml", &spec())?.display().to_string();
    let case = Case { world, spec };
    has(&case.run("validate", &[], 0)?.stdout, &["accounts of an organization"]);
    has(&case.run("render", &["all"], 3)?.stderr, &["this verb asks nobody"]);
    Ok(())
}

/// A profile of the account that administers stack sets, which only the second emulator has: CloudFormation is
/// another one for it.
fn administer(organization: &mut Organization) -> Result<()> {
    let (first, second) = (Emulator::shared().url(), organization.moto.url());
    let world = &mut organization.case.world;
    world.unset("AWS_ENDPOINT_URL");
    for service in ["STS", "EC2", "ECS", "IAM"] {
        world.set(&format!("AWS_ENDPOINT_URL_{service}"), first);
    }
    let text = format!(
        "[default]\nservices = first\n\n[services first]\ncloudformation =\n  endpoint_url = {first}\n\n\
         [profile administrator]\naws_access_key_id = {}\naws_secret_access_key = test\nservices = second\n\n\
         [services second]\ncloudformation =\n  endpoint_url = {second}\n",
        Moto::ACCOUNT,
    );
    organization.case.world.write(".aws/config", &text)?;
    let spec = format!(
        "{BASE}{ACCOUNTS}\n[rollout.role]\nengine = \"stack-sets\"\nadministrator = {{ profile = \"administrator\" }}\n\n\
         [[wave]]\nname = \"all\"\nmax_concurrent = 4\n"
    );
    organization.case.world.write("organization.toml", &spec)?;
    Ok(())
}

#[test]
fn a_stack_set_brings_the_role_and_the_targets_follow() -> Result<()> {
    let mut organization = Organization::new(2)?;
    administer(&mut organization)?;
    let refused = organization.case.run("plan", &["-o", "set.plan.json"], 3)?;
    has(&refused.stderr, &["cannot be saved"]);
    let waiting = organization.case.run("status", &[], 3)?;
    has(&waiting.stderr, &["is not in every account", "groundwork apply"]);
    let planned = organization.case.run("plan", &["--detailed-exitcode"], 2)?;
    insta::assert_snapshot!("the_plan_of_a_stack_set", organization.stable(&planned.stdout));

    let brought = organization.case.run("apply", &[], 2)?;
    has(&brought.stdout, &["stack set CloudReactor-staging", "2 targets wait for stack set"]);
    let stacks = organization.moto.stack_instances("CloudReactor-staging", World::REGION)?;
    assert_eq!(stacks.len(), 2, "{stacks:?}");

    // What the second emulator has in the accounts is brought over to the first, which has the rest of them.
    let template = organization.case.world.run(["render", "role", "-f", &plain(&organization)?])?.stdout;
    for (account, stack) in &stacks {
        let account = organization.accounts.iter().find(|known| known.id() == account);
        let account = account.context("a stack of another account")?;
        let secret = "a".repeat(32);
        let parameters = [
            ("StackName", stack.as_str()),
            ("TemplateBody", &template),
            ("Capabilities.member.1", "CAPABILITY_NAMED_IAM"),
            ("Parameters.member.1.ParameterKey", "DeploymentEnvironment"),
            ("Parameters.member.1.ParameterValue", "staging"),
            ("Parameters.member.2.ParameterKey", "ExternalID"),
            ("Parameters.member.2.ParameterValue", &secret),
            ("Parameters.member.3.ParameterKey", "WorkflowStarterAccessKey"),
            ("Parameters.member.3.ParameterValue", &secret),
        ];
        account.call("cloudformation", "CreateStack", &parameters)?;
        assert_eq!(account.settled(stack)?, "CREATE_COMPLETE");
    }
    let planned = organization.case.run("plan", &["--detailed-exitcode"], 2)?;
    has(&planned.stdout, &["2 alike", "used as it is", "Plan: 11 to add"]);
    organization.case.run("apply", &[], 0)?;
    for account in &organization.accounts {
        let stacks = account.stacks()?;
        assert_eq!(stacks.len(), 3, "the role stack is the set's: {stacks:?}");
        assert!(!stacks.contains_key("CloudReactor-staging"), "{stacks:?}");
    }
    organization.case.nothing_to_do()
}

/// A spec of one account, to render the role from.
fn plain(organization: &Organization) -> Result<String> {
    let (base, _) = BASE.split_once("[rollout]").context("the spec has a rollout")?;
    Ok(organization.case.world.write("plain.toml", base)?.display().to_string())
}
