//! Signed requests by Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
//!
//! What is signed is `{id}.{timestamp}.{body}`, by HMAC-SHA256. Whoever receives such requests verifies them by [`verify`] and
//! keeps [`Replays`], so that one that is sent again is recognised.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use std::{collections::BTreeMap, fmt, str::FromStr};

/// A secret that two sides share, written `whsec_` and base64.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// The headers that stand beside a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `webhook-id`: the same for every attempt.
    pub id: String,
    /// `webhook-timestamp`: seconds of this attempt.
    pub timestamp: String,
    /// `webhook-signature`: one for each secret, with spaces between them.
    pub signature: String,
}

/// The requests that were taken, for as long as one of them could be sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replays(BTreeMap<String, Timestamp>);

/// The text is no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no signing secret: write whsec_ and 24 to 64 bytes in base64 behind it")]
pub struct SecretError;

/// Why a request is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// A header that makes no sense.
    #[error("`{0}` is missing or malformed")]
    Malformed(&'static str),
    /// It was made too long ago, or is yet to be made.
    #[error("it is from another time: both clocks have to agree within {} minutes", TOLERANCE.as_mins())]
    Time,
    /// None of the secrets made its signature.
    #[error("its signature is by no secret of ours")]
    Signature,
    /// It was taken before.
    #[error("it was taken before")]
    Replayed,
}

/// As many signatures of one request are looked at: old secrets stand beside new ones for a while.
const SIGNATURES_MAX: usize = 8;
/// How far the clocks of two sides may be apart.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

impl SigningSecret {
    const PREFIX: &str = "whsec_";

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// The headers for a body, signed with each of the secrets: the old one stands beside the new one while they change.
pub fn sign(id: &str, body: &[u8], secrets: &[SigningSecret], now: Timestamp) -> SignedHeaders {
    let timestamp = now.as_second().to_string();
    let signature = |secret: &SigningSecret| {
        let mac = secret.mac(id, &timestamp, body).finalize();
        format!("v1,{}", STANDARD.encode(mac.into_bytes()))
    };
    let signatures: Vec<String> = secrets.iter().map(signature).collect();
    SignedHeaders {
        id: id.to_owned(),
        signature: signatures.join(" "),
        timestamp,
    }
}

/// Whether a body is from whoever has one of the secrets, and from now. Compared in constant time.
///
/// # Errors
/// The first reason why it is not taken.
pub fn verify(
    headers: &SignedHeaders,
    body: &[u8],
    secrets: &[SigningSecret],
    now: Timestamp,
) -> Result<(), Untrusted> {
    if headers.id.is_empty() || headers.id.len() > 256 || headers.id.contains('.') {
        return Err(Untrusted::Malformed("webhook-id"));
    }
    let malformed = Untrusted::Malformed("webhook-timestamp");
    let second = headers.timestamp.parse().map_err(|_| malformed.clone())?;
    let made = Timestamp::from_second(second).map_err(|_| malformed)?;
    if made.duration_since(now).abs() > TOLERANCE {
        return Err(Untrusted::Time);
    }
    let given = headers
        .signature
        .split(' ')
        .filter_map(|it| it.strip_prefix("v1,"));
    let given = given.take(SIGNATURES_MAX);
    let given: Vec<Vec<u8>> = given.filter_map(|it| STANDARD.decode(it).ok()).collect();
    let is_by = |secret: &SigningSecret| {
        let mac = secret.mac(&headers.id, &headers.timestamp, body);
        given.iter().any(|it| mac.clone().verify_slice(it).is_ok())
    };
    match secrets.iter().any(is_by) {
        true => Ok(()),
        false => Err(Untrusted::Signature),
    }
}

impl Replays {
    /// Notes a request that was verified.
    ///
    /// # Errors
    /// When it was taken before.
    pub fn take(&mut self, id: &str, now: Timestamp) -> Result<(), Untrusted> {
        // Beyond twice the tolerance its time alone gives a repeat away.
        self.0
            .retain(|_, taken| now.duration_since(*taken) <= TOLERANCE * 2);
        match self.0.contains_key(id) {
            true => Err(Untrusted::Replayed),
            false => {
                self.0.insert(id.to_owned(), now);
                Ok(())
            }
        }
    }
}

impl FromStr for SigningSecret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let encoded = text.trim().strip_prefix(Self::PREFIX).ok_or(SecretError)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretError)?;
        match (24..=64).contains(&bytes.len()) {
            true => Ok(Self(bytes)),
            false => Err(SecretError),
        }
    }
}

