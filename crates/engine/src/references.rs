//! Finds things that the spec refers to: by id, by name, or by the output of a stack.

use futures_util::future::join_all;
use futures_util::join;
use groundwork_model::problem::Problem;
use groundwork_model::spec::Reference;
use groundwork_model::world::{SecurityGroup, Subnet, Vpc};
use groundwork_model::{Code, VpcId};

use crate::ports::{ApiError, Cloud, Which};
use crate::stacks::Stacks;
use crate::trouble::Trouble;

/// How many things that exist an error lists.
const LISTED: usize = 20;

/// A kind of thing that can be referred to.
pub(crate) trait Findable: Clone {
    const WHAT: &'static str;
    async fn list<C: Cloud>(cloud: &C, which: &Which) -> Result<Vec<Self>, ApiError>;
    fn id(&self) -> &str;
    /// The names that it answers to.
    fn names(&self) -> Vec<&str>;
    /// The VPC that it lies in, or is.
    fn vpc(&self) -> &VpcId;
}

impl Findable for Vpc {
    const WHAT: &'static str = "VPC";

    async fn list<C: Cloud>(cloud: &C, which: &Which) -> Result<Vec<Self>, ApiError> {
        cloud.vpcs(which).await
    }

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn names(&self) -> Vec<&str> {
        self.name.iter().map(String::as_str).collect()
    }

    fn vpc(&self) -> &VpcId {
        &self.id
    }
}

impl Findable for Subnet {
    const WHAT: &'static str = "subnet";

    async fn list<C: Cloud>(cloud: &C, which: &Which) -> Result<Vec<Self>, ApiError> {
        cloud.subnets(which).await
    }

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn names(&self) -> Vec<&str> {
        self.name.iter().map(String::as_str).collect()
    }

    fn vpc(&self) -> &VpcId {
        &self.vpc
    }
}

impl Findable for SecurityGroup {
    const WHAT: &'static str = "security group";

    async fn list<C: Cloud>(cloud: &C, which: &Which) -> Result<Vec<Self>, ApiError> {
        cloud.security_groups(which).await
    }

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn names(&self) -> Vec<&str> {
        self.name.iter().map(String::as_str).chain([self.group_name.as_str()]).collect()
    }

    fn vpc(&self) -> &VpcId {
        &self.vpc
    }
}

/// One thing that is sought, and all that answers to it.
#[derive(Clone, Debug)]
pub(crate) struct Sought<T> {
    /// The key of the spec that asks for it.
    key: String,
    by: By,
    candidates: Vec<T>,
}

#[derive(Clone, Debug)]
enum By {
    Id(String),
    Name(String),
}

/// Looks everything up that a list of keys refers to, side by side. What an output refers to is looked
/// up as soon as its stack is known.
pub(crate) async fn look_up<C: Cloud, T: Findable>(
    cloud: &C,
    stacks: &Stacks<'_>,
    references: &[(String, &Reference)],
) -> Result<Vec<Sought<T>>, Trouble> {
    let (mut ids, mut names, mut outputs) = (Vec::new(), Vec::new(), Vec::new());
    for (key, reference) in references {
        match reference {
            Reference::Id(id) => ids.push(id.clone()),
            Reference::Name(name) => names.push(name.clone()),
            Reference::Output(output) => outputs.push((key, output)),
        }
    }
    let by_output = outputs.into_iter().map(|(key, output)| async move {
        let ids = ids_of(key, &stacks.output(key, output).await?)?;
        let found = list::<C, T>(cloud, ids.clone(), Which::Ids).await?;
        Ok::<_, Trouble>(ids.into_iter().map(|id| by_id(key, id, &found)).collect::<Vec<_>>())
    });
    let (with_id, with_name, by_output) =
        join!(list::<C, T>(cloud, ids, Which::Ids), list::<C, T>(cloud, names, Which::Names), join_all(by_output));
    let mut trouble = Trouble::default();
    let with_id = trouble.note(with_id).unwrap_or_default();
    let with_name = trouble.note(with_name).unwrap_or_default();
    let mut by_output = by_output.into_iter();
    let mut sought = Vec::new();
    for (key, reference) in references {
        match reference {
            Reference::Id(id) => sought.push(by_id(key, id.clone(), &with_id)),
            Reference::Name(name) => sought.push(by_name(key, name.clone(), &with_name)),
            Reference::Output(_) => {
                sought.extend(by_output.next().and_then(|found| trouble.absorb(found)).unwrap_or_default());
            }
        }
    }
    trouble.or(Some(sought))
}

