//! Finds the accounts that a spec means in an organization. Reads only.
//!
//! The units are walked from those that are named down, all of a level side by side, so that the number of calls
//! one after the other is the depth of the tree and not its size. A listing that failed is never taken for an
//! empty one: an account that is not found would silently not be rolled out to.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use futures_util::join;
use groundwork_model::organization::{FoundAccounts, LeftOut, OrganizationAccount, OrganizationQuery, UnitReference};
use groundwork_model::problem::Problem;
use groundwork_model::world::Observed;
use groundwork_model::{AccountId, Code};

use crate::ports::{ApiError, Member, Organizations, Unit};
use crate::trouble::Trouble;

/// The key of the spec that says which units are meant.
const UNITS: &str = "targets.organization.units";

/// The key of the spec that says who reads the organization.
const READER: &str = "targets.organization.reader";

/// The state of an account that can be used.
const ACTIVE: &str = "ACTIVE";

/// Finds the accounts, or tells everything that prevented it.
pub async fn find<O: Organizations>(
    organizations: &O,
    query: &OrganizationQuery,
) -> Result<FoundAccounts, Vec<Problem>> {
    found(organizations, query).await.map_err(|trouble| trouble.into_problems().into_iter().map(with_reader).collect())
}

/// AWS says no to every account but a few, and not which.
fn with_reader(problem: Problem) -> Problem {
    if problem.code != Code::AccessDenied {
        return problem;
    }
    let help = "AWS Organizations answers its management account and delegated administrators: name one as the reader";
    problem.at(READER).help(help)
}

async fn found<O: Organizations>(organizations: &O, query: &OrganizationQuery) -> Result<FoundAccounts, Trouble> {
    let (management, walked) = join!(organizations.management_account(), walked(organizations, query));
    let mut trouble = Trouble::default();
    let management = trouble.note(management);
    let walked = trouble.absorb(walked);
    let (management, (units, members)) = trouble.or(management.zip(walked))?;
    let wanted = members.into_iter().filter(|(id, _)| !query.exclude.contains(id)).map(|(_, member)| member);
    let tagged = tagged(organizations, query, wanted.collect()).await?;
    Ok(FoundAccounts { units, ..sorted(tagged, &management) })
}

/// The units that are named, by id, and the members in and below them, each once: units may lie in one another.
async fn walked<O: Organizations>(
    organizations: &O,
    query: &OrganizationQuery,
) -> Result<(Vec<String>, BTreeMap<AccountId, Member>), Trouble> {
    let mut level = starts(organizations, query).await?;
    let named = level.iter().map(|start| start.id.clone()).collect();
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut members = BTreeMap::new();
    while !level.is_empty() {
        level.retain(|start| known.insert(start.id.clone()));
        let read = join_all(
            level
                .iter()
                .map(|start| async { join!(organizations.accounts_in(&start.id), organizations.units_in(&start.id)) }),
        );
        let mut trouble = Trouble::default();
        let mut next = Vec::new();
        for (start, (accounts, units)) in level.iter().zip(read.await) {
            match trouble.note(accounts) {
                Some(Observed::Present(accounts)) => {
                    members.extend(accounts.into_iter().map(|member| (member.account.id.clone(), member)));
                }
                Some(Observed::Absent) => trouble.add(start.missing()),
                None => {}
            }
            if let Some(Observed::Present(units)) = trouble.note(units) {
                next.extend(units.into_iter().map(|unit| Start { id: unit.id, ..start.clone() }));
            }
        }
        level = trouble.or(Some(next))?;
    }
    Ok((named, members))
}

/// A unit to walk down from, and what the spec calls the one that it was reached by.
#[derive(Clone)]
struct Start {
    id: String,
    /// The place among the units that the spec names, and the name.
    named: Option<(usize, UnitReference)>,
}

impl Start {
    fn missing(&self) -> Problem {
        match &self.named {
            Some((at, unit)) => missing(*at, unit, &[]),
            None => Problem::new(Code::AwsUnexpected, "the organization's root is not there any more"),
        }
    }
}

