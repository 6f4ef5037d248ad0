//! Pages of a list: `limit` and `offset`, and links that are absolute.

use serde_json::{Value, json};

use crate::http::{Reply, Request};

/// The page size without a `limit`. There is no largest one.
const DEFAULT_LIMIT: usize = 50;

/// Answers with the page of `items` that was asked for.
pub(crate) fn page(request: &Request, items: Vec<Value>) -> Reply {
    let number = |key| request.parameter(key).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").filter(|&limit| limit > 0).unwrap_or(DEFAULT_LIMIT);
    let offset = number("offset").unwrap_or(0);
    let count = items.len();
    let next = (offset.saturating_add(limit) < count).then(|| link(request, limit, Some(offset + limit)));
    // The link to the first page goes without an offset.
    let previous = (offset > 0).then(|| link(request, limit, offset.checked_sub(limit).filter(|&before| before > 0)));
    let results: Vec<Value> = items.into_iter().skip(offset).take(limit).collect();
    Reply::json(200, json!({ "count": count, "next": next, "previous": previous, "results": results }))
}

fn link(request: &Request, limit: usize, offset: Option<usize>) -> String {
    let mut pairs: Vec<(String, String)> =
        request.query.iter().filter(|(key, _)| key != "limit" && key != "offset").cloned().collect();
    pairs.push(("limit".to_owned(), limit.to_string()));
    pairs.extend(offset.map(|offset| ("offset".to_owned(), offset.to_string())));
    pairs.sort();
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{}{}?{query}", request.origin, request.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Body;

    #[track_caller]
    fn check(query: &[(&str, &str)], expect: (usize, Option<&str>, Option<&str>)) {
        let request = Request {
            path: "/list/".to_owned(),
            origin: "https://api.example.test".to_owned(),
            query: query.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect(),
            ..Request::default()
        };
        let Body::Json(body) = page(&request, vec![json!(0); 120]).body else { panic!("a page is JSON") };
        let link = |key: &str| body[key].as_str().map(|link| link.trim_start_matches("https://api.example.test/list/"));
        let got = (body["results"].as_array().map_or(0, Vec::len), link("next"), link("previous"));
        assert_eq!(got, expect, "{query:?}");
    }

    #[test]
    fn pages_follow_each_other_by_absolute_links() {
        check(&[], (50, Some("?limit=50&offset=50"), None));
        check(&[("offset", "50")], (50, Some("?limit=50&offset=100"), Some("?limit=50")));
        check(&[("offset", "100"), ("search", "a b")], (20, None, Some("?limit=50&offset=50&search=a+b")));
        check(&[("offset", "500")], (0, None, Some("?limit=50&offset=450")));
        check(&[("limit", "0")], (50, Some("?limit=50&offset=50"), None));
        check(&[("limit", "-1")], (50, Some("?limit=50&offset=50"), None));
        check(&[("limit", "500")], (120, None, None));
        check(&[("page", "2"), ("page_size", "10")], (50, Some("?limit=50&offset=50&page=2&page_size=10"), None));
    }
}
