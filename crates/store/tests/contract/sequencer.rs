//! Numbering and checking the journal in tests: what the engine does on PostgreSQL, and what a verifier does anywhere.

use jiff::SignedDuration;
use tidegate_domain::{digest::Digest, journal::root_of};
use tidegate_store::{NumberedEntry, Store};

/// Numbers whatever waits, as a server that holds the sequencer's lease does; answers how many.
pub(crate) async fn number(store: &Store, holder: &str) -> u64 {
    if !store.needs_sequencer() {
        return 0;
    }
    commit!(store, holder.to_owned(), |tx, holder| {
        match tx
            .take_lease("sequencer", holder, SignedDuration::from_secs(10))
            .await?
        {
            Some(_) => tx.number_waiting_entries().await?,
            None => 0,
        }
    })
}

/// Numbers until nothing waits.
pub(crate) async fn number_all(store: &Store) {
    while number(store, "server-1").await > 0 {}
}

/// Reads the whole journal and checks that it has no gap and that the kept edge is that of its leaves.
pub(crate) async fn verified(store: &Store) -> Vec<NumberedEntry> {
    let (entries, frontier) = view!(store, (), |tx, ()| {
        (
            tx.entries_from(0, 1_000_000).await?,
            tx.journal_frontier().await?,
        )
    });
    for (i, entry) in entries.iter().enumerate() {
        assert_eq!(
            entry.sequence, i as u64,
            "the journal has a gap or a double"
        );
        assert_eq!(entry.leaf, entry.entry().unwrap().leaf(), "entry {i}");
    }
    assert_eq!(frontier.size(), entries.len() as u64);
    let leaves: Vec<Digest> = entries.iter().map(|entry| entry.leaf).collect();
    assert_eq!(frontier.root(), root_of(leaves));
    entries
}
