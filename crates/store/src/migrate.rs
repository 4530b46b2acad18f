//! Schema steps: forward only, each run once, in one transaction with the note that it ran.
//!
//! A step is one portable file. Three words differ by dialect and are replaced before it runs: `BYTES`, `IDENTITY`, and
//! `KEYTEXT` for texts that are listed or searched in the order of their bytes. Expand first and contract in a later version, so that two versions can share a database.

use crate::{Backend, Store, StoreError, Tx, tx::Connection};
use futures::FutureExt;
use tidegate_domain::digest::Digest;

/// Number, name and text of each step, in the order they run.
pub const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../migrations/0001_first.sql")),
    (
        2,
        "registry",
        include_str!("../migrations/0002_registry.sql"),
    ),
    (3, "engine", include_str!("../migrations/0003_engine.sql")),
    (4, "checks", include_str!("../migrations/0004_checks.sql")),
    (
        5,
        "rehearsals",
        include_str!("../migrations/0005_rehearsals.sql"),
    ),
    (6, "drills", include_str!("../migrations/0006_drills.sql")),
    (
        7,
        "group_runs",
        include_str!("../migrations/0007_group_runs.sql"),
    ),
    (8, "people", include_str!("../migrations/0008_people.sql")),
    (9, "journal", include_str!("../migrations/0009_journal.sql")),
    (
        10,
        "controls",
        include_str!("../migrations/0010_controls.sql"),
    ),
    (11, "trust", include_str!("../migrations/0011_trust.sql")),
    (12, "scrub", include_str!("../migrations/0012_scrub.sql")),
    (13, "agents", include_str!("../migrations/0013_agents.sql")),
    (
        14,
        "sign_in",
        include_str!("../migrations/0014_sign_in.sql"),
    ),
    (
        15,
        "attachments",
        include_str!("../migrations/0015_attachments.sql"),
    ),
    (
        16,
        "histories",
        include_str!("../migrations/0016_histories.sql"),
    ),
    (
        17,
        "sign_in_mended",
        include_str!("../migrations/0017_sign_in_mended.sql"),
    ),
    (
        18,
        "return_judgements",
        include_str!("../migrations/0018_return_judgements.sql"),
    ),
    (
        19,
        "quarantine",
        include_str!("../migrations/0019_quarantine.sql"),
    ),
    (
        20,
        "certificates",
        include_str!("../migrations/0020_certificates.sql"),
    ),
    (
        21,
        "left_behind",
        include_str!("../migrations/0021_left_behind.sql"),
    ),
    (
        22,
        "quarantine_watched",
        include_str!("../migrations/0022_quarantine_watched.sql"),
    ),
    (
        23,
        "planning",
        include_str!("../migrations/0023_planning.sql"),
    ),
    (24, "scopes", include_str!("../migrations/0024_scopes.sql")),
    (25, "trains", include_str!("../migrations/0025_trains.sql")),
    (
        26,
        "communications",
        include_str!("../migrations/0026_communications.sql"),
    ),
    (
        27,
        "suppliers",
        include_str!("../migrations/0027_suppliers.sql"),
    ),
    (
        28,
        "runbooks",
        include_str!("../migrations/0028_runbooks.sql"),
    ),
    (
        29,
        "reviews",
        include_str!("../migrations/0029_reviews.sql"),
    ),
    (
        30,
        "handovers",
        include_str!("../migrations/0030_handovers.sql"),
    ),
    (
        31,
        "procedures",
        include_str!("../migrations/0031_procedures.sql"),
    ),
    (
        32,
        "issues_and_talk",
        include_str!("../migrations/0032_issues_and_talk.sql"),
    ),
    (
        33,
        "lifecycle",
        include_str!("../migrations/0033_lifecycle.sql"),
    ),
    (
        34,
        "preflights",
        include_str!("../migrations/0034_preflights.sql"),
    ),
    (
        35,
        "reminders",
        include_str!("../migrations/0035_reminders.sql"),
    ),
    (
        36,
        "host questions",
        include_str!("../migrations/0036_host_questions.sql"),
    ),
    (37, "places", include_str!("../migrations/0037_places.sql")),
    (
        38,
        "news mailings",
        include_str!("../migrations/0038_news_mailings.sql"),
    ),
    (
        39,
        "asked returns",
        include_str!("../migrations/0039_asked_returns.sql"),
    ),
];

const NOTES: &str = "CREATE TABLE IF NOT EXISTS schema_steps \
    (number BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, ran_at BIGINT NOT NULL)";

/// The newest step that this program knows.
pub const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Brings the schema forward to a step.
pub(crate) async fn run(store: &Store, to: i64) -> Result<(), StoreError> {
    // Two servers may start at once; the second waits here until the first has committed.
    let _lock = match &*store.backend {
        Backend::Sqlite(_) => None,
        Backend::Postgres(postgres) => Some(postgres.schema_lock().await?),
    };
    store
        .write(to, |tx, to| step_forward(tx, *to).boxed())
        .await
}

async fn step_forward(tx: &mut Tx, to: i64) -> Result<(), StoreError> {
    tx.execute(NOTES, &[]).await?;
    let ran = tx
        .rows(
            "SELECT number, digest FROM schema_steps ORDER BY number",
            &[],
        )
        .await?;
    for row in &ran {
        let number = row.int(0)?;
        let step = MIGRATIONS.iter().find(|step| step.0 == number);
        let step = step.ok_or(StoreError::Newer {
            found: number,
            known: NEWEST,
        })?;
        if row.text(1)? != Digest::of(step.2.as_bytes()).to_string() {
            return Err(StoreError::Migration(number));
        }
    }
    let due = MIGRATIONS.iter().skip(ran.len());
    for (number, name, text) in due.take_while(|step| step.0 <= to) {
        tx.batch(text).await?;
        let values = [
            (*number).into(),
            (*name).into(),
            Digest::of(text.as_bytes()).to_string().into(),
            tx.now().into(),
        ];
        tx.execute(
            "INSERT INTO schema_steps (number, name, digest, ran_at) VALUES ($1, $2, $3, $4)",
            &values,
        )
        .await?;
        tracing::info!(step = number, name, "store.schema_step");
    }
    // What an earlier version of this program did not keep cannot be had by SQL alone.
    let size = tx.journal_frontier().await?.size();
    tx.complete_tiles(size).await
}

impl Tx {
    async fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        let words = match &self.connection {
            Connection::Sqlite(_) => [
                ("BYTES", "BLOB"),
                ("IDENTITY", "INTEGER PRIMARY KEY"),
                ("KEYTEXT", "TEXT"),
            ],
            Connection::Postgres(_) => [
                ("BYTES", "BYTEA"),
                (
                    "IDENTITY",
                    "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                ),
                ("KEYTEXT", "TEXT COLLATE \"C\""),
            ],
        };
        let text = in_dialect(text, &words);
        match &mut self.connection {
            Connection::Sqlite(tx) => tx.batch(&text),
            Connection::Postgres(tx) => tx.batch(&text).await,
        }
    }
}

/// Replaces whole words; what is put in is not looked at again.
fn in_dialect(text: &str, words: &[(&str, &str)]) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while !rest.is_empty() {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (token, behind) = rest.split_at(end);
        out.push_str(
            words
                .iter()
                .find(|(word, _)| *word == token)
                .map_or(token, |pair| pair.1),
        );
        let gap = behind.find(is_word).unwrap_or(behind.len());
        out.push_str(&behind[..gap]);
        rest = &behind[gap..];
    }
    out
}
