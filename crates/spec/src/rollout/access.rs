//! How a target's account is reached: its own keys over those of all.

use std::collections::BTreeMap;

use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Access, AssumeRole};
use groundwork_model::{AccountId, Arn, Code, Region};

use crate::access::{self, ExternalId, RoleReference};
use crate::raw::{AssumeRoleSection, TargetSection};
use crate::read::Field;
use crate::resolve::{arn_is_in, missing};
use crate::tags::SessionTags;
use crate::text::Text;

/// The access of the target at `at`. What depends on an account or Region that is not known is left out.
pub(super) fn resolve(
    section: &TargetSection,
    defaults: Option<&AssumeRoleSection>,
    region: Option<&Region>,
    at: &str,
    problems: &mut Vec<Problem>,
) -> Access {
    let profile = section.profile.value().map(|Text(profile)| profile.0.clone());
    let own = match &section.assume_role {
        Field::Absent => None,
        Field::Given(access::AssumeRole::Role(own)) => Some(&**own),
        Field::Given(access::AssumeRole::No) | Field::Broken => return Access { profile, assume_role: None },
    };
    let layers = Layers { own, defaults, at };
    let account = section.account_id.value().map(|Text(account)| account);
    Access { profile, assume_role: layers.assume_role(account, region, problems) }
}

/// A target's `assume_role` and that of all.
struct Layers<'a> {
    own: Option<&'a AssumeRoleSection>,
    defaults: Option<&'a AssumeRoleSection>,
    at: &'a str,
}

impl<'a> Layers<'a> {
    fn assume_role(
        &self,
        account: Option<&AccountId>,
        region: Option<&Region>,
        problems: &mut Vec<Problem>,
    ) -> Option<AssumeRole> {
        self.own.or(self.defaults)?;
        let role = self.role(account, region, problems);
        let tags = self.tags(problems);
        Some(AssumeRole {
            role: role?,
            external_id: self.field(|section| &section.external_id).map(|ExternalId(secret)| secret.clone()),
            session_name: self.field(|section| &section.session_name).map(|Text(name)| name.0.clone()),
            tags,
        })
    }

    /// The value that the target has, or else all have.
    fn field<T>(&self, field: fn(&AssumeRoleSection) -> &Field<T>) -> Option<&'a T>
    where
        T: 'a,
    {
        let set = |section: &&'a AssumeRoleSection| !field(section).is_absent();
        let section: &'a AssumeRoleSection = self.own.filter(set).or(self.defaults)?;
        field(section).value()
    }

    fn role(&self, account: Option<&AccountId>, region: Option<&Region>, problems: &mut Vec<Problem>) -> Option<Arn> {
        let has = |section: Option<&AssumeRoleSection>| section.is_some_and(|section| !section.role.is_absent());
        let (own, defaults) = (has(self.own), has(self.defaults));
        // One that is missing is missing where somebody says something else of the role.
        let is_own = own || (!defaults && self.own.is_some());
        let key = format!("{}.assume_role.role", if is_own { self.at } else { "rollout" });
        if !own && !defaults {
            problems.push(missing(&key, "for example role = \"groundwork\""));
        }
        let Text(reference) = self.field(|section| &section.role)?;
        let (account, region) = (account?, region?);
        match reference {
            RoleReference::Name(name) => {
                let arn = format!("arn:{}:iam::{account}:role/{name}", region.partition());
                Some(arn.parse().expect("these parts make an ARN"))
            }
            RoleReference::Arn(arn) => {
                problems.extend(elsewhere(arn, account, region).map(|problem| problem.at(key)));
                Some(arn.clone())
            }
        }
    }

    fn tags(&self, problems: &mut Vec<Problem>) -> BTreeMap<String, String> {
        let tags = |section: Option<&'a AssumeRoleSection>| section.and_then(|section| section.tags.value());
        let none = SessionTags::default();
        let defaults = tags(self.defaults).unwrap_or(&none);
        let Some(own) = tags(self.own) else { return defaults.0.clone() };
        defaults.with(own).unwrap_or_else(|message| {
            problems.push(Problem::new(Code::InvalidTag, message).at(format!("{}.assume_role.tags", self.at)));
            BTreeMap::new()
        })
    }
}

/// A role of another account, or one that cannot be assumed from the target's partition.
fn elsewhere(arn: &Arn, account: &AccountId, region: &Region) -> Option<Problem> {
    if arn.account() != account.as_str() {
        let message = format!("the role leads to another account, {}", arn.account());
        let problem = Problem::new(Code::InvalidValue, message);
        return Some(problem.help("write the role's name alone, which stands for that of each target's account"));
    }
    let partition = region.partition();
    (!arn_is_in(arn.as_str(), partition)).then(|| {
        let message = format!("the role is not in the partition of {region} ({partition})");
        Problem::new(Code::PartitionUnsupported, message).help("roles can be assumed from within their partition only")
    })
}
