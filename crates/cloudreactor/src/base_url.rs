//! Where the API is: a URL that credentials may be sent to.

use groundwork_model::Code;
use groundwork_model::problem::Problem;
use url::{Host, Url};

/// Reads the API's base URL. It must be https, unless the host is this very machine.
pub(crate) fn parse(text: &str) -> Result<Url, Problem> {
    let url: Url = text.trim_end_matches('/').parse().map_err(|error: url::ParseError| {
        Problem::new(Code::CloudReactorUnexpected, "CloudReactor's base URL is not a URL").because(error.to_string())
    })?;
    if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url)) {
        return Err(Problem::new(
            Code::InsecureUrl,
            format!("CloudReactor's base URL does not protect the credentials: {}", origin(&url)),
        )
        .help("use https; http is accepted for localhost only"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(Problem::new(
            Code::CloudReactorUnexpected,
            format!("CloudReactor's base URL has more than a host and a path: {}", origin(&url)),
        )
        .help("leave out user name, password, query and fragment"));
    }
    Ok(url)
}

/// The URL as it may be shown: without a user name or password.
fn origin(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&str, Code>) {
        let got = parse(text);
        assert_eq!(got.as_ref().map(Url::as_str).map_err(|problem| problem.code), expect, "{text}");
    }

    #[test]
    fn credentials_go_to_https_or_this_machine_only() {
        check("https://api.example.test", Ok("https://api.example.test/"));
        check("https://api.example.test/prefix/", Ok("https://api.example.test/prefix"));
        check("http://127.0.0.1:8080", Ok("http://127.0.0.1:8080/"));
        check("http://[::1]:8080", Ok("http://[::1]:8080/"));
        check("http://localhost", Ok("http://localhost/"));
        check("http://api.example.test", Err(Code::InsecureUrl));
        check("http://localhost.example.test", Err(Code::InsecureUrl));
        check("http://127.0.0.1.example.test", Err(Code::InsecureUrl));
        check("ftp://localhost", Err(Code::InsecureUrl));
        check("api.example.test", Err(Code::CloudReactorUnexpected));
        check("https://api.example.test?x=1", Err(Code::CloudReactorUnexpected));
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        let problem = parse("https://user:hunter2@api.example.test").expect_err("a URL with a password");
        assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
    }
}
