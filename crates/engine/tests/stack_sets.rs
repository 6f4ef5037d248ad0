//! Stack sets: what is planned for one, how its stacks come to their accounts, and what a rerun does.

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use groundwork_engine::execute;
use groundwork_engine::ports::{Cloud, ErrorClass, ParameterInput, StackSetRequest, StackSets};
use groundwork_model::plan::{Action, Class, Plan, Shown};
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, StepOutcome};
use groundwork_model::rollout::{Access, MaxFailures, Rollout};
use groundwork_model::spec::Role;
use groundwork_model::stack_set::{CallAs, InstanceStatus, Preferences, RoleStackSet};
use groundwork_model::{Code, Exit};
use groundwork_planner::stack_set::{ObservedSet, plan};
use groundwork_testkit::build::id;
use groundwork_testkit::stack_sets::Sets;
use groundwork_testkit::{Fault, StopSwitch};
use support::fleet::{Fleet, account, count, wave};
use support::{Target, VERSION, outcome};

/// The account that administers the set, and the rollout that it is for.
struct Administrator {
    target: Target,
    rollout: Rollout,
    wish: RoleStackSet,
}

impl Administrator {
    /// Two canaries and three others.
    fn new() -> Self {
        let waves = [wave("canary", 1, MaxFailures::Count(0)), wave("all", 5, MaxFailures::Count(1))];
        let rollout = Fleet::new(waves.into(), &[0, 0, 1, 1, 1]).rollout;
        let wish = RoleStackSet {
            name: id("CloudReactor-staging"),
            call_as: CallAs::DelegatedAdmin,
            auto_deployment: false,
            access: Access::default(),
            region: id("us-west-2"),
        };
        Self { target: Target::new(), rollout, wish }
    }

    async fn observed(&self) -> ObservedSet {
        let (cloud, name) = (self.target.cloud(), &self.wish.name);
        ObservedSet {
            caller: cloud.caller().await.expect("a caller"),
            set: cloud.stack_set(name, self.wish.call_as).await.expect("an answer"),
            instances: cloud.stack_instances(name, self.wish.call_as).await.expect("an answer"),
        }
    }

    fn next(&self) -> Result<Plan, Vec<Problem>> {
        let observed = self.target.ports.clock.run(self.observed());
        plan(&self.rollout, &self.wish, &["ou-ab12-11111111".to_owned()], &observed, VERSION)
    }

    fn plan(&self) -> Plan {
        self.next().unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    fn apply(&self) -> Report {
        self.target.ports.clock.run(self.target.executed(self.plan()))
    }

    /// The accounts that have the stack, in the order in which they got it.
    fn accounts(&self) -> Vec<String> {
        let accounts = |sets: &mut Sets| sets.instances.iter().map(|found| found.account.to_string()).collect();
        self.target.cloud().stack_sets(accounts)
    }

    fn begun(&self, operation: &str) -> usize {
        self.target.cloud().calls.count(operation)
    }

    fn change(&mut self, change: impl Fn(&mut Role)) {
        self.rollout.targets.iter_mut().for_each(|target| change(&mut target.spec.role));
    }
}

fn log_groups(pattern: &str) -> impl Fn(&mut Role) + '_ {
    move |role| match role {
        Role::Create(role) => pattern.clone_into(&mut role.log_group_pattern),
        Role::Use { .. } => panic!("the role should be made"),
    }
}

fn all(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(account).collect()
}

#[test]
fn a_new_set_is_made_and_brought_to_the_accounts_wave_by_wave() {
    let administrator = Administrator::new();
    let plan = administrator.plan();
    assert_eq!(plan.classes(), [Class::Create].into());
    assert_eq!((plan.components.len(), plan.components[0].action), (1, Action::Create));
    let shown: Vec<(&str, &Shown)> =
        plan.components[0].fields.iter().map(|field| (field.path.as_str(), &field.after)).collect();
    assert!(shown.contains(&("stacks in us-west-2", &Shown::Json(5.into()))), "{shown:#?}");
    assert_eq!(plan.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [Code::StackSetNote]);
    assert!(!format!("{plan:?}").contains("hunter"), "no secret stands in a plan");

    let report = administrator.apply();
    assert_eq!(execute::exit(&report), Exit::Done, "{report:#?}");
    assert_eq!(*outcome(&report, "role"), StepOutcome::Changed);
    assert_eq!(administrator.accounts(), all(0..5));
    assert_eq!(administrator.begun("CreateStackInstances"), 2, "one operation a wave");
    assert!(administrator.plan().is_empty());
}

