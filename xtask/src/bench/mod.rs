//! `cargo xtask bench`: what the binary does on the wire, and what that takes, behind a proxy that answers
//! every call a fixed time later than the emulator does.

mod fleet;
pub mod measure;
mod report;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use groundwork_harness::{
    CallLog, Emulator, EmulatorOptions, ProxyOptions, THE_BINARY, World, build, groundwork_binary,
};
use serde_json::json;

use crate::{generate, root, say};
use fleet::Limited;
use measure::{Usage, measured};
use report::{Rounds, Row};

/// The latency of a call to AWS from another network, roughly.
const LATENCY_MS: f64 = 40.0;

/// How long CloudFormation takes in the slow regime. 23 s is no multiple of a usual polling interval.
const SETTLE_CHANGE_SET: f64 = 2.0;
const SETTLE_STACK: f64 = 23.0;

/// The sizes of the fleets that are measured, and of those that are measured even in a hurry.
const FLEETS: [usize; 4] = [1, 40, 200, 1000];
const SMALL_FLEETS: [usize; 2] = [1, 40];

/// The size of the fleet that is measured with AWS's limits, too.
const LIMITED_FLEET: usize = 40;

/// The account that a role is assumed in, by another one.
const OTHER_ACCOUNT: &str = "999999999999";

const SPEC: &str = r#"version = 1
[environment]
name = "bench"
region = "us-west-2"
[network]
mode = "create"
cidr = "10.0.0.0/16"
public_zones = 2
private_zones = 2
nat = "single"
endpoints = ["s3", "dynamodb", "ecr.api", "ecr.dkr", "logs"]
[cloudreactor]
group = "example"
"#;

const PLAN: [&str; 3] = ["plan", "-f", "bench.toml"];
const APPLY: [&str; 3] = ["apply", "-f", "bench.toml"];

/// `cargo xtask bench`.
#[derive(Args)]
pub struct Arguments {
    /// How often each piece of work is done; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// The build to measure.
    #[arg(long, value_enum, default_value_t = Profile::Release)]
    profile: Profile,
    /// Leave out what takes minutes: slow stacks, and large fleets unless they are asked for.
    #[arg(long)]
    fast: bool,
    /// The sizes of the fleets that are planned, instead of the usual ones.
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1000))]
    targets: Vec<u32>,
    /// Write the result to docs/benchmarks.md.
    #[arg(long)]
    write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Profile {
    Release,
    Dev,
}

#[derive(Clone, Copy)]
enum Credentials {
    Keys,
    Role,
}

impl Credentials {
    fn label(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Role => "assumed role",
        }
    }
}

/// Measures, and prints the table.
pub fn run(arguments: &Arguments) -> Result<()> {
    say::line("Building ...")?;
    let binary = match arguments.profile {
        Profile::Release => build(&[&THE_BINARY[..], &["--release"]].concat())?,
        Profile::Dev => groundwork_binary()?.to_owned(),
    };
    let options = EmulatorOptions { provision_delay: 0.0, ..EmulatorOptions::default() };
    let bench = Bench { emulator: Emulator::start(&options)?, binary, rounds: arguments.rounds };
    let mut rows = vec![bench.start_up()?];
    for credentials in [Credentials::Keys, Credentials::Role] {
        say::line(&format!("Measuring with {} ...", credentials.label()))?;
        rows.extend(bench.instant(credentials)?);
    }
    if !arguments.fast {
        say::line("Measuring with slow stacks ...")?;
        rows.push(bench.settling()?);
    }
    let mut fleets = Vec::new();
    for targets in arguments.fleets() {
        say::line(&format!("Measuring with {targets} targets ..."))?;
        fleets.extend(bench.fleet(targets, Limited::No)?);
    }
    if arguments.targets.is_empty() {
        say::line(&format!("Measuring with {LIMITED_FLEET} targets and AWS's limits ..."))?;
        fleets.extend(bench.fleet(LIMITED_FLEET, Limited::Yes)?);
    }
    let (table, of_fleets) = (report::table(&rows), report::fleet_table(&fleets));
    say::line(&format!("\n{table}\n{of_fleets}"))?;
    if arguments.write {
        ensure!(arguments.profile == Profile::Release, "only measurements of a release build are worth keeping");
        ensure!(!arguments.fast && arguments.targets.is_empty(), "only all of the measurements are worth keeping");
        generate::replace("docs/benchmarks.md", &document(&table, &of_fleets))?;
        into_readme(&report::fleet_digest(&fleets))?;
    }
    Ok(())
}

/// Puts the table of fleets between its marks in the README.
fn into_readme(table: &str) -> Result<()> {
    const MARKS: [&str; 2] = ["<!-- fleets:begin -->\n", "<!-- fleets:end -->"];
    let text = std::fs::read_to_string(root().join("README.md"))?;
    let parts = text.split_once(MARKS[0]).and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
    let (before, after) = parts.context("the README has no marks for the table of fleets")?;
    generate::replace("README.md", &format!("{before}{}{table}{}{after}", MARKS[0], MARKS[1]))
}

impl Arguments {
    /// The sizes of the fleets to measure.
    fn fleets(&self) -> Vec<usize> {
        match (&self.targets[..], self.fast) {
            ([], true) => SMALL_FLEETS.to_vec(),
            ([], false) => FLEETS.to_vec(),
            (asked, _) => asked.iter().map(|&targets| targets as usize).collect(),
        }
    }
}

