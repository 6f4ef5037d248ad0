//! Plans, reports and statuses of any size, with texts that try to break out of where they stand.

use std::collections::BTreeMap;

use groundwork_model::Code;
use groundwork_model::permission::{Direction, PermissionChange, PermissionKind};
use groundwork_model::plan::{
    Action, Class, Component, ComponentPlan, Egress, FieldChange, Plan, Purpose, Reason, ResourceChange, Shown, Subject,
};
use groundwork_model::policy::{Policy, Rules};
use groundwork_model::problem::Problem;
use groundwork_model::report::{Report, SavedRunEnvironment, Span, StepOutcome, StepReport};
use groundwork_model::rollout::{
    NotStarted, Planned, PlannedTarget, RolloutPlan, RolloutReport, TargetEnd, TargetId, TargetReport,
};
use groundwork_model::status::{ComponentStatus, State, Status};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sample::{self, id};

const PIECES: [&str; 30] = [
    "```",
    "`",
    "````mermaid",
    "|",
    "\\|",
    "\\",
    "\n",
    "\r\n\r\n",
    "<script>alert(1)</script>",
    "</details>",
    "<!--",
    "-->",
    "@someone",
    "@org/team",
    "#1",
    "&lt;",
    "](https://a.example)",
    "![x]",
    "**",
    "__",
    "\"]",
    "\"; end",
    "#quot;",
    "%%{init: {}}%%",
    "subgraph",
    "日本語",
    "\u{202e}",
    "\u{0}",
    "\u{200b}\u{301}",
    "🦀",
];

/// A text of pieces that mean something to Markdown, HTML or Mermaid, rarely a very long one.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![proptest::sample::select(PIECES.to_vec()).prop_map(str::to_owned), "[a-zA-Z0-9 .-]{1,12}"];
    let pieces = proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    prop_oneof![
        20 => pieces.clone(),
        1 => (pieces, 100_usize..400).prop_map(|(text, times)| text.repeat(times)),
    ]
}

/// Texts to choose from in turn.
fn texts() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(text(), 1..12)
}

/// How large a thing is made.
fn sizes() -> impl Strategy<Value = [usize; 4]> {
    let size = || prop_oneof![9 => 0_usize..6, 1 => 0_usize..2_000];
    [size(), size(), size(), size()]
}

/// The texts, again and again.
struct Pool {
    texts: Vec<String>,
    next: usize,
}

impl Pool {
    fn text(&mut self) -> String {
        self.next += 1;
        self.texts[self.next % self.texts.len()].clone()
    }

    fn list(&mut self, most: usize) -> Vec<String> {
        (0..self.next % (most + 1)).map(|_| self.text()).collect()
    }

    fn action(&mut self) -> Action {
        self.next += 1;
        [Action::Create, Action::Update, Action::Replace, Action::Delete][self.next % 4]
    }

    fn value(&mut self) -> Value {
        match self.next % 4 {
            0 => json!({ self.text(): self.text(), "list": self.list(3) }),
            1 => json!(self.list(30)),
            _ => json!(self.text()),
        }
    }

    fn field(&mut self) -> FieldChange {
        let (before, after) = (Shown::Json(self.value()), Shown::Json(self.value()));
        FieldChange { path: self.text(), before, after, create_only: self.next.is_multiple_of(2) }
    }

    fn resource(&mut self, at: usize) -> ResourceChange {
        let kinds = [
            ("SubnetPublic", "AWS::EC2::Subnet"),
            ("SubnetPrivate", "AWS::EC2::Subnet"),
            ("NatGateway", "AWS::EC2::NatGateway"),
            ("Eip", "AWS::EC2::EIP"),
            ("Endpoint", "AWS::EC2::VPCEndpoint"),
            ("InternetGateway", "AWS::EC2::InternetGateway"),
        ];
        let (prefix, kind) = kinds[at % kinds.len()];
        let resource_type = if at.is_multiple_of(7) { self.text() } else { kind.to_owned() };
        let fields = (0..at % 3).map(|_| self.field()).collect();
        ResourceChange {
            logical_id: id(&format!("{prefix}Usw2Az{at}")),
            resource_type,
            action: self.action(),
            conditional: at.is_multiple_of(5),
            note: (!at.is_multiple_of(4)).then(|| format!("{} in {}", self.text(), self.text())),
            fields,
        }
    }

    fn permission(&mut self, at: usize) -> PermissionChange {
        PermissionChange {
            logical_id: id("role"),
            direction: if at.is_multiple_of(3) { Direction::Lost } else { Direction::Gained },
            kind: if at.is_multiple_of(2) { PermissionKind::Act } else { PermissionKind::Assume },
            holder: self.text(),
            actions: self.list(20),
            resources: self.list(20),
            conditions: self.list(20),
        }
    }

