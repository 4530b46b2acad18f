//! The statements of a SQLite transaction, and what refused ones make of it.

use crate::{Row, StoreError, Value};

/// The SQLite side of a [`Tx`].
pub(crate) struct SqliteTx {
    connection: rusqlite::Connection,
    /// A statement of the transaction was refused: it must not be kept.
    pub(crate) refused: bool,
    /// A statement of the group found no room on the disk.
    pub(super) no_room: bool,
}

/// Why nothing of a group was kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Loss {
    NoRoom,
    Failed,
}

impl SqliteTx {
    pub(super) fn new(connection: rusqlite::Connection) -> Self {
        Self {
            connection,
            refused: false,
            no_room: false,
        }
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let done = self.run(sql, params);
        self.note(&done);
        done
    }

    pub(crate) fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let found = self.query(sql, params);
        self.note(&found);
        found
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch(sql)?)
    }

    /// Goes back to a savepoint: what was refused since spoils nothing.
    pub(crate) fn forgive(&mut self, back: &str) -> Result<(), StoreError> {
        self.batch(back)?;
        self.refused = false;
        Ok(())
    }

    fn note<T>(&mut self, outcome: &Result<T, StoreError>) {
        self.refused |= outcome.is_err();
        self.no_room |= matches!(outcome, Err(StoreError::NoRoom));
    }

    pub(super) const fn loss(&self) -> Loss {
        if self.no_room {
            Loss::NoRoom
        } else {
            Loss::Failed
        }
    }

    /// Whether the group is still open: on a full or failing disk SQLite ends it by itself ("Response To Errors
    /// Within A Transaction"), and a savepoint would then begin a transaction of its own.
    pub(super) fn is_open(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        Ok(statement.execute(rusqlite::params_from_iter(params))? as u64)
    }

    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.connection.prepare_cached(&numbered(sql))?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut answer = Vec::new();
        while let Some(row) = rows.next()? {
            answer.push(Row((0..columns)
                .map(|i| column(row, i))
                .collect::<Result<_, _>>()?));
        }
        Ok(answer)
    }
}

/// `$1` is a *named* parameter in SQLite, `?1` a numbered one (SQLite documentation, "Parameters").
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn column(row: &rusqlite::Row<'_>, i: usize) -> Result<Value, StoreError> {
    use rusqlite::types::ValueRef;
    Ok(match row.get_ref(i)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Value::Blob(value.to_vec()),
        ValueRef::Real(_) => {
            let why = "no column of ours is a floating-point number".to_owned();
            return Err(StoreError::Record {
                what: format!("column {i}"),
                why,
            });
        }
    })
}

impl From<Loss> for StoreError {
    fn from(loss: Loss) -> Self {
        match loss {
            Loss::NoRoom => Self::NoRoom,
            Loss::Failed => Self::Closed,
        }
    }
}

impl std::fmt::Debug for SqliteTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteTx").finish_non_exhaustive()
    }
}
