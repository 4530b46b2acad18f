//! Change requests: made, approved by somebody else, closed.

use super::{App, Error, Kind, Request, field, optional, releases, steer::read_reason};
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::Value;
use tidegate_domain::{
    access::Action,
    catalog::Kind as CatalogKind,
    control::{Change, ChangeKind, ChangeState, ChangeTemplate, ChangeUnfit, Risk},
    id::ChangeId,
    name::Name,
    version::Version,
};
use tidegate_protocol::api::{ChangeRequest, ChangeView};
use tidegate_store::Tx;

/// The longest title, in characters.
const TITLE_MAX: usize = 200;
/// The longest description, in bytes.
const DESCRIPTION_MAX: usize = 64 * 1024;
/// The most links.
const LINKS_MAX: usize = 20;

/// What a person does to a change request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It may be carried out.
    Approve,
    /// It must not be.
    TurnDown,
    /// It is over.
    Close,
}

impl App {
    /// Makes a change request. A standard one is approved by its template.
    ///
    /// # Errors
    /// When a field makes no sense, or the template is not good for that place.
    pub async fn create_change(
        &self,
        request: Request,
        wanted: &ChangeRequest,
    ) -> Result<ChangeView, Error> {
        let wanted = Wanted::read(wanted)?;
        self.store
            .write((request, wanted), |tx, (request, wanted)| {
                create(tx, request, wanted).boxed()
            })
            .await
    }

    /// Approves a change request, turns it down, or closes it.
    ///
    /// # Errors
    /// When it is one's own, or in another state.
    pub async fn settle_change(
        &self,
        request: Request,
        id: ChangeId,
        deed: Deed,
        note: &str,
    ) -> Result<ChangeView, Error> {
        let note = read_reason(note)?;
        if deed == Deed::TurnDown && note.is_empty() {
            return Err(Error::invalid(
                "note",
                "say why: whoever asked for it reads that",
            ));
        }
        let view = self
            .store
            .write(
                (request, id, deed, note),
                |tx, (request, id, deed, note)| settle(tx, request, (*id, *deed), note).boxed(),
            )
            .await?;
        self.bus.wake_engine();
        Ok(view)
    }

    /// One change request.
    ///
    /// # Errors
    /// When there is none.
    pub async fn change_view(&self, request: &Request, id: ChangeId) -> Result<ChangeView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move { Ok(view(&found(tx, request, (Action::Read, *id)).await?)) }.boxed()
            })
            .await
    }

    /// At most `limit` change requests below number `before`, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn changes(
        &self,
        request: &Request,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Vec<ChangeView>, Error> {
        let before = ChangeId(before.unwrap_or(u64::MAX >> 1));
        self.store
            .read(
                (request.clone(), before, limit),
                |tx, (request, before, limit)| {
                    async move {
                        let mut sight = request.sight(tx).await?;
                        let mut page = super::Page::new(*limit);
                        let mut before = *before;
                        loop {
                            let found = tx.changes_before(before, *limit, None).await?;
                            let last = found.last().map(|change| change.id);
                            let is_whole = page.take(found, |it: &Change| sight.shows(&it.product));
                            match last {
                                Some(last) if !is_whole => before = last,
                                Some(_) | None => return Ok(page.rows.iter().map(view).collect()),
                            }
                        }
                    }
                    .boxed()
                },
            )
            .await
    }
}

struct Wanted {
    kind: ChangeKind,
    place: (Name, Name),
    release: Option<Version>,
    title: String,
    description: String,
    risk: Option<Risk>,
    times: (Option<Timestamp>, Option<Timestamp>),
    links: Vec<String>,
}

