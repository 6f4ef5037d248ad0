//! Targets that nobody lists: the accounts of an organization, each in each Region.
//!
//! An account that was found becomes a target as if its table had been written behind the others, so that all
//! that holds for listed targets holds for it. What is wrong with one has its place in `[targets.organization]`.

use std::collections::BTreeSet;

use figment::value::{Dict, Value};
use groundwork_model::organization::{FoundAccounts, LeftOut, OrganizationAccount, OrganizationQuery};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Access, AssumeRole};
use groundwork_model::{AccountId, Code, Region};

use super::{LoadedRollout, field, head};
use crate::access::{ExternalId, RoleReference};
use crate::layer::Layer;
use crate::merged::{Merged, Stack};
use crate::pattern::NamePattern;
use crate::places::Places;
use crate::raw::{
    AssumeRoleSection, ORGANIZATION, OrganizationSection, ReaderSection, TARGET, TARGETS, TargetSection, TargetsSection,
};
use crate::read::{Field, List, Node};
use crate::resolve::missing;
use crate::tables::Tables;
use crate::tags::SessionTags;
use crate::text::Text;
use crate::{Layers, parse};

/// So many accounts are listed that were left out.
const LISTED: usize = 10;

/// A valid spec whose targets have yet to be found.
pub struct InOrganization {
    layers: Layers,
    query: OrganizationQuery,
}

impl InOrganization {
    /// Reads what a document says of its organization, and checks the rest of it with an account that stands
    /// for all that may be found.
    pub(crate) fn new(layers: &Layers, document: Merged) -> Result<Self, Vec<Problem>> {
        let document = Places::new(document);
        let mut problems = Vec::new();
        let section = section(&document, &mut problems);
        let query = section.as_ref().and_then(|section| query(section, &document, &mut problems));
        let mut problems = document.place(problems);
        if let Some(section) = &section {
            let of_targets = list(layers, &document, section, &[stand_in()]).err().unwrap_or_default();
            // What is wrong within a table is met again where its keys are a target's.
            let same = |problem: &Problem, other: &Problem| problem.code == other.code && problem.key == other.key;
            let is_new = |problem: &Problem| !problems.iter().any(|known| same(known, problem));
            let of_targets: Vec<Problem> = of_targets.into_iter().filter(is_new).collect();
            problems.extend(of_targets);
        }
        match query {
            Some(query) if problems.is_empty() => Ok(Self { layers: layers.clone(), query }),
            _ => Err(document.sort(problems)),
        }
    }

    /// Which accounts are to be found.
    pub fn query(&self) -> &OrganizationQuery {
        &self.query
    }

    /// The places of the document's keys, for what is wrong with the organization.
    pub fn place(&self, problems: Vec<Problem>) -> Vec<Problem> {
        match parse(&self.layers) {
            Ok(layers) => Places::new(Stack::new(layers).merged()).place(problems),
            Err(_) => problems,
        }
    }

    /// The rollout to the accounts that were found, and to the targets that are listed.
    pub fn complete(&self, found: &FoundAccounts) -> Result<LoadedRollout, Vec<Problem>> {
        let document = Places::new(Stack::new(parse(&self.layers)?).merged());
        let mut problems = Vec::new();
        let Some(section) = section(&document, &mut problems) else { return Err(document.place(problems)) };
        let mut loaded = list(&self.layers, &document, &section, &found.accounts)?;
        loaded.units.clone_from(&found.units);
        loaded.notices = document.place(left_out(&found.left_out).into_iter().collect());
        Ok(loaded)
    }
}

/// Targets that were found.
pub(super) struct Found<'a> {
    /// From which place on the targets are found ones.
    pub from: usize,
    /// What they are made from.
    pub section: &'a OrganizationSection,
}

/// Whether a document says where targets are to be found, right or wrong.
pub(crate) fn has_organization(document: &Merged) -> bool {
    Node::root(document).entry(TARGETS).is_some()
}

/// The external id of the role in the accounts that are found.
pub(super) fn external_id(document: &Places, problems: &mut Vec<Problem>) -> Option<ExternalId> {
    has_organization(document.merged()).then_some(())?;
    let section = section(document, problems)?;
    let role = section.assume_role.value()?.section()?;
    role.external_id.value().cloned()
}

fn section(document: &Places, problems: &mut Vec<Problem>) -> Option<OrganizationSection> {
    let targets: Field<TargetsSection> = field(&Node::root(document.merged()), TARGETS, problems);
    let targets = targets.given()?;
    if targets.organization.is_absent() {
        problems.push(missing(ORGANIZATION, "it says whose accounts are the targets"));
    }
    targets.organization.given()
}

/// An account that stands for every one that may be found.
fn stand_in() -> OrganizationAccount {
    let id = "000000000000".parse().expect("twelve digits are an account's id");
    OrganizationAccount { id, name: "each-account".to_owned() }
}

