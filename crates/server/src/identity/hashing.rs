//! Passwords: hashed by Argon2id, a few at once, off the threads that serve requests.
//!
//! 19 MiB, two passes, one lane: what the OWASP Password Storage Cheat Sheet asks for, and RFC 9106 describes. Whoever
//! waits for their turn waits in a short queue; beyond it they are sent away, so that no crowd takes all memory.

use argon2::{
    Argon2, Params, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash,
};
use std::{
    sync::{Arc, OnceLock},
    thread::available_parallelism,
    time::Duration,
};
use tidegate_domain::access::password::{self, Weakness};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

/// The most hashes at once, however many cores there are: each takes 19 MiB.
const RUNNING_MAX: usize = 4;
/// How many may wait for their turn.
const WAITING_MAX: usize = 32;
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Verifies and makes hashes.
#[derive(Debug)]
pub(crate) struct Hashing {
    /// Those that run or wait.
    places: Semaphore,
    /// Those that run.
    running: Arc<Semaphore>,
    patience: Duration,
}

/// Too many passwords are looked at already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many people sign in at this moment")]
pub(crate) struct Busy;

impl Default for Hashing {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::of(cores.min(RUNNING_MAX), WAITING_MAX, PATIENCE)
    }
}

impl Hashing {
    pub(crate) fn of(running: usize, waiting: usize, patience: Duration) -> Self {
        Self {
            places: Semaphore::new(running + waiting),
            running: Arc::new(Semaphore::new(running)),
            patience,
        }
    }

    /// The hash of a password, a PHC string with its own salt.
    ///
    /// # Errors
    /// When too many wait.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Busy> {
        let password = prepared(password);
        self.in_turn(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.expect("the operating system has random bytes")
                .to_string()
        })
        .await
    }

    /// Whether the password is that of the hash. Where there is no hash it takes as long, and is not.
    ///
    /// # Errors
    /// When too many wait.
    pub(crate) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, Busy> {
        let password = prepared(password);
        let hash = hash.map(str::to_owned);
        self.in_turn(move || {
            let nobodys = nobodys();
            let known = PasswordHash::new(hash.as_deref().unwrap_or(nobodys));
            let fits = |known: PasswordHash| {
                let verified = Argon2::default().verify_password(password.as_bytes(), &known);
                verified.is_ok()
            };
            known.is_ok_and(fits) && hash.is_some()
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let _place = self.places.try_acquire().map_err(|_| Busy)?;
        let turn = tokio::time::timeout(self.patience, self.running.clone().acquire_owned());
        let turn = turn.await.map_err(|_| Busy)?.map_err(|_| Busy)?;
        // The turn ends with the work, even when nobody waits for it any more.
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        Ok(tokio::task::spawn_blocking(work)
            .await
            .expect("hashing does not panic"))
    }
}

/// Whether a password will do for somebody who is called so.
///
/// # Errors
/// Why not.
pub(crate) fn check(password: &str, called: &[&str]) -> Result<(), Weakness> {
    // Looking for patterns takes time; what has no fit length is not looked at.
    password::check_length(password)?;
    let known: Vec<&str> = called.iter().copied().chain(["tidegate"]).collect();
    let guesses = zxcvbn::zxcvbn(password, &known).guesses_log10();
    password::check(password, guesses)
}

/// Whether a hash was made with other costs than today's.
pub(crate) fn is_outdated(hash: &str) -> bool {
    let costs = |hash: &PasswordHash| Params::try_from(hash).ok();
    let today = Params::default();
    PasswordHash::new(hash)
        .ok()
        .and_then(|hash| costs(&hash))
        .is_none_or(|costs| {
            (costs.m_cost(), costs.t_cost(), costs.p_cost())
                != (today.m_cost(), today.t_cost(), today.p_cost())
        })
}

/// The same letters typed on two keyboards are the same bytes (Unicode normalization form KC, as NIST SP 800-63B-4 says).
fn prepared(password: &str) -> String {
    password
        .chars()
        .take(password::LENGTH_MAX + 1)
        .nfkc()
        .collect()
}

/// A hash that no password has, for accounts that do not exist.
fn nobodys() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let secret = crate::keyring::new_secret("");
        let hash = Argon2::default().hash_password(secret.as_bytes());
        hash.expect("the operating system has random bytes")
            .to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "correct horse battery staple";

    #[tokio::test]
    async fn a_hash_is_of_one_password_and_has_the_costs_that_are_asked_for() {
        let hashing = Hashing::default();
        let hash = hashing.hash(PASSWORD).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, hashing.hash(PASSWORD).await.unwrap(), "salted");
        let check = async |password: &str, hash: Option<&str>, expect: bool| {
            assert_eq!(hashing.verify(password, hash).await, Ok(expect));
        };
        check(PASSWORD, Some(&hash), true).await;
        check("correct horse battery stable", Some(&hash), false).await;
        check(PASSWORD, Some("$argon2id$"), false).await;
        check(PASSWORD, None, false).await;
        assert!(!is_outdated(&hash));
        assert!(is_outdated(&hash.replace("m=19456", "m=12288")));
    }

    #[tokio::test]
    async fn letters_are_the_same_however_they_are_composed() {
        let hashing = Hashing::default();
        let hash = hashing.hash("m\u{fc}de B\u{e4}ren tanzen leise").await;
        let other = "mu\u{308}de Ba\u{308}ren tanzen leise";
        assert_eq!(hashing.verify(other, hash.ok().as_deref()).await, Ok(true));
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_sent_away_and_the_rest_get_their_turn() {
        let hashing = Hashing::of(1, 2, PATIENCE);
        let all = (0..5).map(|_| hashing.verify(PASSWORD, None));
        let answers = futures::future::join_all(all).await;
        let busy = answers.iter().filter(|answer| **answer == Err(Busy));
        assert_eq!(busy.count(), 2, "{answers:?}");
        assert_eq!(hashing.verify(PASSWORD, None).await, Ok(false));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let hashing = Hashing::of(1, 2, Duration::ZERO);
        let turn = hashing.running.clone().acquire_owned().await;
        assert_eq!(hashing.verify(PASSWORD, None).await, Err(Busy));
        drop(turn);
        assert_eq!(hashing.places.available_permits(), 3);
    }

    #[test]
    fn what_is_guessed_soon_will_not_do() {
        let check_of = |password: &str, expect| {
            let called = ["ada-lovelace", "Ada Lovelace", "ada@example.org"];
            assert_eq!(check(password, &called), expect, "{password}");
        };
        check_of(PASSWORD, Ok(()));
        check_of("hunter2", Err(Weakness::Short));
        check_of("passwordpassword", Err(Weakness::Guessable));
        check_of("aaaaaaaaaaaaaaaaaaaa", Err(Weakness::Guessable));
        check_of("1234567890123456789", Err(Weakness::Guessable));
        check_of("qwertyuiopasdfghjkl", Err(Weakness::Guessable));
        check_of("ada-lovelace-2026", Err(Weakness::Guessable));
        check_of("tidegatetidegate", Err(Weakness::Guessable));
    }
}
