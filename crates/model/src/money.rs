//! US dollars, exact: prices have four decimals and more, and sums of them must not drift.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount of US dollars in millionths. Written as a decimal text, `"32.85"`, since a JSON number would
/// be read as a binary fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^-?[0-9]+\.[0-9]{2,6}$"))]
pub struct Usd(i64);

const MICROS: i64 = 1_000_000;
const DECIMALS: usize = 6;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many millionths of a dollar.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The amount in millionths of a dollar.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// To the cent, half a cent away from zero: `32.85`, `-7.30`.
    pub fn cents(self) -> String {
        let cents = (self.0.unsigned_abs() + 5_000) / 10_000;
        let sign = if self.0 < 0 && cents > 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

/// The exact amount with at least two decimals: `0.045`, `32.85`.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.unsigned_abs();
        let (whole, fraction) = (micros / MICROS.unsigned_abs(), micros % MICROS.unsigned_abs());
        let mut fraction = format!("{fraction:06}");
        while fraction.len() > 2 && fraction.ends_with('0') {
            fraction.pop();
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{whole}.{fraction}"))
    }
}

impl FromStr for Usd {
    type Err = String;

    /// Reads a decimal number with at most six decimals, with a dollar sign or without.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no amount of US dollars, such as 50 or 32.85");
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let digits = digits.strip_prefix('$').unwrap_or(digits);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || fraction.len() > DECIMALS {
            return Err(wrong());
        }
        let whole: i64 = whole.parse().map_err(|_| wrong())?;
        let fraction: i64 = format!("{fraction:0<6}").parse().map_err(|_| wrong())?;
        let micros = whole.checked_mul(MICROS).and_then(|whole| whole.checked_add(fraction)).ok_or_else(wrong)?;
        Ok(Self(sign * micros))
    }
}

impl TryFrom<String> for Usd {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Usd> for String {
    fn from(amount: Usd) -> Self {
        amount.to_string()
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Usd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Usd {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<u32> for Usd {
    type Output = Self;

    fn mul(self, times: u32) -> Self {
        Self(self.0 * i64::from(times))
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written_exactly() {
        for (text, micros, shown, cents) in [
            ("0.045", 45_000, "0.045", "0.05"),
            ("32.85", 32_850_000, "32.85", "32.85"),
            ("$50", 50_000_000, "50.00", "50.00"),
            ("-7.3", -7_300_000, "-7.30", "-7.30"),
            ("0.000001", 1, "0.000001", "0.00"),
            ("-0.000001", -1, "-0.000001", "0.00"),
        ] {
            let amount: Usd = text.parse().expect("an amount");
            assert_eq!((amount.micros(), amount.to_string().as_str(), amount.cents().as_str()), (micros, shown, cents));
            assert_eq!(shown.parse(), Ok(amount));
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-", "$", "1.", ".5", "1,5", "1e3", "NaN", "0.0000001", "99999999999999999999", "١"] {
            assert!(text.parse::<Usd>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_month_of_hours_adds_up() {
        let hour: Usd = "0.045".parse().expect("an amount");
        assert_eq!((hour * 730).to_string(), "32.85");
        assert_eq!([hour, -hour, hour].into_iter().sum::<Usd>(), hour);
    }
}
