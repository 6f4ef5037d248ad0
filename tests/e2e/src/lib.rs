//! The binary run as a user runs it. The outside world that the tests need is in `groundwork-harness`.

pub mod matrix;
pub mod redact;
pub mod rollout;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use groundwork_harness::{Emulator, Outcome, World};
use tempfile::TempDir;

/// A spec with everything made by groundwork: two zones, one NAT gateway.
pub const SPEC: &str = "\
version = 1

[environment]
name = \"staging\"
region = \"us-west-2\"

[role]
stack_name = \"CloudReactor-staging\"

[network]
cidr = \"10.0.0.0/16\"
public_zones = 2
private_zones = 2
nat = \"single\"

[cloudreactor]
group = \"example\"
";

/// A world and the spec that is applied in it.
#[derive(Debug)]
pub struct Case {
    /// The world.
    pub world: World,
    /// The path of the spec.
    pub spec: String,
}

impl Case {
    /// A new account.
    pub fn new() -> Result<Self> {
        Self::in_world(World::new()?)
    }

    /// An account of this number, for output in which it stands: no other test of the file may use it.
    pub fn numbered(account: &str) -> Result<Self> {
        Self::in_world(World::within(Emulator::shared(), account)?)
    }

    /// An account of this world.
    pub fn in_world(world: World) -> Result<Self> {
        let spec = world.write("staging.toml", SPEC)?.display().to_string();
        Ok(Self { world, spec })
    }

    /// Changes the spec as it stands above.
    pub fn edit(&self, from: &str, to: &str) -> Result<()> {
        assert!(SPEC.contains(from), "the spec has no {from:?}");
        self.world.write("staging.toml", &SPEC.replace(from, to)).map(drop)
    }

    /// Runs a verb and holds its exit code.
    pub fn run(&self, verb: &str, options: &[&str], code: i32) -> Result<Outcome> {
        let arguments = [&[verb, "-f", &self.spec][..], options].concat();
        let outcome = self.world.run(&arguments)?;
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.code, Some(code), "groundwork {}:\n{shown}", arguments.join(" "));
        Ok(outcome)
    }

    /// Runs what is refused, and holds its exit code and that it wrote nothing; what the user reads.
    pub fn refused(&self, arguments: &[&str], code: i32) -> Result<String> {
        let before = self.state()?;
        let outcome = self.world.run(arguments)?;
        let shown = told(arguments, &outcome, self.world.folder());
        assert_eq!(outcome.code, Some(code), "{shown}");
        assert_eq!(self.state()?, before, "a run that is refused wrote something:\n{shown}");
        Ok(shown)
    }

    /// What a run could have changed: the stacks with their times, and what was ever written to CloudReactor.
    fn state(&self) -> Result<(String, Vec<String>)> {
        let xml = self.world.account().call("cloudformation", "DescribeStacks", &[])?;
        let (stacks, _) = xml.split_once("<ResponseMetadata>").context("the end of the stacks")?;
        let log = self.world.cloudreactor().log();
        let writes = log.iter().filter(|entry| entry.method != "GET" && !entry.path.starts_with("/auth/"));
        Ok((stacks.to_owned(), writes.map(|entry| format!("{} {}", entry.method, entry.path)).collect()))
    }

    /// Holds that the account is as the spec says.
    pub fn nothing_to_do(&self) -> Result<()> {
        let plan = self.run("plan", &["--detailed-exitcode"], 0)?;
        assert!(plan.stdout.contains("Nothing to do"), "{}", plan.stdout);
        Ok(())
    }
}

/// Holds that a text has these parts, wherever its lines are broken.
pub fn has(text: &str, wanted: &[&str]) {
    let flowing = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = flowing(text);
    for part in wanted {
        assert!(whole.contains(&flowing(part)), "{part:?} is not in\n{text}");
    }
}

/// What a user reads, whole: the command, exit code, stdout and stderr, without what differs from run to run.
pub fn transcript(world: &World, arguments: &[&str]) -> Result<String> {
    Ok(told(arguments, &world.run(arguments)?, world.folder()))
}

/// The same of a run that has ended, in a folder whose name is left out.
pub fn told(arguments: &[&str], outcome: &Outcome, folder: &Path) -> String {
    let code = outcome.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    let command = format!("$ groundwork {}", arguments.join(" "));
    let text = format!("{command}\nexit {code}\n----- stdout\n{}----- stderr\n{}", outcome.stdout, outcome.stderr);
    redact::stable(&text.replace(&folder.display().to_string(), "FOLDER"))
}

/// The external id and the starter key that the role stack was made with.
pub fn secrets(world: &World) -> Result<[String; 2]> {
    let xml = world.account().call("cloudformation", "DescribeStacks", &[("StackName", "CloudReactor-staging")])?;
    let value = |key: &str| {
        let (_, after) = xml.split_once(&format!("<ParameterKey>{key}</ParameterKey>")).context("a parameter")?;
        let value = after.split_once("<ParameterValue>").and_then(|(_, rest)| rest.split('<').next());
        let value = value.context("a value")?;
        assert_eq!(value.len(), 32, "{key} is no secret of ours");
        Ok::<_, anyhow::Error>(value.to_owned())
    };
    Ok([value("ExternalID")?, value("WorkflowStarterAccessKey")?])
}

/// Another machine: its home and work folder are its own, credentials and far ends are the same.
#[derive(Debug)]
pub struct Machine<'a> {
    world: &'a World,
    home: TempDir,
}

impl<'a> Machine<'a> {
    /// A machine on which nothing is.
    pub fn new(world: &'a World) -> Result<Self> {
        Ok(Self { world, home: TempDir::new()? })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// Brings a file over from the first machine.
    pub fn bring(&self, name: &str) -> Result<()> {
        fs::copy(self.world.folder().join(name), self.folder().join(name)).with_context(|| name.to_owned()).map(drop)
    }

    /// Runs the binary there, and holds its exit code.
    pub fn run(&self, arguments: &[&str], code: i32) -> Result<Outcome> {
        let mut command = self.world.groundwork(arguments);
        let output = command.current_dir(self.folder()).env("HOME", self.folder()).output()?;
        let outcome = Outcome::of(output)?;
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.code, Some(code), "groundwork {}:\n{shown}", arguments.join(" "));
        Ok(outcome)
    }
}
