//! What a client did on the wire, as the proxy noted it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// One call.
#[derive(Clone, Debug, Deserialize)]
pub struct Call {
    /// When it came in, in seconds since 1970.
    pub t_start: f64,
    /// When its answer went out.
    pub t_end: f64,
    /// `cloudformation`, `ec2`, `ecs`, `iam`, `sts`, or `cloudreactor`.
    pub service: String,
    /// AWS's name of the operation, or CloudReactor's method and path.
    pub op: String,
    /// The Region that it was signed for.
    pub region: String,
    /// The account that it was made in.
    pub account: String,
    /// The account that it is about: an `AssumeRole` is made in one account, and is about the role's.
    pub about: String,
    /// The answer's HTTP status; 0 where none went out.
    pub status: u16,
    /// Whether the proxy refused it for its rate.
    pub throttled: bool,
    /// The kind of the fault that struck it.
    pub fault: Option<String>,
    /// The number of its connection.
    pub conn: u32,
}

impl Call {
    /// Whether it could have changed anything. Whatever is not known to read counts as writing.
    pub fn mutates(&self) -> bool {
        if self.service == "cloudreactor" {
            let logs_in = self.op.starts_with("POST /auth/jwt/");
            return !(self.op.starts_with("GET ") || logs_in);
        }
        // A detection of drift changes nothing but what CloudFormation remembers of it.
        let reads = ["Describe", "DetectStackDrift", "Get", "List", "Simulate", "AssumeRole"];
        !reads.iter().any(|reading| self.op.starts_with(reading)) && !self.op.ends_with("(DryRun)")
    }
}

/// The calls of a client, by the time that they came in.
#[derive(Clone, Debug, Default)]
pub struct CallLog(Vec<Call>);

impl CallLog {
    /// Puts calls in order.
    pub fn new(mut calls: Vec<Call>) -> Self {
        calls.sort_by(|a, b| a.t_start.total_cmp(&b.t_start));
        Self(calls)
    }

    /// The calls.
    pub fn calls(&self) -> &[Call] {
        &self.0
    }

    /// `service:operation` of each call that could have changed something.
    pub fn mutations(&self) -> Vec<String> {
        self.0.iter().filter(|call| call.mutates()).map(|call| format!("{}:{}", call.service, call.op)).collect()
    }

    /// The longest chain of calls each of which started after the one before had ended: the round trips that
    /// the client's schedule comes down to.
    pub fn depth(&self) -> usize {
        depth(self.0.iter())
    }

    /// The longest such chain whose calls can depend on each other, of a run over many targets that only reads:
    /// in the calls to CloudReactor, which all targets share, or in those for one target's session and its own.
    ///
    /// Neither needs the other, and no call of a target needs one of another's. They follow each other all the same
    /// where an API takes only so many calls a second, or where so many targets are read at once: that makes a run
    /// longer, and not deeper.
    pub fn depth_of_a_target(&self) -> usize {
        let (shared, of_accounts): (Vec<&Call>, Vec<&Call>) =
            self.0.iter().partition(|call| call.service == "cloudreactor");
        let mut accounts: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
        for call in of_accounts {
            accounts.entry(&call.about).or_default().push(call);
        }
        let of_targets = accounts.values().flat_map(|calls| {
            // One session serves an account in all of its Regions.
            let (sessions, own): (Vec<&Call>, Vec<&Call>) = calls.iter().partition(|call| call.op == "AssumeRole");
            let regions: BTreeSet<&str> = own.iter().map(|call| call.region.as_str()).collect();
            regions.into_iter().map(move |region| {
                let own = own.iter().filter(|call| call.region == region);
                depth(sessions.iter().chain(own).copied())
            })
        });
        of_targets.max().unwrap_or_default().max(depth(shared.into_iter()))
    }

    /// How many calls of an operation there are, by its name.
    pub fn count(&self, op: &str) -> usize {
        self.0.iter().filter(|call| call.op == op).count()
    }

    /// How many calls were refused for their rate.
    pub fn refused(&self) -> usize {
        self.0.iter().filter(|call| call.throttled).count()
    }

    /// How many connections were used.
    pub fn connections(&self) -> usize {
        self.0.iter().map(|call| call.conn).collect::<BTreeSet<_>>().len()
    }

    /// The most calls in flight at one moment.
    pub fn max_concurrency(&self) -> usize {
        let in_flight_at =
            |start: f64| self.0.iter().filter(|call| call.t_start <= start && start < call.t_end).count();
        self.0.iter().map(|call| in_flight_at(call.t_start)).max().unwrap_or(0)
    }

    /// Seconds from the first call's start to the last one's end.
    pub fn span(&self) -> f64 {
        let last = self.0.iter().map(|call| call.t_end).fold(f64::NEG_INFINITY, f64::max);
        self.0.first().map_or(0.0, |first| last - first.t_start)
    }