/// The units that are named; the root if none is.
async fn starts<O: Organizations>(organizations: &O, query: &OrganizationQuery) -> Result<Vec<Start>, Trouble> {
    if query.units.is_empty() {
        let roots = organizations.roots().await?;
        return Ok(roots.into_iter().map(|root| Start { id: root.id, named: None }).collect());
    }
    // Asked once for all paths.
    let needs_roots = query.units.iter().any(|unit| matches!(unit, UnitReference::Path(_)));
    let roots = if needs_roots { organizations.roots().await? } else { Vec::new() };
    let ids = query.units.iter().enumerate().map(|(at, unit)| {
        let roots = &roots;
        async move {
            let ids = match unit {
                UnitReference::Id(id) => Ok(vec![id.clone()]),
                UnitReference::Path(names) => at_path(organizations, roots, names, (at, unit)).await,
            };
            ids.map(|ids| ids.into_iter().map(|id| Start { id, named: Some((at, unit.clone())) }).collect::<Vec<_>>())
        }
    });
    let mut trouble = Trouble::default();
    let found: Vec<Start> =
        join_all(ids).await.into_iter().filter_map(|outcome| trouble.absorb(outcome)).flatten().collect();
    trouble.or(Some(found))
}

/// The ids of the units at a path: of one, as long as there is one root.
async fn at_path<O: Organizations>(
    organizations: &O,
    roots: &[Unit],
    names: &[String],
    named: (usize, &UnitReference),
) -> Result<Vec<String>, Trouble> {
    let mut level: Vec<String> = roots.iter().map(|root| root.id.clone()).collect();
    for name in names {
        let listings = join_all(level.iter().map(|parent| organizations.units_in(parent))).await;
        let listings = listings.into_iter().collect::<Result<Vec<_>, ApiError>>()?;
        let there: Vec<Unit> = listings
            .into_iter()
            .flat_map(|listing| match listing {
                Observed::Present(units) => units,
                Observed::Absent => Vec::new(),
            })
            .collect();
        level = there.iter().filter(|unit| unit.name == *name).map(|unit| unit.id.clone()).collect();
        if level.is_empty() {
            let there: Vec<&str> = there.iter().map(|unit| unit.name.as_str()).collect();
            return Err(missing(named.0, named.1, &there).into());
        }
    }
    Ok(level)
}

/// There is no such unit; these are beside where it should be.
fn missing(at: usize, unit: &UnitReference, there: &[&str]) -> Problem {
    let problem = Problem::new(Code::ReferenceNotFound, format!("there is no organizational unit {unit}"));
    let problem = problem.at(format!("{UNITS}[{at}]"));
    match there {
        [] => problem.help("list them with: aws organizations list-organizational-units-for-parent --parent-id ID"),
        there => problem.help(format!("there: {}", there.join(", "))),
    }
}

/// Those that have all of the wanted tags.
async fn tagged<O: Organizations>(
    organizations: &O,
    query: &OrganizationQuery,
    members: Vec<Member>,
) -> Result<Vec<Member>, Trouble> {
    if query.tags.is_empty() {
        return Ok(members);
    }
    let tags = join_all(members.iter().map(|member| organizations.tags_of(&member.account.id))).await;
    let mut trouble = Trouble::default();
    let tagged = members.into_iter().zip(tags).filter_map(|(member, tags)| {
        let tags = trouble.note(tags)?;
        query.tags.iter().all(|(name, value)| tags.get(name) == Some(value)).then_some(member)
    });
    let tagged = tagged.collect();
    trouble.or(Some(tagged))
}

/// The accounts that are meant, and those that are left out, each by name.
fn sorted(members: Vec<Member>, management: &AccountId) -> FoundAccounts {
    let mut found = FoundAccounts::default();
    for Member { account, state } in members {
        if state != ACTIVE {
            found.left_out.push((account, LeftOut::State(state)));
        } else if account.id == *management {
            found.left_out.push((account, LeftOut::Management));
        } else {
            found.accounts.push(account);
        }
    }
    let by_name = |account: &OrganizationAccount| (account.name.clone(), account.id.clone());
    found.accounts.sort_by_key(by_name);
    found.left_out.sort_by_key(|(account, _)| by_name(account));
    found
}