    fn problem(&mut self) -> Problem {
        let problem = Problem::new(Code::StackFailed, self.text());
        Problem { causes: self.list(9), help: self.list(9), ..problem }
    }
}

fn component(
    pool: &mut Pool,
    component: Component,
    [resources, fields, permissions, kept]: [usize; 4],
) -> ComponentPlan {
    let action = if pool.next.is_multiple_of(6) { Action::NoOp } else { pool.action() };
    let subject = match component {
        Component::Network if pool.next.is_multiple_of(2) => Subject::Network(pool.text()),
        Component::CloudReactor => Subject::RunEnvironment { name: id("a"), group: pool.text() },
        other => sample::subject(other),
    };
    ComponentPlan {
        subject,
        resources: (0..resources).map(|at| pool.resource(at)).collect(),
        fields: (0..fields.min(60)).map(|_| pool.field()).collect(),
        permissions: (0..permissions).map(|at| pool.permission(at)).collect(),
        kept: (0..kept).map(|_| pool.text()).collect(),
        ..sample::part(component, action, Reason::Corpse(pool.text()))
    }
}

/// Any plan.
pub fn plan() -> impl Strategy<Value = Plan> {
    let purpose = prop_oneof![3 => Just(Purpose::Apply), 1 => Just(Purpose::Destroy), 1 => Just(Purpose::Recover)];
    let deny = proptest::sample::subsequence(Class::ALL.to_vec(), 0..3);
    let components = proptest::sample::subsequence(Component::ALL.to_vec(), 0..=4);
    (texts(), purpose, components, [sizes(), sizes(), sizes(), sizes()], sizes(), deny).prop_map(
        |(texts, purpose, components, sizes, [kept, lost, gained, warnings], deny)| {
            let mut pool = Pool { texts, next: 0 };
            let components = components.into_iter().zip(sizes);
            let components = components.map(|(name, sizes)| component(&mut pool, name, sizes)).collect();
            let addresses = |number: usize| (0..number).map(|_| id("203.0.113.9")).collect();
            let everywhere = Rules { deny: deny.into_iter().collect(), ..Rules::default() };
            Plan {
                egress: Egress { kept: addresses(kept), lost: addresses(lost), gained },
                policy: Policy { everywhere, ..Policy::default() },
                warnings: (0..warnings.min(60)).map(|_| pool.problem()).collect(),
                ..sample::plan(purpose, components)
            }
        },
    )
}

/// Any problems.
pub fn problems() -> impl Strategy<Value = Vec<Problem>> {
    (texts(), prop_oneof![0_usize..5, 0_usize..100]).prop_map(|(texts, number)| {
        let mut pool = Pool { texts, next: 0 };
        (0..number).map(|_| pool.problem()).collect()
    })
}

/// Any plan with a report.
pub fn report() -> impl Strategy<Value = (Plan, Report)> {
    (plan(), texts(), prop_oneof![0_usize..5, 0_usize..2_000]).prop_map(|(plan, texts, outputs)| {
        let mut pool = Pool { texts, next: 0 };
        let outcome = |pool: &mut Pool, at: usize| match at % 3 {
            0 => StepOutcome::Changed,
            1 => StepOutcome::Failed { problem: Box::new(pool.problem()) },
            _ => StepOutcome::Skipped { because: sample::ROLE },
        };
        let steps = plan.steps.iter().enumerate();
        let steps = steps.map(|(at, step)| StepReport {
            step: step.id,
            component: step.component,
            outcome: outcome(&mut pool, at),
            span: (at % 3 != 2).then(|| Span { started_ms: at as u64 * 7, elapsed_ms: at as u64 % 5 * 400 }),
        });
        let steps = steps.collect();
        let values = (0..outputs).map(|at| (id(&format!("Output{at}")), pool.text())).collect();
        let run_environment = Some(SavedRunEnvironment {
            uuid: pool.text(),
            dashboard_url: Some(format!("https://{}", pool.text())),
            capabilities: pool.list(4),
        });
        let outputs = BTreeMap::from([(id("CloudReactor-staging"), values)]);
        (
            plan,
            Report {
                steps,
                outputs,
                run_environment,
                verification: Vec::new(),
                links: Vec::new(),
                under_way: Vec::new(),
                elapsed_ms: 1_000,
            },
        )
    })
}