fn query(section: &OrganizationSection, document: &Places, problems: &mut Vec<Problem>) -> Option<OrganizationQuery> {
    let units: Vec<_> = match section.units.value() {
        Some(List(units)) => units.iter().map(|Text(unit)| unit.clone()).collect(),
        None => Vec::new(),
    };
    let tags = section.tags.value().map(|SessionTags(tags)| tags.clone()).unwrap_or_default();
    let is_broken = matches!(section.units, Field::Broken) || matches!(section.tags, Field::Broken);
    if units.is_empty() && tags.is_empty() && !is_broken {
        let key = format!("{ORGANIZATION}.units");
        let problem = missing(&key, "for example units = [\"Workloads/Production\"], or tags that the accounts have");
        problems.push(problem.help("units = [\"/\"] takes in the whole organization"));
    }
    let regions = regions(section);
    if let Some([]) = regions.as_deref() {
        let problem = Problem::new(Code::InvalidValue, "the list of Regions is empty");
        problems.push(problem.at(format!("{ORGANIZATION}.regions")).help("leave it out for environment.region alone"));
    }
    let exclude: BTreeSet<AccountId> = match section.exclude.value() {
        Some(List(accounts)) => accounts.iter().map(|Text(account)| account.clone()).collect(),
        None => BTreeSet::new(),
    };
    let of_all = Node::root(document.merged()).elsewhere("environment.region").and_then(|text| text.parse().ok());
    let region: Option<Region> = regions.and_then(|regions| regions.into_iter().next()).or(of_all);
    let access = access(section.reader.value(), &format!("{ORGANIZATION}.reader"), problems);
    Some(OrganizationQuery { units, tags, exclude, access, region: region? })
}

fn regions(section: &OrganizationSection) -> Option<Vec<Region>> {
    let List(regions) = section.regions.value()?;
    Some(regions.iter().map(|Text(region)| region.clone()).collect())
}

/// How an account is reached that has a part of its own; its keys are under `table`.
pub(super) fn access(section: Option<&ReaderSection>, table: &str, problems: &mut Vec<Problem>) -> Access {
    let Some(section) = section else { return Access::default() };
    let profile = section.profile.value().map(|Text(profile)| profile.0.clone());
    let assume_role = section.assume_role.value().and_then(|role| role_by_arn(role, table, problems));
    Access { profile, assume_role }
}

fn role_by_arn(section: &AssumeRoleSection, table: &str, problems: &mut Vec<Problem>) -> Option<AssumeRole> {
    let key = format!("{table}.assume_role.role");
    if section.role.is_absent() {
        problems.push(missing(&key, "for example role = \"arn:aws:iam::111111111111:role/organization-reader\""));
    }
    let Text(RoleReference::Arn(role)) = section.role.value()? else {
        let problem = Problem::new(Code::InvalidValue, "a role's name does not say in which account it is");
        problems.push(problem.at(key).help("write the role's ARN: arn:aws:iam::ACCOUNT:role/NAME"));
        return None;
    };
    Some(AssumeRole {
        role: role.clone(),
        external_id: section.external_id.value().map(|ExternalId(secret)| secret.clone()),
        session_name: section.session_name.value().map(|Text(name)| name.0.clone()),
        tags: section.tags.value().map(|SessionTags(tags)| tags.clone()).unwrap_or_default(),
    })
}

/// The rollout to these accounts and to the targets that are listed.
fn list(
    layers: &Layers,
    document: &Places,
    section: &OrganizationSection,
    accounts: &[OrganizationAccount],
) -> Result<LoadedRollout, Vec<Problem>> {
    let mut problems = Vec::new();
    let listed: Field<Tables<TargetSection>> = field(&Node::root(document.merged()), TARGET, &mut problems);
    if matches!(listed, Field::Broken) {
        return Err(document.place(problems));
    }
    let mut layers = parse(layers)?;
    let home = home(&layers).ok_or_else(Vec::new)?;
    let listed = layers[home].values.get(TARGET).and_then(Value::as_array).unwrap_or_default().to_vec();
    if document.has(TARGET) && !listed_in(&layers, document, home) {
        let problem = Problem::new(Code::KeyOutOfPlace, format!("[[{TARGET}]] and [{ORGANIZATION}] stand apart"));
        let problem = problem.at(TARGET).help("write both in the same file: lists of several files are not joined");
        return Err(document.place(vec![problem]));
    }
    if document.has(TARGET) && listed.is_empty() && layers[home].values[TARGET].as_array().is_some() {
        return Err(document.place(vec![head::no_targets()]));
    }
    let first = listed.len();
    let found = Making { document, section }.targets(accounts, &listed);
    if found.is_empty() && listed.is_empty() {
        return Err(document.place(vec![nobody()]));
    }
    layers[home].add_found(TARGET, listed.into_iter().chain(found).collect(), first);
    let stack = Stack::new(layers);
    let merged = stack.merged();
    super::load_with(&stack, merged, Some(&Found { from: first, section }))
}

