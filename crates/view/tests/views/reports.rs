//! Reports.

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::plan::Plan;
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, SavedRunEnvironment, StepOutcome, StepReport};
use groundwork_model::spec::{
    Adoption, CloudReactor, Cluster, ClusterRef, Environment, ManagedRole, Network, Role, Spec,
};
use groundwork_model::step::StepId;
use groundwork_view::human;
use insta::assert_snapshot;

use crate::sample::{CLUSTER, NETWORK, ROLE, RUN_ENVIRONMENT, destroy, first_create, id, zone_added};
use crate::shown;

pub fn spec() -> Spec {
    Spec {
        environment: Environment { name: id("staging"), region: id("us-west-2"), account_id: None },
        tags: BTreeMap::new(),
        role: Role::Create(ManagedRole {
            stack_name: id("CloudReactor-staging"),
            adoption: Adoption::Refuse,
            log_group_pattern: "*".to_owned(),
            secrets_path_prefix: "CloudReactor/".to_owned(),
            lambda_path_prefix: String::new(),
            principal: None,
            domain_suffix: ".cloudreactor.io".to_owned(),
        }),
        network: Network::Skip,
        cluster: Cluster::Use { cluster: ClusterRef::Name(id("shared")) },
        policy: Default::default(),
        cloudreactor: CloudReactor {
            api_base_url: "https://api.cloudreactor.io".to_owned(),
            dashboard_base_url: "https://dash.cloudreactor.io".to_owned(),
            group: None,
            run_environment: id("staging"),
            adoption: Adoption::Refuse,
        },
        drift: Default::default(),
    }
}

fn failed(code: Code) -> StepOutcome {
    StepOutcome::Failed { problem: Box::new(Problem::new(code, "it failed")) }
}

fn report(plan: &Plan, outcomes: &[(StepId, StepOutcome)], elapsed_ms: u64) -> Report {
    let component = |id: StepId| plan.steps.iter().find(|step| step.id == id).expect("a step of the plan").component;
    let steps = outcomes
        .iter()
        .map(|(step, outcome)| StepReport {
            step: *step,
            component: component(*step),
            outcome: outcome.clone(),
            span: None,
        })
        .collect();
    Report { steps, elapsed_ms, ..Report::default() }
}

fn saved() -> SavedRunEnvironment {
    SavedRunEnvironment {
        uuid: "745fcdb7-fbab-4661-a07c-abcec263c956".to_owned(),
        dashboard_url: Some(
            "https://dash.cloudreactor.io/run_environments/745fcdb7-fbab-4661-a07c-abcec263c956".to_owned(),
        ),
        capabilities: ["MANUAL_START", "SCHEDULING", "SETUP_SERVICE"].map(str::to_owned).to_vec(),
    }
}

/// Every report, with its plan.
pub fn reports() -> Vec<(Plan, Report)> {
    let skipped = |because| StepOutcome::Skipped { because };
    let updated = zone_added();
    let done = report(&updated, &[(NETWORK, StepOutcome::Changed), (RUN_ENVIRONMENT, StepOutcome::Changed)], 161_000);
    let created = first_create();
    let all = [CLUSTER, ROLE, NETWORK, RUN_ENVIRONMENT].map(|step| (step, StepOutcome::Changed));
    let made = report(&created, &all, 285_400);
    let stopped = report(
        &created,
        &[
            (CLUSTER, StepOutcome::Unchanged),
            (ROLE, StepOutcome::Changed),
            (NETWORK, failed(Code::StackFailed)),
            (RUN_ENVIRONMENT, skipped(NETWORK)),
        ],
        72_000,
    );
    let interrupted = report(
        &created,
        &[
            (CLUSTER, failed(Code::StackTimedOut)),
            (ROLE, failed(Code::Interrupted)),
            (NETWORK, failed(Code::StackNeedsRecovery)),
            (RUN_ENVIRONMENT, failed(Code::RunEnvironmentFailed)),
        ],
        3_672_000,
    );
    let gone = destroy();
    let removed = report(&gone, &[RUN_ENVIRONMENT, NETWORK, ROLE].map(|step| (step, StepOutcome::Changed)), 241_000);
    vec![
        (updated, Report { run_environment: Some(saved()), ..done }),
        (created.clone(), Report { run_environment: Some(saved()), ..made }),
        (created.clone(), stopped),
        (created, interrupted),
        (gone, removed),
    ]
}

#[test]
fn reports_say_what_was_done_and_where_to_go() {
    let texts: Vec<String> = reports()
        .iter()
        .map(|(plan, report)| shown(80, |out, style| human::report(out, plan, report, &spec(), style)))
        .collect();
    assert_snapshot!(texts.join("=====\n"));
}
