//! What a supplier says by a webhook that it deployed.

use crate::{name::Name, supplier::Line, version::Version};
use jiff::Timestamp;
use serde::Deserialize;

/// What a supplier says that it deployed: the body of a signed request. Keys that it has beyond these mean nothing here.
///
/// The request is verified before, by [`crate::communication::signature::verify`]. One that is sent again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Told {
    /// Which of its components.
    pub component: Name,
    /// Where, by our name.
    pub environment: Name,
    /// What runs there now.
    pub version: Version,
    /// When it was deployed; when the request came, unless it is said.
    #[serde(default)]
    pub deployed_at: Option<Timestamp>,
}

/// Why the body of a request says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToldError {
    /// It is too long to be looked at.
    #[error("a request says what was deployed in at most {} KiB", Told::LENGTH_MAX / 1024)]
    TooLarge,
    /// It is something else.
    #[error(
        "a request is JSON such as {{\"component\": \"gateway\", \"environment\": \"live\", \"version\": \"2.5.0\"}}: {0}"
    )]
    Malformed(Line),
}

impl Told {
    /// The longest body, in bytes.
    pub const LENGTH_MAX: usize = 16 * 1024;

    /// What the body of a request says.
    ///
    /// # Errors
    /// Why it says nothing.
    pub fn read(body: &[u8]) -> Result<Self, ToldError> {
        if body.len() > Self::LENGTH_MAX {
            return Err(ToldError::TooLarge);
        }
        let read = serde_json::from_slice(body);
        read.map_err(|why| ToldError::Malformed(Line::of(&why.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_was_deployed_or_what_it_should_say() {
        let body = br#"{"component":"gateway","environment":"live","version":"2.5.0","build":7}"#;
        let told = Told::read(body).unwrap();
        assert_eq!(told.version.as_str(), "2.5.0");
        let example = r#"a request is JSON such as {"component": "gateway", "environment": "live", "version": "2.5.0"}"#;
        for (body, expect) in [
            (
                &b"{}"[..],
                format!("{example}: missing field `component` at line 1 column 2"),
            ),
            (
                &b"\xff"[..],
                format!("{example}: expected value at line 1 column 1"),
            ),
            (
                &[b' '; 20_000][..],
                "a request says what was deployed in at most 16 KiB".to_owned(),
            ),
        ] {
            assert_eq!(Told::read(body).unwrap_err().to_string(), expect);
        }
    }
}
