//! `cargo xtask demo`: the main job, from an empty account and back, with the real binary.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};
use groundwork_harness::{Emulator, EmulatorOptions, World, groundwork_binary};

use crate::interrupt::Runner;
use crate::say;

const ACCOUNT: &str = "123456789012";

/// Long enough to see resources come one by one, short enough for nobody to wait.
const SECONDS_PER_RESOURCE: f64 = 0.15;

const SPEC: &str = r#"version = 1

[environment]
name = "staging"
region = "us-west-2"
account_id = "123456789012"

[tags]
team = "data"

[network]
mode = "create"
cidr = "10.0.0.0/16"
public_zones = 2
private_zones = 2
nat = "single"
endpoints = ["s3", "dynamodb"]

[cloudreactor]
group = "example"
"#;

/// What the demo changes later: text that the spec has, and what takes its place.
const EDITS: [(&str, &str); 2] = [
    ("private_zones = 2", "private_zones = 3"),
    (r#"endpoints = ["s3", "dynamodb"]"#, r#"endpoints = ["s3", "dynamodb", "logs"]"#),
];

/// Runs the demo; fails if a step ends otherwise than it should.
pub fn run() -> Result<()> {
    say::line("groundwork's main job: an empty AWS account becomes ready for CloudReactor, and empty again.")?;
    say::line("AWS is an emulator here (ministack, with additions of this project) and CloudReactor a double")?;
    say::line("of this project's own: test doubles, on loopback ports. Nothing leaves this machine.")?;
    say::line("\nPreparing: building groundwork, and installing the emulator if it isn't there yet ...")?;
    let runner = Runner::start()?;
    groundwork_binary()?;
    runner.check()?;
    let options = EmulatorOptions { provision_delay: SECONDS_PER_RESOURCE, ..EmulatorOptions::default() };
    let emulator = Emulator::start(&options)?;
    runner.check()?;
    Demo { world: World::within(&emulator, ACCOUNT)?, runner }.play()
}

struct Demo {
    world: World,
    runner: Runner,
}

impl Demo {
    fn play(&self) -> Result<()> {
        self.scene("The spec says what there should be; everything else has a default.")?;
        self.world.write("staging.toml", SPEC)?;
        self.show("cat staging.toml", SPEC)?;
        self.groundwork("It is checked offline.", "validate -f staging.toml", 0)?;
        self.groundwork("The plan only reads. The account is empty, so everything is created.", PLAN, 2)?;
        self.groundwork("Apply plans again, and does it: stacks side by side, the Run Environment last.", APPLY, 0)?;
        self.groundwork("Planned once more, there is nothing to do.", PLAN, 0)?;
        self.edit()?;
        self.groundwork("Only what differs is planned: no subnet is renumbered, no address changes.", PLAN, 2)?;
        self.groundwork("", APPLY, 0)?;
        self.groundwork("What there is now.", "status -f staging.toml", 0)?;
        self.groundwork("Without --confirm, destroy only shows what would go.", "destroy -f staging.toml", 0)?;
        self.groundwork("With it, everything goes that groundwork made.", DESTROY, 0)?;
        let left = self.world.account().stacks()?;
        ensure!(left.is_empty(), "stacks are left over: {left:?}");
        self.scene("No stack is left. That was all of it; the emulator and the double are being stopped.")
    }

    fn edit(&self) -> Result<()> {
        self.scene("The spec changes: a third zone for private subnets, and an endpoint for CloudWatch Logs.")?;
        let changed = EDITS.iter().fold(SPEC.to_owned(), |spec, (old, new)| spec.replace(old, new));
        fs::write(self.world.folder().join("staging.toml"), changed)?;
        let diff: Vec<String> = EDITS.iter().map(|(old, new)| format!("-{old}\n+{new}\n")).collect();
        self.show("git diff --unified=0 staging.toml", &diff.concat())
    }

    fn groundwork(&self, narration: &str, arguments: &str, expected: i32) -> Result<()> {
        self.scene(narration)?;
        say::line(&format!("$ groundwork {arguments}"))?;
        let mut command: Command = self.world.groundwork(arguments.split(' '));
        let status = self.runner.run(&mut command)?;
        ensure!(status.code() == Some(expected), "`groundwork {arguments}` ended with {status}, not {expected}");
        if expected != 0 {
            say::line(&format!("(exit code {expected})"))?;
        }
        Ok(())
    }

    fn show(&self, command: &str, text: &str) -> Result<()> {
        say::line(&format!("$ {command}\n{}", text.trim_end()))
    }

    fn scene(&self, narration: &str) -> Result<()> {
        self.runner.check()?;
        say::line(&if narration.is_empty() { String::new() } else { format!("\n# {narration}") })
    }
}

const PLAN: &str = "plan -f staging.toml --detailed-exitcode";
const APPLY: &str = "apply -f staging.toml";
const DESTROY: &str = "destroy -f staging.toml --confirm staging --run-environment";
