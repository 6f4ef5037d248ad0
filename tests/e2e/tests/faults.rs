//! What becomes of an apply when one of its calls goes wrong, for each of its calls and each way of going wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use groundwork_e2e::matrix::{Scene, Step, Trouble, steps};
use groundwork_e2e::secrets;
use groundwork_harness::cloudreactor::EXAMPLE_PASSWORD;
use groundwork_harness::{Fault, Outcome, ProxyOptions, World};
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

    /// Applies under these faults; what becomes of it, and how often a call was struck.
    fn struck(&self, faults: &[Fault]) -> Result<(Outcome, usize)> {
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
        ensure!(outcome.code.is_some_and(|code| code != 1) && !text.contains("panicked"), "a crash:\n{text}");
        ensure!(attempts > 0, "nothing was struck:\n{text}");
        ensure!(attempts <= MOST_ATTEMPTS, "{attempts} attempts:\n{text}");
        ensure!(elapsed <= LONGEST, "it took {elapsed:?}:\n{text}");
        ensure!(proxy.complaints()?.is_empty(), "the proxy itself failed: {}", proxy.complaints()?);
        Ok((outcome, attempts))
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

/// What a cell shows: `survives`, or the exit code and the codes of the errors.
fn told(outcome: &Outcome) -> String {
    let codes: BTreeSet<&str> =
        outcome.stderr.split("error[").skip(1).filter_map(|rest| rest.split(']').next()).collect();
    match outcome.code {
        Some(0) => "survives".to_owned(),
        Some(code) => {
            [code.to_string()].into_iter().chain(codes.into_iter().map(str::to_owned)).collect::<Vec<_>>().join(" ")
        }
        None => "killed".to_owned(),
    }
}

fn cell(step: &Step, fault: Fault) -> Result<String> {
    let cell = Cell::new(step.scene)?;
    let faults: Vec<Fault> = step.provided.into_iter().chain([fault]).collect();
    let (outcome, _) = cell.struck(&faults)?;
    cell.converges(&outcome)?;
    Ok(told(&outcome))
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
fn the_matrix() -> Result<()> {
    let steps = steps();
    let mut cells = Vec::new();
    for (row, step) in steps.iter().enumerate() {
        cells.extend(Trouble::ALL.into_iter().enumerate().filter_map(|(column, trouble)| {
            let only = std::env::var("FAULTS").unwrap_or_default();
            let name = format!("{} / {}", step.title, trouble.title());
            name.contains(&only).then(|| Some((row, column, *step, trouble.of(step)?))).flatten()
        }));
    }
    // What takes a minute begins first; the work is taken from the end.
    cells.sort_by_key(|(_, column, ..)| Trouble::ALL[*column].lasts());
    let outcomes = side_by_side(cells, |(row, column, step, fault)| {
        let started = Instant::now();
        let outcome = cell(&step, fault);
        eprintln!("{:>6.1?} {} / {}: {outcome:?}", started.elapsed(), step.title, Trouble::ALL[column].title());
        ((row, column), outcome)
    });
    let outcomes: BTreeMap<_, _> = outcomes.into_iter().collect();
    println!("{}", table(&steps, &outcomes));
    Ok(())
}

fn table(steps: &[Step], outcomes: &BTreeMap<(usize, usize), Result<String>>) -> String {
    let mut text = "| call |".to_owned();
    for trouble in Trouble::ALL {
        text += &format!(" {} |", trouble.title());
    }
    text += &format!("\n|---|{}\n", "---|".repeat(Trouble::ALL.len()));
    for (row, step) in steps.iter().enumerate() {
        text += &format!("| {} |", step.title);
        for column in 0..Trouble::ALL.len() {
            let shown = match outcomes.get(&(row, column)) {
                None => "-",
                Some(Ok(told)) => told,
                Some(Err(_)) => "WRONG",
            };
            text += &format!(" {shown} |");
        }
        text += "\n";
    }
    text
}
