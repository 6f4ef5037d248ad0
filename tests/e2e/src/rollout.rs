//! A spec that is rolled out to a fleet.

use std::collections::BTreeMap;

use anyhow::Result;
use groundwork_harness::{Account, Fleet, Settings};

use crate::Case;
use crate::redact::stable;

/// What all targets share.
pub const BASE: &str = "\
version = 1

[environment]
name = \"staging\"
region = \"us-west-2\"

[network]
nat = \"none\"
endpoints = [\"s3\"]
public_zones = 1
private_zones = 0

[cloudreactor]
group = \"example\"

[rollout]
assume_role = { role = \"groundwork\", external_id = \"a-rollout-of-ours\" }
";

/// A wave of a rollout.
#[derive(Clone, Copy, Debug)]
pub struct WaveOf {
    /// Its name.
    pub name: &'static str,
    /// How many of the fleet's accounts are in it; the last wave takes the rest.
    pub targets: usize,
    /// Its settings, as lines of TOML.
    pub settings: &'static str,
}

/// One target first, then the others.
const CANARY_THEN_ALL: [WaveOf; 2] = [
    WaveOf { name: "canary", targets: 1, settings: "max_concurrent = 1" },
    WaveOf { name: "all", targets: usize::MAX, settings: "max_concurrent = 4\nmax_failures = 1" },
];

/// A fleet, and a case whose spec is rolled out to it. The targets are `team-00` and so on.
#[derive(Debug)]
pub struct Rollout {
    /// The case.
    pub case: Case,
    /// The accounts, in the order of the targets.
    pub accounts: Vec<Account>,
}

impl Rollout {
    /// A new fleet in two waves: the first target is the canary.
    pub fn new(size: usize) -> Result<Self> {
        Self::of(Fleet::new(size)?)
    }

    /// The same of this fleet.
    pub fn of(fleet: Fleet) -> Result<Self> {
        Self::in_waves(fleet, &CANARY_THEN_ALL)
    }

    /// The accounts of a fleet, one after the other, in these waves.
    pub fn in_waves(Fleet { world, accounts }: Fleet, waves: &[WaveOf]) -> Result<Self> {
        let mut spec = BASE.to_owned();
        for WaveOf { name, settings, .. } in waves {
            spec += &format!("\n[[wave]]\nname = \"{name}\"\n{settings}\n");
        }
        let of_wave = |wave: &WaveOf| std::iter::repeat_n(wave.name, wave.targets.min(accounts.len()));
        for (index, (account, wave)) in accounts.iter().zip(waves.iter().flat_map(of_wave)).enumerate() {
            let (name, account) = (name(index), account.id());
            spec += &format!("\n[[target]]\nname = \"{name}\"\naccount_id = \"{account}\"\nwave = \"{wave}\"\n");
        }
        let spec = world.write("fleet.toml", &spec)?.display().to_string();
        Ok(Self { case: Case { world, spec }, accounts })
    }

    /// What is shown, with the places of the accounts in place of their numbers.
    pub fn stable(&self, shown: &str) -> String {
        let accounts = self.accounts.iter().enumerate();
        let text =
            accounts.fold(shown.to_owned(), |text, (at, account)| text.replace(account.id(), &format!("{at:012}")));
        stable(&text)
    }

    /// The stacks of each account, with their statuses.
    pub fn stacks(&self) -> Result<Vec<BTreeMap<String, String>>> {
        self.accounts.iter().map(Account::stacks).collect()
    }

    /// Has something fail in an account: `create Vpc`.
    pub fn refuse(&self, target: usize, what: &str) -> Result<()> {
        let refuse = BTreeMap::from([(what.to_owned(), "You have reached your limit.".to_owned())]);
        self.accounts[target].set(&Settings { refuse, ..Settings::default() })
    }
}

/// The name of the target in this place.
pub fn name(index: usize) -> String {
    format!("team-{index:02}")
}
