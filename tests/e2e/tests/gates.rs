//! What the gates refuse, as users read it: exit code, stdout and stderr together.

use anyhow::Result;
use groundwork_e2e::{Case, SPEC, transcript};
use groundwork_harness::{Emulator, World};

struct Gate {
    case: Case,
}

impl Gate {
    /// An account with a number of its own, since it stands in the output, to which the spec was applied.
    fn new(account: &str, before: &str) -> Result<Self> {
        let case = Case::in_world(World::within(Emulator::shared(), account)?)?;
        let gate = Self { case };
        gate.spec("nat = \"single\"\n", before)?;
        gate.case.run("apply", &[], 0)?;
        Ok(gate)
    }

    fn spec(&self, from: &str, to: &str) -> Result<()> {
        assert!(SPEC.contains(from), "the spec has no {from:?}");
        self.case.world.write("staging.toml", &SPEC.replace(from, to)).map(drop)
    }

    fn shown(&self, arguments: &[&str]) -> Result<String> {
        let arguments: Vec<&str> =
            arguments.iter().map(|word| if *word == "SPEC" { &self.case.spec } else { *word }).collect();
        Ok(without_random_parts(&transcript(&self.case.world, &arguments)?))
    }
}

#[test]
fn an_egress_address_is_not_lost_unasked() -> Result<()> {
    let gate = Gate::new("200000000101", "nat = \"single\"\n")?;
    gate.spec("nat = \"single\"\n", "nat = \"per-zone\"\n")?;
    insta::assert_snapshot!(gate.shown(&["apply", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn a_role_is_not_broadened_unasked() -> Result<()> {
    let gate = Gate::new("200000000102", "nat = \"none\"\ntasks_in = \"public\"\n")?;
    let spec = SPEC.replace("nat = \"single\"\n", "nat = \"none\"\ntasks_in = \"public\"\n");
    let wider = "[role]\nsecrets_path_prefix = \"\"\nprincipal = \"arn:aws:iam::999999999999:role/own\"\n";
    gate.case.world.write("staging.toml", &spec.replace("[role]\n", wider))?;
    insta::assert_snapshot!(gate.shown(&["apply", "-f", "SPEC"])?);
    Ok(())
}

#[test]
fn what_the_spec_protects_is_neither_replaced_nor_removed() -> Result<()> {
    let gate = Gate::new("200000000103", "nat = \"none\"\ntasks_in = \"public\"\n")?;
    let protected = SPEC.replace("nat = \"single\"\n", "nat = \"none\"\ntasks_in = \"public\"\n")
        + "\n[policy]\ndeny = [\"delete\"]\n[policy.network]\nprotect = true\n";
    gate.case.world.write("staging.toml", &protected.replace("10.0.0.0/16", "10.9.0.0/16"))?;
    insta::assert_snapshot!("protected_apply", gate.shown(&["apply", "-f", "SPEC", "--allow", "replace,delete"])?);
    gate.case.world.write("staging.toml", &protected)?;
    insta::assert_snapshot!("protected_destroy", gate.shown(&["destroy", "-f", "SPEC", "--confirm", "staging"])?);
    assert_eq!(gate.case.world.account().stacks()?.len(), 3, "everything is still there");
    Ok(())
}

#[test]
fn a_month_may_cost_only_so_much_more() -> Result<()> {
    let case = Case::in_world(World::within(Emulator::shared(), "200000000104")?)?;
    let gate = Gate { case };
    let limited = ["plan", "-f", "SPEC", "--max-monthly-increase", "20", "--explain-cost"];
    insta::assert_snapshot!("cost_plan", gate.shown(&limited)?);
    gate.case.run("apply", &["--max-monthly-increase", "20"], 5)?;
    assert!(gate.case.world.account().stacks()?.is_empty(), "nothing was made");
    gate.case.run("apply", &["--max-monthly-increase", "36.50"], 0)?;
    Ok(())
}

/// The emulator gives out addresses and ids at random.
fn without_random_parts(text: &str) -> String {
    let is_address =
        |word: &str| word.split('.').count() == 4 && word.split('.').all(|part| part.parse::<u8>().is_ok());
    let word = |word: &'_ str| match word {
        word if is_address(word) => "ADDRESS".to_owned(),
        word if word.starts_with("sg-") => "sg-ID".to_owned(),
        word => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
