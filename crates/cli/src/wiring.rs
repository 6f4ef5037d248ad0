//! Puts the adapters together: one HTTP client for AWS and CloudReactor, one port set a target.

use groundwork_aws::{Aws, Connector};
use groundwork_cloudreactor::{Client, Credentials};
use groundwork_engine::discover::Depth;
use groundwork_engine::ports::{Ports, Shared};
use groundwork_model::problem::Problem;
use groundwork_model::rollout::{Access, RolloutTarget};
use groundwork_model::spec::Spec;
use groundwork_model::world::World;
use groundwork_model::{Code, RunEnvironmentName};
use groundwork_spec::Loaded;
use tokio::runtime::Runtime;

use crate::args::AwsArguments;
use crate::commands::spec;
use crate::failure::Failure;
use crate::nobody::Nobody;
use crate::surroundings::Surroundings;
use crate::system::{Signals, SystemClock, SystemRandom};

/// The far ends of the real world.
pub type RealPorts = RealPortsWith<Client<SystemClock>>;

/// The same with something else in CloudReactor's place.
pub type RealPortsWith<S> = Ports<Aws, S, SystemClock, SystemRandom, Signals>;

/// A runtime on this thread: all work is waiting, so more threads would only cost start-up.
pub fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Problem::new(Code::Internal, "cannot start the asynchronous runtime").because(error.to_string()).into()
    })
}

/// The far ends of many targets.
pub struct FarEnds {
    connector: Connector,
    /// What they share.
    pub shared: Shared<Client<SystemClock>, SystemClock, SystemRandom, Signals>,
}

impl FarEnds {
    /// Connects to nothing yet, but has everything that connecting takes.
    pub fn new(cloudreactor_url: &str, aws: &AwsArguments, surroundings: &Surroundings) -> Result<Self, Failure> {
        Self::with(Connector::new, cloudreactor_url, aws, surroundings)
    }

    fn with(
        connector: fn(reqwest::Client, Option<String>) -> Connector,
        cloudreactor_url: &str,
        aws: &AwsArguments,
        surroundings: &Surroundings,
    ) -> Result<Self, Failure> {
        let credentials = cloudreactor_credentials(surroundings)?;
        let http = groundwork_aws::http_client()?;
        let saas = Client::new(http.clone(), cloudreactor_url, credentials, SystemClock)?;
        let shared = Shared { saas, clock: SystemClock, random: SystemRandom, stop: listen()? };
        Ok(Self { connector: connector(http, aws.profile.clone()), shared })
    }

    /// Expects to be asked for these Run Environments: many are read from a list.
    #[must_use]
    pub fn expecting(mut self, names: impl Iterator<Item = RunEnvironmentName>) -> Self {
        self.shared.saas = self.shared.saas.expecting(names.collect());
        self
    }

    /// AWS in the account and Region of a target.
    pub async fn connect(&self, target: &RolloutTarget) -> Aws {
        self.connector.reach(&target.access, &target.spec.environment.region).await
    }
}

/// The far ends of a single target.
pub async fn ports(
    spec: &Spec,
    access: &Access,
    aws: &AwsArguments,
    surroundings: &Surroundings,
) -> Result<RealPorts, Failure> {
    let url = &spec.cloudreactor.api_base_url;
    let FarEnds { connector, shared } = FarEnds::with(Connector::for_one, url, aws, surroundings)?;
    let cloud = connector.connect(access, &spec.environment.region).await;
    Ok(Ports { cloud, saas: shared.saas, clock: shared.clock, random: shared.random, stop: shared.stop })
}

/// The far ends of a single target for a verb that works on AWS alone: no credentials of CloudReactor are needed.
pub async fn aws_ports(spec: &Spec, access: &Access, aws: &AwsArguments) -> Result<RealPortsWith<Nobody>, Failure> {
    let connector = Connector::for_one(groundwork_aws::http_client()?, aws.profile.clone());
    let cloud = connector.connect(access, &spec.environment.region).await;
    Ok(Ports { cloud, saas: Nobody, clock: SystemClock, random: SystemRandom, stop: listen()? })
}

fn listen() -> Result<Signals, Problem> {
    Signals::listen()
        .map_err(|error| Problem::new(Code::Internal, "cannot listen to signals").because(error.to_string()))
}

/// Reads the spec's world. Problems that name a key of the spec get its place in the user's file.
pub async fn discover(loaded: &Loaded, ports: &RealPorts, depth: Depth) -> Result<World, Failure> {
    let world = groundwork_engine::discover::discover(&ports.cloud, &ports.saas, &loaded.spec, depth).await;
    world.map_err(|problems| spec::placed(loaded, problems))
}

/// An API key if there is one, else user name and password.
fn cloudreactor_credentials(surroundings: &Surroundings) -> Result<Credentials, Failure> {
    if let Some(key) = surroundings.secret("CLOUDREACTOR_API_KEY")? {
        return Ok(Credentials::ApiKey(key));
    }
    let username = surroundings.secret("CLOUDREACTOR_USERNAME")?;
    let password = surroundings.secret("CLOUDREACTOR_PASSWORD")?;
    match (username, password) {
        (Some(username), Some(password)) => {
            Ok(Credentials::Password { username: username.expose().to_owned(), password })
        }
        (Some(_), None) => Err(missing("CLOUDREACTOR_USERNAME is set, but CLOUDREACTOR_PASSWORD is not")),
        (None, Some(_)) => Err(missing("CLOUDREACTOR_PASSWORD is set, but CLOUDREACTOR_USERNAME is not")),
        (None, None) => Err(missing("no CloudReactor credentials in the environment")),
    }
}

fn missing(what: &str) -> Failure {
    Problem::new(Code::NoCloudReactorCredentials, what)
        .help("set CLOUDREACTOR_API_KEY to a key of level Developer or higher (dashboard, \"API keys\"),")
        .help("or set CLOUDREACTOR_USERNAME and CLOUDREACTOR_PASSWORD;")
        .help("each can also be given as NAME_FILE with the path of a file that holds it")
        .into()
}
