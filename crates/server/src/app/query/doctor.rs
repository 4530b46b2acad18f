//! The doctor: runs the independent checker over what is stored, and recomputes the journal's tree.

use super::super::{App, Error, Request};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    deployment::check::check,
    digest::Digest,
    id::DeploymentId,
    journal::{Frontier, TILE_WIDTH, Tile, leaf_hash, root_of},
    train,
};
use tidegate_protocol::api::DoctorView;
use tidegate_store::Tx;

/// Deployments and entries read in one transaction.
const BATCH: u64 = 500;

impl App {
    /// Looks for what should never be: deployments and trains that break an invariant, a journal that does not match its tree.
    ///
    /// # Errors
    /// When the asker may not read, or the store fails.
    pub async fn examine(&self, request: &Request) -> Result<DoctorView, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move { request.permit_at_large(tx, Action::Read).await }.boxed()
            })
            .await?;
        let mut view = DoctorView::default();
        let mut before = DeploymentId(u64::MAX >> 1);
        loop {
            let found = self
                .store
                .read(before, |tx, before| deployments(tx, *before).boxed());
            let (last, count, faults) = found.await?;
            view.deployments += count;
            view.faults.extend(faults);
            match last {
                Some(last) => before = last,
                None => break,
            }
        }
        self.examine_trains(&mut view).await?;
        self.examine_journal(&mut view).await?;
        self.examine_blobs(&mut view).await?;
        Ok(view)
    }

    /// What is known to be damaged. Reading everything again is asked for apart: it takes as long as the disk does.
    async fn examine_blobs(&self, view: &mut DoctorView) -> Result<(), Error> {
        let damaged = self
            .store
            .read((), |tx, ()| {
                async move {
                    let mut damaged = Vec::new();
                    for blob in tx.damaged_blobs().await? {
                        damaged.push((blob, tx.pin_reason_of_blob(blob).await?));
                    }
                    Ok::<_, Error>(damaged)
                }
                .boxed()
            })
            .await?;
        view.faults
            .extend(damaged.into_iter().map(|(blob, needed)| {
                let needed = needed.map(|by| format!(", needed by {by}"));
                let needed = needed.unwrap_or_default();
                format!("artifacts: blob {blob} is damaged{needed}: push it again")
            }));
        Ok(())
    }

    async fn examine_trains(&self, view: &mut DoctorView) -> Result<(), Error> {
        for skip in (0..).map(|it| it * BATCH) {
            let found = self
                .store
                .read(skip, |tx, skip| tx.trains(*skip, BATCH).boxed())
                .await?;
            if found.is_empty() {
                break;
            }
            for train in found {
                view.trains += 1;
                let faults = train::check(&train).into_iter();
                let faults = faults.map(|fault| format!("train {}: {fault}", train.name));
                view.faults.extend(faults);
            }
        }
        Ok(())
    }

    async fn examine_journal(&self, view: &mut DoctorView) -> Result<(), Error> {
        let head = self
            .store
            .read((), |tx, ()| tx.journal_frontier().boxed())
            .await?;
        let mut frontier = Frontier::default();
        let (mut leaves, mut roots) = (Vec::new(), Vec::new());
        while frontier.size() < head.size() {
            let limit = BATCH.min(head.size() - frontier.size());
            let from = frontier.size();
            let entries = self.store.read((from, limit), |tx, (from, limit)| {
                tx.entries_from(*from, *limit).boxed()
            });
            let entries = entries.await?;
            if entries.is_empty() {
                view.faults
                    .push(format!("journal: entry {from} is missing"));
                return Ok(());
            }
            for entry in entries {
                if entry.sequence != frontier.size()
                    || leaf_hash(entry.text.as_bytes()) != entry.leaf
                {
                    view.faults
                        .push(format!("journal: entry {} was changed", entry.sequence));
                    return Ok(());
                }
                frontier.append(entry.leaf);
                leaves.push(entry.leaf);
                if let Some(tile) = full_tile(&frontier) {
                    self.examine_tile(tile, &leaves, view).await?;
                    roots.push(root_of(leaves.drain(..)));
                }
            }
        }
        self.examine_tiles(frontier.size(), roots, view).await?;
        view.entries = frontier.size();
        if frontier != head {
            view.faults
                .push("journal: the tree is not that of its entries".to_owned());
        }
        Ok(())
    }

    /// Compares the tiles above the leaves with what `roots`, those of the full tiles of leaves, make them.
    async fn examine_tiles(
        &self,
        size: u64,
        mut roots: Vec<Digest>,
        view: &mut DoctorView,
    ) -> Result<(), Error> {
        for level in 1.. {
            let mut above = Vec::new();
            for (position, hashes) in (0..).zip(roots.chunks(usize::from(TILE_WIDTH))) {
                let Some(tile) = Tile::of(size, level, position) else {
                    continue;
                };
                self.examine_tile(tile, hashes, view).await?;
                if tile.is_full() {
                    above.push(root_of(hashes.iter().copied()));
                }
            }
            if above.is_empty() {
                break;
            }
            roots = above;
        }
        Ok(())
    }

    async fn examine_tile(
        &self,
        tile: Tile,
        hashes: &[Digest],
        view: &mut DoctorView,
    ) -> Result<(), Error> {
        let kept = self
            .store
            .read(tile, |tx, tile| tx.tile(*tile).boxed())
            .await?;
        if kept.as_deref() != Some(hashes) {
            view.faults
                .push(format!("journal: tile {tile} is not that of its entries"));
        }
        Ok(())
    }
}

/// The tile of leaves that the last entry made full, if it did.
fn full_tile(frontier: &Frontier) -> Option<Tile> {
    let (size, width) = (frontier.size(), u64::from(TILE_WIDTH));
    let tile = Tile::of(size, 0, (size - 1) / width)?;
    tile.is_full().then_some(tile)
}

/// The faults of some deployments; and where to go on, if there may be more.
async fn deployments(
    tx: &mut Tx,
    before: DeploymentId,
) -> Result<(Option<DeploymentId>, u64, Vec<String>), Error> {
    let found = tx.deployments_before(before, BATCH, (None, None)).await?;
    let mut faults = Vec::new();
    for deployment in &found {
        let Some(whole) = tx.deployment(deployment.id).await? else {
            continue;
        };
        let named = |fault| format!("deployment {}: {fault}", deployment.id);
        faults.extend(check(&whole).into_iter().map(named));
    }
    let count = found.len() as u64;
    let last = found
        .last()
        .map(|deployment| deployment.id)
        .filter(|_| count == BATCH);
    Ok((last, count, faults))
}
