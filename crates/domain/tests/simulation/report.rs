//! What a simulated target says of itself, truly or not, and what the server reads out of that: by the domain's own word.

use super::{Fate, Host, Lie, Link, ON_THEIR_WAY};
use jiff::Timestamp;
use std::{collections::BTreeMap, sync::LazyLock};
use tidegate_domain::{
    converge::{Attestation, CONTRACT, Health, ObservedState, PrepareState, Prepared, Slot},
    deployment::{
        TargetFacts, TargetRun,
        facts::{Attested, Report},
    },
    digest::Digest,
    revision::RevisionId,
};

/// The last report as the server keeps it.
pub(super) type Heard = Option<Report>;

/// The artifact of every revision that there is; each is called like its revision.
static ARTIFACTS: LazyLock<BTreeMap<RevisionId, Attested>> = LazyLock::new(|| {
    let revision = |words: &str| {
        let digest = Digest::of(words.as_bytes());
        let web = ("web".parse().unwrap(), digest);
        (RevisionId(digest), Attested::from([web]))
    };
    ["old", "new", "proved"].into_iter().map(revision).collect()
});

/// Of no revision.
static OTHER: LazyLock<Digest> = LazyLock::new(|| Digest::of(b"other"));

impl Host {
    /// The report that was sent so many reports ago arrives, whether it did before or not.
    pub fn hear(&mut self, ago: usize, now: Timestamp) {
        if let Some(sent) = self.said.iter().rev().nth(ago) {
            let report = Report::following(self.heard.as_ref(), sent.clone(), now);
            self.heard = Some(report);
            self.known = Default::default();
        }
    }

    /// What the server knows of it, looking at one slot.
    pub fn facts(&self, run: &TargetRun, slot: Slot) -> TargetFacts {
        let connected = self.link != Link::Cut;
        let known = self.known[usize::from(slot == Slot::Green)].get_or_init(|| {
            let (desired, heard) = (Some(&self.desired), self.heard.as_ref());
            TargetFacts::of((run, slot), desired, heard, connected, &ARTIFACTS)
        });
        TargetFacts {
            connected,
            ..known.clone()
        }
    }

    pub(super) fn report(&mut self, now: Timestamp) {
        if self.said.len() >= ON_THEIR_WAY {
            self.said.pop_front();
        }
        let places = Slot::ALL.into_iter();
        self.said.push_back(ObservedState {
            product: self.accepted.product.clone(),
            instruction: self.accepted.instruction,
            active: places.filter_map(|slot| self.attest(slot, now)).collect(),
            prepared: self.lies_ready().into_iter().collect(),
            traffic: Vec::new(),
            jobs: self.jobs.clone(),
            refused: None,
            contract: CONTRACT,
            history: None,
        });
    }

    fn lies_ready(&self) -> Option<Prepared> {
        let state = match self.fate {
            _ if !self.accepted.prepare.contains(&self.new) => return None,
            _ if self.prepared => PrepareState::Ready,
            Fate::Unpreparable | Fate::FullFor(_) => PrepareState::Failed {
                reason: "the disk is full".into(),
            },
            _ => return None,
        };
        Some(Prepared {
            revision: self.new,
            state,
        })
    }

    /// What it says of a slot where something runs or is to.
    fn attest(&self, slot: Slot, now: Timestamp) -> Option<Attestation> {
        let mut wanted = self.accepted.active.iter();
        let wanted = wanted.find(|it| it.slot == slot);
        let running = self.running.get(&slot);
        // What still runs in place of what is to, or is to start anew, says nothing about that.
        let is_another = wanted.is_some_and(|wanted| {
            running.is_none_or(|it| {
                (it.revision, it.start) != (wanted.revision, wanted.start.max(it.start))
            })
        });
        let wanted = wanted.map(|it| it.revision);
        if running.is_none() && wanted.is_none() {
            return None;
        }
        let mut revision = running.map(|it| it.revision);
        let mut health = match is_another {
            true => Health::Starting,
            false => self.health(slot, now).unwrap_or(Health::Starting),
        };
        let mut proved = health == Health::Healthy && self.is_proved(slot, now);
        match self.lie {
            Some(Lie::NeverSwitches) => {
                (revision, health, proved) = (wanted.or(revision), Health::Healthy, true);
            }
            Some(Lie::AlwaysProved) => proved = true,
            Some(Lie::OtherDigest) | None => {}
        }
        let is_other = self.lie == Some(Lie::OtherDigest) && revision == Some(self.new);
        Some(Attestation {
            component: "web".parse().unwrap(),
            slot,
            revision,
            artifact: match is_other {
                true => Some(*OTHER),
                false => revision.map(|it| it.0),
            },
            instances: running.map_or(0, |it| it.instances),
            health,
            proved,
            detail: format!("{:?}", self.fate),
            starts: 1,
        })
    }

    fn is_proved(&self, slot: Slot, now: Timestamp) -> bool {
        let since = self.running.get(&slot).and_then(|it| it.healthy_since);
        since.is_some_and(|since| since + self.accepted.minimum_healthy.as_signed() <= now)
    }
}