#[test]
fn the_stack_of_a_target_is_known_once_it_is_there() {
    let administrator = Administrator::new();
    administrator.apply();
    let observed = administrator.target.ports.clock.run(administrator.observed());
    let stack = observed.stack(&id(&account(3)), &id("us-west-2")).expect("a stack");
    assert_eq!(stack.as_str(), format!("StackSet-CloudReactor-staging-{}", account(3)));
    assert_eq!(observed.stack(&id(&account(3)), &id("eu-west-1")), None);
}

#[test]
fn more_failures_than_a_wave_permits_keep_the_next_from_being_begun() {
    let administrator = Administrator::new();
    administrator.target.cloud().stack_sets(|sets| sets.refusing.insert(id(&account(1))));
    let report = administrator.apply();
    let StepOutcome::Failed { problem } = outcome(&report, "role") else { panic!("{report:#?}") };
    assert_eq!(problem.code, Code::StackSetFailed);
    assert_eq!(problem.causes, [format!("in {} us-west-2: no room", account(1))]);
    assert_eq!(administrator.accounts(), all([0]));

    // Once the cause is mended, the missing ones are made, and nothing else.
    administrator.target.cloud().stack_sets(|sets| sets.refusing.clear());
    assert_eq!(execute::exit(&administrator.apply()), Exit::Done);
    assert_eq!(administrator.accounts(), all(0..5));
    assert_eq!((administrator.begun("CreateStackSet"), administrator.begun("UpdateStackSet")), (1, 0));
}

#[test]
fn a_failure_within_the_limit_leaves_its_account_for_the_next_run() {
    let administrator = Administrator::new();
    administrator.target.cloud().stack_sets(|sets| sets.refusing.insert(id(&account(4))));
    assert_eq!(execute::exit(&administrator.apply()), Exit::Done);
    assert_eq!(administrator.accounts(), all(0..4));
    let plan = administrator.plan();
    assert_eq!(plan.components[0].action, Action::Create, "its stack is missing");
}

#[test]
fn an_update_reaches_every_stack_and_keeps_the_secrets() {
    let mut administrator = Administrator::new();
    administrator.apply();
    let secrets = |administrator: &Administrator| {
        administrator.target.cloud().stack_sets(|sets| sets.sets[0].parameters[&id("ExternalID")].clone())
    };
    let before = secrets(&administrator);
    administrator.change(log_groups("/ecs/*"));
    let plan = administrator.plan();
    assert_eq!(plan.components[0].action, Action::Update);
    let paths: Vec<&str> = plan.components[0].fields.iter().map(|field| field.path.as_str()).collect();
    assert!(paths.iter().any(|path| path.contains("CloudwatchLogGroupPattern")), "{paths:?}");
    assert_eq!(execute::exit(&administrator.apply()), Exit::Done);
    assert_eq!(secrets(&administrator), before);
    assert_eq!((administrator.begun("UpdateStackSet"), administrator.begun("CreateStackInstances")), (1, 2));
    assert!(administrator.plan().is_empty());
}

#[test]
fn auto_deployment_is_a_change_of_the_set_alone() {
    let mut administrator = Administrator::new();
    administrator.apply();
    administrator.wish.auto_deployment = true;
    let plan = administrator.plan();
    let [field] = &plan.components[0].fields[..] else { panic!("{plan:#?}") };
    assert_eq!((field.path.as_str(), &field.after), ("auto_deployment", &Shown::Json(true.into())));
    assert_eq!(plan.classes(), [Class::Update].into());
    assert_eq!(execute::exit(&administrator.apply()), Exit::Done);
    assert!(administrator.plan().is_empty());
}

