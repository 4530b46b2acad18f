//! Proofs over the journal, and the tiles and bundles that anybody can make them from.

use super::{App, Error, Request, journal};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    digest::Digest,
    journal::{
        Frontier, Outline, ProofError, Tile, TileResource, check_inclusion, leaf_hash, note,
        proof_text,
    },
};
use tidegate_protocol::api::{CheckpointView, ConsistencyView, EntryView, InclusionView};
use tidegate_store::{NumberedEntry, StoreError, Tx};

/// An entry with its proof, checked on the spot.
#[derive(Debug)]
pub struct Proven {
    /// The entry.
    pub entry: EntryView,
    /// The canonical JSON that is hashed.
    pub text: String,
    /// How it is in the tree.
    pub inclusion: InclusionView,
    /// The signed tree.
    pub checkpoint: CheckpointView,
    /// All of it in a form that can be checked offline (C2SP tlog-proof).
    pub proof: String,
    /// Whether the text hashes to the leaf.
    pub is_leaf: bool,
    /// Whether the proof leads from the leaf to the root.
    pub is_included: bool,
    /// Whether the signature states exactly this size and root.
    pub is_signed: bool,
}

impl App {
    /// Entry `sequence` with the proof that it is in the journal as that is signed now, checked.
    ///
    /// # Errors
    /// When there is none that the asker may see.
    pub async fn proven(&self, request: &Request, sequence: u64) -> Result<Proven, Error> {
        let (entry, frontier, proof) = self
            .store
            .read((request.clone(), sequence), |tx, (request, sequence)| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let found = journal::seen_entry(tx, request, *sequence).await?;
                    let missing = || Error::not_found("entry-not-found", "entry", sequence);
                    let entry = found.ok_or_else(missing)?;
                    let frontier = tx.journal_frontier().await?;
                    let outline = Outline::inclusion(*sequence, frontier.size());
                    let proof = tx.proof(&outline.map_err(unprovable)?).await?;
                    Ok::<_, Error>((entry, frontier, proof))
                }
                .boxed()
            })
            .await?;
        self.checked(&entry, &frontier, &proof)
    }

    fn checked(
        &self,
        entry: &NumberedEntry,
        frontier: &Frontier,
        proof: &[Digest],
    ) -> Result<Proven, Error> {
        let checkpoint = self.state(frontier);
        let (size, root) = (frontier.size(), frontier.root());
        let leaf = leaf_hash(entry.text.as_bytes());
        let stated = note::open(&checkpoint.note, &checkpoint.verifier);
        Ok(Proven {
            entry: journal::view(entry)?,
            text: entry.text.clone(),
            inclusion: InclusionView {
                sequence: entry.sequence,
                size,
                leaf: entry.leaf.to_string(),
                proof: proof.iter().map(Digest::to_string).collect(),
            },
            proof: proof_text(entry.sequence, proof, &checkpoint.note),
            is_leaf: leaf == entry.leaf,
            is_included: check_inclusion((entry.sequence, leaf), (size, root), proof).is_ok(),
            is_signed: stated.is_ok_and(|it| it.size == size && it.root == root),
            checkpoint,
        })
    }

    /// The proof that entry `sequence` is in the tree of `size` entries, or of all that there are.
    ///
    /// # Errors
    /// When the asker may not read what is shared, or the journal does not reach so far.
    pub async fn inclusion(
        &self,
        request: &Request,
        sequence: u64,
        size: Option<u64>,
    ) -> Result<InclusionView, Error> {
        let input = (request.clone(), sequence, size);
        self.store
            .read(input, |tx, (request, sequence, size)| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let size = reached(tx, *size).await?;
                    let outline = Outline::inclusion(*sequence, size).map_err(unprovable)?;
                    let proof = tx.proof(&outline).await?;
                    let entry = tx.entries_from(*sequence, 1).await?.into_iter().next();
                    let entry = entry.ok_or_else(|| lost(*sequence))?;
                    Ok(InclusionView {
                        sequence: *sequence,
                        size,
                        leaf: entry.leaf.to_string(),
                        proof: proof.iter().map(Digest::to_string).collect(),
                    })
                }
                .boxed()
            })
            .await
    }

    /// The proof that the tree of `to` entries, or of all that there are, continues that of `from`.
    ///
    /// # Errors
    /// When the asker may not read what is shared, or the journal does not reach so far.
    pub async fn consistency(
        &self,
        request: &Request,
        from: u64,
        to: Option<u64>,
    ) -> Result<ConsistencyView, Error> {
        let input = (request.clone(), from, to);
        self.store
            .read(input, |tx, (request, from, to)| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let to = reached(tx, *to).await?;
                    let outline = Outline::consistency(*from, to).map_err(unprovable)?;
                    let proof = tx.proof(&outline).await?;
                    Ok(ConsistencyView {
                        from: *from,
                        to,
                        proof: proof.iter().map(Digest::to_string).collect(),
                    })
                }
                .boxed()
            })
            .await
    }

    /// The bytes of a tile (C2SP tlog-tiles). Hashes are for all; entries for whoever may read the whole journal.
    ///
    /// # Errors
    /// When the asker may not, or the journal does not reach so far.
    pub async fn tile(&self, request: &Request, wanted: TileResource) -> Result<Vec<u8>, Error> {
        self.store
            .read((request.clone(), wanted), |tx, (request, wanted)| {
                async move {
                    let (action, tile) = match wanted {
                        TileResource::Hashes(tile) => (Action::ReadShared, *tile),
                        TileResource::Entries(tile) => (Action::Read, *tile),
                    };
                    request.permit_at_large(tx, action).await?;
                    if !tile.is_in(tx.journal_frontier().await?.size()) {
                        return Err(Error::not_found("tile-not-found", "tile", wanted));
                    }
                    match wanted {
                        TileResource::Hashes(_) => hashes(tx, tile).await,
                        TileResource::Entries(_) => bundle(tx, tile).await,
                    }
                }
                .boxed()
            })
            .await
    }
}

