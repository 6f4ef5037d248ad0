//! Text from elsewhere, made harmless in HTML, as text and within quoted attributes.

use crate::text::clean;

/// The text on one line.
pub(super) fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The address as a link where that is what it is, and as text otherwise.
pub(super) fn link(url: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#=%+&".contains(c);
    let shown = text(url);
    let is_address = url.starts_with("https://") && url.chars().all(is_plain);
    if is_address { format!("<a href=\"{shown}\" rel=\"noopener noreferrer\">{shown}</a>") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_text_or_an_attribute() {
        assert_eq!(text("a<b>\"c\" & 'd'\n\u{202e}"), "a&lt;b&gt;&quot;c&quot; &amp; &#39;d&#39; \u{fffd}");
    }

    #[test]
    fn only_a_plain_address_is_a_link() {
        assert_eq!(
            link("https://a.example/b?c=d&e"),
            "<a href=\"https://a.example/b?c=d&amp;e\" rel=\"noopener noreferrer\">https://a.example/b?c=d&amp;e</a>"
        );
        for url in ["javascript:alert(1)", "http://a.example", "https://a.example/\" onclick=\"x", "https://é.example"]
        {
            assert_eq!(link(url), text(url));
        }
    }
}
