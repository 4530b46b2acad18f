//! What goes into and comes out of statements: integers, texts and bytes.

use crate::StoreError;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// One parameter or column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL's null.
    Null,
    /// `BIGINT`.
    Int(i64),
    /// `TEXT`.
    Text(String),
    /// `BLOB` or `BYTEA`.
    Blob(Vec<u8>),
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// The integer in column `i`, counted from 0.
    ///
    /// # Errors
    /// When the column holds something else; likewise below.
    pub fn int(&self, i: usize) -> Result<i64, StoreError> {
        self.optional_int(i)?
            .ok_or_else(|| self.wrong(i, "an integer"))
    }

    /// The integer in column `i`, or none.
    ///
    /// # Errors
    /// When the column holds something else.
    pub fn optional_int(&self, i: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(i) {
            Some(Value::Int(value)) => Ok(Some(*value)),
            Some(Value::Null) => Ok(None),
            Some(Value::Text(_) | Value::Blob(_)) | None => Err(self.wrong(i, "an integer")),
        }
    }

    /// The text in column `i`.
    ///
    /// # Errors
    /// When the column holds something else.
    pub fn text(&self, i: usize) -> Result<&str, StoreError> {
        self.optional_text(i)?
            .ok_or_else(|| self.wrong(i, "a text"))
    }

    /// The text in column `i`, or none.
    ///
    /// # Errors
    /// When the column holds something else.
    pub fn optional_text(&self, i: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get(i) {
            Some(Value::Text(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            Some(Value::Int(_) | Value::Blob(_)) | None => Err(self.wrong(i, "a text")),
        }
    }

    /// The bytes in column `i`.
    ///
    /// # Errors
    /// When the column holds something else.
    pub fn blob(&self, i: usize) -> Result<&[u8], StoreError> {
        match self.0.get(i) {
            Some(Value::Blob(value)) => Ok(value),
            Some(Value::Null | Value::Int(_) | Value::Text(_)) | None => {
                Err(self.wrong(i, "bytes"))
            }
        }
    }

    /// The text in column `i`, read as a domain type.
    ///
    /// # Errors
    /// When the text is not of that type.
    pub fn parsed<T>(&self, i: usize) -> Result<T, StoreError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        self.text(i)?
            .parse()
            .map_err(|why: T::Err| self.unreadable(i, &why.to_string()))
    }

    /// The time in column `i`, microseconds since the epoch.
    ///
    /// # Errors
    /// When the number is out of range.
    pub fn time(&self, i: usize) -> Result<jiff::Timestamp, StoreError> {
        jiff::Timestamp::from_microsecond(self.int(i)?)
            .map_err(|why| self.unreadable(i, &why.to_string()))
    }

    /// The time in column `i`, or none.
    ///
    /// # Errors
    /// When the column holds something else, or the number is out of range.
    pub fn optional_time(&self, i: usize) -> Result<Option<jiff::Timestamp>, StoreError> {
        match self.optional_int(i)? {
            Some(_) => self.time(i).map(Some),
            None => Ok(None),
        }
    }

    /// All columns, as they are stored.
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// The number in column `i` as an unsigned one.
    ///
    /// # Errors
    /// When it is negative.
    pub fn unsigned(&self, i: usize) -> Result<u64, StoreError> {
        u64::try_from(self.int(i)?).map_err(|why| self.unreadable(i, &why.to_string()))
    }

    fn wrong(&self, i: usize, expected: &str) -> StoreError {
        self.unreadable(i, &format!("expected {expected}"))
    }

    fn unreadable(&self, i: usize, why: &str) -> StoreError {
        let of = self.0.len();
        StoreError::Record {
            what: format!("column {i} of {of}"),
            why: why.to_owned(),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

/// Numbers of ours stay far below the sign bit; one that does not is cut there rather than wrapped.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl From<jiff::Timestamp> for Value {
    fn from(value: jiff::Timestamp) -> Self {
        Self::Int(value.as_microsecond())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => value.to_sql(kind, out),
            Self::Text(value) => value.to_sql(kind, out),
            Self::Blob(value) => value.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

/// The most rows of one statement.
pub(crate) const ROWS_MAX: usize = 200;

/// `($1, $2), ($3, $4)`: so many of so many.
pub(crate) fn tuples(count: usize, width: usize) -> String {
    let tuple = |at: usize| {
        let places: Vec<String> = (1..=width)
            .map(|i| format!("${}", at * width + i))
            .collect();
        format!("({})", places.join(", "))
    };
    (0..count).map(tuple).collect::<Vec<_>>().join(", ")
}