/// Any status.
pub fn status() -> impl Strategy<Value = Status> {
    (texts(), prop_oneof![0_usize..5, 0_usize..2_000]).prop_map(|(texts, outputs)| {
        let mut pool = Pool { texts, next: 0 };
        let components = Component::ALL.map(|component| ComponentStatus {
            component,
            subject: Subject::Network(pool.text()),
            state: State::Ready,
            status: Some(pool.text()),
            outputs: (0..outputs).map(|at| (format!("{at}{}", pool.text()), pool.text())).collect(),
        });
        let (dashboard_url, secrets_path) = (Some(pool.text()), Some(pool.text()));
        Status { components: components.to_vec(), dashboard_url, secrets_path, ..crate::status::ready() }
    })
}

/// A few targets, or a thousand.
fn fleet() -> impl Strategy<Value = Vec<TargetId>> {
    let size = prop_oneof![9 => 0_usize..12, 1 => 900_usize..1_000];
    (size, 1_usize..30).prop_map(|(size, waves)| {
        let target = |number: usize| TargetId {
            name: id(&format!("{}_{number}", "-x".repeat(number % 30))),
            account: id(&format!("{number:012}")),
            region: id("us-west-2"),
            wave: id(&format!("wave.{}", number % waves)),
        };
        (0..size).map(target).collect()
    })
}

/// The plan with so much of everything at the most.
fn cut(mut plan: Plan, most: usize) -> Plan {
    for part in &mut plan.components {
        part.resources.truncate(most);
        part.fields.truncate(most);
        part.permissions.truncate(most);
        part.kept.truncate(most);
        for permission in &mut part.permissions {
            permission.actions.truncate(most);
            permission.resources.truncate(most);
            permission.conditions.truncate(most);
        }
    }
    plan.warnings.truncate(most);
    plan
}

/// Any rollout: some plans and some problems, each for several targets.
pub fn rollout_plan() -> impl Strategy<Value = RolloutPlan> {
    let plans = proptest::collection::vec(plan(), 1..5);
    let problems = proptest::collection::vec(problems(), 1..3);
    (fleet(), plans, problems, 1_usize..5).prop_map(|(targets, plans, problems, every)| {
        // A thousand plans have to fit into memory.
        let most = if targets.len() > 12 { 2 } else { 20 };
        let plans: Vec<Plan> = plans.into_iter().map(|plan| cut(plan, most)).collect();
        let planned = |(number, target): (usize, TargetId)| {
            let problems = || problems[number % problems.len()].iter().take(9).cloned().collect();
            let planned = match number % (3 + every) {
                0 => Planned::Blocked(problems()),
                1 => Planned::Unreachable(problems()),
                _ => Planned::Plan(Box::new(plans[number % plans.len()].clone())),
            };
            PlannedTarget { target, planned, basis: None }
        };
        let waves = targets.iter().map(|target| target.wave.clone()).collect::<std::collections::BTreeSet<_>>();
        RolloutPlan {
            waves: waves.iter().map(crate::fleet::wave).collect(),
            targets: targets.into_iter().enumerate().map(planned).collect(),
            notices: problems[0].clone(),
        }
    })
}

/// Any end of a rollout.
pub fn rollout_report() -> impl Strategy<Value = RolloutReport> {
    let reports = proptest::collection::vec(report(), 1..5);
    (fleet(), reports, problems(), 1_usize..9).prop_map(|(targets, reports, problems, every)| {
        let is_large = targets.len() > 12;
        let report = |number: usize| {
            let mut report = reports[number % reports.len()].1.clone();
            if is_large {
                report.outputs.clear();
            }
            report
        };
        let end = |number: usize| match number % (4 + every) {
            0 => TargetEnd::Failed { report: report(number) },
            1 => TargetEnd::Skipped { problems: problems.iter().take(9).cloned().collect() },
            2 => TargetEnd::NotStarted { reason: NotStarted::TooManyFailures },
            3 => TargetEnd::Unchanged,
            4 => TargetEnd::NotStarted { reason: NotStarted::Interrupted },
            _ => TargetEnd::Done { report: report(number) },
        };
        let span = |number: usize, end: &TargetEnd| {
            let is_begun = matches!(end, TargetEnd::Done { .. } | TargetEnd::Failed { .. });
            is_begun.then(|| Span { started_ms: number as u64 * 1_000, elapsed_ms: number as u64 % 7 * 300 })
        };
        let targets = targets.into_iter().enumerate().map(|(number, target)| {
            let end = end(number);
            TargetReport { target, span: span(number, &end), end }
        });
        RolloutReport { targets: targets.collect(), elapsed_ms: 723_000 }
    })
}