/// Never what it is.
impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A vector of the reference libraries of Standard Webhooks.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn now() -> Timestamp {
        Timestamp::from_second(1_614_265_330).unwrap()
    }

    fn other() -> SigningSecret {
        let text = format!("whsec_{}", STANDARD.encode([7; 32]));
        text.parse().unwrap()
    }

    #[test]
    fn a_signature_is_the_one_of_the_reference() {
        let secret: SigningSecret = SECRET.parse().unwrap();
        let headers = sign(ID, BODY, &[secret], now());
        assert_eq!(
            headers.signature,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        assert_eq!(headers.timestamp, "1614265330");
    }

    #[test]
    fn only_what_is_signed_and_from_now_is_taken() {
        let secret: SigningSecret = SECRET.parse().unwrap();
        let good = sign(ID, BODY, &[other(), secret.clone()], now());
        let check = |headers: &SignedHeaders, body: &[u8], minutes: i64| {
            let now = now()
                .checked_add(SignedDuration::from_mins(minutes))
                .unwrap();
            let taken = verify(headers, body, std::slice::from_ref(&secret), now);
            taken.map_or_else(|why| why.to_string(), |()| "taken".to_owned())
        };
        let with = |change: fn(&mut SignedHeaders)| {
            let mut headers = good.clone();
            change(&mut headers);
            headers
        };
        let time = "it is from another time: both clocks have to agree within 5 minutes";
        let signature = "its signature is by no secret of ours";
        for (headers, body, minutes, expect) in [
            (good.clone(), BODY, 0, "taken"),
            (good.clone(), BODY, 5, "taken"),
            (good.clone(), BODY, 6, time),
            (good.clone(), BODY, -6, time),
            (good.clone(), &b"{}"[..], 0, signature),
            (with(|it| it.id.push('x')), BODY, 0, signature),
            (
                with(|it| it.id.push('.')),
                BODY,
                0,
                "`webhook-id` is missing or malformed",
            ),
            (
                with(|it| it.timestamp = "soon".to_owned()),
                BODY,
                0,
                "`webhook-timestamp` is missing or malformed",
            ),
            (
                with(|it| it.timestamp = "1614265331".to_owned()),
                BODY,
                0,
                signature,
            ),
            (with(|it| it.signature.clear()), BODY, 0, signature),
            (
                with(|it| it.signature = it.signature.replace("v1,", "v1a,")),
                BODY,
                0,
                signature,
            ),
        ] {
            assert_eq!(check(&headers, body, minutes), expect);
        }
        let by_another = verify(&good, BODY, &[other()], now());
        assert_eq!(by_another, Ok(()));
        assert_eq!(format!("{secret:?}"), "SigningSecret(…)");
    }

    #[test]
    fn what_was_taken_is_recognised_for_as_long_as_it_could_be_sent_again() {
        let mut replays = Replays::default();
        let after = |minutes| {
            now()
                .checked_add(SignedDuration::from_mins(minutes))
                .unwrap()
        };
        assert_eq!(replays.take(ID, now()), Ok(()));
        assert_eq!(replays.take(ID, after(10)), Err(Untrusted::Replayed));
        assert_eq!(replays.take("msg_2", after(10)), Ok(()));
        assert_eq!(replays.take("msg_3", after(11)), Ok(()));
        assert_eq!(replays.0.len(), 2);
        assert_eq!(Untrusted::Replayed.to_string(), "it was taken before");
    }

    #[test]
    fn what_is_no_secret_is_refused_without_showing_it() {
        for bad in [
            "",
            "whsec_",
            "whsec_AAAA",
            "AAAA",
            "whsec_!",
            &format!("whsec_{}", STANDARD.encode([0; 65])),
        ] {
            let why = bad.parse::<SigningSecret>().unwrap_err().to_string();
            assert_eq!(
                why,
                "this is no signing secret: write whsec_ and 24 to 64 bytes in base64 behind it"
            );
        }
    }

    proptest! {
        /// What is signed verifies, and no other body does.
        #[test]
        fn what_is_signed_verifies(body: Vec<u8>, another: Vec<u8>, second in 0_i64..4_000_000_000) {
            let now = Timestamp::from_second(second).unwrap();
            let headers = sign("msg_1", &body, &[other()], now);
            prop_assert!(verify(&headers, &body, &[other()], now).is_ok());
            prop_assert_eq!(verify(&headers, &another, &[other()], now).is_ok(), another == body);
        }
    }
}
