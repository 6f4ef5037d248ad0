//! Rollouts: one spec for many accounts, each in two Regions.

use anyhow::{Result, ensure};
use groundwork_harness::cloudreactor::Limits;
use groundwork_harness::{CallLog, Fleet, ProxyOptions, World};

use super::measure::{Usage, measured};
use super::report::{CONVERGED, FleetRow, Rounds};
use super::{Bench, LATENCY_MS, SPEC};

/// The account that the roles are assumed from.
const HOME: u64 = 600_000_000_000;

const REGIONS: [&str; 2] = [World::REGION, "us-east-1"];

/// Limits as some accounts have them: an account's own in each Region for CloudFormation, the home account's for STS.
const THROTTLED: [&str; 2] = ["cloudformation=5/5", "sts:AssumeRole=20/20"];

/// How fleets are measured.
pub enum Limited {
    /// AWS takes whatever comes.
    No,
    /// AWS refuses what is too much.
    Yes,
}

impl Bench {
    /// Plans for a fleet in which there is nothing yet, and again when all of it is there.
    pub(super) fn fleet(&self, targets: usize, limited: Limited) -> Result<[FleetRow; 2]> {
        let (rates, suffix): (&[&str], _) = match limited {
            Limited::No => (&[], ""),
            Limited::Yes => (&THROTTLED, ", throttled"),
        };
        let rates = rates.iter().copied().map(str::to_owned).collect();
        let world =
            self.fleet_world(targets, ProxyOptions { latency_ms: LATENCY_MS, rates, ..ProxyOptions::default() })?;
        let first = self.planned(&world)?;
        apply(&world)?;
        let again = self.planned(&world)?;
        let row = |work, rounds| {
            let work = format!("{work}{suffix}");
            FleetRow { work, targets, latency: LATENCY_MS / 1e3, rounds }
        };
        Ok([row("first plan", first), row(CONVERGED, again)])
    }

    fn fleet_world(&self, targets: usize, options: ProxyOptions) -> Result<World> {
        let world = World::with_binary(&self.emulator, &HOME.to_string(), &self.binary)?;
        // CloudReactor's own limit makes a first apply to a thousand targets last ten minutes. Plans stay far below.
        let limits = Limits { user_requests_per_minute: usize::MAX, ..Limits::default() };
        let world = world.with_limits(limits)?;
        let Fleet { world, accounts } = Fleet::within(&self.emulator, world, targets.div_ceil(REGIONS.len()))?;
        let mut spec = format!(
            "{SPEC}[rollout]\nassume_role = {{ role = {:?}, external_id = {:?} }}\n[[wave]]\nname = \"all\"\n\
             max_concurrent = 40\n",
            Fleet::ROLE,
            Fleet::EXTERNAL_ID,
        );
        let all = accounts.iter().flat_map(|account| REGIONS.map(|region| (account.id(), region)));
        for (at, (account, region)) in all.take(targets).enumerate() {
            spec += &format!("[[target]]\nname = \"t{at:04}\"\naccount_id = {account:?}\nregion = {region:?}\n");
        }
        world.write("bench.toml", &spec)?;
        world.behind_proxy(&options)
    }

    fn planned(&self, world: &World) -> Result<Rounds> {
        let round = |_| {
            let usage = measured(&world.groundwork(super::PLAN), &[0])?;
            Ok((usage, world.proxy()?.take_calls()?))
        };
        (0..self.rounds).map(round).collect::<Result<Vec<(Usage, CallLog)>>>().map(Rounds)
    }
}

/// Sets up the whole fleet: not measured, since most of it is the emulator's work.
fn apply(world: &World) -> Result<()> {
    let outcome = world.run(super::APPLY)?;
    // The report is what tells, and it comes last on stdout; progress is on stderr.
    ensure!(outcome.code == Some(0), "apply failed:\n{}", last(&outcome.stdout));
    world.proxy()?.take_calls().map(drop)
}

/// The last lines of a long text.
fn last(text: &str) -> &str {
    text.rmatch_indices('\n').nth(40).map_or(text, |(at, _)| &text[at + 1..])
}
