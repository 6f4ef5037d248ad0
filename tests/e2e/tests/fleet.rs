//! Rollouts to fleets of a size that is used: all of it at once, killed again and again, and with failures.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use anyhow::{Context, Result};
use groundwork_e2e::rollout::{Rollout, WaveOf, name};
use groundwork_e2e::{Case, has};
use groundwork_harness::{Call, CallLog, Emulator, Fleet, Moment, Proxy, ProxyOptions, Settings, World};
use serde_json::Value;

#[test]
fn two_hundred_targets_are_planned_applied_and_then_have_nothing_to_do() -> Result<()> {
    let wave = |name, targets, settings| WaveOf { name, targets, settings };
    let waves = [
        wave("canary", 2, "max_concurrent = 2"),
        wave("some", 38, "max_concurrent = 20"),
        wave("all", 160, "max_concurrent = 80"),
    ];
    let rollout = Rollout::in_waves(Fleet::new(200)?, &waves)?;
    let planned = rollout.case.run("plan", &["--detailed-exitcode"], 2)?;
    has(&planned.stdout, &["200 targets, 3 waves", "200 alike", "0 to delete in 200 targets"]);
    let applied = rollout.case.run("apply", &[], 0)?;
    has(&applied.stdout, &["Rollout: 200 done"]);
    holds_everything_once(&rollout)
}

/// Holds that every account is as the spec says, with nothing made twice and nothing left behind.
fn holds_everything_once(rollout: &Rollout) -> Result<()> {
    rollout.case.nothing_to_do()?;
    for (at, account) in rollout.accounts.iter().enumerate() {
        let stacks = account.stacks()?;
        let vpcs = account.vpcs()?.len();
        assert_eq!((stacks.len(), vpcs), (3, 1), "{}: {stacks:?}", name(at));
        for (stack, status) in &stacks {
            assert_eq!((status.as_str(), account.change_sets(stack)?), ("CREATE_COMPLETE", 0), "{} {stack}", name(at));
        }
    }
    let mut expected: Vec<String> = (0..rollout.accounts.len()).map(name).collect();
    let mut there = rollout.case.world.run_environments()?;
    expected.sort();
    there.sort();
    assert_eq!(there, expected);
    Ok(())
}

/// How often a run is killed.
const KILLS: usize = 50;

/// The size of the fleets that are killed.
const SMALL: usize = 8;

#[test]
fn a_rollout_that_is_killed_at_any_moment_goes_on_where_it_was() -> Result<()> {
    let mut dice = Dice::cast()?;
    let whole = Run::undisturbed(&small_fleet()?)?;
    let reads = whole.calls().iter().position(Call::mutates).context("nothing was made")?;
    let writes = whole.calls().len() - reads;
    let (mut kills, mut fatal) = (0, BTreeSet::new());
    while kills < KILLS {
        let rollout = small_fleet()?;
        // Whatever was done before a kill is not done again: so a fleet is killed some times, evenly over the course
        // of its apply, and also while a run takes up what one before it left.
        while kills < KILLS {
            let moment = if dice.up_to(2) == 1 { Moment::Lost } else { Moment::Unanswered };
            let Some(call) = Run::killed(&rollout, reads + dice.up_to(writes / 3), moment)? else { break };
            fatal.insert(call);
            kills += 1;
            settle(&rollout)?;
        }
        rollout.case.run("apply", &[], 0)?;
        holds_everything_once(&rollout)?;
    }
    // Were they all killed in the same place, this would have told little.
    assert!(fatal.len() >= 4, "the last calls were only ever {fatal:?}");
    Ok(())
}

fn small_fleet() -> Result<Rollout> {
    let wave = |name, targets| WaveOf { name, targets, settings: "max_concurrent = 6" };
    let fleet = Fleet::within(Emulator::shared(), World::new()?.behind_proxy(&ProxyOptions::default())?, SMALL)?;
    for account in &fleet.accounts {
        account.set(&Settings { delay: Some(0.005), ..Settings::default() })?;
    }
    Rollout::in_waves(fleet, &[wave("first", 2), wave("second", 6)])
}

/// Waits until nothing moves any more in any account.
fn settle(rollout: &Rollout) -> Result<()> {
    for account in &rollout.accounts {
        for stack in account.stacks()?.keys() {
            account.settled(stack)?;
        }
    }
    Ok(())
}

/// An apply under way.
struct Run<'a> {
    process: Child,
    proxy: &'a Proxy,
    complaints: PathBuf,
}

impl<'a> Run<'a> {
    fn begin(rollout: &'a Rollout) -> Result<Self> {
        let Case { world, spec } = &rollout.case;
        let complaints = world.folder().join("stderr");
        let mut command = world.groundwork(["apply", "-f", spec]);
        let process = command.stdout(Stdio::null()).stderr(File::create(&complaints)?).spawn()?;
        Ok(Self { process, proxy: world.proxy()?, complaints })
    }

