//! `groundwork verify`: a chain that is whole, and every link of it broken for real, past groundwork.

use anyhow::Result;
use groundwork_e2e::Case;

#[test]
fn a_new_account_is_verified() -> Result<()> {
    let case = Case::new()?;
    case.run("apply", &[], 0)?;
    let verified = case.world.run(["verify", "-f", &case.spec])?;
    println!("{}\n{}\n{:?}", verified.stdout, verified.stderr, verified.code);
    let account = case.world.account();
    println!("{}", account.call("ec2", "DescribeNatGateways", &[])?);
    println!("{}", account.call("ec2", "DescribeRouteTables", &[])?);
    println!("{}", account.call("ec2", "DescribeSecurityGroups", &[])?);
    println!("{}", account.call("iam", "ListRoles", &[])?);
    panic!()
}
