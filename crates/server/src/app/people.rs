//! People and service accounts: added, changed, removed.

mod shown;
mod words;

pub(super) use words::{email, level, line, normal, words};

use super::{
    App, Error, Kind, Request,
    authenticate::refuse_narrow,
    field,
    links::{check_external, external, linked, part},
    optional, talk,
};
use futures::FutureExt;
use shown::view;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::{Action, ActorKind, Level},
    id::PersonId,
    name::Name,
};
use tidegate_policy::Authorizer;
use tidegate_protocol::api::{PersonChange, PersonRequest, PersonView};
use tidegate_store::{PersonRow, Tx};
use uuid::Uuid;

impl App {
    /// Adds a person, or a service account.
    ///
    /// # Errors
    /// When the name is taken, the level is none, or a service account has nobody who answers for it.
    pub async fn create_person(
        &self,
        request: Request,
        wanted: &PersonRequest,
    ) -> Result<PersonView, Error> {
        let wanted = Wanted::read(wanted)?;
        self.store
            .write((request, wanted), |tx, (request, wanted)| {
                create(tx, request, wanted).boxed()
            })
            .await
    }

    /// Changes what is said of a person. It holds from their next request on.
    ///
    /// # Errors
    /// When there is none, or nobody would be left who administers people.
    pub async fn change_person(
        &self,
        request: Request,
        name: &str,
        change: &PersonChange,
    ) -> Result<PersonView, Error> {
        let name: Name = field("name", name)?;
        let change = Change::read(change)?;
        let told = self
            .store
            .write((request, name, change), |tx, (request, name, change)| {
                alter(tx, request, name, change).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(self.with_setters(told))
    }

    /// Removes a person: their sessions and tokens end at once, and so do the service accounts that they answer for.
    ///
    /// # Errors
    /// When there is none, or nobody would be left who administers people.
    pub async fn remove_person(&self, request: Request, name: &str) -> Result<(), Error> {
        let name: Name = field("name", name)?;
        self.store
            .write((request, name), |tx, (request, name)| {
                remove(tx, request, name).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

struct Wanted {
    id: PersonId,
    name: Name,
    display: String,
    kind: ActorKind,
    level: Option<Level>,
    owner: Option<Name>,
    email: Option<String>,
    external: Option<(String, String)>,
}

impl Wanted {
    fn read(wanted: &PersonRequest) -> Result<Self, Error> {
        let display = words("display", &wanted.display)?;
        Ok(Self {
            id: PersonId(Uuid::now_v7()),
            name: field("name", &wanted.name)?,
            display: display.unwrap_or_else(|| wanted.name.clone()),
            kind: match wanted.service {
                true => ActorKind::Service,
                false => ActorKind::Person,
            },
            level: wanted.level.map(level).transpose()?,
            owner: optional("owner", wanted.owner.as_deref())?,
            email: wanted.email.as_deref().map_or(Ok(None), email)?,
            external: wanted.external.as_ref().map(external).transpose()?,
        })
    }
}

struct Change {
    display: Option<String>,
    level: Option<Option<Level>>,
    owner: Option<Option<Name>>,
    email: Option<Option<String>>,
    external: Option<(String, String)>,
}

impl Change {
    fn read(change: &PersonChange) -> Result<Self, Error> {
        let or_none = |number: u8| match number {
            0 => Ok(None),
            number => level(number).map(Some),
        };
        let owner = |text: &String| match text.as_str() {
            "" => Ok(None),
            text => field("owner", text).map(Some),
        };
        let display = change.display.as_deref().map(|text| words("display", text));
        Ok(Self {
            display: display.transpose()?.flatten(),
            level: change.level.map(or_none).transpose()?,
            owner: change.owner.as_ref().map(owner).transpose()?,
            email: change.email.as_deref().map(email).transpose()?,
            external: change.external.as_ref().map(external).transpose()?,
        })
    }
}

async fn create(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<PersonView, Error> {
    request.permit_at_large(tx, Action::ManagePeople).await?;
    let row = PersonRow {
        id: wanted.id,
        name: wanted.name.clone(),
        display: wanted.display.clone(),
        kind: wanted.kind,
        level: wanted.level,
        owner: owner(tx, wanted.owner.as_ref()).await?,
        email: wanted.email.clone(),
        groups: BTreeMap::new(),
        external: wanted.external.clone(),
    };
    check_owner(&row)?;
    if row.external.is_some() {
        refuse_narrow(&request.actor)?;
        check_external(tx, &row).await?;
    }
    if !tx.record_person(&row).await? {
        let detail = format!(
            "there is, or was, a person `{}`: names are never used twice",
            row.name
        );
        return Err(
            Error::refused(Kind::Conflict, "person-exists", detail).hint("choose another name")
        );
    }
    note(tx, request, "person.created", &row).await?;
    let authorizer = request.gate.authorizer(tx).await?;
    view(tx, &authorizer, &row).await
}

async fn alter(
    tx: &mut Tx,
    request: &Request,
    name: &Name,
    change: &Change,
) -> Result<(PersonRow, PersonView), Error> {
    request.permit_at_large(tx, Action::ManagePeople).await?;
    let mut row = found(tx, name).await?;
    let had_address = row.email.is_some();
    if let Some(display) = &change.display {
        row.display.clone_from(display);
    }
    if let Some(level) = change.level {
        row.level = level;
    }
    if let Some(name) = &change.owner {
        row.owner = owner(tx, name.as_ref()).await?;
    }
    if let Some(email) = &change.email {
        row.email.clone_from(email);
    }
    if change.external.is_some() && change.external != row.external {
        refuse_narrow(&request.actor)?;
        part(tx, &mut row).await?;
        row.external.clone_from(&change.external);
        check_external(tx, &row).await?;
    }
    check_owner(&row)?;
    tx.record_person_changed(&row).await?;
    if row.email.is_some() && !had_address {
        talk::begin_news_for(tx, &row.name).await?;
    }
    check_somebody_administers(tx, request).await?;
    note(tx, request, "person.changed", &row).await?;
    let authorizer = request.gate.authorizer(tx).await?;
    let view = view(tx, &authorizer, &row).await?;
    Ok((row, view))
}

async fn remove(tx: &mut Tx, request: &Request, name: &Name) -> Result<(), Error> {
    request.permit_at_large(tx, Action::ManagePeople).await?;
    let row = found(tx, name).await?;
    tx.record_person_removed(row.id).await?;
    check_somebody_administers(tx, request).await?;
    note(tx, request, "person.removed", &row).await
}

/// Nobody shuts everybody out.
///
/// # Errors
/// When nobody is left who administers people.
pub(super) async fn check_somebody_administers(
    tx: &mut Tx,
    request: &Request,
) -> Result<(), Error> {
    let authorizer = request.gate.authorizer(tx).await?;
    if somebody_administers(tx, &authorizer).await? {
        return Ok(());
    }
    let detail = "nobody would be left who administers people";
    Err(Error::refused(Kind::Conflict, "last-administrator", detail)
        .hint("give somebody else level 6 first"))
}

/// Whether there is a person, as all are recorded now, who may administer people.
///
/// # Errors
/// When the store fails.
pub(super) async fn somebody_administers(
    tx: &mut Tx,
    authorizer: &Authorizer,
) -> Result<bool, Error> {
    let at_large = tidegate_domain::access::Resource::Organisation;
    let administers = |person: PersonRow| {
        person.kind == ActorKind::Person
            && authorizer
                .ask(&person.actor(), Action::ManagePeople, &at_large)
                .allowed
    };
    Ok(tx.people().await?.into_iter().any(administers))
}

/// A program answers to somebody, and nobody to themselves.
fn check_owner(row: &PersonRow) -> Result<(), Error> {
    if row.kind == ActorKind::Service && row.owner.is_none() {
        return Err(Error::invalid(
            "owner",
            "a service account has a person who answers for it",
        ));
    }
    if row.owner == Some(row.id) {
        return Err(Error::invalid("owner", "an account is not its own"));
    }
    Ok(())
}

/// The human being who owns an account: never another owned account, so that who is behind it is one step away.
async fn owner(tx: &mut Tx, name: Option<&Name>) -> Result<Option<PersonId>, Error> {
    let Some(name) = name else { return Ok(None) };
    let row = found(tx, name).await?;
    if row.kind == ActorKind::Person && row.owner.is_none() {
        return Ok(Some(row.id));
    }
    Err(Error::invalid(
        "owner",
        format!("{name} is somebody's account itself; name the person"),
    ))
}

/// The person of that name.
///
/// # Errors
/// When there is none.
pub(super) async fn found(tx: &mut Tx, name: &Name) -> Result<PersonRow, Error> {
    let found = tx.person_named(name).await?;
    found.ok_or_else(|| Error::not_found("person-not-found", "person", name))
}

/// Whether an account is of the same human being as whoever asks.
///
/// # Errors
/// When the store fails.
pub(super) async fn is_own(tx: &mut Tx, request: &Request, account: &Name) -> Result<bool, Error> {
    let human = request.human(tx).await?;
    let person = tx.person_named(account).await?;
    Ok(person.is_some_and(|person| person.human() == human))
}

/// Writes into the journal what became of a person.
///
/// # Errors
/// When the store refuses.
pub(super) async fn note(
    tx: &mut Tx,
    request: &Request,
    action: &str,
    row: &PersonRow,
) -> Result<(), Error> {
    let detail = serde_json::json!({
        "level": row.level.map(Level::number), "kind": row.kind, "owner": row.owner.map(|owner| owner.to_string()),
        "external": linked(row),
    });
    let subject = format!("person/{}", row.name);
    Ok(request.journal(tx, action, &subject, &detail).await?)
}
