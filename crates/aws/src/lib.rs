//! AWS, as the engine needs it: [`Cloud`](groundwork_engine::ports::Cloud) and
//! [`Organizations`](groundwork_engine::ports::Organizations) on the AWS SDK.
//!
//! Everything that is peculiar to AWS ends here: wire codes, message texts, pages, retries. What
//! comes out is the model's vocabulary or an [`ApiError`](groundwork_engine::ports::ApiError) with a
//! class. This crate also builds the one HTTP client of the program, since AWS and CloudReactor
//! share it. It knows nothing of plans, and reads no environment variable itself: the SDK does.

mod call;
mod client;
mod cloud;
mod cloudformation;
mod connect;
mod custody;
mod ec2;
mod ecs;
mod error;
mod http;
mod iam;
mod limiter;
mod organizations;
mod pages;
mod quotas;
mod renewal;
mod retry;
mod session;
mod simulation;
mod sts;
mod tls;

pub use client::http_client;
pub use cloud::Aws;
pub use connect::Connector;
pub use organizations::AwsOrganizations;

/// Directives to append to a log filter, whatever its level.
///
/// At `debug` and `trace` the SDK logs requests and answers whole, with stack parameters, session
/// tokens and the output of credential processes; some of it even at `info` and `warn`. The HTTP
/// stack is silenced for the same reason. This crate logs each attempt itself: host, status, time.
/// Targets match by prefix, so that a crate which the SDK adds later is silent too.
pub const LOG_CAPS: &str = "aws_=off,h2=off,hyper=off,reqwest=off,rustls=off";
