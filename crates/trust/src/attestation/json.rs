//! Foreign JSON, read strictly: bounded in size and depth, and refused when an object says a thing twice.
//!
//! Readers differ in which of two equal keys they believe; what one of them verified, another would act on.

use serde::de::DeserializeOwned;
use tidegate_domain::json::check_names;

/// Why bytes are not the JSON they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// There are too many of them.
    #[error("more than {0} bytes")]
    Length(usize),
    /// It is not JSON, says a key twice, nests too deeply or lacks what is needed.
    #[error("{0}")]
    Form(String),
}

/// The value in `bytes`, of which there are at most `length_max`.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], length_max: usize) -> Result<T, JsonError> {
    if bytes.len() > length_max {
        return Err(JsonError::Length(length_max));
    }
    let form = |err: serde_json::Error| JsonError::Form(err.to_string());
    check_names(bytes, |_, name| Ok(name.to_owned())).map_err(form)?;
    serde_json::from_slice(bytes).map_err(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn ambiguous_and_long_json_is_refused() {
        let said = |text: &str| read::<Value>(text.as_bytes(), 20).map_err(|it| it.to_string());
        assert!(said(r#"{"a":1,"a":2}"#).is_err_and(|it| it.contains("`a` stands twice")));
        assert!(said(r#"{"a":"#).is_err_and(|it| it.contains("EOF")));
        assert!(said(r#"{"a":[1]}"#).is_ok());
        assert_eq!(read::<Value>(b"[1]", 2), Err(JsonError::Length(2)));
    }
}
