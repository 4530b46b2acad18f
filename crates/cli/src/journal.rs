//! Verifying an export of the journal, without the server.
//!
//! Each entry's hash is recomputed from its text, the tree from the hashes, and the signed checkpoint is opened with the
//! verifier key. The key in the file only says who claims to have signed: compare it with one you trust.

use serde::Serialize;
use std::io::BufRead;
use tidegate_domain::journal::{Checkpoint, Frontier, leaf_hash, note};
use tidegate_protocol::api::ExportLine;

/// What a good export states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many entries.
    pub entries: u64,
    /// The root of their tree.
    pub root: String,
    /// The key that signed it.
    pub verifier: String,
}

/// Why an export is not good. Where an entry is to blame, it is named.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A line is no line of an export.
    #[error("line {0} cannot be read")]
    Line(usize),
    /// The first line is not a header.
    #[error("the file does not begin with a header of version 1")]
    Header,
    /// An entry is missing, or out of order.
    #[error("entry {expected} is missing: line {line} has entry {found}")]
    Gap {
        /// Which should come.
        expected: u64,
        /// Which comes.
        found: u64,
        /// Where.
        line: usize,
    },
    /// An entry's text is not what was hashed.
    #[error("entry {sequence} was changed: its text does not have its hash (line {line})")]
    Changed {
        /// Which.
        sequence: u64,
        /// Where.
        line: usize,
    },
    /// The file ends without a checkpoint.
    #[error("the file ends after {0} entries without a checkpoint")]
    Cut(u64),
    /// The checkpoint is not signed by the key.
    #[error("the checkpoint is not good: {0}")]
    Note(#[from] note::NoteError),
    /// The checkpoint speaks of another tree.
    #[error(
        "the checkpoint signs {signed} entries with another root than the {found} in the file have"
    )]
    Root {
        /// How many the checkpoint has.
        signed: u64,
        /// How many the file has.
        found: u64,
    },
    /// The tree does not continue a checkpoint that somebody kept.
    #[error("the first {kept} entries are not those of the checkpoint that was kept")]
    Forked {
        /// How many the kept one has.
        kept: u64,
    },
    /// The tree ends before a checkpoint that somebody kept.
    #[error("the file has {found} entries, fewer than the {kept} of the checkpoint that was kept")]
    Shortened {
        /// How many the kept one has.
        kept: u64,
        /// How many the file has.
        found: u64,
    },
    /// The key is not the expected one.
    #[error("the file is signed by {0}, not by the key that was expected")]
    Stranger(String),
}

/// What whoever verifies knows already.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trust<'a> {
    /// The only key whose checkpoint is good.
    pub verifier: Option<&'a str>,
    /// A checkpoint that the tree must continue, as it was signed.
    pub note: Option<&'a str>,
}

/// Verifies an export by what is known already.
///
/// # Errors
/// The first fault.
pub fn verify(lines: impl BufRead, trust: Trust<'_>) -> Result<Verified, Fault> {
    let mut frontier = Frontier::default();
    let mut key: Option<String> = None;
    let mut kept: Option<Checkpoint> = None;
    for (number, line) in (1..).zip(lines.lines()) {
        let line = line
            .ok()
            .and_then(|line| serde_json::from_str(&line).ok())
            .ok_or(Fault::Line(number))?;
        match (line, &key) {
            (
                ExportLine::Header {
                    version: 1,
                    verifier,
                },
                None,
            ) => {
                if trust.verifier.is_some_and(|trusted| trusted != verifier) {
                    return Err(Fault::Stranger(verifier));
                }
                let opened = trust.note.map(|note| note::open(note, &verifier));
                kept = opened.transpose()?;
                check_kept(&frontier, kept.as_ref())?;
                key = Some(verifier);
            }
            (
                ExportLine::Entry {
                    sequence,
                    leaf,
                    text,
                },
                Some(_),
            ) => {
                check_entry(&mut frontier, (sequence, &leaf, &text), number)?;
                check_kept(&frontier, kept.as_ref())?;
            }
            (ExportLine::Checkpoint { note }, Some(key)) => {
                let (kept, found) = (kept.map_or(0, |kept| kept.size), frontier.size());
                if found < kept {
                    return Err(Fault::Shortened { kept, found });
                }
                return check_note(&frontier, &note, key);
            }
            _ => return Err(Fault::Header),
        }
    }
    Err(Fault::Cut(frontier.size()))
}

