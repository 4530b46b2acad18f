//! Danger asks for meaning, not for a click: whoever goes live or back types the release's version, or the group's number.

use crate::app::{Error, Kind};

/// Whether what was typed is the version or number meant.
///
/// # Errors
/// A refusal that says what to type.
pub(super) fn meant(name: &str, typed: &str) -> Result<(), Error> {
    if typed.trim() == name {
        return Ok(());
    }
    let detail = format!("nothing was changed: what was typed is not {name}");
    Err(Error::refused(Kind::BadRequest, "not-confirmed", detail)
        .hint(format!("go back and type {name} to confirm")))
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
