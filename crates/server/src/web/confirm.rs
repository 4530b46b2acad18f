//! Danger asks for meaning, not for a click: whoever goes live or back types the release's version.

use crate::app::{Error, Kind};

/// Whether what was typed is the version meant.
///
/// # Errors
/// A refusal that says what to type.
pub(super) fn meant(version: &str, typed: &str) -> Result<(), Error> {
    if typed.trim() == version {
        return Ok(());
    }
    let detail = "nothing was changed: what was typed is not the release's version";
    Err(Error::refused(Kind::BadRequest, "not-confirmed", detail)
        .hint(format!("go back and type {version} to confirm")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_version_confirms() {
        assert!(meant("1.1.0", " 1.1.0 ").is_ok());
        assert!(meant("1.1.0", "").is_err());
        assert!(meant("1.1.0", "yes").is_err());
    }
}
