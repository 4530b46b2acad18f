//! What an agent makes of a signed state that arrives.

use super::{
    Envelope, Held, InstructionKey, LIFETIME_MAX, Moment, Refusal, Statement, statement::VERSION,
};
use crate::{
    converge::{
        DesiredState,
        steps::{Offer, offer},
    },
    digest::Digest,
    duration::Millis,
    generation::{Incarnation, Instruction},
    name::Name,
};

/// Who judges, and when.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// The only key that is believed.
    pub key: &'a InstructionKey,
    /// The environment of the agent's target.
    pub environment: &'a Name,
    /// The agent's target.
    pub target: &'a Name,
    /// The newest history that the agent heard of from that key. Nothing of another is taken.
    pub history: Incarnation,
    /// Now.
    pub now: &'a Moment,
}

/// What arrived.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'a> {
    /// The state.
    pub state: &'a DesiredState,
    /// The hash of its canonical JSON, as it arrived.
    pub hash: Digest,
    /// The signature beside it.
    pub envelope: Option<&'a Envelope>,
}

/// What to make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// Take it in place of what is held.
    Newer(Held),
    /// It is what is held, under a younger signature.
    Renewed(Held),
    /// It is what is held. A signature that was heard before is no younger for being heard again.
    Same,
}

/// What was taken before: its number, and its signature if it had one.
type Taken<'a> = (Instruction, Option<&'a Held>);

impl Judge<'_> {
    /// Judges a state that arrived.
    ///
    /// # Errors
    /// When it must not be taken; what was taken before stays.
    pub fn judge(&self, taken: Option<Taken<'_>>, offered: Offered<'_>) -> Result<Judged, Refusal> {
        let envelope = offered.envelope.ok_or(Refusal::Unsigned)?;
        let statement = self.open(&offered.state.product, envelope)?;
        let is_it =
            statement.state == offered.hash && statement.instruction() == offered.state.instruction;
        if !is_it {
            return Err(Refusal::State);
        }
        self.compare(taken, &statement)
    }

    /// Judges a signature that arrived without the state it is about.
    ///
    /// # Errors
    /// When it is not about what was taken, or must not be believed.
    pub fn renew(
        &self,
        product: &Name,
        taken: (Instruction, &Held),
        envelope: &Envelope,
    ) -> Result<Judged, Refusal> {
        let statement = self.open(product, envelope)?;
        match offer(Some(taken.0), statement.instruction()) {
            Offer::Newer => Err(Refusal::State),
            Offer::Same | Offer::Older => self.compare(Some((taken.0, Some(taken.1))), &statement),
        }
    }

    fn open(&self, product: &Name, envelope: &Envelope) -> Result<Statement, Refusal> {
        let statement = self.key.open(envelope)?;
        if statement.v != VERSION {
            return Err(Refusal::Form);
        }
        if (&statement.environment, &statement.target) != (self.environment, self.target) {
            return Err(Refusal::Target {
                target: statement.target,
                environment: statement.environment,
            });
        }
        if statement.product != *product {
            return Err(Refusal::Product(statement.product));
        }
        let lifetime = Held::of(&statement, self.now).lifetime();
        if lifetime == Millis(0) || lifetime > LIFETIME_MAX {
            return Err(Refusal::Lifetime);
        }
        Ok(statement)
    }

    fn compare(&self, taken: Option<Taken<'_>>, statement: &Statement) -> Result<Judged, Refusal> {
        let offered = statement.instruction();
        let fresh = || {
            let held = Held::of(statement, self.now);
            match held.left(self.now) {
                Millis(0) => Err(Refusal::Expired(statement.expires_at)),
                _ => Ok(held),
            }
        };
        let newer = || {
            if statement.incarnation != self.history {
                return Err(Refusal::History {
                    offered: statement.incarnation,
                    known: self.history,
                });
            }
            fresh().map(Judged::Newer)
        };
        let Some((number, held)) = taken else {
            return newer();
        };
        match (offer(Some(number), offered), held) {
            (Offer::Older, _) => Err(Refusal::Older {
                offered,
                held: number,
            }),
            (Offer::Newer, _) => newer(),
            (Offer::Same, Some(held)) if held.state != statement.state => {
                Err(Refusal::Equivocal(offered))
            }
            (Offer::Same, Some(held)) if held.issued_at >= statement.issued_at => Ok(Judged::Same),
            (Offer::Same, _) => fresh().map(Judged::Renewed),
        }
    }
}
