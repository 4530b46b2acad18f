//! Stored records: a domain type as JSON beside the number of its form, so that an old database stays readable.
//!
//! `{"v": 1, "is": …}`. A form is changed by adding fields with defaults, or by a new number and a reader for both.

use crate::{Row, StoreError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The form that this program writes.
const FORM: u32 = 1;

#[derive(Serialize)]
struct Written<'a, T> {
    v: u32,
    is: &'a T,
}

#[derive(Deserialize)]
struct Read<T> {
    v: u32,
    is: T,
}

/// The text to store.
pub(crate) fn write<T: Serialize>(value: &T) -> String {
    serde_json::to_string(&Written { v: FORM, is: value }).expect("domain types have a JSON form")
}

/// The value in the text.
pub(crate) fn read<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, StoreError> {
    let wrong = |why: String| StoreError::Record {
        what: what.to_owned(),
        why,
    };
    let read: Read<T> = serde_json::from_str(text).map_err(|why| wrong(why.to_string()))?;
    if read.v == FORM {
        Ok(read.is)
    } else {
        Err(wrong(format!("form {} is not known", read.v)))
    }
}

impl Row {
    /// The record in column `i`.
    pub(crate) fn record<T: DeserializeOwned>(
        &self,
        i: usize,
        what: &str,
    ) -> Result<T, StoreError> {
        read(self.text(i)?, what)
    }
}
