//! Runs the double until it is killed, and prints its URL.

use std::process::ExitCode;

use groundwork_cloudreactor_double::{Config, Double};

const USAGE: &str = "usage: cloudreactor-double [--port PORT] [--config FILE]

Runs a test double of CloudReactor's API on 127.0.0.1 and prints its URL.

  --port PORT    the port; 0, the default, takes a free one
  --config FILE  JSON with users, groups, api_keys, notification_profiles and limits;
                 without it there are a few examples";

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for scripts, which read its URL")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match options(&arguments).and_then(|(port, config)| {
        Double::start_on(port, config).map_err(|error| format!("cannot listen on port {port}: {error}"))
    }) {
        Ok(double) => {
            println!("{}", double.url);
            double.wait();
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn options(arguments: &[String]) -> Result<(u16, Config), String> {
    let (mut port, mut config) = (0, Config::example());
    for pair in arguments.chunks(2) {
        match pair {
            [name, value] if name == "--port" => {
                port = value.parse().map_err(|_| format!("{value:?} is not a port"))?;
            }
            [name, path] if name == "--config" => {
                let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {path:?}: {error}"))?;
                config = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
            }
            _ => return Err(format!("unknown argument {:?}\n\n{USAGE}", pair[0])),
        }
    }
    Ok((port, config))
}
