//! How many of whom nobody knows come at once, in all and from one client, and who is sent away.

use crate::app::{Error, Kind};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How often the log says at most that somebody was sent away.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// How many may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// In all.
    pub all: usize,
    /// From one client.
    pub each: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            all: 4096,
            each: 512,
        }
    }
}

/// Counts who is here, until they are known.
#[derive(Debug)]
pub(crate) struct Crowd<K: Ord = IpAddr> {
    /// What the log calls it.
    name: &'static str,
    room: Room,
    here: Arc<Mutex<Here<K>>>,
}

#[derive(Debug)]
struct Here<K> {
    all: usize,
    /// By client; nobody is named whose last one went.
    each: BTreeMap<K, usize>,
    sent_away: SentAway,
}

/// How many were sent away since the log said so.
#[derive(Debug, Default)]
struct SentAway {
    count: u64,
    told: Option<Instant>,
}

/// Why somebody is sent away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowded {
    /// There is no room for anybody.
    All,
    /// They have taken theirs.
    Client,
}

/// A place in the crowd, free again when it is dropped: when who has it leaves, or turns out to be known.
#[derive(Debug)]
pub(crate) struct Place<K: Ord = IpAddr> {
    crowd: Crowd<K>,
    client: Option<K>,
}

impl Crowded {
    /// As an answer: when to come again.
    pub(crate) fn error(self) -> Error {
        match self {
            Self::All => Error::refused(
                Kind::Busy,
                "crowded",
                "the server has as many connections as it takes",
            )
            .hint("serve --max-connections says how many"),
            Self::Client => Error::refused(
                Kind::TooOften { seconds: 5 },
                "too-many-at-once",
                "as many requests come from this address at once as one may send",
            )
            .hint("serve --max-connections-per-client says how many"),
        }
    }
}

impl Crowd {
    /// A place for a client; for somebody whose client is not known yet without an address.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn enter(&self, client: Option<IpAddr>) -> Result<Place, Crowded> {
        self.enter_as(client.map(network))
    }
}

impl<K: Ord + Clone> Crowd<K> {
    pub(crate) fn new(name: &'static str, room: Room) -> Self {
        let here = Here {
            all: 0,
            each: BTreeMap::new(),
            sent_away: SentAway::default(),
        };
        Self {
            name,
            room,
            here: Arc::new(Mutex::new(here)),
        }
    }

    /// The same for whoever is told apart by something else than an address.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn enter_as(&self, client: Option<K>) -> Result<Place<K>, Crowded> {
        let mut here = self.here();
        let entered = here.enter(self.room, client.clone());
        if let Err(why) = entered
            && let Some(count) = here.sent_away.one_more(Instant::now())
        {
            drop(here);
            tracing::warn!(count, crowd = self.name, ?why, "connections.sent_away");
        }
        entered.map(|()| Place {
            crowd: self.clone(),
            client,
        })
    }
}

impl<K: Ord> Crowd<K> {
    fn here(&self) -> MutexGuard<'_, Here<K>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord> Clone for Crowd<K> {
    fn clone(&self) -> Self {
        Self {
            name: self.name,
            room: self.room,
            here: Arc::clone(&self.here),
        }
    }
}

impl<K: Ord> Drop for Place<K> {
    fn drop(&mut self) {
        self.crowd.here().leave(self.client.take());
    }
}

impl<K: Ord> Here<K> {
    fn enter(&mut self, room: Room, client: Option<K>) -> Result<(), Crowded> {
        if self.all >= room.all {
            return Err(Crowded::All);
        }
        if let Some(client) = client {
            let count = self.each.entry(client).or_default();
            if *count >= room.each {
                return Err(Crowded::Client);
            }
            *count += 1;
        }
        self.all += 1;
        Ok(())
    }

    fn leave(&mut self, client: Option<K>) {
        self.all -= 1;
        let Some(client) = client else { return };
        match self.each.get_mut(&client) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(self.each.remove(&client)),
        }
    }
}

impl SentAway {
    /// How many it were, when it is time to say so.
    fn one_more(&mut self, now: Instant) -> Option<u64> {
        self.count += 1;
        let is_due = self
            .told
            .is_none_or(|told| now.duration_since(told) >= TELL_EVERY);
        is_due.then(|| {
            self.told = Some(now);
            std::mem::take(&mut self.count)
        })
    }
}

/// What is counted as one client: an address of IPv4, or a network of 64 bits, which a single customer has at least.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Option<IpAddr> {
        address.parse().ok()
    }

    #[test]
    fn there_is_room_for_so_many_and_so_many_of_each() {
        let crowd = Crowd::new("test", Room { all: 4, each: 2 });
        let first = crowd.enter(at("10.0.0.1")).unwrap();
        let _second = crowd.enter(at("::ffff:10.0.0.1")).unwrap();
        let third = crowd.enter(at("10.0.0.1"));
        assert_eq!(third.unwrap_err(), Crowded::Client);
        let _third = crowd.enter(None).unwrap();
        let fourth = crowd.enter(None).unwrap();
        let fifth = crowd.enter(at("10.0.0.2"));
        assert_eq!(fifth.unwrap_err(), Crowded::All);
        drop((first, fourth));
        let _fourth = crowd.enter(at("10.0.0.1")).unwrap();
        let fifth = crowd.enter(at("10.0.0.1"));
        assert_eq!(fifth.unwrap_err(), Crowded::Client);
    }

    #[test]
    fn a_client_of_ipv6_is_a_network() {
        let crowd = Crowd::new("test", Room { all: 9, each: 1 });
        let _first = crowd.enter(at("2a00::1")).unwrap();
        let same = crowd.enter(at("2a00::2"));
        assert_eq!(same.unwrap_err(), Crowded::Client);
        let _other = crowd.enter(at("2a00:0:0:1::1")).unwrap();
    }

    #[test]
    fn nobody_is_remembered_who_left() {
        let crowd = Crowd::new("test", Room::default());
        drop(crowd.enter(at("10.0.0.1")));
        let here = crowd.here();
        assert!(here.all == 0 && here.each.is_empty(), "{here:?}");
    }

    #[test]
    fn who_is_sent_away_is_told_in_numbers_and_not_each_time() {
        let (mut sent_away, start) = (SentAway::default(), Instant::now());
        let told = [0, 1, 59, 60, 61, 200].map(|seconds| {
            let now = start + Duration::from_secs(seconds);
            sent_away.one_more(now)
        });
        assert_eq!(told, [Some(1), None, None, Some(3), None, Some(2)]);
    }
}
