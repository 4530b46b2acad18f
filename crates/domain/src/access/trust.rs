//! Which programs a service account is lent to: whoever shows a JSON Web Token (RFC 7519) of an issuer that it trusts,
//! made for us, with the claims that it asks for.
//!
//! Who signed a token is found out before, elsewhere; here it is only judged what the token says.

use super::{Level, Scope};
use crate::name::Name;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The longest that a token made by a trust is good for, in minutes.
pub const MINUTES_MAX: u32 = 60;
/// How far two clocks may be apart.
pub const LEEWAY: SignedDuration = SignedDuration::from_secs(60);
/// A foreign token that is good for longer than this is no token of a single run.
const LIFE_MAX: SignedDuration = SignedDuration::from_hours(24);
/// The most claims that are asked for, and the longest text of one.
const CLAIMS_MAX: usize = 20;
const TEXT_MAX: usize = 500;

/// What a service account trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// Its name, unique within the account.
    pub name: Name,
    /// Who makes the tokens: the `iss` claim, and where the keys are found by OpenID Connect Discovery.
    pub issuer: String,
    /// Whom they are made for: the `aud` claim names it.
    pub audience: String,
    /// What they must say besides. `*` stands for any characters, also none.
    pub claims: BTreeMap<String, String>,
    /// The issuer's keys as a JSON Web Key Set (RFC 7517), where it cannot be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Value>,
    /// The most that a token made by it may do.
    pub level: Level,
    /// What such a token is good for.
    #[serde(default)]
    pub scope: Scope,
    /// How many minutes it is good for.
    pub minutes: u32,
}

/// Why a trust cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustFault {
    /// Anybody on the way could answer in its place.
    #[error("issuer: write it as https://… (http:// only on this machine), without `?` and `#`")]
    Issuer,
    /// Every token of the issuer would do.
    #[error("audience: name whom the tokens are made for")]
    Audience,
    /// Whoever gets any token of the issuer would come in.
    #[error("claims: ask for at least one, such as `sub` or `repository`")]
    NoClaims,
    /// Too many, too long, or a pattern of nothing but `*`.
    #[error("claims: `{0}` asks for nothing, or for more than {TEXT_MAX} characters")]
    Claim(String),
    /// More than anybody reads.
    #[error("claims: at most {CLAIMS_MAX}")]
    ManyClaims,
    /// Not so many minutes.
    #[error("minutes: 1 to {MINUTES_MAX}")]
    Minutes,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unaccepted {
    /// Somebody else made it.
    #[error("its issuer is another")]
    Issuer,
    /// It was made for somebody else.
    #[error("its audience is another")]
    Audience,
    /// It has no end, or it is over.
    #[error("it is over, or has no end")]
    Over,
    /// Its time has not come.
    #[error("it is not valid yet")]
    NotYet,
    /// It is good for too long.
    #[error("it is good for more than a day")]
    LongLived,
    /// It does not say what is asked for.
    #[error("its claim `{0}` is not what is asked for")]
    Claim(String),
}

