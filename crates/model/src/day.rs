//! Days of the calendar: until when something holds, without a time of day.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::ids::InvalidId;

const MS_A_DAY: u64 = 24 * 60 * 60 * 1000;

/// A day of the Gregorian calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// The day on which a moment lies, given in milliseconds since 1970-01-01T00:00:00Z.
    pub fn at(ms: u64) -> Self {
        // Days since 0000-03-01: a year that ends with February has its leap day last, so that months and
        // centuries are plain divisions.
        let days = ms / MS_A_DAY + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * years + years / 4 - years / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = era * 400 + years + u64::from(month <= 2);
        let narrow = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
        let day = narrow(of_year - (153 * shifted + 2) / 5 + 1);
        Self { year: u16::try_from(year).unwrap_or(u16::MAX), month: narrow(month), day }
    }

    fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            0 | 13.. => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }
}

impl FromStr for Day {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let is_shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let parsed = is_shaped.then(|| {
            let year = text[..4].parse().ok()?;
            Self::new(year, text[5..7].parse().ok()?, text[8..].parse().ok()?)
        });
        parsed.flatten().ok_or_else(|| InvalidId {
            what: "a day",
            value: text.to_owned(),
            rule: "year, month and day, such as 2027-01-31",
        })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}-{:02}", self.year, self.month, self.day))
    }
}

impl TryFrom<String> for Day {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "description": "A day, in UTC." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_on_the_day_that_the_calendar_says() {
        for (ms, expected) in [
            (0, "1970-01-01"),
            (MS_A_DAY - 1, "1970-01-01"),
            (MS_A_DAY, "1970-01-02"),
            (951_782_400_000, "2000-02-29"),
            (951_868_800_000, "2000-03-01"),
            (1_767_225_600_000, "2026-01-01"),
            (1_801_439_999_999, "2027-01-31"),
            (4_107_542_400_000, "2100-03-01"),
        ] {
            assert_eq!(Day::at(ms).to_string(), expected, "{ms}");
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_days() {
        for text in ["2027-01-31", "2028-02-29", "2000-02-29", "0001-12-31"] {
            assert_eq!(text.parse::<Day>().map(|day| day.to_string()), Ok(text.to_owned()));
        }
        for text in
            ["", "2027-1-31", "2027-02-29", "1900-02-29", "2027-13-01", "2027-00-10", "2027-04-31", "+027-01-01"]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        let days = ["2026-12-31", "2027-01-01", "2027-01-31"].map(|text| text.parse::<Day>().expect("a day"));
        assert!(days.is_sorted());
    }
}
