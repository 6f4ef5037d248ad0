//! Specs whose targets are accounts of an organization: who is asked for what, and what becomes of the accounts.

mod support;

use groundwork_model::organization::{FoundAccounts, OrganizationQuery};
use groundwork_model::rollout::RolloutTarget;
use groundwork_spec::{Document, InOrganization, Layers, LoadedRollout, SpecFile, external_ids, load_any};
use support::{NEEDED, file, found, problems_of_any, render};

const PRODUCTION: &str = "[targets.organization]\nunits = [\"Workloads/Production\"]\n";

fn text(parts: &[&str]) -> Layers {
    file(&[NEEDED, &parts.concat()].concat())
}

fn organization(layers: &Layers) -> InOrganization {
    match load_any(layers) {
        Ok(Document::InOrganization(organization)) => organization,
        Ok(Document::One(_) | Document::Many(_)) => panic!("the spec should have an organization"),
        Err(problems) => panic!("the spec should be valid:\n{}", render(&problems)),
    }
}

fn query(more: &str) -> OrganizationQuery {
    organization(&text(&["[targets.organization]\n", more])).query().clone()
}

fn complete(layers: &Layers) -> LoadedRollout {
    match organization(layers).complete(&found()) {
        Ok(loaded) => loaded,
        Err(problems) => panic!("the targets should be valid:\n{}", render(&problems)),
    }
}

fn refused(layers: &Layers) -> String {
    match organization(layers).complete(&found()) {
        Ok(_) => panic!("the targets should be refused"),
        Err(problems) => render(&problems),
    }
}

fn names(targets: &[RolloutTarget]) -> Vec<&str> {
    targets.iter().map(|target| target.name.as_str()).collect()
}

#[test]
fn the_query_is_what_the_spec_says() {
    let query = query(
        "units = [\"/\", \"ou-ab12-cdef5678\"]\ntags.team = \"data\"\nexclude = [\"210000000042\"]\n\
         regions = [\"eu-west-1\", \"us-east-1\"]\n[targets.organization.reader]\nprofile = \"management\"\n\
         assume_role = { role = \"arn:aws:iam::210000000009:role/reader\", external_id = \"reader-s\" }",
    );
    insta::assert_debug_snapshot!(query);
}

#[test]
fn every_account_is_a_target_in_every_region() {
    let own = "wave = \"canary\"\nlabels.tier = \"gold\"\nassume_role = { role = \"groundwork\", external_id = \"ours\" }\n\
               regions = [\"us-west-2\", \"eu-west-1\"]\n[[wave]]\nname = \"canary\"\n[[wave]]\nname = \"rest\"\n";
    let rollout = complete(&text(&[PRODUCTION, own])).rollout;
    let expected = ["Payments-us-west-2", "Payments-eu-west-1", "Data---reports-us-west-2", "Data---reports-eu-west-1"];
    assert_eq!(names(&rollout.targets), expected);
    for target in &rollout.targets {
        let role = target.access.assume_role.as_ref().expect("a role");
        assert_eq!(role.role.as_str(), format!("arn:aws:iam::{}:role/groundwork", target.account));
        assert_eq!(role.external_id.as_ref().map(|id| id.expose()), Some("ours"));
        assert_eq!((target.wave, target.labels["tier"].as_str()), (0, "gold"));
        assert_eq!(target.spec.environment.account_id.as_ref(), Some(&target.account));
        assert_eq!(target.spec.cloudreactor.run_environment.as_str(), target.name.as_str());
        assert!(target.name.as_str().ends_with(target.spec.environment.region.as_str()), "{target:?}");
    }
}

#[test]
fn an_account_with_a_table_of_its_own_is_that_target() {
    let listed = "[[target]]\nname = \"pay\"\naccount_id = \"210000000001\"\nnetwork.cidr = \"10.9.0.0/16\"\n";
    let loaded = complete(&text(&[PRODUCTION, listed]));
    assert_eq!(names(&loaded.rollout.targets), ["pay", "Data---reports-us-west-2"]);
    // In another Region it is another target.
    let loaded = complete(&text(&[PRODUCTION, "regions = [\"us-west-2\", \"eu-west-1\"]\n", listed]));
    let expected = ["pay", "Payments-eu-west-1", "Data---reports-us-west-2", "Data---reports-eu-west-1"];
    assert_eq!(names(&loaded.rollout.targets), expected);
}

#[test]
fn what_is_left_out_is_told() {
    insta::assert_snapshot!(render(&complete(&text(&[PRODUCTION])).notices));
    let none = FoundAccounts { left_out: Vec::new(), ..found() };
    let loaded = organization(&text(&[PRODUCTION])).complete(&none).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert!(loaded.notices.is_empty());
}

#[test]
fn what_is_wrong_with_found_targets_stands_in_the_organization() {
    let nobody = FoundAccounts { accounts: Vec::new(), ..found() };
    let told = organization(&text(&[PRODUCTION])).complete(&nobody).err().unwrap_or_default();
    let mut namesakes = found();
    namesakes.accounts[1].name = "Payments".to_owned();
    let same = organization(&text(&[PRODUCTION])).complete(&namesakes).err().unwrap_or_default();
    // The account that stands for all has a shorter name.
    let long = text(&[PRODUCTION, &format!("name = \"{{account_name}}{}\"\n", "-".repeat(51))]);
    let clash = text(&[PRODUCTION, "[[target]]\nname = \"Data---reports-us-west-2\"\naccount_id = \"210000000001\"\n"]);
    let cases = [render(&told), render(&same), refused(&long), refused(&clash)];
    insta::assert_snapshot!(cases.join("\n=====\n"));
}

