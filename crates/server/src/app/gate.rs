//! The authorizer and the controls in force: made of what the catalog declares, and made anew whenever that changes.

use super::{Error, quarantine::Answers};
use std::sync::{Arc, Mutex, PoisonError};
use tidegate_domain::{
    access::Directory,
    catalog::{KeySet, Kind, Policy, Product, Role, Team},
    control::Control,
    name::Name,
    supplier::Supplier,
};
use tidegate_policy::{Authorizer, Controls, PolicyText};
use tidegate_store::Tx;
use tidegate_trust::artifact::TrustedSet;

/// Keeps what was made of the catalog when somebody last asked.
#[derive(Debug, Default)]
pub struct Gate {
    kept: Mutex<Option<Kept>>,
    /// What was found of artifacts in the registry, each alone.
    pub(super) alone: Answers,
    /// What was found of whatever is handed out, as part of artifacts or beside them.
    pub(super) handed: Answers,
}

#[derive(Debug, Clone)]
struct Kept {
    changes: i64,
    authorizer: Arc<Authorizer>,
    controls: Arc<Controls>,
    key_sets: Arc<KeySets>,
}

/// Whom we believe.
#[derive(Debug)]
pub struct KeySets(Vec<(KeySet, Option<TrustedSet>)>);

/// Whom we believe about the artifacts of one product.
#[derive(Debug)]
pub(super) struct Trusted<'a> {
    /// The sets.
    pub(super) sets: Vec<&'a TrustedSet>,
    /// Those that were declared and are sound no more, such as by an upgrade. Nothing counts as signed as long as there
    /// are any.
    pub(super) unsound: Vec<&'a Name>,
}

impl Gate {
    /// The authorizer by the catalog of this transaction. Every server sees a change with its next question.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authorizer(&self, tx: &mut Tx) -> Result<Arc<Authorizer>, Error> {
        Ok(self.current(tx).await?.authorizer)
    }

    /// The controls by the catalog of this transaction.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn controls(&self, tx: &mut Tx) -> Result<Arc<Controls>, Error> {
        Ok(self.current(tx).await?.controls)
    }

    /// Whether artifacts of a product may be in quarantine, by the catalog that was read last: with the same request, when
    /// it was asked what the caller may.
    pub fn quarantined_lately(&self, product: &Name) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref();
        kept.is_none_or(|kept| kept.controls.quarantines(product))
    }

    /// Whom we believe, by the catalog of this transaction.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn key_sets(&self, tx: &mut Tx) -> Result<Arc<KeySets>, Error> {
        Ok(self.current(tx).await?.key_sets)
    }

    async fn current(&self, tx: &mut Tx) -> Result<Kept, Error> {
        let changes = tx.catalog_changes().await?;
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(kept) = kept
            && kept.changes == changes
        {
            return Ok(kept);
        }
        let made = Kept {
            changes,
            authorizer: Arc::new(authorizer(tx).await?),
            controls: Arc::new(controls(tx).await?),
            key_sets: Arc::new(key_sets(tx).await?),
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(made.clone());
        Ok(made)
    }
}

async fn authorizer(tx: &mut Tx) -> Result<Authorizer, Error> {
    let teams: Vec<Team> = tx.documents(Kind::Team).await?;
    let roles: Vec<Role> = tx.documents(Kind::Role).await?;
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let policies: Vec<Policy> = tx.documents(Kind::Policy).await?;
    let policies: Vec<PolicyText> = policies.into_iter().map(text).collect();
    let suppliers: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
    let directory = Directory::new(teams, roles, &products).with_suppliers(&suppliers);
    Ok(Authorizer::new(directory, &policies))
}

/// Every declared control in its last version.
async fn controls(tx: &mut Tx) -> Result<Controls, Error> {
    let declared: Vec<Control> = tx.documents(Kind::Control).await?;
    let versions = tx.control_versions().await?;
    let version = |control: &Control| versions.get(&control.name).map_or(1, |it| it.version);
    let own: Vec<(Control, u32)> = declared
        .into_iter()
        .map(|it| (it.clone(), version(&it)))
        .collect();
    Ok(Controls::new(&own))
}

async fn key_sets(tx: &mut Tx) -> Result<KeySets, Error> {
    let declared: Vec<KeySet> = tx.documents(Kind::KeySet).await?;
    let read = |declared: KeySet| {
        let keys = serde_json::from_value(declared.signers.clone()).ok();
        let set = keys.map(|keys| TrustedSet {
            name: declared.name.clone(),
            purpose: declared.purpose,
            keys,
        });
        (declared, set)
    };
    Ok(KeySets(declared.into_iter().map(read).collect()))
}

impl KeySets {
    /// Whom we believe about the artifacts of a product.
    pub(super) fn about(&self, product: &Name) -> Trusted<'_> {
        let about = || self.0.iter().filter(|(set, _)| set.is_about(product));
        Trusted {
            sets: about().filter_map(|(_, sound)| sound.as_ref()).collect(),
            unsound: about()
                .filter(|(_, sound)| sound.is_none())
                .map(|(set, _)| &set.name)
                .collect(),
        }
    }
}

/// A declared policy as the authorizer reads it.
pub(super) fn text(policy: Policy) -> PolicyText {
    PolicyText {
        name: policy.name.to_string(),
        title: policy.title,
        document: policy.document,
        text: policy.policy,
    }
}
