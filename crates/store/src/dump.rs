//! Whole tables, row by row, whatever is in them: what a backup holds.
//!
//! The tables are asked of the database itself, so that none is forgotten. SQLite and PostgreSQL answer alike: what one of them
//! held can be put into the other.

use crate::{StoreError, Tx, Value};

/// Made anew wherever a store is opened.
const SCHEMA: &str = "schema_steps";
/// What others refer to goes first.
const FIRST: [&str; 2] = ["people", "deployments"];
/// Numbers of rows that the database itself gives, in the order in which rows come.
const IDENTITIES: [(&str, &str); 1] = [("journal_waiting", "position")];
/// The most values of one statement: PostgreSQL counts them by 16 bits, SQLite takes 32,766 (`SQLITE_MAX_VARIABLE_NUMBER`).
const VALUES_MAX: usize = 30_000;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The columns that are kept.
    pub columns: Vec<String>,
    /// The columns of its key, in its order.
    key: Vec<String>,
}

impl Tx {
    /// All tables, those first that others refer to.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        let sql = if self.is_postgres() {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        };
        let rows = self.rows(sql, &[]).await?;
        let names = rows.iter().map(|row| row.text(0).map(str::to_owned));
        let mut names: Vec<String> = names.collect::<Result<_, _>>()?;
        names.retain(|name| name != SCHEMA);
        names.sort_by_key(|name| {
            let first = FIRST.iter().position(|it| it == name);
            (first.unwrap_or(FIRST.len()), name.clone())
        });
        let mut tables = Vec::with_capacity(names.len());
        for name in names {
            tables.push(self.table(name).await?);
        }
        Ok(tables)
    }

    async fn table(&mut self, name: String) -> Result<Table, StoreError> {
        let (columns, key) = if self.is_postgres() {
            (
                "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
                    WHERE table_schema = current_schema() AND table_name = CAST($1 AS TEXT) ORDER BY column_name",
                "SELECT CAST(k.column_name AS TEXT) FROM information_schema.key_column_usage k \
                    JOIN information_schema.table_constraints c USING (constraint_schema, constraint_name) \
                    WHERE c.constraint_type = 'PRIMARY KEY' AND k.table_schema = current_schema() \
                    AND k.table_name = CAST($1 AS TEXT) ORDER BY k.ordinal_position",
            )
        } else {
            (
                "SELECT name FROM pragma_table_info($1) ORDER BY name",
                "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk",
            )
        };
        let mut columns = self.names(columns, &name).await?;
        let key = self.names(key, &name).await?;
        columns.retain(|column| !IDENTITIES.contains(&(name.as_str(), column.as_str())));
        Ok(Table { name, columns, key })
    }

    async fn names(&mut self, sql: &str, table: &str) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(sql, &[table.into()]).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// Refuses a database that somebody uses, or that is not at step `schema`.
    pub(crate) async fn refuse_records(&mut self, schema: i64) -> Result<(), StoreError> {
        let sql = "SELECT (SELECT COUNT(*) FROM people), (SELECT MAX(number) FROM schema_steps)";
        match self.row(sql, &[]).await? {
            Some(row) if row.int(0)? > 0 => Err(StoreError::HasRecords),
            Some(row) if row.int(1)? == schema => Ok(()),
            Some(_) | None => Err(StoreError::OtherSchema),
        }
    }

    /// The step of the schema that the database is at: another program may have brought it forward.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn schema(&mut self) -> Result<i64, StoreError> {
        let row = self
            .row("SELECT MAX(number) FROM schema_steps", &[])
            .await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    /// Rows of a table in the order of its key, at most `limit`: the first ones, or those after the row that `after` is the
    /// key of. Answers the values of its columns, and the key of the last row.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn table_rows(
        &mut self,
        table: &Table,
        after: Option<&[Value]>,
        limit: u64,
    ) -> Result<(Vec<Vec<Value>>, Option<Vec<Value>>), StoreError> {
        let quoted = |names: &[String]| {
            let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            names.join(", ")
        };
        let (columns, key) = (quoted(&table.columns), quoted(&table.key));
        let bounds: Vec<String> = (2..)
            .take(table.key.len())
            .map(|i| format!("${i}"))
            .collect();
        let (condition, mut values) = match after {
            Some(after) => (
                format!("WHERE ({key}) > ({})", bounds.join(", ")),
                after.to_vec(),
            ),
            None => (String::new(), Vec::new()),
        };
        values.insert(0, limit.into());
        let sql = format!(
            "SELECT {columns}, {key} FROM \"{}\" {condition} ORDER BY {key} LIMIT $1",
            table.name
        );
        let rows = self.rows(&sql, &values).await?;
        let width = table.columns.len();
        let last = rows.last().map(|row| row.values()[width..].to_vec());
        let rows = rows.iter().map(|row| row.values()[..width].to_vec());
        Ok((rows.collect(), last))
    }

    /// Puts rows into a table, each with a value for every column of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_table_rows(
        &mut self,
        table: &Table,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let width = table.columns.len();
        let columns: Vec<String> = table.columns.iter().map(|it| format!("\"{it}\"")).collect();
        for rows in rows.chunks((VALUES_MAX / width.max(1)).max(1)) {
            let row = |i: usize| {
                let values: Vec<String> = (1..=width)
                    .map(|column| format!("${}", i * width + column))
                    .collect();
                format!("({})", values.join(", "))
            };
            let places: Vec<String> = (0..rows.len()).map(row).collect();
            let sql = format!(
                "INSERT INTO \"{}\" ({}) VALUES {}",
                table.name,
                columns.join(", "),
                places.join(", ")
            );
            self.execute(&sql, &rows.concat()).await?;
        }
        Ok(())
    }
}
