//! What becomes of an apply when one of its calls goes wrong, for each of its calls and each way of going wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use groundwork_e2e::matrix::{Scene, Step, Trouble, steps};
use groundwork_e2e::{has, secrets};
use groundwork_harness::cloudreactor::EXAMPLE_PASSWORD;
use groundwork_harness::{CallLog, Effect, Fault, Outcome, ProxyOptions, World};
use serde_json::json;

/// One stack, a cluster that lacks capacity providers, and a Run Environment.
const SPEC: &str = "\
version = 1

[environment]
name = \"staging\"
region = \"us-west-2\"

[role]
stack_name = \"CloudReactor-staging\"

[network]
mode = \"skip\"

[cluster]
mode = \"use\"
cluster = \"first\"

[cloudreactor]
group = \"example\"
";

/// What is added for an update: the stack gets a tag, and the Run Environment another cluster.
const UPDATE: &str = "\n[tags]\nteam = \"data\"\n";

const STACK: &str = "CloudReactor-staging";

/// Most cells wait for what does not come: they take time, and little else.
const SIDE_BY_SIDE: usize = 20;

/// The most often that one call may be tried: five attempts of the SDK for each of five of the engine, and as much for
/// the few looks that a minute of waiting allows.
const MOST_ATTEMPTS: usize = 60;

/// A minute of waiting for the stack, and as long again for the call under way and what cleans up.
const LONGEST: Duration = Duration::from_secs(150);

/// What became of an apply that was struck.
struct Struck {
    outcome: Outcome,
    calls: CallLog,
    /// How often the call was tried that was to be struck, as long as that went on.
    attempts: usize,
}

/// A world in which an apply is to be struck.
struct Cell {
    world: World,
    spec: String,
    cluster: &'static str,
}

impl Cell {
    fn new(scene: Scene) -> Result<Self> {
        let world = World::new()?.behind_proxy(&ProxyOptions::default())?;
        for cluster in ["first", "second"] {
            world.account().create_cluster(cluster)?;
        }
        let spec = world.write("staging.toml", SPEC)?.display().to_string();
        let mut cell = Self { world, spec, cluster: "first" };
        if scene == Scene::Standing {
            cell.cluster = "second";
            cell.expect("apply", &[], 0)?;
            cell.world.write("staging.toml", &(SPEC.replace("\"first\"", "\"second\"") + UPDATE))?;
        }
        Ok(cell)
    }

    fn run(&self, verb: &str, options: &[&str]) -> Result<Outcome> {
        self.world.run([&[verb, "-f", &self.spec], options].concat())
    }

    fn expect(&self, verb: &str, options: &[&str], code: i32) -> Result<()> {
        let outcome = self.run(verb, options)?;
        ensure!(outcome.code == Some(code), "{verb} ended with {:?}:\n{}", outcome.code, shown(&outcome));
        Ok(())
    }

    /// Applies under these faults, of which the last one is the one that matters.
    fn struck(&self, faults: &[Fault]) -> Result<Struck> {
        let proxy = self.world.proxy()?;
        proxy.fault(faults)?;
        proxy.take_calls()?;
        let started = Instant::now();
        let outcome = self.run("apply", &["--stack-timeout", "1", "--log", "debug"])?;
        let (elapsed, text) = (started.elapsed(), shown(&outcome));
        let struck = faults.last().context("a fault")?;
        let is_meant = |op: &str| op == struck.op || op.starts_with(struck.op.strip_suffix('*').unwrap_or("\0"));
        let calls = proxy.take_calls()?;
        let attempts = calls.calls().iter().filter(|call| call.fault.is_some() && is_meant(&call.op)).count();
        proxy.fault(&[])?;
        ensure!(outcome.code.is_some() && !text.contains("panicked"), "a crash:\n{text}");
        ensure!(attempts > 0, "nothing was struck:\n{text}");
        ensure!(attempts <= MOST_ATTEMPTS, "{attempts} attempts:\n{text}");
        ensure!(elapsed <= LONGEST, "it took {elapsed:?}:\n{text}");
        ensure!(proxy.complaints()?.is_empty(), "the proxy itself failed: {}", proxy.complaints()?);
        Ok(Struck { outcome, calls, attempts })
    }

    /// Holds that the same command, or nothing more where that went well, leads to the account as the spec says, with
    /// everything in it once and nothing left over.
    fn converges(&self, outcome: &Outcome) -> Result<()> {
        if outcome.code != Some(0) {
            let account = self.world.account();
            if account.stacks()?.contains_key(STACK) {
                account.settled(STACK)?;
            }
            self.expect("apply", &[], 0).context("the rerun")?;
        }
        self.expect("plan", &["--detailed-exitcode"], 0).context("after all")?;
        let account = self.world.account();
        let stacks = account.stacks()?;
        ensure!(stacks.len() == 1 && stacks.contains_key(STACK), "{stacks:?}");
        ensure!(account.change_sets(STACK)? == 0, "a change set is left");
        let there = self.world.run_environments()?;
        ensure!(there == ["staging"], "Run Environments: {there:?}");
        let described = account.ecs("DescribeClusters", &json!({ "clusters": [self.cluster] }))?;
        let providers = &described["clusters"][0]["capacityProviders"];
        ensure!(providers.as_array().is_some_and(|list| list.len() == 2), "capacity providers: {providers}");
        let text = shown(outcome);
        for secret in secrets(&self.world)?.iter().map(String::as_str).chain([EXAMPLE_PASSWORD]) {
            ensure!(!text.contains(secret), "a secret is shown:\n{text}");
        }
        Ok(())
    }
}

