//! What is wrong with releases.

use crate::{Row, StoreError, Tx, record};
use tidegate_domain::{id::IssueId, issue::Issue, name::Name, version::Version};

impl Tx {
    /// The number the next issue gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_issue(&mut self) -> Result<IssueId, StoreError> {
        self.count_up("issue").await.map(IssueId)
    }

    /// Keeps an issue, new or changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_issue(&mut self, issue: &Issue) -> Result<(), StoreError> {
        let sql = "INSERT INTO issues (id, product, version, is_open, severity, record) VALUES ($1, $2, $3, $4, $5, $6) \
            ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, severity = excluded.severity, record = excluded.record";
        let values = [
            issue.id.0.into(),
            issue.product.as_str().into(),
            issue.version.as_str().into(),
            issue.state.is_open().into(),
            (issue.severity as u64).into(),
            record::write(issue).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// An issue by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn issue(&mut self, id: IssueId) -> Result<Option<Issue>, StoreError> {
        let sql = "SELECT record FROM issues WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "issue")).transpose()
    }

    /// At most `limit` issues of a release, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn issues_of(
        &mut self,
        (product, version): (&Name, &Version),
        limit: u64,
    ) -> Result<Vec<Issue>, StoreError> {
        let sql = "SELECT record FROM issues WHERE product = $1 AND version = $2 ORDER BY id DESC LIMIT $3";
        let values = [
            product.as_str().into(),
            version.as_str().into(),
            limit.into(),
        ];
        read(&self.rows(sql, &values).await?)
    }

    /// The issues of a release that are open, the oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_issues_of(
        &mut self,
        (product, version): (&Name, &Version),
    ) -> Result<Vec<Issue>, StoreError> {
        let sql = "SELECT record FROM issues WHERE product = $1 AND version = $2 AND is_open = $3 ORDER BY id";
        let values = [
            product.as_str().into(),
            version.as_str().into(),
            true.into(),
        ];
        read(&self.rows(sql, &values).await?)
    }

    /// At most `limit` issues that somebody has to see to, or that are over: the worst first, of those the oldest.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn issues(&mut self, is_open: bool, limit: u64) -> Result<Vec<Issue>, StoreError> {
        let sql =
            "SELECT record FROM issues WHERE is_open = $1 ORDER BY severity DESC, id LIMIT $2";
        read(&self.rows(sql, &[is_open.into(), limit.into()]).await?)
    }
}

fn read(rows: &[Row]) -> Result<Vec<Issue>, StoreError> {
    rows.iter().map(|row| row.record(0, "issue")).collect()
}
