//! The prices that are known, Region by Region.
//!
//! A price stands in the table only with who published it and when. For what is not in it, the price
//! of [`BASE`] stands in and is marked as an estimate.

use std::sync::LazyLock;

use groundwork_model::Region;
use groundwork_model::cost::{Billable, Price, Unit};
use groundwork_model::money::Usd;
use serde::Deserialize;

/// The Region whose prices are all known, and whose list other Regions are mostly close to.
const BASE: &str = "us-east-1";

static TABLE: LazyLock<Vec<Quote>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("prices.json")).expect("the table is part of the program, and a test reads it")
});

/// A price as it was published.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Quote {
    region: Region,
    what: Billable,
    amount: Usd,
    unit: Unit,
    source: String,
    as_of: String,
}

/// The price of a thing in a Region, or the nearest to it that is known.
pub(super) fn price(what: Billable, region: &Region) -> Price {
    let quote = quote(what, region.as_str()).or_else(|| quote(what, BASE));
    let quote = quote.expect("every price of the base Region is known, and a test looks");
    Price {
        amount: quote.amount,
        unit: quote.unit,
        region: quote.region.clone(),
        is_estimate: quote.region != *region,
        source: quote.source.clone(),
        as_of: quote.as_of.clone(),
    }
}

fn quote(what: Billable, region: &str) -> Option<&'static Quote> {
    TABLE.iter().find(|quote| quote.what == what && quote.region.as_str() == region)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ALL: [(Billable, Unit); 5] = [
        (Billable::NatGateway, Unit::Hour),
        (Billable::PublicAddress, Unit::Hour),
        (Billable::InterfaceEndpoint, Unit::Hour),
        (Billable::NatTraffic, Unit::Gigabyte),
        (Billable::EndpointTraffic, Unit::Gigabyte),
    ];

    fn region(name: &str) -> Region {
        name.parse().expect("a Region")
    }

    #[test]
    fn every_price_has_an_amount_a_source_and_a_date() {
        for quote in TABLE.iter() {
            assert!(quote.amount > Usd::ZERO, "{quote:?}");
            assert!(quote.source.contains("AWS"), "{quote:?}");
            assert!(is_month(&quote.as_of), "{quote:?}");
            assert!(ALL.contains(&(quote.what, quote.unit)), "{quote:?}");
        }
    }

    /// `2026-09`, since addresses began to cost.
    fn is_month(text: &str) -> bool {
        let Some((year, month)) = text.split_once('-') else { return false };
        let number = |part: &str, length| part.parse::<u16>().ok().filter(|_| part.len() == length);
        number(year, 4).is_some_and(|year| (2024..2100).contains(&year))
            && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
    }

    #[test]
    fn a_region_has_one_price_for_a_thing() {
        let quoted: BTreeSet<(Billable, &str)> =
            TABLE.iter().map(|quote| (quote.what, quote.region.as_str())).collect();
        assert_eq!(quoted.len(), TABLE.len());
    }

    #[test]
    fn the_base_region_has_every_price() {
        for (what, unit) in ALL {
            let price = price(what, &region(BASE));
            assert_eq!((price.unit, price.is_estimate, price.region.as_str()), (unit, false, BASE), "{what:?}");
        }
    }

    #[test]
    fn a_price_that_is_not_known_is_the_base_regions_and_says_so() {
        for (name, what, amount, of, is_estimate) in [
            ("us-west-2", Billable::NatGateway, "0.045", "us-west-2", false),
            ("eu-west-1", Billable::NatGateway, "0.048", "eu-west-1", false),
            ("ap-northeast-1", Billable::InterfaceEndpoint, "0.014", "ap-northeast-1", false),
            ("eu-central-1", Billable::InterfaceEndpoint, "0.012", "eu-central-1", false),
            ("eu-central-1", Billable::NatGateway, "0.045", BASE, true),
            ("af-south-1", Billable::PublicAddress, "0.005", BASE, true),
            ("us-gov-west-1", Billable::NatTraffic, "0.045", BASE, true),
        ] {
            let price = price(what, &region(name));
            assert_eq!(Ok(price.amount), amount.parse(), "{name} {what:?}");
            assert_eq!((price.region.as_str(), price.is_estimate), (of, is_estimate), "{name} {what:?}");
        }
    }
}
