//! What the gates refuse, as users read it: exit code, stdout and stderr together.

use anyhow::{Context, Result};
use groundwork_e2e::{Case, SPEC, told};

const PLAN: &str = "staging.plan.json";

/// Every class that a flag can allow.
const EVERY_CLASS: &str = "create,update,replace,delete,egress-address,iam-broaden,trust";

/// The spec without a NAT gateway: there is less to read.
fn small() -> String {
    SPEC.replace("nat = \"single\"\n", "nat = \"none\"\ntasks_in = \"public\"\n")
}

/// An account with a number of its own, since it stands in the output, to which a spec was applied.
fn applied(account: &str, spec: &str) -> Result<Case> {
    let case = Case::numbered(account)?;
    case.world.write("staging.toml", spec)?;
    case.run("apply", &[], 0)?;
    Ok(case)
}

/// Saves the plan of a spec, and shows how it is refused where it is applied.
fn refused_when_saved(case: &Case, spec: &str) -> Result<String> {
    case.world.write("staging.toml", spec)?;
    case.run("plan", &["-o", PLAN], 0)?;
    case.refused(&["apply", PLAN], 5)
}

/// Applies the saved plan with the flags that the refusal told of: they are all that it takes.
fn allowed_as_told(case: &Case, refusal: &str) -> Result<()> {
    let (_, hint) = refusal.rsplit_once("if this is meant, allow it: ").context("a hint")?;
    let flags = hint.lines().next().context("flags")?.split(' ');
    let apply: Vec<&str> = ["apply", PLAN].into_iter().chain(flags).collect();
    let done = case.world.run(&apply)?;
    assert_eq!(done.code, Some(0), "{}", told(&apply, &done, case.world.folder()));
    case.nothing_to_do()
}

#[test]
fn an_egress_address_is_not_lost_unasked() -> Result<()> {
    let case = applied("200000000101", SPEC)?;
    let more = SPEC.replace("nat = \"single\"\n", "nat = \"per-zone\"\n");
    case.world.write("staging.toml", &more)?;
    insta::assert_snapshot!(case.refused(&["apply", "-f", "staging.toml"], 5)?);
    let refusal = refused_when_saved(&case, &small())?;
    insta::assert_snapshot!("saved_egress_address", refusal);
    allowed_as_told(&case, &refusal)
}

#[test]
fn a_role_is_not_broadened_unasked() -> Result<()> {
    let case = applied("200000000102", &small())?;
    let (broader, trusting) = ("secrets_path_prefix = \"\"\n", "principal = \"arn:aws:iam::999999999999:role/own\"\n");
    let with = |lines: &str| small().replace("[role]\n", &format!("[role]\n{lines}"));
    case.world.write("staging.toml", &with(&format!("{broader}{trusting}")))?;
    insta::assert_snapshot!(case.refused(&["apply", "-f", "staging.toml"], 5)?);
    let refusal = refused_when_saved(&case, &with(broader))?;
    insta::assert_snapshot!("saved_iam_broaden", refusal);
    allowed_as_told(&case, &refusal)?;
    let refusal = refused_when_saved(&case, &with(&format!("{broader}{trusting}")))?;
    insta::assert_snapshot!("saved_trust", refusal);
    allowed_as_told(&case, &refusal)
}

#[test]
fn a_saved_plan_passes_the_gates_when_it_is_applied() -> Result<()> {
    let case = applied("200000000105", &small())?;
    let less = small().replace("private_zones = 2", "private_zones = 1");
    let refusal = refused_when_saved(&case, &less)?;
    insta::assert_snapshot!("saved_delete", refusal);
    allowed_as_told(&case, &refusal)?;
    let refusal = refused_when_saved(&case, &less.replace("10.0.0.0/16", "10.9.0.0/16"))?;
    insta::assert_snapshot!("saved_replace", refusal);
    allowed_as_told(&case, &refusal)
}