impl Wanted {
    fn read(wanted: &ChangeRequest) -> Result<Self, Error> {
        let kind = kind(wanted)?;
        let risk = wanted.risk.as_deref().map(|word| {
            let risk = serde_json::from_value(Value::from(word));
            risk.map_err(|_| Error::invalid("risk", "low, medium or high"))
        });
        let (starts, ends): (Option<Timestamp>, Option<Timestamp>) = (
            optional("starts", wanted.starts.as_deref())?,
            optional("ends", wanted.ends.as_deref())?,
        );
        if let (Some(starts), Some(ends)) = (starts, ends)
            && ends <= starts
        {
            return Err(Error::invalid("ends", "it ends before it starts"));
        }
        let title = wanted.title.trim();
        if title.chars().count() > TITLE_MAX || title.chars().any(char::is_control) {
            return Err(Error::invalid(
                "title",
                format!("at most {TITLE_MAX} characters in one line"),
            ));
        }
        if wanted.description.len() > DESCRIPTION_MAX || wanted.links.len() > LINKS_MAX {
            let why = format!("at most {DESCRIPTION_MAX} bytes, and {LINKS_MAX} links");
            return Err(Error::invalid("description", why));
        }
        let is_link = |link: &String| link.starts_with("https://") || link.starts_with("http://");
        if let Some(other) = wanted.links.iter().find(|link| !is_link(link)) {
            return Err(Error::invalid(
                "links",
                format!("`{other}` is no http or https address"),
            ));
        }
        Ok(Self {
            kind,
            place: (
                field("product", &wanted.product)?,
                field("environment", &wanted.environment)?,
            ),
            release: optional("release", wanted.release.as_deref())?,
            title: title.to_owned(),
            description: wanted.description.clone(),
            risk: risk.transpose()?,
            times: (starts, ends),
            links: wanted.links.clone(),
        })
    }
}

fn kind(wanted: &ChangeRequest) -> Result<ChangeKind, Error> {
    let template: Option<Name> = optional("template", wanted.template.as_deref())?;
    match (wanted.kind.as_str(), template) {
        ("standard", Some(template)) => Ok(ChangeKind::Standard { template }),
        ("standard", None) => Err(Error::invalid(
            "template",
            "a standard change names the template that was approved",
        )),
        (_, Some(_)) => Err(Error::invalid("template", "only a standard change has one")),
        ("normal", None) => Ok(ChangeKind::Normal),
        ("emergency", None) => Ok(ChangeKind::Emergency),
        (other, None) => Err(Error::invalid(
            "kind",
            format!("`{other}` is none of standard, normal, emergency"),
        )),
    }
}

