//! The authorizer and the controls in force: made of what the catalog declares, and made anew whenever that changes.

use super::Error;
use std::sync::{Arc, Mutex, PoisonError};
use tidegate_domain::{
    access::Directory,
    catalog::{Kind, Policy, Product, Role, Team},
    control::Control,
};
use tidegate_policy::{Authorizer, Controls, PolicyText};
use tidegate_store::Tx;

/// Keeps what was made of the catalog when somebody last asked.
#[derive(Debug, Default)]
pub struct Gate {
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    changes: i64,
    authorizer: Arc<Authorizer>,
    controls: Arc<Controls>,
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
    let directory = Directory::new(teams, roles, &products);
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

/// A declared policy as the authorizer reads it.
pub(super) fn text(policy: Policy) -> PolicyText {
    PolicyText {
        name: policy.name.to_string(),
        title: policy.title,
        document: policy.document,
        text: policy.policy,
    }
}
