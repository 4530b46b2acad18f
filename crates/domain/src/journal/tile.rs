//! Tiles (C2SP tlog-tiles): the tree in pieces of 256 hashes that never change once they are full.
//!
//! A tile at level 0 holds leaves; one at a level above holds the roots of full tiles of the level below. The tree between
//! them is hashed again when it is needed.

use std::{fmt, str::FromStr};

/// Hashes of a full tile.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree from one level of tiles to the next.
pub(super) const TILE_HEIGHT: u32 = 8;

/// Which hashes: the first `width` of one tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    level: u8,
    position: u64,
    width: u16,
}

/// What lies under `tile/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileResource {
    /// Hashes.
    Hashes(Tile),
    /// The entries themselves whose hashes are in this tile of leaves.
    Entries(Tile),
}

/// The text is not the path of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is not `LEVEL/N`, `LEVEL/N.p/WIDTH`, or the same with `entries` for a level (C2SP tlog-tiles)"
)]
pub struct TilePathError;

impl Tile {
    /// The tile at `position` of `level` as a tree of `size` entries has it; none where that tree has no hash of it.
    pub fn of(size: u64, level: u8, position: u64) -> Option<Self> {
        let before = position.checked_mul(u64::from(TILE_WIDTH))?;
        let there = hashes_at(size, level).checked_sub(before)?;
        let width = u16::try_from(there).map_or(TILE_WIDTH, |there| there.min(TILE_WIDTH));
        (width > 0).then_some(Self {
            level,
            position,
            width,
        })
    }

    /// Its level; 0 holds leaves.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// Which of its level, counted from 0.
    pub const fn position(self) -> u64 {
        self.position
    }

    /// How many hashes.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether it has all the hashes that it ever will have.
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Whether a tree of `size` entries has all of these hashes.
    pub fn is_in(self, size: u64) -> bool {
        Self::of(size, self.level, self.position).is_some_and(|there| there.width >= self.width)
    }

    /// `N` or `N.p/WIDTH`.
    fn place(self) -> String {
        let mut groups = vec![format!("{:03}", self.position % 1000)];
        let mut rest = self.position / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        let place = groups.join("/");
        if self.is_full() {
            place
        } else {
            format!("{place}.p/{}", self.width)
        }
    }

    /// The tile whose place reads exactly like `text`.
    fn at(level: u8, text: &str) -> Option<Self> {
        let (place, width) = match text.split_once(".p/") {
            Some((place, width)) => (place, width.parse().ok()?),
            None => (text, TILE_WIDTH),
        };
        let mut position: u64 = 0;
        for group in place.split('/') {
            let number: u64 = group.trim_start_matches('x').parse().ok()?;
            position = position.checked_mul(1000)?.checked_add(number)?;
        }
        let tile = Self {
            level,
            position,
            width,
        };
        let is_partial = text.contains(".p/");
        let is_wide_enough = if is_partial {
            (1..TILE_WIDTH).contains(&width)
        } else {
            true
        };
        // One tile has one path: no zeros or signs that could be left out.
        (is_wide_enough && tile.place() == text).then_some(tile)
    }
}

/// How many hashes a tree of `size` entries has at a level of tiles.
pub fn hashes_at(size: u64, level: u8) -> u64 {
    size.checked_shr(TILE_HEIGHT * u32::from(level))
        .unwrap_or(0)
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.level, self.place())
    }
}

impl fmt::Display for TileResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashes(tile) => tile.fmt(f),
            Self::Entries(tile) => write!(f, "entries/{}", tile.place()),
        }
    }
}

impl FromStr for TileResource {
    type Err = TilePathError;

    fn from_str(text: &str) -> Result<Self, TilePathError> {
        let (level, place) = text.split_once('/').ok_or(TilePathError)?;
        if level == "entries" {
            let tile = Tile::at(0, place).ok_or(TilePathError)?;
            return Ok(Self::Entries(tile));
        }
        let number: u8 = level.parse().map_err(|_| TilePathError)?;
        let is_plain = number < 64 && number.to_string() == level;
        let tile = Tile::at(number, place).filter(|_| is_plain);
        tile.map(Self::Hashes).ok_or(TilePathError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_seventy_thousand_has_the_tiles_of_the_standard() {
        let size = 70_000;
        let width = |level, position| Tile::of(size, level, position).map(Tile::width);
        assert_eq!(width(0, 272), Some(256));
        assert_eq!(width(0, 273), Some(112));
        assert_eq!(width(0, 274), None);
        assert_eq!((width(1, 0), width(1, 1)), (Some(256), Some(17)));
        assert_eq!((width(2, 0), width(3, 0)), (Some(1), None));
        assert_eq!(Tile::of(256, 1, 0).map(Tile::width), Some(1));
        assert_eq!((Tile::of(0, 0, 0), Tile::of(u64::MAX, 8, 0)), (None, None));
    }

    #[test]
    fn paths_are_those_of_the_standard_and_no_other() {
        for path in [
            "0/000",
            "0/x001/x234/067",
            "2/x001/000.p/17",
            "7/999.p/255",
            "63/000",
            "entries/x001/x234/067",
            "entries/000.p/1",
        ] {
            let read: TileResource = path.parse().unwrap();
            assert_eq!(read.to_string(), path);
        }
        let at = |path: &str| match path.parse() {
            Ok(TileResource::Hashes(tile)) => (tile.level(), tile.position(), tile.width()),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(at("1/x001/x234/067.p/9"), (1, 1_234_067, 9));
        for wrong in [
            "",
            "0",
            "0/",
            "0/0",
            "0/0000",
            "0/x000/000",
            "0/001/000",
            "0/x001",
            "00/000",
            "+0/000",
            "64/000",
            "256/000",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/000.p/",
            "0/-01",
            "0/../000",
            "0/x999/x999/x999/x999/x999/x999/x999/999",
            "entries/1",
            "entry/000",
        ] {
            assert!(wrong.parse::<TileResource>().is_err(), "{wrong}");
        }
    }
}
