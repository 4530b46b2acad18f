//! What people decide to do about a supplier's change, and what becomes of that.

use super::{
    super::{App, Error, Kind as Refusal, Request, field, optional, steer::read_reason},
    impact::{about, observation},
    notices, views,
};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::{Action, Resource},
    catalog::Kind,
    id::ResponseId,
    name::Name,
    supplier::{
        Response,
        response::{About, ResponseEvent, ResponseStatus, What, standing},
    },
};
use tidegate_protocol::api::{ResponseRequest, ResponseView, SupplierDeedRequest};
use tidegate_store::Tx;

/// A response as it is asked for.
type Wanted = (About, (Name, Name), What, ResponseRequest);

impl App {
    /// Decides what is done about a change for a product in an environment.
    ///
    /// # Errors
    /// When there is no such change or place, or whoever asks may not.
    pub async fn respond_to_supplier(
        &self,
        request: Request,
        wanted: &ResponseRequest,
    ) -> Result<ResponseView, Error> {
        let place = (
            field("product", &wanted.product)?,
            field("environment", &wanted.environment)?,
        );
        let reason = read_reason(&wanted.reason)?;
        let about = about(wanted.notice, wanted.observation)?;
        let wanted = ResponseRequest {
            reason,
            ..wanted.clone()
        };
        let input = (request, (about, place, what(&wanted)?, wanted));
        let view = self
            .store
            .write(input, |tx, (request, wanted)| {
                decide(tx, request, wanted).boxed()
            })
            .await?;
        self.bus.announce();
        self.bus.wake_engine();
        Ok(view)
    }

    /// Says that a response is done, not needed, or to be done again.
    ///
    /// # Errors
    /// When that cannot happen now, or whoever asks may not.
    pub async fn do_response(
        &self,
        request: Request,
        id: ResponseId,
        said: &SupplierDeedRequest,
    ) -> Result<ResponseView, Error> {
        let note = read_reason(&said.note)?;
        let input = (request, id, said.deed.clone(), note);
        let view = self
            .store
            .write(input, |tx, (request, id, deed, note)| {
                async move {
                    let response = find(tx, request, *id).await?;
                    let event = event(request, deed, note)?;
                    happen(tx, request, (&response, &event)).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        self.bus.wake_engine();
        Ok(view)
    }
}

fn what(wanted: &ResponseRequest) -> Result<What, Error> {
    let named = |name: &str, text: &Option<String>| -> Result<Name, Error> {
        let name_of = optional(name, text.as_deref())?;
        name_of.ok_or_else(|| Error::invalid(name, format!("say which: `{name}` is not given")))
    };
    match wanted.what.as_str() {
        "hold" => Ok(What::Hold {
            until: wanted.until,
        }),
        "reverify" => Ok(What::Reverify {
            environment: named("verify_in", &wanted.verify_in)?,
        }),
        "inform" => Ok(What::Inform {
            audience: named("audience", &wanted.audience)?,
        }),
        "accept" => Ok(What::Accept),
        _ => Err(Error::invalid(
            "what",
            "say hold, reverify, inform or accept",
        )),
    }
}

async fn decide(
    tx: &mut Tx,
    request: &Request,
    (about, (product, environment), what, wanted): &Wanted,
) -> Result<ResponseView, Error> {
    // To hold is quickly undone; to accept opens what others closed.
    if let What::Hold { until: Some(until) } = what
        && *until <= tx.now()
    {
        return Err(Error::invalid("until", "that is over already"));
    }
    let action = match what {
        What::Hold { .. } | What::Reverify { .. } | What::Inform { .. } => Action::HoldForSupplier,
        What::Accept => Action::AnswerSupplier,
    };
    request
        .permit_place(tx, action, (product, environment))
        .await?;
    match about {
        About::Notice(id) => drop(notices::find(tx, *id).await?),
        About::Observation(id) => drop(observation(tx, *id).await?),
    }
    check_names(tx, (product, environment), what).await?;
    let response = Response {
        id: tx.next_response().await?,
        about: *about,
        product: product.clone(),
        environment: environment.clone(),
        what: what.clone(),
        reason: wanted.reason.clone(),
        by: request.actor.name.clone(),
        at: tx.now(),
        due: wanted.due,
        status: ResponseStatus::Open,
    };
    let response = response
        .decided()
        .map_err(|why| Error::invalid("reason", why))?;
    tx.record_response(&response).await?;
    let subject = subject(response.id);
    let action = "supplier-response.decided";
    request.journal(tx, action, &subject, &response).await?;
    view(tx, &response).await
}

/// Whether what it names is there.
async fn check_names(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
    what: &What,
) -> Result<(), Error> {
    crate::app::releases::find_product(tx, product).await?;
    let environments = tx.environments().await?;
    let is_known = |name: &Name| match environments.contains_key(name) {
        true => Ok(()),
        false => Err(Error::not_found(
            "environment-not-found",
            "environment",
            name,
        )),
    };
    is_known(environment)?;
    match what {
        What::Reverify { environment } => is_known(environment),
        What::Inform { audience } => {
            let found: Option<serde_json::Value> =
                tx.document(Kind::Audience, audience.as_str()).await?;
            let missing = || Error::not_found("audience-not-found", "audience", audience);
            found.map(drop).ok_or_else(missing)
        }
        What::Hold { .. } | What::Accept => Ok(()),
    }
}

/// A response that whoever asks may decide about.
async fn find(tx: &mut Tx, request: &Request, id: ResponseId) -> Result<Response, Error> {
    let missing = || {
        Error::not_found("response-not-found", "response", id)
            .hint("`tidegate supplier impact` shows what was decided about a change")
    };
    let response = tx.response(id).await?.ok_or_else(missing)?;
    let resource = Resource::place(response.product.clone(), response.environment.clone());
    request
        .permit(tx, (Action::AnswerSupplier, &resource), missing)
        .await?;
    Ok(response)
}

fn event(request: &Request, deed: &str, note: &str) -> Result<ResponseEvent, Error> {
    let by = request.actor.name.clone();
    let said = |why: &str| match note.is_empty() {
        true => Err(Error::invalid("note", why)),
        false => Ok(note.to_owned()),
    };
    match deed {
        "done" => Ok(ResponseEvent::Done {
            by,
            note: said("say what came of it")?,
        }),
        "drop" => Ok(ResponseEvent::Dropped {
            by,
            reason: said("say why it is not to be done")?,
        }),
        "reopen" => Ok(ResponseEvent::Reopened { by }),
        _ => Err(Error::invalid("deed", "say done, drop or reopen")),
    }
}

async fn happen(
    tx: &mut Tx,
    request: &Request,
    (response, event): (&Response, &ResponseEvent),
) -> Result<ResponseView, Error> {
    let after = response.after(event, tx.now()).map_err(|why| {
        let detail = format!("response {}: {why}", response.id);
        Error::refused(Refusal::Conflict, "response-state", detail)
    })?;
    tx.record_response(&after).await?;
    let action = format!("supplier-response.{}", event.word());
    let detail = json!({ "about": after.about, "event": event });
    request
        .journal(tx, &action, &subject(after.id), &detail)
        .await?;
    view(tx, &after).await
}

async fn view(tx: &mut Tx, response: &Response) -> Result<ResponseView, Error> {
    let all = tx.responses_to(response.about).await?;
    let stands = standing(&all, tx.now())
        .iter()
        .any(|it| it.id == response.id);
    Ok(views::response(response, stands))
}

fn subject(id: ResponseId) -> String {
    format!("supplier-response/{id}")
}