#[test]
fn what_the_spec_protects_is_neither_replaced_nor_removed() -> Result<()> {
    let case = applied("200000000103", &small())?;
    let protected = small() + "\n[policy]\ndeny = [\"delete\"]\n[policy.network]\nprotect = true\n";
    let apply = ["apply", "-f", "staging.toml", "--allow", EVERY_CLASS];
    case.world.write("staging.toml", &protected.replace("10.0.0.0/16", "10.9.0.0/16"))?;
    insta::assert_snapshot!("protected_apply", case.refused(&apply, 5)?);
    case.world.write("staging.toml", &protected.replace("private_zones = 2", "private_zones = 1"))?;
    insta::assert_snapshot!("protected_delete", case.refused(&apply, 5)?);
    case.run("plan", &["-o", PLAN], 0)?;
    insta::assert_snapshot!("protected_saved", case.refused(&["apply", PLAN, "--allow", EVERY_CLASS], 5)?);
    case.world.write("staging.toml", &protected)?;
    let destroy = ["destroy", "-f", "staging.toml", "--confirm", "staging"];
    insta::assert_snapshot!("protected_destroy", case.refused(&destroy, 5)?);
    Ok(())
}

#[test]
fn what_the_policy_denies_no_flag_allows() -> Result<()> {
    let case = applied("200000000106", &small())?;
    let apply = ["apply", "-f", "staging.toml", "--allow", EVERY_CLASS];
    let trusting = small().replace("[role]\n", "[role]\nprincipal = \"arn:aws:iam::999999999999:role/own\"\n");
    case.world.write(
        "staging.toml",
        &format!("{trusting}\n[policy]\nallow = [\"trust\"]\n[policy.role]\ndeny = [\"trust\"]\n"),
    )?;
    insta::assert_snapshot!("denied_in_a_component", case.refused(&apply, 5)?);
    let less = small().replace("private_zones = 2", "private_zones = 1");
    case.world.write("staging.toml", &format!("{less}\n[policy]\ndeny = [\"delete\", \"replace\"]\n"))?;
    insta::assert_snapshot!("denied_everywhere", case.refused(&apply, 5)?);
    Ok(())
}

#[test]
fn a_month_may_cost_only_so_much_more() -> Result<()> {
    let case = Case::numbered("200000000104")?;
    let limited = ["plan", "-f", "staging.toml", "--max-monthly-increase", "20", "--explain-cost"];
    insta::assert_snapshot!("cost_plan", case.refused(&limited, 5)?);
    let apply = ["apply", "-f", "staging.toml", "--max-monthly-increase", "20"];
    insta::assert_snapshot!("cost_apply", case.refused(&apply, 5)?);
    case.run("plan", &["-o", PLAN], 0)?;
    let refusal = case.refused(&["apply", PLAN, "--max-monthly-increase", "36.49"], 5)?;
    insta::assert_snapshot!("cost_saved", refusal);
    allowed_as_told(&case, &refusal)
}

#[test]
fn nothing_is_removed_unless_the_environment_is_named() -> Result<()> {
    let case = applied("200000000107", &small())?;
    let preview = ["destroy", "-f", "staging.toml", "--detailed-exitcode"];
    insta::assert_snapshot!("destroy_without_a_name", case.refused(&preview, 2)?);
    let misnamed = ["destroy", "-f", "staging.toml", "--confirm", "production"];
    insta::assert_snapshot!("destroy_with_another_name", case.refused(&misnamed, 5)?);
    Ok(())
}

#[test]
fn a_stack_of_somebody_else_is_left_alone() -> Result<()> {
    let case = Case::numbered("200000000108")?;
    let account = case.world.account();
    let template = include_str!("fixtures/wizard-role.json");
    account.create_stack("CloudReactor-staging", template, &[])?;
    account.create_stack("Other", template, &[("groundwork:environment", "production")])?;
    for stack in ["CloudReactor-staging", "Other"] {
        account.settled(stack)?;
    }
    let apply = ["apply", "-f", "staging.toml"];
    insta::assert_snapshot!("a_stack_without_our_tag", case.refused(&apply, 5)?);
    case.edit("\"CloudReactor-staging\"", "\"Other\"")?;
    insta::assert_snapshot!("a_stack_of_another_environment", case.refused(&apply, 5)?);
    Ok(())
}