async fn list<C: Cloud, T: Findable>(
    cloud: &C,
    wanted: Vec<String>,
    which: fn(Vec<String>) -> Which,
) -> Result<Vec<T>, ApiError> {
    if wanted.is_empty() { Ok(Vec::new()) } else { T::list(cloud, &which(wanted)).await }
}

/// An output may name several things: the wizard's network lists its subnets in one.
fn ids_of(key: &str, value: &str) -> Result<Vec<String>, Problem> {
    let ids: Vec<String> = value.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if ids.is_empty() {
        return Err(Problem::new(Code::ReferenceNotFound, "the output that is referred to is empty").at(key));
    }
    Ok(ids)
}

fn by_id<T: Findable>(key: &str, id: String, found: &[T]) -> Sought<T> {
    let candidates = found.iter().filter(|thing| thing.id() == id).cloned().collect();
    Sought { key: key.to_owned(), by: By::Id(id), candidates }
}

fn by_name<T: Findable>(key: &str, name: String, found: &[T]) -> Sought<T> {
    let candidates = found.iter().filter(|thing| thing.names().contains(&name.as_str())).cloned().collect();
    Sought { key: key.to_owned(), by: By::Name(name), candidates }
}

/// Takes the one thing that each reference means, in their order and each once; or tells of each that
/// is missing or not unique. Of several things with one name, the one in `vpc` is meant.
pub(crate) async fn choose<C: Cloud, T: Findable>(
    cloud: &C,
    sought: Vec<Sought<T>>,
    vpc: Option<&VpcId>,
) -> Result<Vec<T>, Trouble> {
    let mut chosen: Vec<T> = Vec::new();
    let mut missing = Vec::new();
    let mut trouble = Trouble::default();
    for mut one in sought {
        if one.candidates.len() > 1 && one.candidates.iter().any(|thing| Some(thing.vpc()) == vpc) {
            one.candidates.retain(|thing| Some(thing.vpc()) == vpc);
        }
        match &one.candidates[..] {
            [] => missing.push(one),
            [only] if chosen.iter().any(|known| known.id() == only.id()) => {}
            [only] => chosen.push(only.clone()),
            [..] => trouble.add(ambiguous(&one)),
        }
    }
    if !missing.is_empty() {
        let all = T::list(cloud, &Which::All).await;
        let all = trouble.note(all).unwrap_or_default();
        missing.iter().for_each(|one| trouble.add(absent(one, &all)));
    }
    trouble.or(Some(chosen))
}

fn absent<T: Findable>(sought: &Sought<T>, all: &[T]) -> Problem {
    let message = match &sought.by {
        By::Id(id) => format!("there is no {} {id} in this account and Region", T::WHAT),
        By::Name(name) => format!("there is no {} with the name {name:?} in this account and Region", T::WHAT),
    };
    Problem::new(Code::ReferenceNotFound, message).at(&sought.key).because(format!(
        "{}s that exist: {}",
        T::WHAT,
        described(all)
    ))
}

fn ambiguous<T: Findable>(sought: &Sought<T>) -> Problem {
    let (By::Id(name) | By::Name(name)) = &sought.by;
    let message = format!("{} {}s have the name {name:?}", sought.candidates.len(), T::WHAT);
    Problem::new(Code::ReferenceAmbiguous, message)
        .at(&sought.key)
        .because(format!("they are {}", described(&sought.candidates)))
        .help("name the one that is meant by its id")
}

fn described<T: Findable>(things: &[T]) -> String {
    listed(things.iter().map(|thing| match thing.names().first() {
        Some(name) if !name.is_empty() => format!("{} ({name})", thing.id()),
        Some(_) | None => thing.id().to_owned(),
    }))
}

/// Some of these, in words.
pub(crate) fn listed(things: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = things.collect();
    match all.len() {
        0 => "none".to_owned(),
        few if few <= LISTED => all.join(", "),
        many => format!("{} and {} more", all[..LISTED].join(", "), many - LISTED),
    }
}