impl Trust {
    /// Whether this can be relied on.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), TrustFault> {
        if !is_protected(&self.issuer) || self.issuer.contains(['?', '#', ' ']) {
            return Err(TrustFault::Issuer);
        }
        if self.audience.trim().is_empty() || self.audience.len() > TEXT_MAX {
            return Err(TrustFault::Audience);
        }
        if !(1..=MINUTES_MAX).contains(&self.minutes) {
            return Err(TrustFault::Minutes);
        }
        match self.claims.len() {
            0 => return Err(TrustFault::NoClaims),
            1..=CLAIMS_MAX => {}
            _ => return Err(TrustFault::ManyClaims),
        }
        let is_bad = |(name, pattern): &(&String, &String)| {
            let is_long = name.len() > TEXT_MAX || pattern.len() > TEXT_MAX;
            name.is_empty() || is_long || pattern.chars().all(|c| c == '*')
        };
        let bad = self.claims.iter().find(is_bad);
        bad.map_or(Ok(()), |(name, _)| Err(TrustFault::Claim(name.clone())))
    }

    /// Whether a token with these claims stands for the account now. Its signature was verified before.
    ///
    /// # Errors
    /// Why not.
    pub fn accept(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<(), Unaccepted> {
        if claims.get("iss").and_then(Value::as_str) != Some(&*self.issuer) {
            return Err(Unaccepted::Issuer);
        }
        if !claims
            .get("aud")
            .is_some_and(|aud| says(aud, &|text| text == self.audience))
        {
            return Err(Unaccepted::Audience);
        }
        in_time(claims, now)?;
        let unsaid = self.claims.iter().find(|(name, pattern)| {
            let said = claims.get(*name);
            !said.is_some_and(|value| says(value, &|text| matches(pattern, text)))
        });
        unsaid.map_or(Ok(()), |(name, _)| Err(Unaccepted::Claim(name.clone())))
    }
}

/// Whether what goes to an address and comes from there is protected on the way, or does not leave this machine.
pub fn is_protected(address: &str) -> bool {
    if let Some(rest) = address.strip_prefix("https://") {
        return !rest.is_empty() && !rest.starts_with('/');
    }
    let host = address.strip_prefix("http://").map(|rest| {
        let end = rest.find('/').unwrap_or(rest.len());
        &rest[..end]
    });
    let is_here = |host: &str| {
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|here| {
            let port = host.strip_prefix(here);
            port.is_some_and(|port| port.is_empty() || is_port(port))
        })
    };
    host.is_some_and(is_here)
}

/// Whether an address that an issuer names is as well protected as the issuer's own: by HTTPS, or on this machine where the
/// issuer is here, too.
pub fn is_as_protected(address: &str, issuer: &str) -> bool {
    let is_encrypted = address.starts_with("https://");
    is_protected(address) && (is_encrypted || issuer.starts_with("http://"))
}

fn is_port(text: &str) -> bool {
    let digits = text.strip_prefix(':');
    digits.is_some_and(|digits| digits.parse::<u16>().is_ok())
}

/// The times of RFC 7519, sections 4.1.4 to 4.1.6.
fn in_time(claims: &Map<String, Value>, now: Timestamp) -> Result<(), Unaccepted> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => moment(value).map(Some).ok_or(Unaccepted::Over),
    };
    let expires = time("exp")?.ok_or(Unaccepted::Over)?;
    if now >= expires {
        return Err(Unaccepted::Over);
    }
    let from = time("nbf")?.max(time("iat")?);
    if from.is_some_and(|from| from > now + LEEWAY) {
        return Err(Unaccepted::NotYet);
    }
    let begun = time("iat")?.unwrap_or(now);
    match expires.duration_since(begun) <= LIFE_MAX {
        true => Ok(()),
        false => Err(Unaccepted::LongLived),
    }
}

/// A number of seconds since the epoch.
fn moment(value: &Value) -> Option<Timestamp> {
    let whole = value.as_i64().or_else(|| {
        let seconds = value.as_f64()?;
        let far = (0.0..253_402_207_200.0).contains(&seconds);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range was looked at, and parts of a second do not matter"
        )]
        far.then_some(seconds as i64)
    });
    Timestamp::from_second(whole?).ok()
}

/// Whether a claim says it: a text, a number or a truth value, or one of a list of them.
fn says(value: &Value, fits: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => fits(text),
        Value::Bool(_) | Value::Number(_) => fits(&value.to_string()),
        Value::Array(values) => values
            .iter()
            .filter(|value| !value.is_array())
            .any(|value| says(value, fits)),
        Value::Null | Value::Object(_) => false,
    }
}

/// Whether `text` is as `pattern` says, where `*` stands for any characters. It takes no longer than the product of both.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests;