fn check_entry(
    frontier: &mut Frontier,
    entry: (u64, &str, &str),
    line: usize,
) -> Result<(), Fault> {
    let (sequence, leaf, text) = entry;
    if sequence != frontier.size() {
        return Err(Fault::Gap {
            expected: frontier.size(),
            found: sequence,
            line,
        });
    }
    let hash = leaf_hash(text.as_bytes());
    if hash.hex() != leaf {
        return Err(Fault::Changed { sequence, line });
    }
    frontier.append(hash);
    Ok(())
}

/// Where the tree is as large as it was, its root is what it was.
fn check_kept(frontier: &Frontier, kept: Option<&Checkpoint>) -> Result<(), Fault> {
    match kept {
        Some(kept) if kept.size == frontier.size() && kept.root != frontier.root() => {
            Err(Fault::Forked { kept: kept.size })
        }
        Some(_) | None => Ok(()),
    }
}

fn check_note(frontier: &Frontier, text: &str, key: &str) -> Result<Verified, Fault> {
    let checkpoint = note::open(text, key)?;
    if checkpoint.size != frontier.size() || checkpoint.root != frontier.root() {
        return Err(Fault::Root {
            signed: checkpoint.size,
            found: frontier.size(),
        });
    }
    Ok(Verified {
        entries: frontier.size(),
        root: frontier.root().to_string(),
        verifier: key.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_domain::journal::Notary;

    fn export(entries: &[&str]) -> Vec<String> {
        let notary = Notary::new(&[3; 32]);
        let mut frontier = Frontier::default();
        let mut lines = vec![ExportLine::Header {
            version: 1,
            verifier: notary.verifier(),
        }];
        for (sequence, text) in (0..).zip(entries) {
            let leaf = leaf_hash(text.as_bytes());
            frontier.append(leaf);
            lines.push(ExportLine::Entry {
                sequence,
                leaf: leaf.hex(),
                text: (*text).to_owned(),
            });
        }
        lines.push(ExportLine::Checkpoint {
            note: notary.sign(frontier.size(), frontier.root()),
        });
        lines
            .iter()
            .map(|line| serde_json::to_string(line).unwrap())
            .collect()
    }

    fn check(lines: &[String]) -> Result<u64, Fault> {
        verify(lines.join("\n").as_bytes(), Trust::default()).map(|verified| verified.entries)
    }

    #[test]
    fn every_kind_of_tampering_is_found_and_the_first_bad_entry_named() {
        let good = export(&["a", "b", "c"]);
        assert_eq!(check(&good), Ok(3));
        let mut changed = good.clone();
        changed[2] = changed[2].replace("\"b\"", "\"x\"");
        assert_eq!(
            check(&changed),
            Err(Fault::Changed {
                sequence: 1,
                line: 3
            })
        );
        let mut removed = good.clone();
        removed.remove(2);
        assert_eq!(
            check(&removed),
            Err(Fault::Gap {
                expected: 1,
                found: 2,
                line: 3
            })
        );
        let mut rehashed = export(&["a", "x", "c"]);
        rehashed[4].clone_from(&good[4]);
        assert_eq!(
            check(&rehashed),
            Err(Fault::Root {
                signed: 3,
                found: 3
            })
        );
        assert_eq!(check(&good[..4]), Err(Fault::Cut(3)));
        let stranger = Notary::new(&[4; 32]).verifier();
        assert!(matches!(
            verify(
                good.join("\n").as_bytes(),
                Trust {
                    verifier: Some(&stranger),
                    note: None
                }
            ),
            Err(Fault::Stranger(_))
        ));
    }

    #[test]
    fn an_export_continues_the_checkpoint_that_was_kept() {
        let good = export(&["a", "b", "c"]).join("\n");
        let noted = |entries: &[&str]| {
            let notary = Notary::new(&[3; 32]);
            let mut frontier = Frontier::default();
            let leaves = entries.iter().map(|text| leaf_hash(text.as_bytes()));
            leaves.for_each(|leaf| frontier.append(leaf));
            notary.sign(frontier.size(), frontier.root())
        };
        let check = |entries: &[&str]| {
            let note = noted(entries);
            let trust = Trust {
                note: Some(&note),
                ..Trust::default()
            };
            verify(good.as_bytes(), trust).map(|verified| verified.entries)
        };
        for continued in [&[][..], &["a"], &["a", "b"], &["a", "b", "c"]] {
            assert_eq!(check(continued), Ok(3), "{continued:?}");
        }
        assert_eq!(check(&["a", "x"]), Err(Fault::Forked { kept: 2 }));
        let longer = ["a", "b", "c", "d"];
        let shortened = Fault::Shortened { kept: 4, found: 3 };
        assert_eq!(check(&longer), Err(shortened));
    }
}
