//! Commits to the SQLite database in a directory and prints each number that it was given, until it is killed.
//! A test kills it and looks for what was printed.

use futures::FutureExt;
use std::{error::Error, io::Write, path::PathBuf};
use tidegate_domain::journal::Entry;
use tidegate_store::{Store, StoreError, Tx};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let store =
        Store::open_sqlite(&directory.ok_or("usage: write_until_killed DIRECTORY")?).await?;
    let mut out = std::io::stdout();
    loop {
        let number = store.write((), |tx, ()| step(tx).boxed()).await?;
        writeln!(out, "{number}")?;
        out.flush()?;
    }
}

/// State and journal in one transaction.
async fn step(tx: &mut Tx) -> Result<u64, StoreError> {
    let number = tx.next_deployment().await?.0;
    let entry = Entry {
        v: 1,
        time: tx.now(),
        actor: "writer".into(),
        action: "deployment.requested".into(),
        subject: format!("deployment/{number}"),
        detail: serde_json::json!({ "number": number }),
        request: None,
    };
    tx.record_entry(&entry).await?;
    Ok(number)
}
