//! What a plan costs: in two lines below a plan, and in full with every price and its source.

use std::io::{self, Write};

use groundwork_model::Usd;
use groundwork_model::cost::{Alternative, Billable, Cost, CostItem, HOURS_PER_MONTH, Price, Unit, UsagePrice};

use crate::line::{Ink, Line, Style, flowing, hanging, write};

/// Where the values of the lines below a plan begin.
pub(super) const VALUES: usize = 18;

/// Where what belongs to a heading begins.
const INDENT: usize = 2;

/// Shows what a month costs, and what would cost less if it grows. Nothing where nothing is billed.
pub(super) fn lines(cost: &Cost, columns: usize) -> Vec<Line> {
    if cost.items.is_empty() {
        return Vec::new();
    }
    let mut lines = named("Monthly cost", &sum(cost), columns);
    let cheapest = cost.alternatives.first().filter(|_| cost.monthly_change() > Usd::ZERO);
    if let Some(cheapest) = cheapest {
        let more = match cost.alternatives.len() - 1 {
            0 => String::new(),
            more => format!(" ({more} more with --explain-cost)"),
        };
        lines.extend(named("Cheaper", &format!("{}{more}", saving(cheapest)), columns));
    }
    lines
}

fn named(name: &str, text: &str, columns: usize) -> Vec<Line> {
    hanging(Line::new().ink(Ink::Bold, name).to(VALUES), Ink::Plain, text, columns)
}

/// `+$32.85 (now $0.00, then $32.85: 1 NAT gateway)`.
pub(crate) fn sum(cost: &Cost) -> String {
    let (now, then) = (cost.monthly_before(), cost.monthly_after());
    let after = cost.items.iter().filter(|item| item.after > 0);
    let things: Vec<String> = after.map(|item| counted(item.what, item.after)).collect();
    let traffic = if cost.usage.is_empty() { "" } else { "; traffic is billed on top" };
    let things = if things.is_empty() { String::new() } else { format!(": {}{traffic}", things.join(", ")) };
    let change = change(now, then, &things);
    match estimated_by(cost) {
        Some(region) => format!("{change}; an estimate with prices of {region}"),
        None => change,
    }
}

/// `+$32.85 (now $0.00, then $32.85)`, with more words behind the amounts.
pub(crate) fn change(now: Usd, then: Usd, more: &str) -> String {
    match then - now {
        Usd::ZERO => format!("{}, as before{more}", dollars(now)),
        change => format!("{} (now {}, then {}{more})", signed(change), dollars(now), dollars(then)),
    }
}

/// The Region whose prices stand in for those that are not known.
fn estimated_by(cost: &Cost) -> Option<&str> {
    let prices = cost.items.iter().map(|item| &item.price).chain(cost.usage.iter().map(|usage| &usage.price));
    prices.into_iter().find(|price| price.is_estimate).map(|price| price.region.as_str())
}

fn counted(what: Billable, number: u32) -> String {
    let (one, many) = match what {
        Billable::NatGateway => ("NAT gateway", "NAT gateways"),
        Billable::PublicAddress => ("public IPv4 address", "public IPv4 addresses"),
        Billable::InterfaceEndpoint => ("interface endpoint", "interface endpoints (counted in each zone)"),
        Billable::NatTraffic | Billable::EndpointTraffic => (name(what), name(what)),
    };
    format!("{number} {}", if number == 1 { one } else { many })
}

fn name(what: Billable) -> &'static str {
    match what {
        Billable::NatGateway => "NAT gateway",
        Billable::PublicAddress => "public IPv4 address",
        Billable::InterfaceEndpoint => "interface endpoint in a zone",
        Billable::NatTraffic => "traffic through NAT gateways",
        Billable::EndpointTraffic => "traffic through interface endpoints",
    }
}

fn saving(Alternative { setting, saves, drawback }: &Alternative) -> String {
    format!("{setting} saves {} a month: {drawback}", dollars(*saves))
}

fn dollars(amount: Usd) -> String {
    format!("${}", amount.cents())
}

fn signed(amount: Usd) -> String {
    if amount < Usd::ZERO { format!("-{}", dollars(-amount)) } else { format!("+{}", dollars(amount)) }
}

/// Writes what a plan costs with every price and where it is from.
pub fn cost(out: &mut dyn Write, cost: &Cost, style: &Style) -> io::Result<()> {
    let columns = style.columns();
    if cost.items.is_empty() && cost.usage.is_empty() {
        let text = "Monthly cost: nothing that groundwork manages here is billed by the hour.";
        return write(out, &hanging(Line::new(), Ink::Plain, text, columns), style.color);
    }
    let by_hour = cost.items.iter().flat_map(|item| by_hour(item, columns)).collect();
    let by_use = cost.usage.iter().flat_map(|usage| by_use(usage, columns)).collect();
    let cheaper = cost.alternatives.iter().flat_map(|other| entry(&saving(other), columns)).collect();
    let mut sections = vec![named("Monthly cost", &sum(cost), columns)];
    for (title, lines) in [("Billed by the hour", by_hour), ("Billed by use, in no sum", by_use), ("Cheaper", cheaper)]
    {
        let lines: Vec<Line> = lines;
        if !lines.is_empty() {
            sections.push(std::iter::once(Line::new().ink(Ink::Bold, title)).chain(lines).collect());
        }
    }
    let note = format!(
        "A month has {HOURS_PER_MONTH} hours here, and a GB 10^9 bytes. List prices without taxes and discounts; \
         tasks, logs and images are not counted."
    );
    sections.push(hanging(Line::new(), Ink::Plain, &note, columns));
    write(out, &sections.join(&Line::new()), style.color)
}

fn entry(text: &str, columns: usize) -> Vec<Line> {
    flowing(Line::indented(INDENT), Ink::Plain, text, INDENT + 2, columns)
}

fn by_hour(item: &CostItem, columns: usize) -> Vec<Line> {
    let CostItem { what, before, after, price } = item;
    let month = match item.monthly(*after) - item.monthly(*before) {
        Usd::ZERO => format!("{} a month, as before", dollars(item.monthly(*after))),
        change => format!("{} a month", signed(change)),
    };
    let number = if before == after { after.to_string() } else { format!("{before} -> {after}") };
    let text = format!("{}: {number}, ${} {}: {month}", name(*what), price.amount, unit(price.unit));
    [entry(&text, columns), origin(price, columns)].concat()
}

fn by_use(UsagePrice { what, price }: &UsagePrice, columns: usize) -> Vec<Line> {
    let text = format!("{}: ${} {}", name(*what), price.amount, unit(price.unit));
    [entry(&text, columns), origin(price, columns)].concat()
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Hour => "an hour",
        Unit::Gigabyte => "a GB",
    }
}

fn origin(price: &Price, columns: usize) -> Vec<Line> {
    let estimate = if price.is_estimate { ", which stands in for this Region" } else { "" };
    let text = format!("price of {}{estimate}, as of {}: {}", price.region, price.as_of, price.source);
    flowing(Line::indented(INDENT + 4), Ink::Dim, &text, INDENT + 4, columns)
}