fn shown(outcome: &Outcome) -> String {
    format!("{}{}", outcome.stdout, outcome.stderr)
}

/// What a cell shows: `survives`, or the exit code and the codes of the errors, and whether something is left over.
fn told(outcome: &Outcome) -> String {
    let codes = outcome.stderr.split("error[").skip(1).filter_map(|rest| rest.split(']').next());
    let codes: BTreeSet<&str> = codes.collect();
    let left = if shown(outcome).contains(" is left") { ", left over" } else { "" };
    match outcome.code {
        Some(0) => format!("survives{left}"),
        Some(code) => {
            let code = code.to_string();
            let words: Vec<&str> = [code.as_str()].into_iter().chain(codes).collect();
            words.join(" ") + left
        }
        None => "killed".to_owned(),
    }
}

/// What becomes of an apply that is struck by these faults, what it says, and how often it was struck by the last one.
fn in_a_cell(scene: Scene, faults: &[Fault]) -> Result<(String, String, usize)> {
    let cell = Cell::new(scene)?;
    let Struck { outcome, attempts, .. } = cell.struck(faults)?;
    cell.converges(&outcome)?;
    Ok((told(&outcome), shown(&outcome), attempts))
}

/// Does all of this, a number at a time, in whatever order.
fn side_by_side<T: Send, R: Send>(work: Vec<T>, of: impl Fn(T) -> R + Sync) -> Vec<R> {
    let (work, done) = (Mutex::new(work), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                loop {
                    let next = work.lock().expect("no worker panics with the lock").pop();
                    let Some(next) = next else { break };
                    let result = of(next);
                    done.lock().expect("no worker panics with the lock").push(result);
                }
            });
        }
    });
    done.into_inner().expect("no worker panics with the lock")
}

#[test]
fn every_call_of_an_apply_under_every_fault() -> Result<()> {
    let steps = steps();
    let mut cells = Vec::new();
    for (row, step) in steps.iter().enumerate() {
        let faults = Trouble::ALL.into_iter().enumerate();
        cells.extend(faults.filter_map(|(column, trouble)| Some(((row, column), step, trouble, trouble.of(step)?))));
    }
    // What takes a minute begins first: the work is taken from the end.
    cells.sort_by_key(|(_, _, trouble, _)| trouble.lasts());
    let outcomes = side_by_side(cells, |(place, step, trouble, fault)| {
        let faults: Vec<Fault> = step.provided.into_iter().chain([fault]).collect();
        let outcome = in_a_cell(step.scene, &faults).map(|(told, ..)| told);
        (place, outcome.with_context(|| format!("{} / {}", step.title, trouble.title())))
    });
    let wrong: Vec<String> =
        outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().err().map(|error| format!("{error:?}"))).collect();
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n\n"));
    let told: BTreeMap<_, _> =
        outcomes.into_iter().filter_map(|(place, outcome)| Some((place, outcome.ok()?))).collect();
    let table = table(&steps, &told);
    insta::assert_snapshot!("matrix", table);
    let documented = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/faults.md"))?;
    assert!(documented.contains(&table), "docs/faults.md has another table than this:\n{table}");
    Ok(())
}

fn table(steps: &[Step], told: &BTreeMap<(usize, usize), String>) -> String {
    let line = |cells: &mut dyn Iterator<Item = &str>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut text = line(&mut ["call"].into_iter().chain(Trouble::ALL.map(Trouble::title)));
    text += &line(&mut std::iter::repeat_n("---", Trouble::ALL.len() + 1));
    for (row, step) in steps.iter().enumerate() {
        let cells = (0..Trouble::ALL.len()).map(|column| told.get(&(row, column)).map_or("-", String::as_str));
        text += &line(&mut [step.title].into_iter().chain(cells));
    }
    text
}

/// What one fault alone does to an apply: exit code and error codes, and what stands in the output.
#[derive(Clone, Copy)]
struct Single {
    fault: Fault,
    scene: Scene,
    told: &'static str,
    says: &'static [&'static str],
    attempts: usize,
}

