//! Witnesses: whoever keeps the last checkpoint that they saw, and believes a later one only if it continues that.
//!
//! A journal can be rewritten by whoever has its database and its key. They cannot take back what a witness keeps.

use super::{
    Checkpoint,
    check::check_consistency,
    note::{self, NoteError},
};
use crate::digest::Digest;
use serde::{Deserialize, Serialize};

/// What a journal says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The signed checkpoint.
    pub note: String,
    /// The key that it says it signs by.
    pub verifier: String,
}

/// What a witness keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Testimony {
    /// The version of this form; 1.
    v: u32,
    /// The key that alone may sign.
    verifier: String,
    /// The last checkpoint that was believed.
    note: String,
}

/// Why a journal is not the one that it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Alarm {
    /// Another key signs.
    #[error("the journal is signed by another key than before")]
    Key,
    /// The known key has not signed.
    #[error("the journal's checkpoint carries no good signature of its key")]
    Signature,
    /// Entries are gone.
    #[error("the journal was shortened: it had {kept} entries, and has {found}")]
    Shortened {
        /// How many there were.
        kept: u64,
        /// How many there are.
        found: u64,
    },
    /// It has another past.
    #[error(
        "the journal was rewritten: its {found} entries do not continue the {kept} that were seen"
    )]
    Forked {
        /// How many there were.
        kept: u64,
        /// How many there are.
        found: u64,
    },
}

impl Testimony {
    /// The first that is heard of a journal: it is believed, and its key from now on.
    ///
    /// # Errors
    /// When it is not signed by the key that it names.
    pub fn first(said: &Statement) -> Result<Self, NoteError> {
        note::open(&said.note, &said.verifier)?;
        Ok(Self {
            v: 1,
            verifier: said.verifier.clone(),
            note: said.note.clone(),
        })
    }

    /// What was kept, if it is whole.
    ///
    /// # Errors
    /// When it was damaged.
    pub fn checkpoint(&self) -> Result<Checkpoint, NoteError> {
        note::open(&self.note, &self.verifier)
    }

    /// The last checkpoint that was believed, as it was signed.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The key that alone may sign.
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// What is kept after hearing `said`, with the proof that its tree continues the one that was kept.
    ///
    /// # Errors
    /// An alarm, when it does not. What was kept must be kept on then.
    pub fn hear(&self, said: &Statement, proof: &[Digest]) -> Result<Self, Alarm> {
        let kept = self.checkpoint().map_err(|_| Alarm::Signature)?;
        self.begin_anew((kept.size, kept.root), said, proof)
    }

    /// What is kept in place of this after a backup with so many entries was put back, and a history began from there that
    /// whoever hears this believes in. The proof is that the tree of `said` continues the backup's.
    ///
    /// # Errors
    /// An alarm, when it does not.
    pub fn begin_anew(
        &self,
        (from, root): (u64, Digest),
        said: &Statement,
        proof: &[Digest],
    ) -> Result<Self, Alarm> {
        if said.verifier != self.verifier {
            return Err(Alarm::Key);
        }
        let found = note::open(&said.note, &self.verifier).map_err(|_| Alarm::Signature)?;
        let kept = self.checkpoint().map_err(|_| Alarm::Signature)?;
        let to = found.size;
        if to < from {
            return Err(Alarm::Shortened {
                kept: from,
                found: to,
            });
        }
        let is_other = found.origin != kept.origin;
        let checked = check_consistency((from, root), (to, found.root), proof);
        if is_other || checked.is_err() {
            return Err(Alarm::Forked {
                kept: from,
                found: to,
            });
        }
        Ok(Self {
            note: said.note.clone(),
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Frontier, Notary, leaf_hash};

    /// What a journal with these entries says.
    fn said(key: u8, entries: &[&str]) -> Statement {
        let notary = Notary::new(&[key; 32]);
        let mut tree = Frontier::default();
        for entry in entries {
            tree.append(leaf_hash(entry.as_bytes()));
        }
        Statement {
            note: notary.sign(tree.size(), tree.root()),
            verifier: notary.verifier(),
        }
    }

    #[test]
    fn a_witness_believes_what_continues_and_nothing_else() {
        let kept = Testimony::first(&said(1, &["a", "b"])).unwrap();
        let proof = [leaf_hash(b"c")];
        let grown = said(1, &["a", "b", "c"]);
        let then = kept.hear(&grown, &proof).unwrap();
        assert_eq!(then.note(), grown.note);
        let again = then.hear(&grown, &[]);
        assert_eq!(again, Ok(then));

        let (kept_size, found) = (2, 3);
        let forked = Alarm::Forked {
            kept: kept_size,
            found,
        };
        let shortened = Alarm::Shortened { kept: 2, found: 1 };
        for (statement, proof, alarm) in [
            (said(1, &["a", "x", "c"]), &proof[..], forked),
            (grown, &[], forked),
            (said(1, &["a"]), &[], shortened),
            (
                said(1, &["a", "x"]),
                &[],
                Alarm::Forked { kept: 2, found: 2 },
            ),
            (said(2, &["a", "b", "c"]), &proof[..], Alarm::Key),
            (
                Statement {
                    verifier: said(1, &[]).verifier,
                    ..said(2, &["a", "b", "c"])
                },
                &proof[..],
                Alarm::Signature,
            ),
        ] {
            assert_eq!(kept.hear(&statement, proof), Err(alarm), "{statement:?}");
        }
    }

    #[test]
    fn an_empty_journal_is_continued_by_any() {
        let kept = Testimony::first(&said(1, &[])).unwrap();
        assert!(kept.hear(&said(1, &["a"]), &[]).is_ok());
        let unsigned = Statement {
            note: said(2, &[]).note,
            ..said(1, &[])
        };
        assert!(Testimony::first(&unsigned).is_err());
    }

    #[test]
    fn what_is_kept_keeps_its_form() {
        let kept = Testimony::first(&said(1, &["a"])).unwrap();
        let text = serde_json::to_string(&kept).unwrap();
        assert!(
            text.starts_with(r#"{"v":1,"verifier":"tidegate/journal+"#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Testimony>(&text).unwrap(), kept);
        let alarm = Alarm::Shortened { kept: 3, found: 1 };
        let text = r#"{"kind":"shortened","kept":3,"found":1}"#;
        assert_eq!(serde_json::to_string(&alarm).unwrap(), text);
    }
}
