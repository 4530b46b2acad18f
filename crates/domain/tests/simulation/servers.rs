//! The servers that drive a simulated deployment.
//!
//! A server takes the deployment's lease, loads the record and what is known, decides, proves the lease and commits:
//! events and effects together or not at all. It may be paused for longer than its lease anywhere on that way, and wake
//! when another has driven on. What a person writes meanwhile has it begin anew, as the database would. Each server has a
//! clock of its own. What it measures is in `measuring.rs`.

#[path = "measuring.rs"]
mod measuring;

use super::{Manners, World, requests::Serving};
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{
    deployment::{Decision, Deployment, Due, Event, Facts, Illegal, Stage, check, decide},
    random::Random,
};

const LEASE: SignedDuration = SignedDuration::from_secs(15);
/// So long a server is paused at most: longer than a lease, or shorter.
const PAUSE_MAX: u64 = 25_000;
/// A clock goes ahead of the true time by so many seconds at most.
const AHEAD_MAX: u64 = 90;

pub struct Servers {
    all: Vec<Server>,
    lease: Lease,
    /// Counts what others than the holder of the lease wrote to the record.
    written_by_hand: u64,
    /// Whether the store asks for a proof of the lease. Without, it is not to be trusted.
    pub fenced: bool,
    /// How often the store refused to commit.
    pub refused: u64,
    random: Random,
    /// Whether anything befalls them.
    wild: bool,
}

struct Server {
    /// What it calls itself: a new name with each start.
    holder: u64,
    /// How far its clock is ahead of the true time.
    ahead: SignedDuration,
    paused: Option<Paused>,
    /// What it asks, and has no answer to yet.
    asks: Vec<Due>,
}

/// A server in the middle of a transaction.
struct Paused {
    until: Timestamp,
    /// The number of the lease it took.
    epoch: u64,
    /// What it loaded and decided, if it was that far.
    decided: Option<Transaction>,
}

/// What a server loaded and decided.
struct Transaction {
    record: Deployment,
    written_by_hand: u64,
    facts: Facts,
    /// Whether controls and people had cleared it, be it asked for or not.
    clear: bool,
    decision: Decision,
    /// Where requests were answered, as far as was heard.
    serving: Serving,
    /// By the server's own clock.
    now: Timestamp,
}

/// The right to drive the deployment until a time, by the store's clock, which is the true one.
struct Lease {
    holder: u64,
    epoch: u64,
    until: Timestamp,
}

impl Lease {
    /// Takes it, if nobody else has it; answers its number, which grows with each new holder.
    fn take(&mut self, holder: u64, now: Timestamp) -> Option<u64> {
        if self.holder != holder {
            if now < self.until {
                return None;
            }
            (self.holder, self.epoch) = (holder, self.epoch + 1);
        }
        self.until = now + LEASE;
        Some(self.epoch)
    }

    fn is_proved(&self, (holder, epoch): (u64, u64), now: Timestamp) -> bool {
        (self.holder, self.epoch) == (holder, epoch) && now < self.until
    }
}

impl Servers {
    /// One, or two where everything may happen.
    pub fn random(seed: u64, manners: Manners, now: Timestamp) -> Self {
        let mut random = Random(seed ^ 0x5851_f42d_4c95_7f2d);
        let wild = manners == Manners::Wild;
        let mut server = |holder| Server {
            holder,
            ahead: match wild {
                true => SignedDuration::from_millis(signed(&mut random, 5000)),
                false => SignedDuration::ZERO,
            },
            paused: None,
            asks: Vec::new(),
        };
        Self {
            all: (0..if wild { 2 } else { 1 }).map(&mut server).collect(),
            lease: Lease {
                holder: 0,
                epoch: 0,
                until: now,
            },
            written_by_hand: 0,
            fenced: true,
            refused: 0,
            random,
            wild,
        }
    }

    /// How much later something may happen because servers sleep, die, and tell the time differently.
    pub fn slack(&self) -> SignedDuration {
        let pause = i64::try_from(PAUSE_MAX).unwrap();
        let clocks = || self.all.iter().map(|server| server.ahead);
        let spread = clocks().max().unwrap() - clocks().min().unwrap();
        LEASE + SignedDuration::from_millis(pause) + spread
    }

    fn any(&mut self) -> usize {
        let count = self.all.len() as u64;
        usize::try_from(self.random.below(count)).unwrap()
    }

    fn pauses(&mut self) -> bool {
        self.wild && self.random.below(15) == 0
    }
}

impl World {
    /// The time by a server's clock.
    pub(super) fn clock(&self, server: usize) -> Timestamp {
        self.now + self.servers.all[server].ahead
    }

    /// One of the servers goes on: it wakes, or decides until nothing happens, each decision committed whole.
    pub(super) fn engine(&mut self) {
        let i = self.servers.any();
        let server = &mut self.servers.all[i];
        if let Some(paused) = server.paused.take_if(|paused| paused.until <= self.now) {
            self.wake(i, paused);
        } else if self.servers.all[i].paused.is_some() {
            return;
        }
        self.answers_come(i);
        for _ in 0..100 {
            if !self.goes_on(i) {
                return;
            }
        }
        panic!("seed {}: decisions go round in circles", self.seed);
    }