/// The layer that found targets are added to: the last file that speaks of the organization.
fn home(layers: &[Layer]) -> Option<usize> {
    let speaks = |layer: &Layer| layer.values.contains_key(TARGETS);
    let file = layers.iter().rposition(|layer| speaks(layer) && layer.origin.is_file());
    file.or_else(|| layers.iter().rposition(speaks))
}

/// Whether the list of targets that counts is in this layer.
fn listed_in(layers: &[Layer], document: &Places, home: usize) -> bool {
    layers[home].values.contains_key(TARGET) && document.layer_of_document(TARGET) == Some(home)
}

fn nobody() -> Problem {
    Problem::new(Code::ReferenceNotFound, "no active account of the organization is meant")
        .at(ORGANIZATION)
        .help("name other units or tags, or exclude fewer accounts")
}

/// Makes targets of accounts.
struct Making<'a> {
    document: &'a Places,
    section: &'a OrganizationSection,
}

impl Making<'_> {
    fn targets(&self, accounts: &[OrganizationAccount], listed: &[Value]) -> Vec<Value> {
        let of_all = Node::root(self.document.merged()).elsewhere("environment.region");
        let own = self.shared_keys();
        let pattern = self.section.name.value().map(|Text(pattern)| pattern.clone()).unwrap_or_default();
        let regions = regions(self.section).filter(|regions| !regions.is_empty());
        let is_listed = |account: &OrganizationAccount, region: &str| {
            listed.iter().filter_map(Value::as_dict).any(|target| {
                let text = |name: &str| target.get(name).and_then(Value::as_str);
                text("account_id") == Some(account.id.as_str()) && text("region").or(of_all) == Some(region)
            })
        };
        let mut targets = Vec::new();
        for account in accounts {
            let one = |region: &str| (!is_listed(account, region)).then(|| target(&own, &pattern, account, region));
            match &regions {
                None => targets.extend(one(of_all.unwrap_or_default())),
                Some(regions) => targets.extend(regions.iter().filter_map(|region| {
                    let mut target = one(region.as_str())?;
                    target.insert("region".to_owned(), Value::from(region.as_str()));
                    Some(target)
                })),
            }
        }
        targets.into_iter().map(Value::from).collect()
    }

    /// What every target gets as it is written.
    fn shared_keys(&self) -> Dict {
        let root = self.document.merged().root();
        let written = root.find_ref(ORGANIZATION).and_then(Value::as_dict);
        let section = self.section;
        let sound = [
            ("wave", section.wave.value().is_some()),
            ("labels", section.labels.value().is_some()),
            ("profile", section.profile.value().is_some()),
            ("assume_role", section.assume_role.value().is_some()),
        ];
        let of_target = sound.into_iter().filter(|(_, sound)| *sound);
        of_target.filter_map(|(name, _)| Some((name.to_owned(), bare(written?.get(name)?)))).collect()
    }
}

fn target(own: &Dict, pattern: &NamePattern, account: &OrganizationAccount, region: &str) -> Dict {
    let mut target = own.clone();
    target.insert("name".to_owned(), Value::from(pattern.fill(account, region)));
    target.insert("account_id".to_owned(), Value::from(account.id.as_str()));
    target
}

/// The value without the mark of the layer that it is from: it gets that of the layer that it is put into.
fn bare(value: &Value) -> Value {
    match value {
        Value::String(_, text) => Value::from(text.as_str()),
        Value::Char(_, letter) => Value::from(*letter),
        Value::Bool(_, flag) => Value::from(*flag),
        Value::Num(_, number) => Value::from(*number),
        Value::Empty(_, empty) => Value::from(*empty),
        Value::Dict(_, entries) => {
            Value::from(entries.iter().map(|(name, value)| (name.clone(), bare(value))).collect::<Dict>())
        }
        Value::Array(_, items) => Value::from(items.iter().map(bare).collect::<Vec<Value>>()),
    }
}

/// Tells which accounts are spared, and why.
fn left_out(accounts: &[(OrganizationAccount, LeftOut)]) -> Option<Problem> {
    let (count, plural) = match accounts.len() {
        0 => return None,
        1 => ("1 account".to_owned(), "is"),
        many => (format!("{many} accounts"), "are"),
    };
    let message = format!("{count} in these units of the organization {plural} left out");
    let told = accounts.iter().take(LISTED).map(|(OrganizationAccount { id, name }, why)| match why {
        LeftOut::Management => {
            format!("{id} ({name}) is the management account: if it is meant, give it a [[{TARGET}]]")
        }
        LeftOut::State(state) => format!("{id} ({name}) is {state}"),
    });
    let more = accounts.len().saturating_sub(LISTED);
    let more = (more > 0).then(|| format!("and {more} more"));
    let problem = Problem::new(Code::AccountsLeftOut, message).at(ORGANIZATION);
    Some(told.chain(more).fold(problem, Problem::because))
}
