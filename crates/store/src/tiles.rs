//! The journal's tree in tiles (C2SP tlog-tiles), from which proofs are made.
//!
//! A tile of leaves is kept when it is full; until then its hashes are those of its entries. A tile above grows by one hash
//! whenever a tile below it is full. So one entry in 256 costs a few writes more, and a proof reads a few rows however
//! long the journal is.

use crate::{Row, StoreError, Tx};
use std::collections::BTreeMap;
use tidegate_domain::{
    digest::Digest,
    journal::{Outline, TILE_WIDTH, Tile, hashes_at, root_of},
};

const WIDTH: u64 = TILE_WIDTH as u64;

impl Tx {
    /// The hashes of a tile; none where the journal does not reach so far.
    ///
    /// # Errors
    /// When the database refuses, or the tile is damaged.
    pub async fn tile(&mut self, tile: Tile) -> Result<Option<Vec<Digest>>, StoreError> {
        let hashes = if tile.level() == 0 && !tile.is_full() {
            let first = tile.position() * WIDTH;
            let sql =
                "SELECT leaf FROM journal WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence";
            let values = [first.into(), (first + u64::from(tile.width())).into()];
            let rows = self.rows(sql, &values).await?;
            let leaves = rows.iter().map(|row| hashes(row.blob(0)?));
            leaves.collect::<Result<Vec<_>, _>>()?.concat()
        } else {
            self.kept(tile.level(), tile.position()).await?
        };
        let wanted = hashes.get(..usize::from(tile.width()));
        Ok(wanted.map(<[Digest]>::to_vec))
    }

    /// The hashes of a proof. The caller has made sure that the journal reaches so far.
    ///
    /// # Errors
    /// When the database refuses, or a tile is missing.
    pub async fn proof(&mut self, outline: &Outline) -> Result<Vec<Digest>, StoreError> {
        let mut tiles = BTreeMap::new();
        for tile in outline.tiles() {
            if let Some(hashes) = self.tile(tile).await? {
                tiles.insert(tile, hashes);
            }
        }
        outline.fill(&tiles).map_err(|why| damaged(why.to_string()))
    }

    /// A tile of leaves is full: its hashes are kept in one piece.
    pub(crate) async fn keep_leaves(&mut self, position: u64) -> Result<(), StoreError> {
        let entries = self.entries_from(position * WIDTH, WIDTH).await?;
        let leaves: Vec<_> = entries.iter().map(|entry| entry.leaf).collect();
        self.keep((0, position), &leaves).await
    }

    /// Keeps what the tiles above the leaves lack of a tree of `size` entries: one hash as a rule, and all of them where
    /// an earlier version kept no such tiles.
    pub(crate) async fn complete_tiles(&mut self, size: u64) -> Result<(), StoreError> {
        for level in 1.. {
            let wanted = hashes_at(size, level);
            if wanted == 0 {
                break;
            }
            let mut there = self.count_of(level).await?;
            while there < wanted {
                let position = there / WIDTH;
                let mut hashes = self.kept(level, position).await?;
                let until = wanted.min((position + 1) * WIDTH);
                for below in there..until {
                    hashes.push(self.root_of_full(level - 1, below).await?);
                }
                self.keep((level, position), &hashes).await?;
                there = until;
            }
        }
        Ok(())
    }

    /// How many hashes are kept at a level; they have no gaps.
    async fn count_of(&mut self, level: u8) -> Result<u64, StoreError> {
        let sql = "SELECT position, hashes FROM journal_tiles WHERE level = $1 ORDER BY position DESC LIMIT 1";
        let last = self.row(sql, &[u64::from(level).into()]).await?;
        let count = |row: Row| Ok(row.unsigned(0)? * WIDTH + hashes(row.blob(1)?)?.len() as u64);
        last.map_or(Ok(0), count)
    }

    async fn root_of_full(&mut self, level: u8, position: u64) -> Result<Digest, StoreError> {
        let hashes = self.kept(level, position).await?;
        if hashes.len() as u64 == WIDTH {
            return Ok(root_of(hashes));
        }
        Err(damaged(format!("level {level} lacks tile {position}")))
    }

    async fn kept(&mut self, level: u8, position: u64) -> Result<Vec<Digest>, StoreError> {
        let sql = "SELECT hashes FROM journal_tiles WHERE level = $1 AND position = $2";
        let row = self
            .row(sql, &[u64::from(level).into(), position.into()])
            .await?;
        row.map_or(Ok(Vec::new()), |row| hashes(row.blob(0)?))
    }

    async fn keep(
        &mut self,
        (level, position): (u8, u64),
        hashes: &[Digest],
    ) -> Result<(), StoreError> {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        let sql = "INSERT INTO journal_tiles (level, position, hashes) VALUES ($1, $2, $3) \
            ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes";
        let values = [u64::from(level).into(), position.into(), bytes.into()];
        self.execute(sql, &values).await.map(drop)
    }
}

fn hashes(bytes: &[u8]) -> Result<Vec<Digest>, StoreError> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(damaged("expected hashes of 32 bytes".into()));
    }
    Ok(hashes
        .iter()
        .map(|hash| Digest::from_bytes(*hash))
        .collect())
}

fn damaged(why: String) -> StoreError {
    let what = "journal tile".into();
    StoreError::Record { what, why }
}
