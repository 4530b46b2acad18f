//! How the played server signs what it says, and how it is made to do that wrong.

use tidegate_domain::{
    converge::{
        DesiredState,
        signed::{Envelope, InstructionSigner, Statement},
    },
    duration::Millis,
    name::Name,
};
use tidegate_protocol::agent::SignedStates;

/// The server's signing.
#[derive(Debug)]
pub(crate) struct Signing {
    /// None while it signs nothing.
    pub(crate) signer: Option<InstructionSigner>,
    pub(crate) lifetime: Millis,
    /// Its words for the successors of earlier keys.
    pub(crate) successions: Vec<Envelope>,
    /// Its word for the present history, where that is not the first.
    pub(crate) beginning: Option<Envelope>,
    /// Whoever stands between: sent in place of what the server signs.
    pub(crate) forged: Option<SignedStates>,
    /// What was last signed.
    pub(crate) said: SignedStates,
    /// How often younger signatures were asked for.
    pub(crate) renewals: u32,
    /// The target that joined, and its environment.
    pub(crate) target: Option<(Name, Name)>,
}

impl Default for Signing {
    fn default() -> Self {
        Self {
            signer: Some(signer(7)),
            lifetime: Millis::from_secs(3600),
            successions: Vec::new(),
            beginning: None,
            forged: None,
            said: SignedStates::default(),
            renewals: 0,
            target: None,
        }
    }
}

impl Signing {
    /// Signs these states, now.
    pub(crate) fn sign(&mut self, states: &[DesiredState]) -> SignedStates {
        if let Some(forged) = &self.forged {
            return forged.clone();
        }
        let (Some(signer), Some((environment, target))) = (&self.signer, &self.target) else {
            return SignedStates::default();
        };
        let now = jiff::Timestamp::now();
        let signed = |state: &DesiredState| {
            let statement = Statement::new((environment, target), state, now, self.lifetime);
            (state.product.clone(), signer.sign(&statement))
        };
        self.said = SignedStates {
            states: states.iter().map(signed).collect(),
            key: Some(signer.public()),
            successions: self.successions.clone(),
            beginning: self.beginning.clone(),
        };
        self.said.clone()
    }
}

pub(crate) fn signer(seed: u8) -> InstructionSigner {
    InstructionSigner::new(&[seed; 32])
}
