//! `tidegate journal prove`.

use super::Context;
use crate::{
    Error,
    client::query,
    witness::{Look, hashes},
};
use serde::Serialize;
use tidegate_domain::{
    digest::Digest,
    journal::{TILE_WIDTH, Tile, TileResource, check_inclusion, leaf_hash, proof_text},
};
use tidegate_protocol::api::InclusionView;

/// What was proved.
#[derive(Debug, Serialize)]
struct Proved {
    sequence: u64,
    entries: u64,
    root: String,
    leaf: String,
    proof: Vec<String>,
    checkpoint: String,
    /// The canonical JSON that was hashed, for whoever may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
}

pub(super) async fn run(context: &Context<'_>, look: &Look, sequence: u64) -> Result<(), Error> {
    let (size, root) = (look.checkpoint.size, look.checkpoint.root);
    let (number, entries) = (sequence.to_string(), size.to_string());
    let wanted = query([
        ("sequence", Some(number.as_str())),
        ("size", Some(entries.as_str())),
    ]);
    let path = format!("/api/v1/journal/proofs/inclusion?{wanted}");
    let view: InclusionView = context.client.get(&path).await?;
    let proof = hashes(&view.proof)?;
    let leaf: Digest = super::super::argument("leaf", &view.leaf)?;
    let wrong = |why: &str| Error::Tampered(format!("entry {sequence}: {why}"));
    check_inclusion((sequence, leaf), (size, root), &proof)
        .map_err(|fault| wrong(&fault.to_string()))?;
    let entry = entry(context, sequence, size).await?;
    if entry
        .as_ref()
        .is_some_and(|text| leaf_hash(text.as_bytes()) != leaf)
    {
        return Err(wrong("its text is not what was hashed"));
    }
    context.ui.say(format_args!(
        "entry {sequence} is in the journal of {size} entries with root {root}\n{}",
        entry.as_deref().unwrap_or("its text is not yours to read")
    ));
    let proved = Proved {
        sequence,
        entries: size,
        root: root.to_string(),
        leaf: view.leaf,
        proof: view.proof,
        checkpoint: look.testimony.note().to_owned(),
        entry,
    };
    let text = |proved: &Proved| proof_text(proved.sequence, &proof, &proved.checkpoint);
    context.ui.data(&proved, text);
    Ok(())
}

/// The entry's text, out of its bundle; none for whoever may not read all entries.
async fn entry(context: &Context<'_>, sequence: u64, size: u64) -> Result<Option<String>, Error> {
    let width = u64::from(TILE_WIDTH);
    let tile = Tile::of(size, 0, sequence / width).map(TileResource::Entries);
    let tile = tile.ok_or_else(|| Error::Usage(format!("there is no entry {sequence}")))?;
    let answer = match context.client.open(&format!("/log/tile/{tile}")).await {
        Err(Error::Problem(problem)) if matches!(problem.status, 403 | 404) => return Ok(None),
        other => other?,
    };
    let bundle = answer.bytes().await.map_err(Error::Answer)?;
    let cut = || Error::Tampered("a bundle of entries is not whole".to_owned());
    let mut rest: &[u8] = &bundle;
    for _ in 0..sequence % width {
        rest = first(rest).ok_or_else(cut)?.1;
    }
    let (entry, _) = first(rest).ok_or_else(cut)?;
    let text = String::from_utf8(entry.to_vec()).map_err(|_| cut())?;
    Ok(Some(text))
}

/// The first entry of a bundle, and what is behind it.
fn first(bundle: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bundle.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