#[test]
fn what_is_wrong_with_the_table_is_told_without_any_account() {
    let cases = [
        "[targets]\n",
        "targets = 1\n",
        "[targets]\norganisation = { units = [\"/\"] }\n",
        "[targets.organization]\n",
        "[targets.organization]\nunits = []\nregions = []\nunit = \"x\"\n",
        "[targets.organization]\nunits = [\"/Workloads\", \"a//b\", \"x\", \"x\"]\ntags = { \"aws:x\" = 1 }\n",
        "[targets.organization]\nunits = [\"/\"]\nname = \"{region}\"\nexclude = [1]\nregions = [\"nowhere\"]\n",
        "target = false\ntargets.organization.units = [\"/\"]\n",
        "[targets.organization]\nunits = [\"/\"]\nwave = \"canary\"\nprofile = \"\"\nlabels = 1\n",
        "[targets.organization]\nunits = [\"/\"]\nassume_role = { role = \"arn:aws:iam::111111111111:role/x\" }\n",
        "[targets.organization]\nunits = [\"/\"]\nassume_role = { external_id = \"x\" }\n\
         [targets.organization.reader]\nassume_role = { role = \"reader\" }\n",
        "[targets.organization]\nunits = [\"/\"]\nreader = { assume_role = {}, account = 1 }\n[network]\ncidr = \"x\"\n",
    ];
    let told = cases.map(|case| {
        let text = if case.starts_with("target") { [case, NEEDED] } else { [NEEDED, case] };
        format!("{}\n-----\n{}", case.trim(), render(&problems_of_any(&file(&text.concat()))))
    });
    insta::assert_snapshot!(told.join("\n=====\n"));
}

#[test]
fn layers_speak_of_one_organization_and_lists_are_not_joined() {
    let base = text(&[PRODUCTION]).files.remove(0);
    let over = |text: &str| SpecFile { path: "over.toml".to_owned(), text: text.to_owned() };
    let layers = |more: &str| Layers { files: vec![base.clone(), over(more)], ..Layers::default() };
    let loaded = complete(&Layers {
        sets: vec!["targets.organization.labels.from=\"a flag\"".to_owned()],
        ..layers("targets.organization.regions = [\"eu-west-1\"]\n")
    });
    assert_eq!(names(&loaded.rollout.targets), ["Payments-eu-west-1", "Data---reports-eu-west-1"]);
    assert_eq!(loaded.rollout.targets[0].labels["from"], "a flag");
    let apart = "[[target]]\nname = \"a\"\naccount_id = \"111111111111\"\n";
    insta::assert_snapshot!(render(&problems_of_any(&layers(apart))));
}

#[test]
fn the_external_ids_of_found_accounts_are_among_those_of_the_spec() {
    let own = "assume_role = { role = \"groundwork\", external_id = \"of-the-found\" }\n";
    let ids = external_ids(&text(&[PRODUCTION, own])).unwrap_or_else(|problems| panic!("{}", render(&problems)));
    assert_eq!(ids.iter().map(|id| id.expose()).collect::<Vec<_>>(), ["of-the-found"]);
}

#[test]
fn a_stack_set_has_the_role_stacks_if_the_spec_says_so() {
    let set = |more: &str| {
        complete(&text(&[PRODUCTION, "reader.profile = \"management\"\n[rollout.role]\n", more])).rollout.role_stack_set
    };
    assert_eq!(set(""), None);
    assert_eq!(set("engine = \"change-sets\""), None);
    insta::assert_debug_snapshot!(set("engine = \"stack-sets\""));
    let own = "engine = \"stack-sets\"\nstack_set = \"roles\"\ncall_as = \"management\"\nauto_deployment = true\n\
               [rollout.role.administrator]\nassume_role = { role = \"arn:aws:iam::210000000009:role/admin\" }\n";
    insta::assert_debug_snapshot!(set(own));
}

#[test]
fn what_a_stack_set_cannot_do_is_refused() {
    let sets = "[rollout.role]\nengine = \"stack-sets\"\n";
    let listed = "[[target]]\nname = \"a\"\naccount_id = \"111111111111\"\n";
    let cases = [
        // Nobody's organization.
        format!("{listed}{sets}"),
        format!("{PRODUCTION}[rollout.role]\nengine = \"stack-set\"\n"),
        format!("{PRODUCTION}[rollout.role]\nstack_set = \"x\"\nauto_deployment = true\n"),
        format!("{PRODUCTION}exclude = [\"210000000001\"]\n{sets}auto_deployment = true\n"),
        format!("{PRODUCTION}tags.team = \"data\"\n{sets}auto_deployment = true\n"),
        format!("{PRODUCTION}{sets}[role]\nmode = \"use\"\nstack_name = \"x\"\n"),
        format!("{PRODUCTION}{listed}role.log_group_pattern = \"/a/*\"\n{sets}"),
        format!("{PRODUCTION}{listed}environment.name = \"own\"\n{sets}"),
        format!("{PRODUCTION}{listed}tags.own = \"1\"\n{sets}"),
        format!("{PRODUCTION}{sets}administrator.assume_role.role = \"admin\"\n"),
    ];
    let told = cases.map(|case| format!("{}\n-----\n{}", case.trim(), render(&problems_of_any(&text(&[&case])))));
    insta::assert_snapshot!(told.join("\n=====\n"));
}
