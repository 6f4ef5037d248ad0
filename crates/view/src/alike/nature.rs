//! What differs between two accounts or Regions by nature, taken out of a text: what is left can be compared.
//!
//! These become placeholders: the target's own account, Region, zones and name, its environment's name, and
//! ids that AWS makes up. Another account than the target's own stays, and so do addresses: somebody chose them.

use groundwork_model::rollout::TargetId;

/// What a target calls by names of its own.
pub(super) struct Nature<'a> {
    names: [&'a str; 2],
    account: &'a str,
    region: &'a str,
    partition: &'static str,
}

/// A physical id's hexadecimal digits: `vpc-0a1b2c3d`, or the longer form of today.
const ID_DIGITS: [usize; 2] = [8, 17];

/// CloudFormation ends the names that it makes up with so many random characters.
const RANDOM: [usize; 2] = [12, 13];

/// A UUID's groups.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

impl<'a> Nature<'a> {
    /// The target's, with the name of its environment if that is known.
    pub fn of(target: &'a TargetId, environment: Option<&'a str>) -> Self {
        Self {
            names: [target.name.as_str(), environment.unwrap_or_default()],
            account: target.account.as_str(),
            region: target.region.as_str(),
            partition: target.region.partition().as_str(),
        }
    }

    /// The text with placeholders.
    pub fn common(&self, text: &str) -> String {
        let mut common = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let (between, words) = rest.split_at(leading(rest, |c| !is_word(c)));
            common.push_str(between);
            rest = match self.placeholder(words, between.ends_with('-')) {
                Some((length, placeholder)) => {
                    common.push_str(placeholder);
                    &words[length..]
                }
                None => {
                    let (word, other) = words.split_at(leading(words, is_word));
                    push_without_zone(&mut common, word);
                    other
                }
            };
        }
        common
    }

    /// What the word at the beginning is part of, if that is of the target's own, and what stands for it.
    fn placeholder(&self, text: &str, is_behind_hyphen: bool) -> Option<(usize, &'static str)> {
        let whole = |length: usize| length > 0 && !text[length..].starts_with(is_word);
        let starts = |own: &str| if text.starts_with(own) { own.len() } else { 0 };
        if let Some(name) = self.names.iter().find(|name| whole(starts(name))) {
            return Some((name.len(), "<name>"));
        }
        let candidates = match text.bytes().next()? {
            b'0'..=b'9' => [(starts(self.account), "<account>"), (uuid(text), "<id>"), (0, ""), (0, "")],
            b'a'..=b'z' => {
                let of_region = [(starts(self.region), "<region>"), (zone_name(text, self.region), "<zone>")];
                let [region, zone] = of_region;
                [region, zone, (zone_id(text), "<zone>"), (physical_id(text).max(uuid(text)), "<id>")]
            }
            _ => [(0, ""); 4],
        };
        let found = candidates.into_iter().find(|(length, _)| whole(*length));
        let found =
            found.or_else(|| Some((random(text), "<id>")).filter(|(length, _)| is_behind_hyphen && whole(*length)));
        found.or_else(|| self.partition(text).map(|length| (length, "arn:<partition>:")))
    }

    fn partition(&self, text: &str) -> Option<usize> {
        let behind = text.strip_prefix("arn:")?.strip_prefix(self.partition)?.strip_prefix(':')?;
        Some(text.len() - behind.len())
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// How many bytes the text begins with that are such characters.
fn leading(text: &str, is_such: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_such(c)).unwrap_or(text.len())
}

fn is_hexadecimal(c: char) -> bool {
    c.is_ascii_digit() || ('a'..='f').contains(&c)
}

/// `us-west-2a`.
fn zone_name(text: &str, region: &str) -> usize {
    let letter = text.strip_prefix(region).map_or(0, |rest| leading(rest, |c| c.is_ascii_lowercase()));
    if letter == 1 { region.len() + 1 } else { 0 }
}