#[test]
fn a_set_that_is_not_ours_or_has_roles_of_its_own_is_refused() {
    let codes = |change: fn(&mut Sets)| {
        let administrator = Administrator::new();
        administrator.apply();
        administrator.target.cloud().stack_sets(change);
        let problems = administrator.next().expect_err("it should be refused");
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(|sets| sets.sets[0].tags.clear()), [Code::StackNotOurs]);
    assert_eq!(codes(|sets| sets.sets[0].is_service_managed = false), [Code::StackNotOurs]);
    assert_eq!(codes(|sets| sets.instances[2].status = InstanceStatus::Inoperable), [Code::StackStuck]);
}

#[test]
fn an_outdated_stack_is_brought_up_to_date() {
    let administrator = Administrator::new();
    administrator.apply();
    administrator.target.cloud().stack_sets(|sets| sets.instances[2].status = InstanceStatus::Outdated);
    assert_eq!(administrator.plan().components[0].action, Action::Update);
    assert_eq!(execute::exit(&administrator.apply()), Exit::Done);
    assert!(administrator.plan().is_empty());
}

#[test]
fn another_operation_under_way_is_told_as_such() {
    let administrator = Administrator::new();
    administrator.apply();
    let mut changed = administrator;
    changed.change(log_groups("/one/*"));
    let clock = changed.target.ports.clock.clone();
    let update = changed.plan();
    // Somebody else's update, of which we see nothing but that it runs.
    let cloud = changed.target.cloud().clone();
    clock.run(async {
        let request = StackSetRequest {
            name: changed.wish.name.clone(),
            call_as: changed.wish.call_as,
            template: "{}".to_owned(),
            parameters: BTreeMap::from([
                (id("ExternalID"), ParameterInput::Previous),
                (id("WorkflowStarterAccessKey"), ParameterInput::Previous),
            ]),
            tags: Default::default(),
            auto_deployment: false,
        };
        let one = Preferences { max_concurrent: count(1), max_failures: 0 };
        cloud.update_stack_set(&request, one, "somebody-else-s").await.expect("it begins");
    });
    let report = clock.run(changed.target.executed(update));
    let StepOutcome::Failed { problem } = outcome(&report, "role") else { panic!("{report:#?}") };
    assert_eq!(problem.code, Code::StackBusy, "{problem:#?}");
}

#[test]
fn what_disturbs_the_wait_does_not_end_it_and_a_deadline_does() {
    let administrator = Administrator::new();
    let calls = &administrator.target.cloud().calls;
    calls.fail("DescribeStackSetOperation", 3, &Fault::Refused(ErrorClass::Throttled));
    assert_eq!(execute::exit(&administrator.apply()), Exit::Done);

    let mut late = Administrator::new();
    late.target.settings.stack_timeout = Duration::from_secs(5);
    let report = late.apply();
    let StepOutcome::Failed { problem } = outcome(&report, "role") else { panic!("{report:#?}") };
    assert_eq!(problem.code, Code::StackTimedOut);
    assert_eq!(late.begun("CreateStackInstances"), 1, "nothing further is begun");
}

#[test]
fn a_wish_to_stop_leaves_what_is_under_way_and_a_rerun_goes_on() {
    let administrator = Administrator::new();
    let stop = administrator.target.ports.stop.clone();
    administrator.target.cloud().calls.on_call(move |_, operation| {
        if operation == "DescribeStackSetOperation" {
            stop.trigger();
        }
    });
    let report = administrator.apply();
    assert_eq!(execute::exit(&report), Exit::Interrupted, "{report:#?}");
    assert_eq!(administrator.begun("CreateStackInstances"), 1);

    let mut again = administrator;
    again.target.ports.stop = StopSwitch::default();
    again.target.ports.clock.advance(Duration::from_secs(60));
    assert_eq!(again.accounts(), [] as [String; 0], "nobody has looked since");
    assert_eq!(execute::exit(&again.apply()), Exit::Done);
    let mut accounts = again.accounts();
    accounts.sort();
    assert_eq!(accounts, all(0..5), "each once");
    assert_eq!(again.begun("CreateStackSet"), 1);
}
