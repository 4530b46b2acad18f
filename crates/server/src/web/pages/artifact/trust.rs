//! What each key set says of an artifact.

use super::super::super::state::State as Shown;
use tidegate_protocol::api::SignatureView;

/// One set.
#[derive(Debug)]
pub(super) struct KeySet {
    pub name: String,
    pub state: Shown,
    /// `1 of 2`.
    pub tally: String,
    /// Who signed; none if nobody did.
    pub signers: Option<String>,
    /// In words, with why other signatures do not count.
    pub verdict: String,
}

/// As the page shows it.
pub(super) fn key_set(view: &SignatureView) -> KeySet {
    let state = match view.met {
        true => Shown::new("steady", "met"),
        false => Shown::new("failing", "not met"),
    };
    KeySet {
        name: view.key_set.clone(),
        state,
        tally: format!("{} of {}", view.signers.len(), view.threshold),
        signers: (!view.signers.is_empty()).then(|| view.signers.join(", ")),
        verdict: view.verdict.clone(),
    }
}
