//! The authorizer in force: made of what the catalog declares, and made anew whenever that changes.

use super::Error;
use std::sync::{Arc, Mutex, PoisonError};
use tidegate_domain::{
    access::Directory,
    catalog::{Kind, Policy, Product, Role, Team},
};
use tidegate_policy::{Authorizer, PolicyText};
use tidegate_store::Tx;

/// Keeps the authorizer of the catalog as it was when somebody last asked.
#[derive(Debug, Default)]
pub struct Gate {
    kept: Mutex<Option<(i64, Arc<Authorizer>)>>,
}

impl Gate {
    /// The authorizer by the catalog of this transaction. Every server sees a change with its next question.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authorizer(&self, tx: &mut Tx) -> Result<Arc<Authorizer>, Error> {
        let changes = tx.catalog_changes().await?;
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((of, authorizer)) = kept
            && of == changes
        {
            return Ok(authorizer);
        }
        let made = Arc::new(make(tx).await?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((changes, made.clone()));
        Ok(made)
    }
}

async fn make(tx: &mut Tx) -> Result<Authorizer, Error> {
    let teams: Vec<Team> = tx.documents(Kind::Team).await?;
    let roles: Vec<Role> = tx.documents(Kind::Role).await?;
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let policies: Vec<Policy> = tx.documents(Kind::Policy).await?;
    let policies: Vec<PolicyText> = policies.into_iter().map(text).collect();
    let directory = Directory::new(teams, roles, &products);
    Ok(Authorizer::new(directory, &policies))
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