/// The size that was asked for, or that of the journal.
async fn reached(tx: &mut Tx, wanted: Option<u64>) -> Result<u64, Error> {
    let size = tx.journal_frontier().await?.size();
    match wanted {
        Some(wanted) if wanted > size => {
            let detail = format!("the journal has {size} entries, not {wanted}");
            Err(Error::refused(
                super::Kind::NotFound,
                "journal-shorter",
                detail,
            ))
        }
        Some(wanted) => Ok(wanted),
        None => Ok(size),
    }
}

async fn hashes(tx: &mut Tx, tile: Tile) -> Result<Vec<u8>, Error> {
    let hashes = tx.tile(tile).await?;
    let hashes = hashes.ok_or_else(|| Error::Broken(format!("tile {tile} is missing")))?;
    Ok(hashes.iter().flat_map(|hash| *hash.as_bytes()).collect())
}

/// Entries, each behind its length in two bytes.
async fn bundle(tx: &mut Tx, tile: Tile) -> Result<Vec<u8>, Error> {
    let width = u64::from(tile.width());
    let first = tile.position() * u64::from(tidegate_domain::journal::TILE_WIDTH);
    let mut bundle = Vec::new();
    for NumberedEntry { sequence, text, .. } in tx.entries_from(first, width).await? {
        let length = u16::try_from(text.len()).map_err(|_| too_long(sequence))?;
        bundle.extend(length.to_be_bytes());
        bundle.extend(text.as_bytes());
    }
    Ok(bundle)
}

fn too_long(sequence: u64) -> Error {
    let detail = format!("entry {sequence} is longer than the 65535 bytes that a bundle can hold");
    Error::refused(super::Kind::NotFound, "entry-too-long", detail)
        .hint("the export has it: `tidegate journal export`")
}

fn unprovable(why: ProofError) -> Error {
    match why {
        ProofError::Entry { .. } => Error::invalid("sequence", why),
        ProofError::Order { .. } => Error::invalid("from", why),
        ProofError::Tile(_) => Error::Broken(why.to_string()),
    }
}

fn lost(sequence: u64) -> Error {
    Error::Store(StoreError::Record {
        what: format!("journal {sequence}"),
        why: "it is missing".to_owned(),
    })
}