    /// The calls of a run that nobody kills.
    fn undisturbed(rollout: &'a Rollout) -> Result<CallLog> {
        let run = Self::begin(rollout)?;
        let (was_killed, calls) = run.end()?;
        assert!(!was_killed, "somebody else killed it");
        Ok(calls)
    }

    /// Kills the run at the call of this number. The last of its calls that was answered; none if it ended before.
    fn killed(rollout: &'a Rollout, call: usize, moment: Moment) -> Result<Option<String>> {
        let run = Self::begin(rollout)?;
        run.proxy.kill(run.process.id(), call, moment)?;
        let (was_killed, calls) = run.end()?;
        let last = calls.calls().last().map(|call| call.op.clone()).unwrap_or_default();
        Ok(was_killed.then_some(last))
    }

    /// Waits until it has ended, well or by a signal; its calls.
    fn end(mut self) -> Result<(bool, CallLog)> {
        let status = self.process.wait()?;
        let was_killed = status.signal().is_some();
        assert!(was_killed || status.success(), "{status}:\n{}", fs::read_to_string(self.complaints)?);
        Ok((was_killed, self.proxy.take_calls()?))
    }
}

/// Numbers that look random, and are the same for the same seed.
struct Dice(u64);

impl Dice {
    /// Of the seed in `FLEET_SEED`, else of one that nobody knows before.
    #[expect(clippy::disallowed_methods, reason = "a developer's wish to see the same numbers again")]
    fn cast() -> Result<Self> {
        let seed = match std::env::var("FLEET_SEED") {
            Ok(seed) => seed.parse().context("FLEET_SEED")?,
            Err(_) => RandomState::new().build_hasher().finish(),
        };
        writeln!(io::stderr(), "FLEET_SEED={seed}")?;
        Ok(Self(seed))
    }

    fn up_to(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1 + (self.0 >> 33) as usize % most
    }
}

#[test]
fn one_failure_in_ten_gives_the_four_lists_and_a_rerun_goes_on() -> Result<()> {
    let wave = |name, settings| WaveOf { name, targets: 10, settings };
    let waves = [
        wave("lenient", "max_concurrent = 10\nmax_failures = 1"),
        wave("strict", "max_concurrent = 10"),
        wave("last", "max_concurrent = 10"),
    ];
    let rollout = Rollout::in_waves(Fleet::new(30)?, &waves)?;
    let failing = [3, 15, 27];
    for target in failing {
        rollout.refuse(target, "create Vpc")?;
    }
    // The role of this one asks for another external id.
    let text = fs::read_to_string(&rollout.case.spec)?;
    let id = rollout.accounts[12].id();
    let role = format!("account_id = \"{id}\"\nassume_role = {{ role = \"groundwork\", external_id = \"another\" }}");
    fs::write(&rollout.case.spec, text.replace(&format!("account_id = \"{id}\""), &role))?;

    let skipping = ["--set", "rollout.on_unreachable=skip", "--json-into", "run.jsonl"];
    let failed = rollout.case.run("apply", &skipping, 7)?;
    has(&failed.stdout, &["Rollout: 17 done, 2 failed, 1 skipped, 10 not started"]);
    let names = |outcome| ended(&rollout, outcome);
    let some = |targets: &[usize]| targets.iter().copied().map(name).collect::<Vec<_>>();
    let all_but = |range: std::ops::Range<usize>| range.filter(|at| ![3, 12, 15].contains(at)).map(name);
    assert_eq!(names("done")?, all_but(0..20).collect::<Vec<_>>());
    assert_eq!(names("failed")?, some(&[3, 15]));
    assert_eq!(names("skipped")?, some(&[12]));
    assert_eq!(names("not-started")?, (20..30).map(name).collect::<Vec<_>>());
    assert!(rollout.stacks()?[20..].iter().all(|stacks| stacks.is_empty()), "something was made that was not started");

    for target in failing {
        rollout.refuse(target, "nothing")?;
    }
    let again = rollout.case.run("apply", &skipping, 0)?;
    has(&again.stdout, &["Rollout: 29 done (17 unchanged), 0 failed, 1 skipped, 0 not started"]);
    assert_eq!(names("skipped")?, some(&[12]));
    Ok(())
}

/// The targets of the last run that ended so, by its JSON stream.
fn ended(rollout: &Rollout, outcome: &str) -> Result<Vec<String>> {
    let stream = fs::read_to_string(rollout.case.world.folder().join("run.jsonl"))?;
    let result: Value = serde_json::from_str(stream.lines().last().context("a last line")?)?;
    let targets = result["rollout"]["targets"].as_array().context("targets")?;
    let of_outcome = targets.iter().filter(|target| target["end"]["outcome"] == outcome);
    of_outcome.map(|target| target["name"].as_str().map(str::to_owned).context("a name")).collect()
}