async fn create(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<ChangeView, Error> {
    let (product, environment) = (&wanted.place.0, &wanted.place.1);
    request
        .permit_place(tx, Action::RequestChange, (product, environment))
        .await?;
    releases::find_product(tx, product).await?;
    if !tx.environments().await?.contains_key(environment) {
        return Err(Error::not_found(
            "environment-not-found",
            "environment",
            environment,
        ));
    }
    let template = match &wanted.kind {
        ChangeKind::Standard { template } => Some(good_template(tx, template, wanted).await?),
        ChangeKind::Normal | ChangeKind::Emergency => None,
    };
    let title = match (wanted.title.is_empty(), &template) {
        (false, _) => wanted.title.clone(),
        (true, Some(template)) => template.title.clone(),
        (true, None) => return Err(Error::invalid("title", "say in a sentence what changes")),
    };
    let human = request.human(tx).await?;
    let change = Change {
        id: tx.next_change().await?,
        kind: wanted.kind.clone(),
        product: product.clone(),
        environment: environment.clone(),
        release: wanted.release.clone(),
        title,
        description: wanted.description.clone(),
        risk: template
            .as_ref()
            .map(|it| it.risk)
            .or(wanted.risk)
            .unwrap_or(Risk::Medium),
        starts: wanted.times.0,
        ends: wanted.times.1,
        links: wanted.links.clone(),
        by: (request.actor.name.clone(), human),
        at: tx.now(),
        state: match template {
            Some(_) => ChangeState::Approved {
                by: None,
                at: tx.now(),
            },
            None => ChangeState::Open,
        },
    };
    tx.record_change(&change).await?;
    note(tx, request, "change.requested", &change).await?;
    Ok(view(&change))
}

async fn good_template(tx: &mut Tx, name: &Name, wanted: &Wanted) -> Result<ChangeTemplate, Error> {
    let found: Option<ChangeTemplate> = tx
        .document(CatalogKind::ChangeTemplate, name.as_str())
        .await?;
    let missing = || Error::not_found("template-not-found", "change template", name);
    let template = found.ok_or_else(missing)?;
    if template.is_good_for(&wanted.place.0, &wanted.place.1) {
        return Ok(template);
    }
    let detail = format!(
        "template {name} is not good for {} in {}",
        wanted.place.0, wanted.place.1
    );
    Err(Error::refused(Kind::NotAllowed, "template-unfit", detail).hint("ask for a normal change"))
}

async fn settle(
    tx: &mut Tx,
    request: &Request,
    (id, deed): (ChangeId, Deed),
    said: &str,
) -> Result<ChangeView, Error> {
    let mut change = found(tx, request, (Action::ApproveChange, id)).await?;
    let by = &request.actor.name;
    let human = request.human(tx).await?;
    let now = tx.now();
    let (done, action) = match deed {
        Deed::Approve => (change.approve(by, human, now), "change.approved"),
        Deed::TurnDown => (
            change.turn_down((by, human), said, now),
            "change.turned_down",
        ),
        Deed::Close => (change.close(by, said, now), "change.closed"),
    };
    done.map_err(|why| refuse(&why))?;
    tx.record_change(&change).await?;
    note(tx, request, action, &change).await?;
    Ok(view(&change))
}

fn refuse(why: &ChangeUnfit) -> Error {
    match why {
        ChangeUnfit::State(..) => Error::refused(Kind::Conflict, "change-state", why.to_string()),
        ChangeUnfit::Own => Error::refused(Kind::NotAllowed, "own-change", why.to_string())
            .hint("somebody else decides"),
        ChangeUnfit::Unreviewed => Error::invalid("note", why),
    }
}

pub(super) async fn found(
    tx: &mut Tx,
    request: &Request,
    (action, id): (Action, ChangeId),
) -> Result<Change, Error> {
    let missing = || Error::not_found("change-not-found", "change request", id);
    let change = tx.change(id).await?.ok_or_else(missing)?;
    let place = (change.product.clone(), change.environment.clone());
    let resource = tidegate_domain::access::Resource::place(place.0, place.1);
    request.permit(tx, (action, &resource), missing).await?;
    Ok(change)
}

async fn note(tx: &mut Tx, request: &Request, action: &str, change: &Change) -> Result<(), Error> {
    let subject = format!("change/{}", change.id);
    Ok(request.journal(tx, action, &subject, change).await?)
}

fn view(change: &Change) -> ChangeView {
    let said = match &change.state {
        ChangeState::Open => None,
        ChangeState::Approved { by: None, .. } => Some("approved by its template".to_owned()),
        ChangeState::Approved { by: Some(by), .. } => Some(format!("approved by {by}")),
        ChangeState::TurnedDown { by, note, .. } => Some(format!("turned down by {by}: {note}")),
        ChangeState::Closed { by, review, .. } => Some(format!("closed by {by}: {review}")),
    };
    ChangeView {
        id: change.id.0,
        kind: change.kind.word().to_owned(),
        product: change.product.to_string(),
        environment: change.environment.to_string(),
        release: change.release.as_ref().map(ToString::to_string),
        title: change.title.clone(),
        description: change.description.clone(),
        risk: change.risk.to_string(),
        starts: change.starts,
        ends: change.ends,
        links: change.links.clone(),
        by: change.by.0.to_string(),
        at: change.at,
        state: change.state.word().to_owned(),
        said,
        review_due: change.review_is_due(),
    }
}
