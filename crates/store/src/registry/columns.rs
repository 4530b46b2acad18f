//! How the registry's nouns stand in columns, and back.

use super::Repository;
use crate::{Row, StoreError, Value};
use jiff::Timestamp;
use tidegate_domain::digest::Digest;

pub(super) fn digest_value(digest: Digest) -> Value {
    Value::Blob(digest.as_bytes().to_vec())
}

pub(super) fn time_value(time: Timestamp) -> Value {
    Value::Int(time.as_microsecond())
}

pub(super) fn optional_text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::Text(text.to_owned()))
}

pub(super) fn repository_values(repository: &Repository) -> [Value; 2] {
    [
        Value::Text(repository.product.as_str().to_owned()),
        Value::Text(repository.component.as_str().to_owned()),
    ]
}

pub(super) fn digest_column(row: &Row, i: usize) -> Result<Digest, StoreError> {
    let bytes = row.blob(i)?.try_into().map_err(|_| StoreError::Record {
        what: format!("registry, column {i}"),
        why: "a digest has 32 bytes".to_owned(),
    })?;
    Ok(Digest::from_bytes(bytes))
}

pub(super) fn repository_columns(row: &Row) -> Result<Repository, StoreError> {
    Ok(Repository::new(row.parsed(0)?, row.parsed(1)?))
}
