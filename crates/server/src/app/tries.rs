//! Tries to sign in by a password: counted before they are looked at, and given back where nobody looked.

use super::{App, Error, Kind};
use crate::identity::hashing::{self, Hashing};
use futures::FutureExt;
use jiff::Timestamp;
use std::net::IpAddr;
use tidegate_domain::{
    access::{Throttle, Tries, throttle::network},
    digest::Digest,
};
use tidegate_store::{Store, StoreError, Tx};

/// What tries are counted by: never in the open, because a password may have been typed as a name.
pub(super) type Subject = (Digest, Throttle);

/// A password, and the hash that it may be of.
pub(super) type Tried<'a> = (&'a str, Option<&'a str>);

impl App {
    /// Whether a password is that of the hash.
    ///
    /// # Errors
    /// When it was tried too often, or too many sign in.
    pub(super) async fn try_password(
        &self,
        subjects: &[Subject],
        tried: Tried<'_>,
    ) -> Result<bool, Error> {
        try_one(&self.store, &self.identity.hashing, (subjects, tried)).await
    }
}

pub(super) fn of_account(name: &str) -> Subject {
    let subject = format!("account/{name}");
    (Digest::of(subject.as_bytes()), Throttle::ACCOUNT)
}

pub(super) fn of_network(address: IpAddr) -> Subject {
    let subject = format!("network/{}", network(address));
    (Digest::of(subject.as_bytes()), Throttle::NETWORK)
}

/// Counts a try, then looks at it.
async fn try_one(
    store: &Store,
    hashing: &Hashing,
    (subjects, (password, hash)): (&[Subject], Tried<'_>),
) -> Result<bool, Error> {
    count(store, subjects).await.map_err(crowded)?;
    match hashing.verify(password, hash).await {
        Ok(is_right) => Ok(is_right),
        Err(hashing::Busy) => Err(sent_away(store, subjects.to_vec()).await),
    }
}

/// Sends somebody away because too many come, and gives them their try back.
pub(super) async fn sent_away(store: &Store, subjects: Vec<Subject>) -> Error {
    let given_back = store.write(subjects, |tx, subjects| give_back(tx, subjects).boxed());
    match given_back.await {
        Ok(()) => hashing::Busy.into(),
        Err(error) => crowded(error),
    }
}

/// Counts a try. What comes too soon is seen before anything is written, so that a flood of them stands in nobody's way.
async fn count(store: &Store, subjects: &[Subject]) -> Result<(), Error> {
    let subjects = subjects.to_vec();
    let looked = store.read(subjects.clone(), |tx, subjects| {
        async move { counted(tx, subjects).await.map(drop) }.boxed()
    });
    looked.await?;
    store
        .write(subjects, |tx, subjects| {
            async move {
                for (subject, tries) in counted(tx, subjects).await? {
                    tx.record_tries(subject, Some(tries)).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
}

/// The counts with one more try.
async fn counted(tx: &mut Tx, subjects: &[Subject]) -> Result<Vec<(Digest, Tries)>, Error> {
    let now = tx.now();
    let mut counted = Vec::new();
    for (subject, throttle) in subjects {
        let before = tx.tries(*subject).await?;
        let tries = throttle.count(before, now).map_err(|at| later(at, now))?;
        counted.push((*subject, tries));
    }
    Ok(counted)
}

/// Takes back a try that was not looked at.
async fn give_back(tx: &mut Tx, subjects: &[Subject]) -> Result<(), Error> {
    for (subject, _) in subjects {
        let left = tx.tries(*subject).await?.and_then(Tries::without_one);
        tx.record_tries(*subject, left).await?;
    }
    Ok(())
}

/// Takes back the try that succeeded, and forgets those of the account.
pub(super) async fn forgive(tx: &mut Tx, subjects: &[Subject]) -> Result<(), Error> {
    for (subject, throttle) in subjects {
        let left = match *throttle == Throttle::ACCOUNT {
            true => None,
            false => tx.tries(*subject).await?.and_then(|it| it.without_one()),
        };
        tx.record_tries(*subject, left).await?;
    }
    Ok(())
}

fn later(at: Timestamp, now: Timestamp) -> Error {
    let millis = u128::try_from(at.duration_since(now).as_millis()).unwrap_or(0);
    let seconds = u32::try_from(millis.div_ceil(1000)).unwrap_or(u32::MAX);
    let detail = format!("it was tried too often: try again in {seconds} s");
    Error::refused(Kind::TooOften { seconds }, "tried-too-often", detail)
        .hint("a one-time link, an identity provider or a token signs you in meanwhile")
}

/// Who signs in has made nothing that could contradict anything: others were faster, again and again.
pub(super) fn crowded(error: Error) -> Error {
    match matches!(error, Error::Store(StoreError::Contended(_))) {
        true => hashing::Busy.into(),
        false => error,
    }
}

impl From<hashing::Busy> for Error {
    fn from(busy: hashing::Busy) -> Self {
        Self::refused(Kind::Busy, "busy", busy.to_string()).hint("try again in a few seconds")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_try_that_was_not_looked_at_is_given_back() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        let subjects = [of_account("ada"), of_network([192, 0, 2, 7].into())];
        let tries = async || {
            let counted = store.read(subjects[0].0, |tx, subject| tx.tries(*subject).boxed());
            counted.await.unwrap().map_or(0, |tries| tries.count)
        };
        let (full, free) = (Hashing::of(0, 0, Duration::ZERO), Hashing::default());
        let steps = [(&full, None, 0), (&free, Some(false), 1), (&full, None, 1)];
        for (hashing, expect, count) in steps {
            let tried = try_one(&store, hashing, (&subjects, ("a guess", None))).await;
            assert_eq!((tried.ok(), tries().await), (expect, count));
        }
        let lost = crowded(Error::Store(StoreError::Contended(9)));
        assert_eq!(lost.kind(), Kind::Busy, "it contradicts nothing");
    }
}
