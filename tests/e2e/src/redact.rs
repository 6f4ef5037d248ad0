//! What AWS, chance and the clock give out, replaced by its kind: so that a snapshot is the same after each run.

/// The digits of an id that AWS gives out, in its short form and its long one.
const ID_DIGITS: [usize; 2] = [8, 17];

/// So many hexadecimal digits are no word and no account, but a digest or a key.
const DIGEST_DIGITS: usize = 16;

/// How the program tells the shortest durations.
const NO_TIME_AT_ALL: &str = "under 1s";

/// A text with what differs from run to run replaced by its kind. All else stays as it was, blanks too.
pub fn stable(text: &str) -> String {
    let text = text.replace(NO_TIME_AT_ALL, "DURATION");
    let mut rest = text.as_str();
    let mut kept = String::with_capacity(text.len());
    while !rest.is_empty() {
        let end = |is_end: fn(char) -> bool| rest.find(is_end).unwrap_or(rest.len());
        let (before, after) = rest.split_at(end(|c| !is_part_of_a_word(c)));
        let word = before.trim_end_matches(['.', ':']);
        kept.push_str(&kind(word, after).unwrap_or_else(|| word.to_owned()));
        kept.push_str(&before[word.len()..]);
        let (between, next) = after.split_at(after.find(is_part_of_a_word).unwrap_or(after.len()));
        kept.push_str(between);
        rest = next;
    }
    kept
}

fn is_part_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-.:".contains(c)
}

/// What takes the place of a word, if it differs from run to run; `after` is the text behind it.
fn kind(word: &str, after: &str) -> Option<String> {
    if is_uuid(word) {
        Some("UUID".to_owned())
    } else if is_time(word) {
        Some("TIME".to_owned())
    } else if is_duration(word) {
        Some("DURATION".to_owned())
    } else if word.len() >= DIGEST_DIGITS && is_hex(word) {
        Some("DIGEST".to_owned())
    } else if let Some(address) = address(word, after) {
        Some(address.to_owned())
    } else {
        id(word)
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_uuid(word: &str) -> bool {
    let lengths: Vec<usize> = word.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && word.split('-').all(is_hex)
}

/// A time as in `2026-11-24T12:03:04.567Z`, or one of the day only.
fn is_time(word: &str) -> bool {
    let is_like = |word: &str, pattern: &str| {
        word.len() == pattern.len()
            && word.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    match word.split_once('T') {
        Some((day, time)) => {
            let seconds = time.trim_end_matches('Z').split('.').next().unwrap_or(time);
            is_like(day, "0000-00-00") && is_like(seconds, "00:00:00")
        }
        None => is_like(word, "00:00:00"),
    }
}

/// A number of seconds; longer than a minute takes no test that has a snapshot.
fn is_duration(word: &str) -> bool {
    word.strip_suffix('s').is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A public address, or a loopback one with its port. A CIDR block is none: the spec chooses it.
fn address(word: &str, after: &str) -> Option<&'static str> {
    let is_address =
        |word: &str| word.split('.').count() == 4 && word.split('.').all(|part| part.parse::<u8>().is_ok());
    match word.split_once(':') {
        Some((address, port)) if is_address(address) && port.parse::<u16>().is_ok() => Some("ADDRESS:PORT"),
        None if is_address(word) && !after.starts_with('/') => Some("ADDRESS"),
        Some(_) | None => None,
    }
}

/// An id that AWS gives out, without its digits: `vpc-ID`.
fn id(word: &str) -> Option<String> {
    let (prefix, digits) = word.rsplit_once('-')?;
    let is_id = ID_DIGITS.contains(&digits.len()) && is_hex(digits) && !prefix.is_empty();
    is_id.then(|| format!("{prefix}-ID"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_replaced_by_its_kind() {
        for (text, expected) in [
            ("sg-0123456789abcdef0  ->  known", "sg-ID  ->  known"),
            ("[\"subnet-01234567\", \"vpc-89abcdef\"]", "[\"subnet-ID\", \"vpc-ID\"]"),
            ("made at 2026-11-24T12:03:04Z:", "made at TIME:"),
            ("was 2026-11-24T12:03:04.567Z, and", "was TIME, and"),
            ("12:03:04  role  done in 3s", "TIME  role  done in DURATION"),
            ("12:03:04  role  done in under 1s", "TIME  role  done in DURATION"),
            ("stack/a-b/6fa0b1c2-d3e4-4f50-8a61-72839405a6b7.", "stack/a-b/UUID."),
            ("http://127.0.0.1:41234/api", "http://ADDRESS:PORT/api"),
            ("203.0.113.7 kept", "ADDRESS kept"),
            ("\"9f86d081884c7d659a2feaa0c55ad015\"", "\"DIGEST\""),
        ] {
            assert_eq!(stable(text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_spec_and_the_program_say_stays() {
        for text in [
            "10.0.80.0/20 in us-west-2a, 0.0.0.0/0",
            "  platform_version  1.4.0\n\n  as root\n",
            "arn:aws:iam::549277324696:role/customer_invoker",
            "error[GW6004]: its tags... \u{b1} 3 stacks, $36.50 (2 NAT gateways)",
            "staging.plan.json:23:11",
        ] {
            assert_eq!(stable(text), text);
        }
    }
}
