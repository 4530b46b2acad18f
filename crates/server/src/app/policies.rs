//! Policies: what they answer, and what they are.

use super::{App, Error, Request, field, optional, people};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Actor, Level, Resource},
    name::Name,
};
use tidegate_policy::{Answer, Note};
use tidegate_protocol::api::{CanRequest, CanView, PolicyNote};
use tidegate_store::Tx;

impl App {
    /// Whether somebody may do something, and by which policies. About oneself everybody asks; about others who may read
    /// the organisation.
    ///
    /// # Errors
    /// When the action, or what it is about, makes no sense.
    pub async fn can(&self, request: Request, wanted: &CanRequest) -> Result<CanView, Error> {
        let action: Action = field("action", &wanted.action)?;
        let resource = resource(wanted)?;
        let whom: Option<Name> = optional("person", wanted.person.as_deref())?;
        self.store
            .read(
                (request, whom, action, resource),
                |tx, (request, whom, action, resource)| {
                    answer(tx, request, whom.as_ref(), (*action, resource)).boxed()
                },
            )
            .await
    }

    /// Every policy in force, by name.
    ///
    /// # Errors
    /// When the asker may not read them.
    pub async fn policies(&self, request: &Request) -> Result<Vec<PolicyNote>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let authorizer = request.gate.authorizer(tx).await?;
                    Ok(authorizer.policies().map(note).collect())
                }
                .boxed()
            })
            .await
    }
}

fn resource(wanted: &CanRequest) -> Result<Resource, Error> {
    let product: Option<Name> = optional("product", wanted.product.as_deref())?;
    let team: Option<Name> = optional("team", wanted.team.as_deref())?;
    let environment = optional("environment", wanted.environment.as_deref())?;
    let component = optional("component", wanted.component.as_deref())?;
    let supplier: Option<Name> = optional("supplier", wanted.supplier.as_deref())?;
    if team.is_some() && supplier.is_some() {
        return Err(Error::invalid(
            "supplier",
            "ask about a team or a supplier, not both",
        ));
    }
    let other = team
        .map(Resource::Team)
        .or(supplier.map(Resource::Supplier));
    match (product, other) {
        (Some(_), Some(_)) => Err(Error::invalid(
            "product",
            "ask about a product, a team or a supplier, and not about several",
        )),
        (Some(product), None) => Ok(Resource::Product {
            product,
            environment,
            component,
        }),
        (None, _) if environment.is_some() || component.is_some() => Err(Error::invalid(
            "product",
            "say which product's environment or component it is",
        )),
        (None, Some(other)) => Ok(other),
        (None, None) => Ok(Resource::Organisation),
    }
}

async fn answer(
    tx: &mut Tx,
    request: &Request,
    whom: Option<&Name>,
    (action, resource): (Action, &Resource),
) -> Result<CanView, Error> {
    let actor = match whom.filter(|whom| **whom != request.actor.name) {
        None => request.actor.clone(),
        Some(whom) => {
            request.permit_at_large(tx, Action::Read).await?;
            people::found(tx, whom).await?.actor()
        }
    };
    let authorizer = request.gate.authorizer(tx).await?;
    let answer = authorizer.ask(&actor, action, resource);
    Ok(CanView {
        allowed: answer.allowed,
        sentence: sentence(&actor, (action, resource), &answer),
        level: answer.level.map(Level::number),
        because: answer.because.iter().map(note).collect(),
    })
}

fn sentence(actor: &Actor, (action, resource): (Action, &Resource), answer: &Answer) -> String {
    let (who, what) = (&actor.name, format!("{} about {resource}", action.word()));
    if answer.allowed {
        return format!("{who} may {what}");
    }
    let has = answer
        .level
        .map_or("no level".to_owned(), |level| format!("level {level}"));
    let why = match (
        &answer.scope,
        answer.failed.first(),
        answer.because.is_empty(),
    ) {
        (Some(scope), _, _) => format!("the token is good for {scope} only"),
        (None, Some((note, why)), _) => format!("policy {} could not be asked: {why}", note.id),
        (None, None, false) => "it is forbidden".to_owned(),
        (None, None, true) => {
            format!(
                "it takes level {}, and {who} has {has} for it",
                action.least_level()
            )
        }
    };
    format!("{who} may not {what}: {why}")
}

fn note(note: &Note) -> PolicyNote {
    PolicyNote {
        id: note.id.clone(),
        title: note.title.clone(),
        document: note.document.clone(),
    }
}