/// Faults that are not worth a column.
fn singles() -> Vec<Single> {
    let fault = |service, op, times, effect| Fault { service, op, after: None, times, effect };
    let aws = |op, times, effect| fault("cloudformation", op, times, effect);
    let waiting = |fault: Fault| Fault { after: Some("ExecuteChangeSet"), ..fault };
    let single = |fault, told, says, attempts| Single { fault, scene: Scene::New, told, says, attempts };
    let error = |code, message, status| Effect::Error { code, message, status };
    let quota = error("LimitExceededException", "ChangeSet limit exceeded for stack CloudReactor-staging", 400);
    let late = error(
        "SignatureDoesNotMatch",
        "Signature expired: 20261125T000000Z is now earlier than 20261125T001500Z (20261125T003000Z - 15 min.)",
        403,
    );
    let list = "GET /api/v1/run_environments/";
    let expired = error("ExpiredToken", "The security token included in the request is expired", 403);
    vec![
        // A quota is no throttling, although the SDK says so.
        single(aws("CreateChangeSet", None, quota), "8 GW4001", &["ChangeSet limit exceeded"], 1),
        single(
            fault("sts", "GetCallerIdentity", None, late),
            "4 GW2004",
            &["this machine's clock is off", "Signature expired"],
            1,
        ),
        single(waiting(aws("DescribeStackEvents", Some(1), Effect::Silent)), "survives", &[], 1),
        single(fault("cloudreactor", list, Some(1), Effect::Silent), "survives", &[], 1),
        single(aws("ExecuteChangeSet", Some(1), Effect::Slow { seconds: 3 }), "survives", &[], 1),
        single(aws("DescribeChangeSet", None, Effect::Repeated), "1 GW2007", &["the same page token twice"], 2),
        single(fault("cloudreactor", list, None, Effect::Repeated), "4 GW2106", &["another follows"], 1),
        // Static credentials end in the middle of a wait.
        single(
            waiting(aws("DescribeStackEvents", None, expired)),
            "11 GW4005",
            &[
                "AWS goes on creating stack CloudReactor-staging",
                "run the same command again: it goes on",
                "fresh credentials",
            ],
            2,
        ),
    ]
}

#[test]
fn single_faults() -> Result<()> {
    let outcomes = side_by_side(singles(), |single| -> Result<()> {
        let (told, text, attempts) = in_a_cell(single.scene, &[single.fault])?;
        ensure!(told == single.told, "{:?}: {told}\n{text}", single.fault);
        ensure!(attempts == single.attempts, "{:?}: {attempts} attempts\n{text}", single.fault);
        has(&text, single.says);
        Ok(())
    });
    all_are_well(outcomes)
}

fn all_are_well(outcomes: Vec<Result<()>>) -> Result<()> {
    let wrong: Vec<String> = outcomes.into_iter().filter_map(|outcome| Some(format!("{:?}", outcome.err()?))).collect();
    ensure!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    Ok(())
}

/// A profile that assumes a role can assume it again.
#[test]
fn credentials_that_end_in_the_middle_of_a_wait_are_renewed_where_they_can_be() -> Result<()> {
    let mut cell = Cell::new(Scene::New)?;
    let other = World::unused_account();
    let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let everything = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let role = cell.world.account().create_role("deployer", &other, None, &everything)?;
    cell.world.assume(&role, &other)?;
    cell.world.set("AWS_PROFILE", World::PROFILE);
    let effect = Effect::Error { code: "ExpiredToken", message: "The security token is expired", status: 403 };
    let op = "DescribeStackEvents";
    let fault = Fault { service: "cloudformation", op, after: Some("ExecuteChangeSet"), times: Some(1), effect };
    let Struck { outcome, calls, .. } = cell.struck(&[fault])?;
    ensure!(outcome.code == Some(0), "{}", shown(&outcome));
    assert_eq!(calls.count("AssumeRole"), 2, "the role is assumed once more");
    cell.converges(&outcome)
}

/// What passes keeps no removal from its end.
#[test]
fn a_removal_survives_what_passes() -> Result<()> {
    let calls = [
        ("cloudformation", "DeleteStack", None),
        ("cloudformation", "DescribeStacks", Some("DeleteStack")),
        ("cloudformation", "DescribeStackEvents", Some("DeleteStack")),
        ("cloudreactor", "DELETE /api/v1/run_environments/*", None),
    ];
    let troubles = [Trouble::ThrottledTwice, Trouble::Lost, Trouble::Unanswered, Trouble::Cut];
    let cells = calls.into_iter().flat_map(|call| troubles.map(|trouble| (call, trouble))).collect();
    let outcomes = side_by_side(cells, |((service, op, after), trouble): (_, Trouble)| -> Result<()> {
        let title = "a removal";
        let step = Step { title, scene: Scene::New, service, op, after, rereads: false, provided: None };
        let cell = Cell::new(Scene::New)?;
        cell.expect("apply", &[], 0)?;
        cell.world.proxy()?.fault(&[trouble.of(&step).context("a fault")?])?;
        let removed = cell.run("destroy", &["--confirm", "staging", "--run-environment"])?;
        ensure!(removed.code == Some(0), "{op} {trouble:?}:\n{}", shown(&removed));
        ensure!(cell.world.account().stacks()?.is_empty() && cell.world.run_environments()?.is_empty(), "{op}");
        let struck = cell.world.proxy()?.calls()?.calls().iter().filter(|call| call.fault.is_some()).count();
        ensure!(struck > 0, "{op} {trouble:?}: nothing was struck");
        Ok(())
    });
    all_are_well(outcomes)
}
