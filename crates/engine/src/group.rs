//! Which CloudReactor group is meant, and whether our key may do anything there.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use groundwork_model::run_environment::RunEnvironment;
use groundwork_model::spec::GroupRef;
use groundwork_model::world::{Group, Observed};

use crate::ports::Identity;
use crate::references::listed;

const KEY: &str = "cloudreactor.group";

/// The group that the spec names, or the only one; with our access level in it.
pub(crate) fn choose(identity: &Identity, wanted: Option<&GroupRef>) -> Result<(Group, u32), Problem> {
    let matches = |group: &Group| match wanted {
        None => true,
        Some(GroupRef::Id(id)) => group.id == *id,
        Some(GroupRef::Name(name)) => group.name == *name,
    };
    let mut fitting = identity.groups.iter().filter(|(group, _)| matches(group));
    match (fitting.next(), fitting.next(), wanted) {
        (Some(only), None, _) => Ok(only.clone()),
        (Some(_), Some(_), _) => Err(problem(Code::ReferenceAmbiguous, identity, "is in several groups")
            .help("name the one that is meant: cloudreactor.group = \"...\"")),
        (None, _, Some(wanted)) => Err(problem(Code::GroupNotFound, identity, &format!("cannot use group {wanted}"))
            .help("name a group of the user, or use credentials of one that is in the group")),
        (None, _, None) => Err(problem(Code::GroupNotFound, identity, "is in no group")
            .help("have the user added to a group in the dashboard")),
    }
}

fn problem(code: Code, identity: &Identity, what: &str) -> Problem {
    let groups = listed(identity.groups.iter().map(|(group, _)| format!("{:?} ({})", group.name, group.id)));
    Problem::new(code, format!("CloudReactor user {} {what}", identity.user))
        .at(KEY)
        .because(format!("groups that can be used: {groups}"))
}

/// A key that is limited to one Run Environment can neither create another one nor change it.
pub(crate) fn check_scope(identity: &Identity, environment: &Observed<RunEnvironment>) -> Result<(), Problem> {
    let Some(scope) = &identity.scope else { return Ok(()) };
    if environment.present().is_some_and(|environment| environment.uuid == *scope) {
        return Ok(());
    }
    Err(Problem::new(Code::AccessLevelTooLow, "the API key is limited to another Run Environment")
        .at("cloudreactor.run_environment")
        .because(format!("it can only be used for the one with id {scope}"))
        .help("use a key of the group that is not limited to a Run Environment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(groups: &[(u64, &str)]) -> Identity {
        let group = |(id, name): &(u64, &str)| (Group { id: *id, name: (*name).to_owned() }, 500);
        Identity { user: "u".to_owned(), groups: groups.iter().map(group).collect(), scope: None }
    }

    fn check(groups: &[(u64, &str)], wanted: Option<GroupRef>, expected: Result<u64, Code>) {
        let found = choose(&identity(groups), wanted.as_ref());
        let told = found.as_ref().err().map(|problem| problem.causes.join(" ")).unwrap_or_default();
        assert_eq!(found.map(|(group, _)| group.id).map_err(|problem| problem.code), expected);
        for (_, name) in groups.iter().filter(|_| expected.is_err()) {
            assert!(told.contains(name), "{told:?} lists {name}");
        }
    }

    #[test]
    fn the_only_group_needs_no_name_and_several_do() {
        let name = |name: &str| Some(GroupRef::Name(name.to_owned()));
        check(&[(1, "a")], None, Ok(1));
        check(&[(1, "a"), (2, "b")], None, Err(Code::ReferenceAmbiguous));
        check(&[(1, "a"), (2, "b")], name("b"), Ok(2));
        check(&[(1, "a"), (2, "b")], Some(GroupRef::Id(1)), Ok(1));
        check(&[(1, "a"), (2, "b")], name("c"), Err(Code::GroupNotFound));
        check(&[(1, "a")], Some(GroupRef::Id(9)), Err(Code::GroupNotFound));
        check(&[], None, Err(Code::GroupNotFound));
    }

    #[test]
    fn a_limited_key_is_good_for_its_own_run_environment_only() {
        let uuid = |digit: &str| format!("00000000-0000-0000-0000-00000000000{digit}").parse().expect("a UUID");
        let limited = Identity { scope: Some(uuid("1")), ..identity(&[]) };
        let environment = |digit| {
            Observed::Present(RunEnvironment {
                uuid: uuid(digit),
                name: "staging".parse().expect("a name"),
                dashboard_url: None,
                group_id: None,
                aws: Default::default(),
                ecs: Default::default(),
                capabilities: Vec::new(),
            })
        };
        assert_eq!(check_scope(&limited, &environment("1")), Ok(()));
        assert!(check_scope(&limited, &environment("2")).is_err());
        assert!(check_scope(&limited, &Observed::Absent).is_err());
        assert_eq!(check_scope(&identity(&[]), &Observed::Absent), Ok(()));
    }
}
