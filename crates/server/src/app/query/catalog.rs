//! Products and targets as they are shown.

use super::super::{App, Error, Request};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::{Action, Resource},
    catalog::{Kind, Product, Target, path},
    name::Name,
};
use tidegate_protocol::api::{ProductView, TargetView};
use tidegate_store::AgentRow;

impl App {
    /// Every product.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn products(&self, request: &Request) -> Result<Vec<ProductView>, Error> {
        self.products_for(request, Action::Read).await
    }

    /// The products about which whoever asks may do something.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn products_for(
        &self,
        request: &Request,
        action: Action,
    ) -> Result<Vec<ProductView>, Error> {
        self.store
            .read((request.clone(), action), |tx, (request, action)| {
                async move {
                    let authorizer = request.gate.authorizer(tx).await?;
                    let environments = tx.environments().await?;
                    let mut products: Vec<Product> = tx.documents(Kind::Product).await?;
                    products.retain(|product| {
                        let resource = Resource::product(product.name.clone());
                        let mut actions = [Action::Read, *action].into_iter();
                        actions.all(|it| authorizer.ask(&request.actor, it, &resource).allowed)
                    });
                    Ok(products
                        .iter()
                        .map(|p| product(p, &path::of(p, &environments).unwrap_or_default()))
                        .collect())
                }
                .boxed()
            })
            .await
    }

    /// Every target with its agent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn targets(&self, request: &Request) -> Result<Vec<TargetView>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let agents: BTreeMap<String, AgentRow> = tx
                        .agents()
                        .await?
                        .into_iter()
                        .map(|agent| (agent.key.to_string(), agent))
                        .collect();
                    let targets: Vec<Target> = tx.documents(Kind::Target).await?;
                    let agent = |t: &Target| agents.get(&format!("{}/{}", t.environment, t.name));
                    Ok(targets.iter().map(|t| target(t, agent(t))).collect())
                }
                .boxed()
            })
            .await
    }
}

fn product(product: &Product, path: &[Name]) -> ProductView {
    ProductView {
        name: product.name.to_string(),
        title: product.title.clone(),
        programme: product.programme.to_string(),
        team: product.team.to_string(),
        path: path.iter().map(Name::to_string).collect(),
        components: product
            .components
            .iter()
            .map(|c| c.name.to_string())
            .collect(),
    }
}

fn target(target: &Target, agent: Option<&AgentRow>) -> TargetView {
    TargetView {
        environment: target.environment.to_string(),
        name: target.name.to_string(),
        enrolled: agent.is_some(),
        connected: agent.is_some_and(|agent| agent.connected && agent.revoked_at.is_none()),
        revoked: agent.is_some_and(|agent| agent.revoked_at.is_some()),
        since: agent.map(|agent| agent.connection_changed_at),
        agent_version: agent
            .map(|agent| agent.program_version.clone())
            .filter(|version| !version.is_empty()),
        journal_alarm: agent.and_then(|agent| agent.journal_alarm.clone()),
    }
}
