//! `groundwork render`: the templates, for those who install by hand.

use std::path::Path;

use groundwork_aws::Connector;
use groundwork_engine::ports::Cloud;
use groundwork_model::problem::Problem;
use groundwork_model::rollout::Access;
use groundwork_model::spec::{Cluster, ManagedNetwork, Network, Role, Spec};
use groundwork_model::world::Zone;
use groundwork_model::{Code, Exit};
use groundwork_planner::layout::{Layout, layout};
use groundwork_planner::render::{File, Part, render};
use groundwork_spec::Loaded;
use groundwork_view::human;

use crate::args::{RenderArguments, RenderedPart};
use crate::commands::spec::{self, OneTarget};
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::surroundings::Surroundings;
use crate::terminal::Terminal;
use crate::wiring;

/// Writes the templates to a folder, or prints one.
pub fn run(arguments: &RenderArguments, surroundings: &Surroundings, terminal: &Terminal) -> Outcome {
    let OneTarget { loaded, access } = spec::load_one_offline(&arguments.spec, surroundings)?;
    let layout = match wanted_network(&loaded.spec, arguments.what) {
        Some(network) => Some(place(network, arguments, &loaded, &access, terminal)?),
        None => None,
    };
    let parts = parts(&loaded.spec, arguments.what, layout.as_ref());
    if parts.is_empty() {
        return Err(nothing_to_render(arguments.what).into());
    }
    let files = render(&loaded.spec, &parts);
    match (&arguments.output, arguments.what) {
        (Some(folder), _) => {
            for file in &files {
                write(folder, file)?;
            }
            let names: Vec<&str> = files.iter().map(|file| file.name).collect();
            terminal.print(|out, _| writeln!(out, "Wrote {} to {}.", names.join(", "), folder.display()))?;
        }
        (None, RenderedPart::All) => {
            return Err(Problem::new(Code::InvalidArguments, "several files need a folder to go to")
                .help("add -o DIR, or render one part at a time")
                .into());
        }
        (None, _) => terminal.print(|out, _| out.write_all(files[0].text.as_bytes()))?,
    }
    Ok(Exit::Done)
}

fn wanted_network(spec: &Spec, what: RenderedPart) -> Option<&ManagedNetwork> {
    match (&spec.network, what) {
        (Network::Create(network), RenderedPart::Network | RenderedPart::All) => Some(network),
        _ => None,
    }
}

fn parts<'a>(spec: &'a Spec, what: RenderedPart, layout: Option<&'a Layout>) -> Vec<Part<'a>> {
    let wants = |part| what == part || what == RenderedPart::All;
    let role = match &spec.role {
        Role::Create(role) if wants(RenderedPart::Role) => Some(Part::Role(role)),
        Role::Create(_) | Role::Use { .. } => None,
    };
    let network = wanted_network(spec, what).zip(layout).map(|(network, layout)| Part::Network(network, layout));
    let cluster = match &spec.cluster {
        Cluster::Create(cluster) if wants(RenderedPart::Cluster) => Some(Part::Cluster(cluster)),
        Cluster::Create(_) | Cluster::Use { .. } => None,
    };
    [role, network, cluster].into_iter().flatten().collect()
}

fn nothing_to_render(what: RenderedPart) -> Problem {
    let key = match what {
        RenderedPart::Role => "role",
        RenderedPart::Network => "network",
        RenderedPart::Cluster => "cluster",
        RenderedPart::All => {
            return Problem::new(Code::InvalidArguments, "the spec creates no stack: nothing to render");
        }
    };
    Problem::new(Code::InvalidArguments, format!("the spec creates no {key}: there is no template to render"))
        .help(format!("set mode = \"create\" in [{key}]"))
}

/// Zones' names and ids belong together differently in each account: from `--zone`, else from AWS.
fn place(
    network: &ManagedNetwork,
    arguments: &RenderArguments,
    loaded: &Loaded,
    access: &Access,
    terminal: &Terminal,
) -> Result<Layout, Failure> {
    let zones = if arguments.zones.is_empty() {
        wiring::runtime()?.block_on(async {
            let connector = Connector::for_one(groundwork_aws::http_client()?, arguments.aws.profile.clone());
            let zones = connector.connect(access, &loaded.spec.environment.region).await.zones().await;
            zones.map_err(|error| {
                Failure::from(
                    Problem::from(error)
                        .help(
                            "zone names and ids belong together differently in each account; without AWS, give them as",
                        )
                        .help("    --zone us-west-2a=usw2-az1,us-west-2b=usw2-az2"),
                )
            })
        })?
    } else {
        arguments.zones.iter().map(|pair| zone(pair)).collect::<Result<Vec<_>, _>>()?
    };
    let placed = |problems| spec::placed(loaded, problems);
    let (layout, warnings) = layout(network, &zones, None).map_err(placed)?;
    let warnings = loaded.places.place(warnings);
    terminal.complain(|out, style| human::warnings(out, &warnings, style))?;
    Ok(layout)
}

fn zone(pair: &str) -> Result<Zone, Problem> {
    let parsed = pair
        .split_once('=')
        .and_then(|(name, id)| Some(Zone { name: name.parse().ok()?, id: id.parse().ok()?, available: true }));
    parsed.ok_or_else(|| {
        Problem::new(Code::InvalidArguments, format!("--zone {pair:?} is not a zone's name and id"))
            .help("for example --zone us-west-2a=usw2-az1")
    })
}

fn write(folder: &Path, file: &File) -> Result<(), Problem> {
    std::fs::create_dir_all(folder).map_err(|error| output::file::unwritable(folder, &error))?;
    output::file::write(&folder.join(file.name), file.text.as_bytes())
}