struct Bench {
    emulator: Emulator,
    binary: PathBuf,
    rounds: u32,
}

impl Bench {
    /// A start without any call.
    fn start_up(&self) -> Result<Row> {
        let world = self.world(Credentials::Keys, 0, &ProxyOptions::default())?;
        let round = |_| Ok((measured(&world.groundwork(["--version"]), &[0])?, CallLog::default()));
        let rounds = Rounds((0..self.rounds).map(round).collect::<Result<_>>()?);
        Ok(Row { work: "`--version`", credentials: "-", latency: LATENCY_MS / 1e3, rounds })
    }

    /// Plan, apply and plan in an empty account, each round in another one. Stacks are done at once.
    fn instant(&self, credentials: Credentials) -> Result<[Row; 3]> {
        let options = ProxyOptions { latency_ms: LATENCY_MS, ..ProxyOptions::default() };
        let (mut first, mut apply, mut again) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..self.rounds {
            let world = self.world(credentials, round, &options)?;
            first.push(take(&world, credentials, &PLAN)?);
            apply.push(take(&world, credentials, &APPLY)?);
            again.push(take(&world, credentials, &PLAN)?);
        }
        let credentials = credentials.label();
        let row = |work, rounds| Row { work, credentials, latency: LATENCY_MS / 1e3, rounds: Rounds(rounds) };
        Ok([row("first plan", first), row("apply, stacks done at once", apply), row("plan, nothing to do", again)])
    }

    /// An apply whose stacks take their time: how soon is their end seen?
    fn settling(&self) -> Result<Row> {
        let options = ProxyOptions {
            latency_ms: LATENCY_MS,
            settle_change_set: SETTLE_CHANGE_SET,
            settle_stack: SETTLE_STACK,
            ..ProxyOptions::default()
        };
        // Waiting dominates, so that more rounds would tell nothing new.
        let world = self.world(Credentials::Keys, self.rounds, &options)?;
        let rounds = Rounds(vec![take(&world, Credentials::Keys, &APPLY)?]);
        let credentials = Credentials::Keys.label();
        Ok(Row { work: "apply, stacks done after 23 s", credentials, latency: LATENCY_MS / 1e3, rounds })
    }

    fn world(&self, credentials: Credentials, round: u32, options: &ProxyOptions) -> Result<World> {
        let account = match credentials {
            Credentials::Keys => 400_000_000_000 + u64::from(round),
            Credentials::Role => 500_000_000_000 + u64::from(round),
        };
        let account = account.to_string();
        let mut world = World::with_binary(&self.emulator, &account, &self.binary)?.behind_proxy(options)?;
        world.write("bench.toml", SPEC)?;
        if let Credentials::Role = credentials {
            let everything = json!({ "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Action": "*", "Resource": "*" },
            ]});
            let role = world.account().create_role("deployer", OTHER_ACCOUNT, None, &everything)?;
            world.assume(&role, OTHER_ACCOUNT)?;
        }
        Ok(world)
    }
}

fn take(world: &World, credentials: Credentials, arguments: &[&str]) -> Result<(Usage, CallLog)> {
    let profile: &[&str] = match credentials {
        Credentials::Keys => &[],
        Credentials::Role => &["--profile", World::PROFILE],
    };
    let usage = measured(&world.groundwork([arguments, profile].concat()), &[0])?;
    Ok((usage, world.proxy()?.take_calls()?))
}

fn document(table: &str, fleets: &str) -> String {
    format!(
        "# Benchmarks\n\n<!-- Generated by `cargo xtask bench --write`. -->\n\n\
         Measured with a release build on {cores} shared cores, against the emulator on loopback behind a proxy that \
         answers each call L = {LATENCY_MS} ms later. Figures are medians of n rounds.\n\n\
         - *depth*: the longest chain of calls each of which began after the one before had ended, so depth x L is the \
         least that this schedule could take. Calls, depth and connections hardly depend on the machine; times do.\n\
         - *idle*: time between the first and the last call without one in flight.\n\
         - The stacks: a role, a network of two zones with a NAT gateway and five endpoints, and a cluster. After 23 s \
         means that a change set reads as done after {SETTLE_CHANGE_SET} s and a stack after {SETTLE_STACK} s, so that \
         {least} s and a few L is the least.\n\n{table}\n{FLEET_TEXT}{fleets}",
        cores = std::thread::available_parallelism().map_or(0, usize::from),
        least = SETTLE_CHANGE_SET + SETTLE_STACK,
    )
}

const FLEET_TEXT: &str = "\
## Many targets

The same stacks in accounts that are each reached by a role of their own, two Regions an account.

- *depth* is the longest chain of calls that can depend on each other: among those for one target's session and its own,
  or among those to CloudReactor, which all targets share: log in, who am I, a page of Run Environments, and from 100
  on further pages, six at a time. No call of a target needs one of another's. They wait for their turn all the same: 50
  targets are read at a time, and groundwork asks STS for 20 sessions at once and 20 more a second, whatever STS would
  take. So a plan for 1,000 targets in 500 accounts takes 24 s at the least.
- *refused calls* are those that the proxy refused for their rate. Throttled means that it lets CloudFormation have 5 calls
  a second in each account and Region, 5 at once, and STS 20 sessions a second from one account, 20 at once.
- The emulator answers one call after the other, in some milliseconds each: it is what large fleets wait for, and where
  their processor time goes that is not in the table.

";
