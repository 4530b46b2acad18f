//! What people decide to do about a supplier's change, and what becomes of that.

use super::{
    super::{
        App, Error, Kind as Refusal, Request, communication, entry, field, optional,
        steer::read_reason,
    },
    counting::Counting,
    impact::{about, observation},
    notices,
};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::{Action, Resource},
    catalog::Kind,
    communication::{Writing, message::About as MessageAbout},
    id::{Edition, MessageId, ResponseId},
    name::Name,
    supplier::{
        Response,
        response::{About, ResponseEvent, ResponseStatus, What},
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
                    let event = event(request, deed, note)?;
                    let response = find(tx, request, (*id, &event)).await?;
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
    let place = (product, environment);
    match what {
        What::Hold { .. } | What::Reverify { .. } | What::Inform { .. } => {
            permit_hold(tx, request, *about, place).await?;
        }
        What::Accept => drop(
            request
                .permit_place(tx, Action::AnswerSupplier, place)
                .await?,
        ),
    }
    let edition = edition(tx, *about, wanted.edition).await?;
    check_names(tx, place, what).await?;
    let message = match what {
        What::Inform { audience } => {
            let told = (*about, place, wanted.reason.as_str());
            inform(tx, request, told, audience).await?
        }
        What::Hold { .. } | What::Reverify { .. } | What::Accept => None,
    };
    let response = Response {
        id: tx.next_response().await?,
        about: *about,
        edition,
        product: product.clone(),
        environment: environment.clone(),
        what: what.clone(),
        reason: wanted.reason.clone(),
        by: request.actor.name.clone(),
        at: tx.now(),
        due: wanted.due,
        message,
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

/// Begins the message that tells an audience of a change, if whoever asks may write it. Somebody else sanctions it.
async fn inform(
    tx: &mut Tx,
    request: &Request,
    (change, (product, environment), reason): (About, (&Name, &Name), &str),
    audience: &Name,
) -> Result<Option<MessageId>, Error> {
    match request
        .permit_product(tx, Action::WriteMessage, product)
        .await
    {
        Ok(_) => {}
        Err(Error::Refused { .. }) => return Ok(None),
        Err(error) => return Err(error),
    }
    let (subject, what) = match change {
        About::Notice(id) => {
            let notice = notices::find(tx, id).await?;
            let announced = &notice.current().announcement;
            let when = announced.times.as_ref().map(|it| format!(" ({it})"));
            let title = format!("{}: {}", notice.supplier, announced.title);
            let what = format!("{title}{}.", when.unwrap_or_default());
            (title, what)
        }
        About::Observation(id) => {
            let it = observation(tx, id).await?.deployed;
            let title = format!("{}: {} was changed", it.supplier, it.component);
            (
                title,
                format!(
                    "{} runs another version in {}.",
                    it.component, it.environment
                ),
            )
        }
    };
    let body = format!("{what} It touches {product} in {environment}.\n\n{reason}\n");
    let about = MessageAbout::Product(product.clone());
    let writing = Writing::to(audience.clone(), (&subject, body));
    communication::draft(tx, request, (about, writing))
        .await
        .map(Some)
}

/// Whether whoever asks may hold there: who answers for the product, and of those who see it who deals with the supplier.
async fn permit_hold(
    tx: &mut Tx,
    request: &Request,
    about: About,
    (product, environment): (&Name, &Name),
) -> Result<(), Error> {
    let action = Action::HoldForSupplier;
    let own = request
        .permit_place(tx, action, (product, environment))
        .await;
    let Err(refusal) = own else { return Ok(()) };
    let mut sight = request.sight(tx).await?;
    let place = Resource::place(product.clone(), environment.clone());
    if !sight.shows(product) || sight.is_forbidden(action, &place) {
        return Err(refusal);
    }
    let supplier = Resource::Supplier(supplier_of(tx, about).await?);
    match sight.may(action, &supplier) {
        true => Ok(()),
        false => Err(refusal),
    }
}

/// Whose change it is.
pub(super) async fn supplier_of(tx: &mut Tx, about: About) -> Result<Name, Error> {
    Ok(match about {
        About::Notice(id) => notices::find(tx, id).await?.supplier,
        About::Observation(id) => observation(tx, id).await?.deployed.supplier,
    })
}

/// Which edition of a notice is decided about: the one that was looked at, as long as it means what is announced now.
async fn edition(tx: &mut Tx, about: About, seen: Option<u64>) -> Result<Option<Edition>, Error> {
    let id = match about {
        About::Notice(id) => id,
        About::Observation(id) => return observation(tx, id).await.map(|_| None),
    };
    let notice = notices::find(tx, id).await?;
    let now = notice.current().edition;
    if seen.is_some_and(|it| it < notice.meaning().edition.0) {
        let detail = format!(
            "notice {id} has edition {now} now, which means something else than the one that you saw"
        );
        return Err(
            Error::refused(Refusal::Conflict, "notice-changed", detail).hint(format!(
                "look at it again: `tidegate supplier impact --notice {id}`"
            )),
        );
    }
    Ok(Some(now))
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
async fn find(
    tx: &mut Tx,
    request: &Request,
    (id, event): (ResponseId, &ResponseEvent),
) -> Result<Response, Error> {
    let missing = || {
        Error::not_found("response-not-found", "response", id)
            .hint("`tidegate supplier impact` shows what was decided about a change")
    };
    let response = tx.response(id).await?.ok_or_else(missing)?;
    if is_own(request, &response, event) {
        let place = (&response.product, &response.environment);
        permit_hold(tx, request, response.about, place).await?;
        return Ok(response);
    }
    let resource = Resource::place(response.product.clone(), response.environment.clone());
    request
        .permit(tx, (Action::AnswerSupplier, &resource), missing)
        .await?;
    Ok(response)
}

/// Whoever decided that something is to be done may say that it is not after all.
fn is_own(request: &Request, response: &Response, event: &ResponseEvent) -> bool {
    let drops = match event {
        ResponseEvent::Dropped { .. } => true,
        ResponseEvent::Done { .. } | ResponseEvent::Reopened { .. } => false,
    };
    drops && response.by == request.actor.name
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
    let after = becomes(tx, (response, event), &request.actor.name).await?;
    view(tx, &after).await
}

/// Keeps what happened to a response, and who did it.
pub(super) async fn becomes(
    tx: &mut Tx,
    (response, event): (&Response, &ResponseEvent),
    by: &Name,
) -> Result<Response, Error> {
    let after = response.after(event, tx.now()).map_err(|why| {
        let detail = format!("response {}: {why}", response.id);
        Error::refused(Refusal::Conflict, "response-state", detail)
    })?;
    tx.record_response(&after).await?;
    let action = format!("supplier-response.{}", event.word());
    let detail = json!({ "about": after.about, "event": event });
    let entry = entry(tx, by.as_str(), (&action, &subject(after.id)), &detail);
    tx.record_entry(&entry).await?;
    Ok(after)
}

async fn view(tx: &mut Tx, response: &Response) -> Result<ResponseView, Error> {
    let all = tx.responses_to(response.about).await?;
    let now = tx.now();
    Ok(Counting::of(tx, &all, now).await?.view(response))
}

fn subject(id: ResponseId) -> String {
    format!("supplier-response/{id}")
}