    /// Seconds within the span without a call in flight: pauses between polls, and the client's own work.
    pub fn idle(&self) -> f64 {
        let (idle, _) = self.0.iter().fold((0.0, f64::INFINITY), |(idle, busy_until), call| {
            let latest = if busy_until.is_finite() { busy_until.max(call.t_end) } else { call.t_end };
            (idle + (call.t_start - busy_until).max(0.0), latest)
        });
        idle
    }
}

fn depth<'a>(calls: impl Iterator<Item = &'a Call>) -> usize {
    let mut by_end: Vec<&Call> = calls.collect();
    by_end.sort_by(|a, b| a.t_end.total_cmp(&b.t_end));
    // The largest set of intervals that don't overlap: always take the one that ends first.
    let (depth, _) = by_end.iter().fold((0, f64::NEG_INFINITY), |(depth, free_at), call| {
        if call.t_start >= free_at { (depth + 1, call.t_end) } else { (depth, free_at) }
    });
    depth
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(t_start: f64, t_end: f64) -> Call {
        Call {
            t_start,
            t_end,
            service: "sts".to_owned(),
            op: "GetCallerIdentity".to_owned(),
            region: "us-west-2".to_owned(),
            account: "123456789012".to_owned(),
            about: "123456789012".to_owned(),
            status: 200,
            throttled: false,
            fault: None,
            conn: 1,
        }
    }

    #[test]
    fn shape_of_a_schedule() {
        let check = |calls: &[(f64, f64)], depth, concurrency, span: f64, idle: f64| {
            let log = CallLog::new(calls.iter().map(|&(start, end)| call(start, end)).collect());
            assert_eq!((log.depth(), log.max_concurrency()), (depth, concurrency), "{calls:?}");
            assert!((log.span() - span).abs() < 1e-9, "span of {calls:?}: {}", log.span());
            assert!((log.idle() - idle).abs() < 1e-9, "idle time of {calls:?}: {}", log.idle());
        };
        check(&[], 0, 0, 0.0, 0.0);
        check(&[(0.0, 1.0)], 1, 1, 1.0, 0.0);
        check(&[(0.0, 1.0), (0.0, 1.0), (0.5, 2.0)], 1, 3, 2.0, 0.0);
        check(&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)], 3, 1, 3.0, 0.0);
        check(&[(0.0, 1.0), (1.5, 2.0)], 2, 1, 2.0, 0.5);
        // A long call beside a chain of short ones, out of order: the chain counts.
        check(&[(2.0, 3.0), (0.0, 9.0), (0.5, 1.0), (1.2, 1.9)], 3, 2, 9.0, 0.0);
    }

    #[test]
    fn targets_that_wait_for_their_turns_make_a_run_no_deeper() {
        let of = |service: &str, op: &str, about: &str, region: &str, (start, end): (f64, f64)| Call {
            service: service.to_owned(),
            op: op.to_owned(),
            about: about.to_owned(),
            region: region.to_owned(),
            ..call(start, end)
        };
        let mut calls = vec![
            of("cloudreactor", "POST /auth/jwt/create/", "-", "-", (0.0, 1.0)),
            of("cloudreactor", "GET /api/v1/run_environments/", "-", "-", (1.0, 2.0)),
        ];
        // One account after the other gets its session; then its Regions are read side by side.
        for (account, start) in [("1", 0.0), ("2", 10.0), ("3", 20.0)] {
            calls.push(of("sts", "AssumeRole", account, "us-west-2", (start, start + 1.0)));
            for region in ["us-west-2", "eu-central-1"] {
                calls.push(of("ec2", "DescribeVpcs", account, region, (start + 1.0, start + 2.0)));
                calls.push(of("ec2", "DescribeVpcs", account, region, (start + 2.0, start + 3.0)));
            }
        }
        let log = CallLog::new(calls);
        assert_eq!((log.depth(), log.depth_of_a_target()), (9, 3), "a session and two calls");
        assert_eq!((log.count("AssumeRole"), log.refused()), (3, 0));
        let shared = log.calls().iter().filter(|call| call.service == "cloudreactor").cloned().collect();
        assert_eq!(CallLog::new(shared).depth_of_a_target(), 2);
        assert_eq!(CallLog::default().depth_of_a_target(), 0);
    }

    #[test]
    fn what_could_change_something() {
        let check = |service: &str, op: &str, expect| {
            let call = Call { service: service.to_owned(), op: op.to_owned(), ..call(0.0, 1.0) };
            assert_eq!(call.mutates(), expect, "{service} {op}");
        };
        check("cloudformation", "DescribeStacks", false);
        check("cloudformation", "GetTemplate", false);
        check("iam", "ListRoles", false);
        check("sts", "AssumeRole", false);
        check("iam", "SimulatePrincipalPolicy", false);
        check("ec2", "CreateVpc (DryRun)", false);
        check("ec2", "CreateVpc", true);
        check("cloudformation", "CreateChangeSet", true);
        check("cloudformation", "DeleteChangeSet", true);
        check("ecs", "SomethingNew", true);
        check("cloudreactor", "POST /auth/jwt/create/", false);
        check("cloudreactor", "GET /api/v1/groups/", false);
        check("cloudreactor", "PATCH /api/v1/run_environments/x/", true);
    }
}
