//! What a plan costs: the things that AWS bills by the hour, before and after.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::Region;
use crate::money::Usd;

/// How many hours AWS and its calculators take a month to have.
pub const HOURS_PER_MONTH: u32 = 730;

/// What a plan costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Cost {
    /// What is billed by the hour; one entry for each kind of thing that is there before or after.
    pub items: Vec<CostItem>,
    /// What is billed by use, and so is in no sum.
    pub usage: Vec<UsagePrice>,
    /// What would cost less, what saves most first.
    pub alternatives: Vec<Alternative>,
}

impl Cost {
    /// What is billed by the hour now, for a month.
    pub fn monthly_before(&self) -> Usd {
        self.items.iter().map(|item| item.monthly(item.before)).sum()
    }

    /// What will be billed by the hour, for a month.
    pub fn monthly_after(&self) -> Usd {
        self.items.iter().map(|item| item.monthly(item.after)).sum()
    }

    /// How much more, or less, a month costs.
    pub fn monthly_change(&self) -> Usd {
        self.monthly_after() - self.monthly_before()
    }

    /// Whether a price is not the Region's own.
    pub fn is_estimate(&self) -> bool {
        self.items.iter().any(|item| item.price.is_estimate) || self.usage.iter().any(|usage| usage.price.is_estimate)
    }
}

/// A kind of thing that is billed by the hour.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CostItem {
    /// The kind.
    pub what: Billable,
    /// How many there are. For an interface endpoint: in how many zones, over all endpoints.
    pub before: u32,
    /// How many there will be.
    pub after: u32,
    /// The price of one for an hour.
    pub price: Price,
}

impl CostItem {
    /// What so many of them cost in a month.
    pub fn monthly(&self, number: u32) -> Usd {
        self.price.amount * number * HOURS_PER_MONTH
    }
}

/// A kind of thing that AWS bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Billable {
    /// A NAT gateway.
    NatGateway,
    /// A public IPv4 address, in use or idle.
    PublicAddress,
    /// An interface endpoint in one zone.
    InterfaceEndpoint,
    /// Traffic through NAT gateways.
    NatTraffic,
    /// Traffic through interface endpoints.
    EndpointTraffic,
}

/// What is billed by use.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UsagePrice {
    /// The kind.
    pub what: Billable,
    /// The price of a unit.
    pub price: Price,
}

/// A price, and where it is from.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Price {
    /// US dollars, for one unit.
    pub amount: Usd,
    /// The unit.
    pub unit: Unit,
    /// The Region that the price holds for.
    pub region: Region,
    /// Whether the plan is for another Region, whose price is not known.
    pub is_estimate: bool,
    /// Who published it.
    pub source: String,
    /// When it was looked up or last confirmed: `2026-11`.
    pub as_of: String,
}

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// An hour.
    Hour,
    /// 10^9 bytes.
    Gigabyte,
}

/// Settings that would cost less, and what is lost by them.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Alternative {
    /// What to write in the spec: `nat = "single"`.
    pub setting: String,
    /// What a month then costs less.
    pub saves: Usd,
    /// What is lost by it.
    pub drawback: String,
}
