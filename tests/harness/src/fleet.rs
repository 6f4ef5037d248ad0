//! Many accounts that one set of credentials leads to, each by a role of its own.

use anyhow::Result;
use serde_json::json;

use crate::account::Account;
use crate::emulator::Emulator;
use crate::world::World;

/// A world whose credentials may become [`Fleet::ROLE`] in each of many accounts.
#[derive(Debug)]
pub struct Fleet {
    /// The account that the binary's credentials belong to; nothing is set up in it.
    pub world: World,
    /// The accounts that are set up.
    pub accounts: Vec<Account>,
}

impl Fleet {
    /// The role in each account, which may do everything there.
    pub const ROLE: &str = "groundwork";

    /// The external id that each role asks for.
    pub const EXTERNAL_ID: &str = "a-rollout-of-ours";

    /// A fleet of so many accounts that nobody else has, in the shared emulator.
    pub fn new(size: usize) -> Result<Self> {
        Self::within(Emulator::shared(), World::new()?, size)
    }

    /// The same around a world in an emulator.
    pub fn within(emulator: &Emulator, world: World, size: usize) -> Result<Self> {
        Self::of(emulator, world, (0..size).map(|_| World::unused_account()))
    }

    /// The same of these accounts.
    pub fn of(emulator: &Emulator, world: World, accounts: impl IntoIterator<Item = String>) -> Result<Self> {
        let everything = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
        ]});
        let accounts = accounts.into_iter().map(|account| {
            let account = emulator.account(&account, World::REGION);
            account.create_role(Self::ROLE, world.account().id(), Some(Self::EXTERNAL_ID), &everything)?;
            Ok(account)
        });
        Ok(Self { accounts: accounts.collect::<Result<_>>()?, world })
    }
}