/// `usw2-az3`.
fn zone_id(text: &str) -> usize {
    let region = leading(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let number = text[region..].strip_prefix("-az").map_or(0, |rest| leading(rest, |c| c.is_ascii_digit()));
    if (3..=8).contains(&region) && number > 0 { region + 3 + number } else { 0 }
}

/// `subnet-0a1b2c3d4e5f60718`.
fn physical_id(text: &str) -> usize {
    let kind = leading(text, |c| c.is_ascii_lowercase());
    let digits = text[kind..].strip_prefix('-').map_or(0, |rest| leading(rest, is_hexadecimal));
    if kind > 0 && ID_DIGITS.contains(&digits) { kind + 1 + digits } else { 0 }
}

fn uuid(text: &str) -> usize {
    if text.as_bytes().get(UUID[0]) != Some(&b'-') {
        return 0;
    }
    let groups =
        text.get(..36).map(|text| text.split('-').map(|group| (group.len(), group.chars().all(is_hexadecimal))));
    let fits = groups.is_some_and(|groups| groups.eq(UUID.map(|length| (length, true))));
    if fits { 36 } else { 0 }
}

/// `1A2B3C4D5E6F`.
fn random(text: &str) -> usize {
    let length = leading(text, is_word);
    let has = |is_such: fn(char) -> bool| text[..length].contains(is_such);
    let is_random = has(|c| c.is_ascii_digit()) && has(|c| c.is_ascii_uppercase());
    if RANDOM.contains(&length) && is_random { length } else { 0 }
}

/// A name of the template without the zone in it: `SubnetPrivateUsw2Az3` is `SubnetPrivate<zone>`.
fn push_without_zone(common: &mut String, word: &str) {
    match zone_within(word) {
        Some((start, end)) => common.extend([&word[..start], "<zone>", &word[end..]]),
        None => common.push_str(word),
    }
}

/// Where a zone's id stands in a name of the template.
fn zone_within(word: &str) -> Option<(usize, usize)> {
    let at = word.rfind("Az")?;
    let digits = leading(&word[at + 2..], |c| c.is_ascii_digit());
    let region = word[..at].rfind(|c: char| c.is_ascii_uppercase())?;
    let is_zone = digits > 0 && word[region..at].ends_with(|c: char| c.is_ascii_digit());
    is_zone.then_some((region, at + 2 + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_targets_own_is_taken_out_and_nothing_else() {
        let id = |text: &str| text.to_owned();
        let target = TargetId {
            name: "team-7".parse().expect("a name"),
            account: "123456789012".parse().expect("an account"),
            region: "us-west-2".parse().expect("a Region"),
            wave: "all".parse().expect("a wave"),
        };
        let nature = Nature::of(&target, Some("staging"));
        for (text, expected) in [
            ("arn:aws:iam::123456789012:role/x", "arn:<partition>:iam::<account>:role/x"),
            ("arn:aws:iam::549277324696:role/x", "arn:<partition>:iam::549277324696:role/x"),
            ("123456789012345", "123456789012345"),
            ("com.amazonaws.us-west-2.s3", "com.amazonaws.<region>.s3"),
            ("10.0.80.0/20 in us-west-2c", "10.0.80.0/20 in <zone>"),
            ("us-west-2-lax-1a and us-west-27", "<region>-lax-1a and us-west-27"),
            ("eu-west-1", "eu-west-1"),
            ("usw2-az3, az1", "<zone>, az1"),
            ("CloudReactor-staging-network of team-7", "CloudReactor-<name>-network of <name>"),
            ("stagings", "stagings"),
            ("subnet-0a1b2c3d, vpc-0a1b2c3d4e5f60718, sg-xyz", "<id>, <id>, sg-xyz"),
            ("CloudReactor-x-Role-1A2B3C4D5E6F", "CloudReactor-x-Role-<id>"),
            ("Role-CloudReactor, 1A2B3C4D5E6F", "Role-CloudReactor, 1A2B3C4D5E6F"),
            ("745fcdb7-fbab-4661-a07c-abcec263c956", "<id>"),
            ("${SubnetPrivateUsw2Az3.Id}", "${SubnetPrivate<zone>.Id}"),
            ("RouteTableAssociationPublicEusc1Az12", "RouteTableAssociationPublic<zone>"),
            ("EndpointAz, LazAz3, Usw2AzX", "EndpointAz, LazAz3, Usw2AzX"),
            ("é us-west-2 日本", "é <region> 日本"),
            ("", ""),
        ] {
            assert_eq!(nature.common(text), id(expected), "{text:?}");
        }
    }
}
