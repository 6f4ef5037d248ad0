//! The fault matrix: which call of an apply is struck by what.

use groundwork_harness::{Effect, Fault};

/// What is applied where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Everything is made.
    New,
    /// Everything is there, and each part is updated.
    Standing,
}

/// A call of an apply: a row of the matrix.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What users read.
    pub title: &'static str,
    /// Where it is made.
    pub scene: Scene,
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub op: &'static str,
    /// The operation after whose success it is meant, where there are several such calls.
    pub after: Option<&'static str>,
    /// Whether it reads what was read before.
    pub rereads: bool,
    /// What has to go wrong beside it for the call to be made at all.
    pub provided: Option<Fault>,
}

/// What goes wrong: a column of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Refused for the rate, two times.
    ThrottledTwice,
    /// Refused for the rate, for good.
    Throttled,
    /// A gateway says that the service is down, for good.
    Down,
    /// The connection is reset before the service hears of the call, once.
    Lost,
    /// The service does it, and the connection is reset before the answer, once.
    Unanswered,
    /// The answer ends in the middle, once.
    Cut,
    /// A captive portal answers with a web page, for good.
    Portal,
    /// The credentials do not permit it.
    Denied,
    /// The credentials have expired.
    Expired,
    /// What was read before is read again, three times.
    Stale,
}

impl Trouble {
    /// The columns, in their order.
    pub const ALL: [Self; 10] = [
        Self::ThrottledTwice,
        Self::Throttled,
        Self::Down,
        Self::Lost,
        Self::Unanswered,
        Self::Cut,
        Self::Portal,
        Self::Denied,
        Self::Expired,
        Self::Stale,
    ];

    /// What users read.
    pub fn title(self) -> &'static str {
        match self {
            Self::ThrottledTwice => "throttled twice",
            Self::Throttled => "throttled for good",
            Self::Down => "503 for good",
            Self::Lost => "reset before",
            Self::Unanswered => "answer lost",
            Self::Cut => "cut short",
            Self::Portal => "a web page",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Stale => "stale",
        }
    }

    /// Whether it goes on until the client gives up.
    pub fn lasts(self) -> bool {
        matches!(self, Self::Throttled | Self::Down | Self::Portal)
    }

    /// The fault that brings it about in a step; `None` where it makes no sense.
    pub fn of(self, step: &Step) -> Option<Fault> {
        let (times, effect) = match self {
            Self::ThrottledTwice => (Some(2), throttled(step.service)),
            Self::Throttled => (None, throttled(step.service)),
            Self::Down => (None, Effect::Page { status: 503 }),
            Self::Lost => (Some(1), Effect::Lost),
            Self::Unanswered => (Some(1), Effect::Unanswered),
            Self::Cut => (Some(1), Effect::Cut),
            Self::Portal => (None, Effect::Page { status: 200 }),
            Self::Denied => (None, denied(step.service)),
            Self::Expired => (None, expired(step.service)),
            Self::Stale if step.rereads => (Some(3), Effect::Stale),
            Self::Stale => return None,
        };
        Some(Fault { service: step.service, op: step.op, after: step.after, times, effect })
    }
}

fn throttled(service: &str) -> Effect {
    match service {
        "cloudreactor" => Effect::Error { code: "", message: "Request was throttled.", status: 429 },
        "ecs" => Effect::Error { code: "ThrottlingException", message: "Rate exceeded", status: 400 },
        _ => Effect::Error { code: "Throttling", message: "Rate exceeded", status: 400 },
    }
}

fn denied(service: &str) -> Effect {
    match service {
        "cloudreactor" => {
            Effect::Error { code: "", message: "You do not have permission to perform this action.", status: 403 }
        }
        "ecs" => Effect::Error { code: "AccessDeniedException", message: "not authorized", status: 400 },
        _ => Effect::Error { code: "AccessDenied", message: "not authorized", status: 403 },
    }
}

fn expired(service: &str) -> Effect {
    match service {
        "cloudreactor" => Effect::Error { code: "", message: "Given token not valid for any token type", status: 401 },
        "ecs" => Effect::Error {
            code: "ExpiredTokenException",
            message: "The security token included in the request is expired",
            status: 400,
        },
        _ => Effect::Error {
            code: "ExpiredToken",
            message: "The security token included in the request is expired",
            status: 403,
        },
    }
}

/// The calls of an apply, in the order in which they are made.
pub fn steps() -> Vec<Step> {
    let step =
        |title, scene, service, op| Step { title, scene, service, op, after: None, rereads: false, provided: None };
    let aws = |title, op| step(title, Scene::New, "cloudformation", op);
    let rest = |title, op| step(title, Scene::New, "cloudreactor", op);
    let again = |step: Step| Step { rereads: true, ..step };
    let after = |op, step: Step| Step { after: Some(op), ..step };
    let standing = |step: Step| Step { scene: Scene::Standing, ..step };
    let refused = |op, step: Step| {
        let effect = denied("cloudformation");
        let provided = Some(Fault { service: "cloudformation", op, after: None, times: None, effect });
        Step { provided, rereads: false, ..step }
    };
    vec![
        step("plan: `sts:GetCallerIdentity`", Scene::New, "sts", "GetCallerIdentity"),
        aws("plan: `DescribeStacks`", "DescribeStacks"),
        standing(aws("plan: `GetTemplate`", "GetTemplate")),
        step("plan: `ecs:DescribeClusters`", Scene::New, "ecs", "DescribeClusters"),
        rest("plan: log in", "POST /auth/jwt/create/"),
        rest("plan: the user", "GET /auth/users/me/"),
        rest("plan: Run Environments", "GET /api/v1/run_environments/"),
        standing(aws("the newest event", "DescribeStackEvents")),
        aws("`CreateChangeSet`", "CreateChangeSet"),
        aws("`DescribeChangeSet`", "DescribeChangeSet"),
        refused("DescribeChangeSet", aws("`DeleteChangeSet`, after a refusal", "DeleteChangeSet")),
        refused("DescribeChangeSet", aws("`DeleteStack`, after a refusal", "DeleteStack")),
        aws("`ExecuteChangeSet`, new stack", "ExecuteChangeSet"),
        standing(aws("`ExecuteChangeSet`, update", "ExecuteChangeSet")),
        again(after("ExecuteChangeSet", aws("wait: events, new stack", "DescribeStackEvents"))),
        again(standing(after("ExecuteChangeSet", aws("wait: events, update", "DescribeStackEvents")))),
        after("ExecuteChangeSet", aws("wait: stack, new stack", "DescribeStacks")),
        again(standing(after("ExecuteChangeSet", aws("wait: stack, update", "DescribeStacks")))),
        step("`ecs:PutClusterCapacityProviders`", Scene::New, "ecs", "PutClusterCapacityProviders"),
        again(after("ExecuteChangeSet", rest("the Run Environment, again", "GET /api/v1/run_environments/"))),
        rest("`POST` the Run Environment", "POST /api/v1/run_environments/"),
        standing(rest("`PATCH` the Run Environment", "PATCH /api/v1/run_environments/*")),
    ]
}
