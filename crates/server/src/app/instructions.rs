//! The keys that desired states are signed with: made at the first start, replaced when a person asks, and used on every answer to
//! an agent. They are read in the transaction that reads the states, so that all servers of one database sign with the same.

use super::{App, Error, Request};
use crate::keyring::{Keyring, random};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    converge::{
        DesiredState,
        signed::{Envelope, InstructionKey, InstructionSigner, Statement},
    },
};
use tidegate_protocol::{agent::SignedStates, api::InstructionKeyView};
use tidegate_store::{InstructionKeyRow, TargetKey, Tx};

pub(super) const PURPOSE: &str = "key/instructions";

/// The newest key, and the words of those before it.
struct Keys {
    number: u64,
    signer: InstructionSigner,
    successions: Vec<Envelope>,
    beginning: Option<Envelope>,
}

impl App {
    /// The first key, as it is kept; a database that has one keeps that.
    pub(crate) fn first_instruction_key(keyring: &Keyring) -> InstructionKeyRow {
        InstructionKeyRow {
            number: 1,
            wrapped: keyring.wrap(PURPOSE, &random::<32>()),
            succession: None,
        }
    }

    /// Signs what a target is told, for as long as the server was told.
    ///
    /// # Errors
    /// When the store fails, or the key cannot be opened by this key file.
    pub(crate) async fn sign(
        &self,
        tx: &mut Tx,
        key: &TargetKey,
        states: &[DesiredState],
    ) -> Result<SignedStates, Error> {
        let keys = keys(tx, &self.keyring).await?;
        let (place, now) = ((&key.environment, &key.target), tx.now());
        let signed = |state: &DesiredState| {
            let statement = Statement::new(place, state, now, self.signature_lifetime);
            (state.product.clone(), keys.signer.sign(&statement))
        };
        let states: BTreeMap<_, _> = states.iter().map(signed).collect();
        Ok(SignedStates {
            states,
            beginning: keys.beginning,
            key: Some(keys.signer.public()),
            successions: keys.successions,
        })
    }

    /// From now on desired states are signed with a new key, for which the one before it vouches.
    ///
    /// # Errors
    /// When whoever asks may not.
    pub async fn renew_instruction_key(
        &self,
        request: Request,
    ) -> Result<InstructionKeyView, Error> {
        // Made outside of the transaction, which may run more than once.
        let input = (request, self.keyring.clone(), random::<32>());
        self.store
            .write(input, |tx, (request, keyring, secret)| {
                renew(tx, request, (keyring, secret)).boxed()
            })
            .await
    }
}

/// What agents are to know the newest key by.
///
/// # Errors
/// When the store fails, or the key cannot be opened by this key file.
pub(super) async fn key(tx: &mut Tx, keyring: &Keyring) -> Result<InstructionKey, Error> {
    Ok(keys(tx, keyring).await?.signer.public())
}

/// The newest key's word for the present history; none for the first.
///
/// # Errors
/// When the store fails, or the key cannot be opened by this key file.
pub(super) async fn beginning(tx: &mut Tx, keyring: &Keyring) -> Result<Option<Envelope>, Error> {
    match tx.beginning().await? {
        Some(_) => Ok(keys(tx, keyring).await?.beginning),
        None => Ok(None),
    }
}

async fn renew(
    tx: &mut Tx,
    request: &Request,
    (keyring, secret): (&Keyring, &[u8; 32]),
) -> Result<InstructionKeyView, Error> {
    request.permit_at_large(tx, Action::Enrol).await?;
    let keys = keys(tx, keyring).await?;
    tx.read_key_changes().await?;
    let new = InstructionSigner::new(secret).public();
    let word = serde_json::to_string(&keys.signer.vouch(new));
    let word = word.map_err(|why| Error::Broken(format!("a word has no text: {why}")))?;
    let row = InstructionKeyRow {
        number: keys.number + 1,
        wrapped: keyring.wrap(PURPOSE, secret),
        succession: Some(word),
    };
    tx.record_instruction_key(&row).await?;
    let detail = serde_json::json!({ "number": row.number, "key": new });
    request
        .journal(tx, "instruction-key.renewed", "organisation", &detail)
        .await?;
    Ok(InstructionKeyView {
        number: row.number,
        key: new.to_string(),
    })
}

async fn keys(tx: &mut Tx, keyring: &Keyring) -> Result<Keys, Error> {
    let rows = tx.instruction_keys().await?;
    let newest = rows.last();
    let secret = newest.and_then(|row| keyring.unwrap(PURPOSE, &row.wrapped));
    let secret = secret.and_then(|secret| <[u8; 32]>::try_from(secret).ok());
    let (Some(newest), Some(secret)) = (newest, secret) else {
        let why = "the key of instructions cannot be opened by this key file";
        return Err(Error::Broken(why.into()));
    };
    let words = rows.iter().filter_map(|row| row.succession.as_deref());
    let words = words.map(serde_json::from_str).collect::<Result<_, _>>();
    let number = newest.number;
    let signer = InstructionSigner::new(&secret);
    let beginning = tx.beginning().await?;
    Ok(Keys {
        number,
        beginning: beginning.map(|it| signer.begin(&it)),
        signer,
        successions: words.map_err(|why| {
            Error::Broken(format!(
                "a word for a key of instructions is damaged: {why}"
            ))
        })?,
    })
}
