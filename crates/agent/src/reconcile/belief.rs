//! What the agent believes of what it is told: whose word counts, until when, and why something was not taken.
//!
//! Decides nothing: [`tidegate_domain::converge::signed`] does.

use super::agent::Agent;
use crate::{keeper::clock, link::Wishes, state::ProductState};
use std::time::Duration;
use tidegate_domain::{
    converge::{
        DesiredState,
        signed::{Held, Judge, Judged, Moment, Offered, Refusal, begun, successor},
        steps::{self, Offer},
    },
    digest::Digest,
    duration::Millis,
    generation::Incarnation,
    name::Name,
};
use tidegate_protocol::agent::SignedStates;
use tokio::time::Instant;

/// An offer that is believed, and the signature to keep, if it is younger than the one that is held.
pub(super) struct Believed {
    pub(super) offer: Offer,
    pub(super) signed: Option<Held>,
}

impl Agent {
    /// Takes up what the server's key says of itself: first whose turn it is, then which history began.
    pub(super) fn heed(&mut self, signed: &SignedStates) {
        let new_key = self.heed_successor(signed);
        let new_history = self.heed_beginning(signed);
        if !new_key && !new_history {
            return;
        }
        if let Err(error) = self.trust.save(&self.surroundings.layout) {
            // It is heard again after a restart.
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "what is believed of the server cannot be stored");
        }
    }

    /// The key itself is taken only where none was ever held. Answers whether another is held now.
    fn heed_successor(&mut self, signed: &SignedStates) -> bool {
        let known = match self.trust.instruction_key {
            Some(held) => Some(successor(held, &signed.successions)),
            None => signed.key,
        };
        if known == self.trust.instruction_key {
            return false;
        }
        tracing::info!(key = ?known, "instructions are believed by this key from now on");
        self.trust.instruction_key = known;
        true
    }

    /// Answers whether a newer history began.
    fn heed_beginning(&mut self, signed: &SignedStates) -> bool {
        let (Some(key), Some(word)) = (self.trust.instruction_key, &signed.beginning) else {
            return false;
        };
        let Some(beginning) = begun(key, self.history(), word) else {
            return false;
        };
        tracing::warn!(
            history = %beginning.incarnation,
            by = %beginning.by,
            reason = beginning.reason,
            at = %beginning.at,
            backup = ?beginning.backup,
            "the server began a new history; what runs goes on, and only what belongs to that is taken from now on"
        );
        self.trust.histories.push(beginning);
        true
    }

    /// The newest history that this agent heard of. One that was enrolled anew has what it took to go by.
    pub(super) fn history(&self) -> Incarnation {
        let taken = self.state.products.values();
        let taken = taken.map(|state| state.desired.instruction.incarnation);
        taken.fold(self.trust.history(), Ord::max)
    }

    /// Whether a state is taken, by the key that is held and what was taken before.
    pub(super) fn believe(
        &self,
        (desired, hash): (&DesiredState, Digest),
        signed: &SignedStates,
    ) -> Result<Believed, Refusal> {
        let taken = self.state.products.get(&desired.product);
        let number = taken.map(|taken| taken.desired.instruction);
        let offered = desired.instruction;
        let Some(key) = &self.trust.instruction_key else {
            let offer = steps::offer(number, offered);
            return match (offer, number) {
                (Offer::Older, Some(held)) => Err(Refusal::Older { offered, held }),
                _ => Ok(Believed {
                    offer,
                    signed: None,
                }),
            };
        };
        let taken = taken.map(|taken| (taken.desired.instruction, taken.signed.as_ref()));
        let offered = Offered {
            state: desired,
            hash,
            envelope: signed.states.get(&desired.product),
        };
        let judge = Judge {
            key,
            environment: &self.surroundings.environment,
            target: &self.surroundings.target,
            history: self.history(),
            now: &clock::moment(),
        };
        Ok(match judge.judge(taken, offered)? {
            Judged::Newer(held) => Believed {
                offer: Offer::Newer,
                signed: Some(held),
            },
            Judged::Renewed(held) => Believed {
                offer: Offer::Same,
                signed: Some(held),
            },
            Judged::Same => Believed {
                offer: Offer::Same,
                signed: None,
            },
        })
    }

    /// Keeps in mind why something was not taken; it is said until something is.
    pub(super) fn refuse(&mut self, product: Name, refusal: Refusal) {
        tracing::warn!(agent.product = %product, why = %refusal, "refused an instruction");
        self.refused.insert(product, refusal);
    }

    /// Takes younger signatures of what was taken before, and goes on with what waited for them.
    pub(super) fn signed_anew(&mut self, signed: &SignedStates) {
        self.heed(signed);
        let history = self.history();
        for (product, envelope) in &signed.states {
            let Some(key) = self.trust.instruction_key else {
                return;
            };
            let Some(state) = self.state.products.get_mut(product) else {
                continue;
            };
            let Some(held) = &state.signed else {
                continue;
            };
            let judge = Judge {
                key: &key,
                environment: &self.surroundings.environment,
                target: &self.surroundings.target,
                history,
                now: &clock::moment(),
            };
            match judge.renew(product, (state.desired.instruction, held), envelope) {
                Ok(Judged::Newer(held) | Judged::Renewed(held)) => {
                    state.signed = Some(held);
                    self.refused.remove(product);
                    self.save();
                    self.converge(product);
                    self.work(product);
                }
                Ok(Judged::Same) => {}
                // Something newer is on its way, and brings its own.
                Err(Refusal::State) => {}
                Err(refusal) => self.refuse(product.clone(), refusal),
            }
        }
    }

    /// Why nothing new is begun of a product, if nothing is.
    pub(super) fn held_back(&self, state: &ProductState, now: &Moment) -> Option<Refusal> {
        self.trust.instruction_key.as_ref()?;
        match &state.signed {
            None => Some(Refusal::Unsigned),
            Some(held) => {
                (held.left(now) == Millis(0)).then_some(Refusal::Expired(held.expires_at))
            }
        }
    }

    /// The same of a product by its name.
    pub(super) fn is_held_back(&self, product: &Name) -> bool {
        let state = self.state.products.get(product);
        state.is_some_and(|state| self.held_back(state, &clock::moment()).is_some())
    }

    /// What an agent says of a product that it does not follow.
    pub(super) fn refusal(&self, product: &Name, now: &Moment) -> Option<String> {
        let state = self.state.products.get(product);
        let held_back = || self.held_back(state?, now);
        let refused = self.refused.get(product).cloned();
        refused.or_else(held_back).map(|why| why.to_string())
    }

    /// When the next signature runs out.
    pub(super) fn next_expiry(&self, now: Instant) -> Option<Instant> {
        self.trust.instruction_key?;
        let moment = clock::moment();
        let signed = self
            .state
            .products
            .values()
            .filter_map(|s| s.signed.as_ref());
        let left = signed.map(|held| held.left(&moment));
        let left = left.filter(|left| *left > Millis(0)).min()?;
        now.checked_add(left.as_duration() + Duration::from_millis(1))
    }

    /// A signature ran out: what was about to be begun is not, and says so.
    pub(super) fn expire(&mut self) {
        let products = self.state.products.keys();
        let expired = products.filter(|product| self.is_held_back(product));
        let expired: Vec<Name> = expired.cloned().collect();
        for product in &expired {
            tracing::warn!(agent.product = %product, "the signature ran out; nothing new is begun");
            self.abandon(product, |_| true);
            self.converge(product);
        }
    }

    /// What is to be asked for: younger signatures half way through the life of one, and all again after a refusal.
    pub(super) fn wishes(&self) -> Wishes {
        Wishes {
            renew_at: self.renew_at(),
            all_again: !self.refused.is_empty(),
        }
    }

    fn renew_at(&self) -> Option<u64> {
        self.trust.instruction_key?;
        let now = clock::moment();
        let half = |held: &Held| match held.received.boot == now.boot {
            true => held.received.since_boot.0 + held.left(&held.received).0 / 2,
            false => 0,
        };
        let signed = self
            .state
            .products
            .values()
            .filter_map(|s| s.signed.as_ref());
        signed.map(half).min()
    }
}