    /// One decision of a server; answers whether there may be more.
    fn goes_on(&mut self, i: usize) -> bool {
        let transaction = self.load(i);
        if transaction.decision.is_idle() {
            self.judge_idle(&transaction.decision);
            let answered = self.measure(i, &transaction.decision);
            self.last = transaction.decision;
            return answered;
        }
        let holder = self.servers.all[i].holder;
        let Some(epoch) = self.servers.lease.take(holder, self.now) else {
            return false;
        };
        if self.servers.pauses() {
            let decided = self.servers.random.percent(75).then_some(transaction);
            let length = i64::try_from(self.servers.random.below(PAUSE_MAX)).unwrap();
            let until = self.now + SignedDuration::from_millis(length);
            self.servers.all[i].paused = Some(Paused {
                until,
                epoch,
                decided,
            });
            return false;
        }
        self.commit(transaction);
        true
    }

    /// A server reads the record and what is known, and decides.
    fn load(&self, i: usize) -> Transaction {
        let now = self.clock(i);
        let facts = self.facts(now);
        let decision = decide(&self.deployment, &facts, now);
        Transaction {
            record: self.deployment.clone(),
            written_by_hand: self.servers.written_by_hand,
            serving: self.serving(&decision),
            clear: self.clearance.is_clear(),
            facts,
            decision,
            now,
        }
    }

    /// A server that was paused goes on where it was, and the store refuses whatever rests on what is past.
    fn wake(&mut self, i: usize, paused: Paused) {
        let transaction = match paused.decided {
            Some(transaction) => transaction,
            None => self.load(i),
        };
        if transaction.decision.is_idle() {
            return;
        }
        let proof = (self.servers.all[i].holder, paused.epoch);
        let is_proved = self.servers.lease.is_proved(proof, self.now);
        let is_read_anew = transaction.written_by_hand != self.servers.written_by_hand;
        if is_read_anew || (self.servers.fenced && !is_proved) {
            self.servers.refused += 1;
            return;
        }
        self.commit(transaction);
    }

    /// At the end everybody wakes.
    pub(super) fn wake_all(&mut self) {
        for i in 0..self.servers.all.len() {
            if let Some(paused) = self.servers.all[i].paused.take() {
                self.now = self.now.max(paused.until);
                self.wake(i, paused);
            }
        }
    }

    /// Events, record and effects, all at once.
    fn commit(&mut self, transaction: Transaction) {
        let Transaction {
            record,
            facts,
            decision,
            serving,
            now,
            clear,
            ..
        } = transaction;
        let starts = |event: &Event| matches!(event, Event::WaveStarted { .. });
        let is_cleared = clear || !decision.events.iter().any(starts);
        assert!(
            is_cleared,
            "seed {}: a wave starts that is not cleared",
            self.seed
        );
        self.deployment = record;
        for event in &decision.events {
            let faults = check::event(&self.deployment, event, &facts);
            assert!(faults.is_empty(), "seed {}: {faults:?}", self.seed);
            self.judge_event(event);
            if matches!(event, Event::RollbackStarted { .. }) {
                let stages = self.deployment.targets.iter().map(|run| &run.stage);
                self.passed_at_rollback =
                    stages.map(|s| matches!(s, Stage::Passed { .. })).collect();
            }
            let written = self.write(event, now);
            written.unwrap_or_else(|illegal| panic!("seed {}: {illegal}", self.seed));
        }
        self.measurements.extend(decision.measured.iter().cloned());
        for effect in &decision.effects {
            let wanted = effect.wanted(&self.deployment);
            self.hosts[effect.target().0 as usize].instruct(&wanted);
        }
        if let Some(split) = decision.route {
            self.route(split, &serving);
        }
        self.judge();
        self.last = decision;
    }

    /// Writes an event down in record and journal.
    fn write(&mut self, event: &Event, now: Timestamp) -> Result<(), Illegal> {
        self.history.begin(&self.deployment);
        self.deployment.apply(event, now)?;
        self.history.note(event, now);
        Ok(())
    }

    /// A person or a group run writes to the record, whoever holds its lease.
    pub(super) fn write_by_hand(&mut self, event: &Event, now: Timestamp) -> Result<(), Illegal> {
        self.write(event, now)?;
        self.servers.written_by_hand += 1;
        Ok(())
    }

    /// The time by the clock of whichever server a person asks.
    pub(super) fn clock_of_any(&mut self) -> Timestamp {
        let i = self.servers.any();
        self.clock(i)
    }

    /// A server comes back under another name, and has forgotten what it was about. One that is alone knows that nobody
    /// else holds a lease.
    pub(super) fn restart_a_server(&mut self) {
        let i = self.servers.any();
        let server = &mut self.servers.all[i];
        server.holder += 2;
        server.paused = None;
        server.asks.clear();
        if self.servers.all.len() == 1 {
            self.servers.lease.until = self.now;
        }
    }

    /// A clock is set: ahead by up to a minute and more, or back by seconds.
    pub(super) fn clocks_jump(&mut self) {
        let servers = &mut self.servers;
        if !servers.wild || servers.random.below(150) > 0 {
            return;
        }
        let i = servers.any();
        let by = match servers.random.percent(15) {
            true => i64::try_from(servers.random.below(AHEAD_MAX * 1000)).unwrap(),
            false => signed(&mut servers.random, 8000),
        };
        let bound = i64::try_from(AHEAD_MAX * 1000).unwrap();
        let ahead = servers.all[i].ahead.as_millis();
        let ahead = i64::try_from(ahead).unwrap() + by;
        servers.all[i].ahead = SignedDuration::from_millis(ahead.clamp(-bound, bound));
    }
}

/// From -`most` to `most`.
fn signed(random: &mut Random, most: u64) -> i64 {
    i64::try_from(random.below(2 * most + 1)).unwrap() - i64::try_from(most).unwrap()
}
