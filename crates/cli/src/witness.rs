//! The command line as a witness: it keeps, for each server, the last checkpoint of the journal that it believed, and
//! believes a later one only with the proof that it continues that.
//!
//! What is kept is a file per server. It is replaced only by what continues it, so an alarm stays one until a person has
//! looked.

use crate::{Client, Error, client::query};
use serde::{Deserialize, Serialize};
use std::{
    env, fmt,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use tidegate_domain::{
    digest::Digest,
    journal::{
        Checkpoint,
        witness::{Alarm, Statement, Testimony},
    },
};
use tidegate_protocol::api::{CheckpointView, ConsistencyView};

/// Keeps what was seen of one server's journal.
#[derive(Debug)]
pub(crate) struct Witness {
    server: String,
    path: PathBuf,
}

/// What is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    server: String,
    journal: Testimony,
}

/// What a look at the journal has found.
#[derive(Debug)]
pub(crate) struct Look {
    /// What is believed from now on.
    pub testimony: Testimony,
    /// What that states.
    pub checkpoint: Checkpoint,
    /// How many entries there were at the last look.
    pub before: Option<u64>,
}

/// What an alarm says: both checkpoints, so that people can compare them.
#[derive(Debug)]
pub struct AlarmReport {
    alarm: Alarm,
    server: String,
    kept: Option<Testimony>,
    found: Statement,
    path: PathBuf,
}

impl Witness {
    /// The witness of a server's journal, which keeps in `directory`, or where programs keep their state.
    pub(crate) fn of(server: &str, directory: Option<PathBuf>) -> Result<Self, Error> {
        let directory = directory.or_else(state_directory).ok_or_else(|| {
            Error::Usage("nowhere to keep the journal's checkpoint: say `--state`".to_owned())
        })?;
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '_'
            }
        };
        let name: String = server.chars().map(plain).take(80).collect();
        let hash = Digest::of(server.as_bytes()).hex();
        let name = format!("{name}-{}.json", &hash[..8]);
        Ok(Self {
            server: server.to_owned(),
            path: directory.join("journal").join(name),
        })
    }

    /// Where it keeps.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps nothing any more; answers whether it did.
    pub(crate) fn forget(&self) -> Result<bool, Error> {
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(true),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(why) => Err(self.unusable(why)),
        }
    }

    /// Looks at the journal. At the first look it is believed, but only by the key `expected`, if one is.
    ///
    /// # Errors
    /// [`Error::Alarm`], when it is not the journal that was seen before.
    pub(crate) async fn look(
        &self,
        client: &Client,
        expected: Option<&str>,
    ) -> Result<Look, Error> {
        // Another look at the same time must not take this one's checkpoint for a later one.
        let _turn = self.lock().map_err(|why| self.unusable(why))?;
        let kept = self.kept().map_err(|why| self.unusable(why))?;
        let said: CheckpointView = client.get("/api/v1/journal/checkpoint").await?;
        let size = said.size;
        let said = Statement {
            note: said.note,
            verifier: said.verifier,
        };
        let before = match &kept {
            Some(kept) => Some(kept.checkpoint().map_err(|why| self.damaged(&why))?.size),
            None => None,
        };
        let proof = match before {
            Some(before) if before > 0 && before < size => proof(client, before, size).await?,
            Some(_) | None => Vec::new(),
        };
        let heard = match &kept {
            _ if expected.is_some_and(|key| key != said.verifier) => Err(Alarm::Key),
            Some(kept) => kept.hear(&said, &proof),
            None => Testimony::first(&said).map_err(|_| Alarm::Signature),
        };
        let testimony = match heard {
            Ok(testimony) => testimony,
            Err(alarm) => return Err(self.alarm(alarm, kept, said)),
        };
        if kept.as_ref() != Some(&testimony) {
            self.keep(&testimony).map_err(|why| self.unusable(why))?;
        }
        let checkpoint = testimony.checkpoint().map_err(|why| self.damaged(&why))?;
        Ok(Look {
            testimony,
            checkpoint,
            before,
        })
    }

    fn alarm(&self, alarm: Alarm, kept: Option<Testimony>, found: Statement) -> Error {
        Error::Alarm(Box::new(AlarmReport {
            alarm,
            server: self.server.clone(),
            kept,
            found,
            path: self.path.clone(),
        }))
    }

    fn lock(&self) -> io::Result<File> {
        let parent = self.path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::create_dir_all(parent)?;
        let file = File::create(self.path.with_extension("lock"))?;
        file.lock()?;
        Ok(file)
    }

    fn kept(&self) -> io::Result<Option<Testimony>> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice::<Kept>(&bytes)?.journal)),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// Replaces what was kept, so that a crash leaves the one or the other.
    fn keep(&self, journal: &Testimony) -> io::Result<()> {
        let kept = Kept {
            server: self.server.clone(),
            journal: journal.clone(),
        };
        let parent = self.path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let mut file = NamedTempFile::new_in(parent)?;
        file.write_all(&serde_json::to_vec_pretty(&kept)?)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        File::open(parent)?.sync_all()
    }

    fn unusable(&self, source: io::Error) -> Error {
        Error::File {
            path: self.path.clone(),
            source,
        }
    }

    fn damaged(&self, why: &impl fmt::Display) -> Error {
        self.unusable(io::Error::new(io::ErrorKind::InvalidData, why.to_string()))
    }
}

impl AlarmReport {
    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        format!(
            "do not trust this server's history until you know why. What was kept stays in {}. Was the server restored \
            from a backup, or set up anew, on purpose? Then `tidegate journal witness --forget` begins anew",
            self.path.display()
        )
    }
}

impl fmt::Display for AlarmReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |note: &str, key: &str| format!("{}\n(key {key})", note.trim_end());
        let kept = self.kept.as_ref();
        let kept = kept.map_or_else(|| "nothing".to_owned(), |it| said(it.note(), it.verifier()));
        let found = said(&self.found.note, &self.found.verifier);
        write!(
            f,
            "JOURNAL ALARM: {} ({})\n\n--- what was seen before ---\n{kept}\n\n--- what the server says now ---\n{found}\n",
            self.alarm, self.server
        )
    }
}

async fn proof(client: &Client, from: u64, to: u64) -> Result<Vec<Digest>, Error> {
    let (from, to) = (from.to_string(), to.to_string());
    let wanted = query([("from", Some(from.as_str())), ("to", Some(to.as_str()))]);
    let path = format!("/api/v1/journal/proofs/consistency?{wanted}");
    let view: ConsistencyView = client.get(&path).await?;
    hashes(&view.proof)
}

/// The hashes of a proof.
pub(crate) fn hashes(proof: &[String]) -> Result<Vec<Digest>, Error> {
    let read = |hash: &String| hash.parse();
    let read = proof.iter().map(read).collect::<Result<_, _>>();
    read.map_err(|why| Error::Tampered(format!("a hash of the proof cannot be read: {why}")))
}

/// Where programs keep their state (XDG Base Directory).
fn state_directory() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let base = set("XDG_STATE_HOME").map(PathBuf::from);
    let base = base.filter(|path| path.is_absolute());
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    base.or_else(home).map(|base| base.join("tidegate"))
}
