//! Writing a procedure on its page or in the terminal, together with what others wrote meanwhile.

use super::{
    super::{App, Error, Kind as Refusal, Request, field, optional, planning::contradicts},
    keep::{self, permit_known, permit_write},
    missing, newest, retired, subject,
};
use futures::FutureExt;
use jiff::civil::Date;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    catalog::Kind,
    communication::document_html,
    name::Name,
    planning::Party,
    procedure::{Bound, Origin, Procedure, ProcedureVersion, lines},
};
use tidegate_protocol::api::{
    PlanConflictView, ProcedureRequest, ProcedureSavedView, ProcedureSettingsRequest,
};
use tidegate_store::Tx;

/// What somebody wants a procedure to be.
#[derive(Debug)]
struct Wanted {
    name: Name,
    base: u32,
    title: Option<String>,
    body: Option<String>,
    change: String,
    minor: bool,
    settings: Option<Settings>,
}

/// What it is but for its text.
#[derive(Debug)]
struct Settings {
    seen: Option<String>,
    owner: Party,
    binds: Vec<Bound>,
    review_by: Option<Date>,
    review_every_months: Option<u8>,
}

impl App {
    /// Begins a procedure, or saves a text of it together with what others saved since its base; or says what saving would change.
    ///
    /// # Errors
    /// When it cannot be kept, or contradicts what others saved.
    pub async fn save_procedure(
        &self,
        request: Request,
        name: &str,
        wanted: &ProcedureRequest,
    ) -> Result<ProcedureSavedView, Error> {
        let asked = Wanted::read(name, wanted)?;
        if wanted.dry_run {
            let put = self
                .store
                .read((request, asked), |tx, (request, asked)| {
                    async move { Ok::<_, Error>(put(tx, request, asked).await?.view) }.boxed()
                })
                .await;
            return put;
        }
        let view = self
            .store
            .write((request, asked), |tx, (request, asked)| {
                async move { put(tx, request, asked).await?.keep(tx, request).await }.boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

impl Wanted {
    fn read(name: &str, wanted: &ProcedureRequest) -> Result<Self, Error> {
        let text = |text: &String| text.replace("\r\n", "\n");
        Ok(Self {
            name: field("name", name)?,
            base: wanted.base,
            title: wanted.title.as_ref().map(|it| it.trim().to_owned()),
            body: wanted.body.as_ref().map(text),
            change: text(&wanted.change),
            minor: wanted.minor,
            settings: wanted.settings.as_ref().map(Settings::read).transpose()?,
        })
    }
}

impl Settings {
    fn read(wanted: &ProcedureSettingsRequest) -> Result<Self, Error> {
        let binds = wanted.binds.iter().map(|it| field("binds", it));
        Ok(Self {
            seen: wanted.seen.clone(),
            owner: field("owner", &wanted.owner)?,
            binds: binds.collect::<Result<_, _>>()?,
            review_by: optional("review_by", wanted.review_by.as_deref())?,
            review_every_months: wanted.review_every_months,
        })
    }
}

/// What saving comes to, before anything is kept.
struct Put {
    procedure: Procedure,
    known: Option<Procedure>,
    view: ProcedureSavedView,
}

async fn put(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<Put, Error> {
    request.permit_at_large(tx, Action::ReadShared).await?;
    let name = &wanted.name;
    let known: Option<Procedure> = tx.document(Kind::Procedure, name.as_str()).await?;
    let newest = newest(tx, name).await?;
    permit_known(tx, request, name).await?;
    match (&known, &newest, wanted.base) {
        (Some(_), Some(newest), 0) => return Err(exists(name, newest)),
        (None, Some(_), 1..) => return Err(retired(name)),
        (None, None, 1..) => return Err(missing(name)),
        (Some(_), None, _) | (None, _, 0) | (Some(_), Some(_), 1..) => {}
    }
    let (mut procedure, conflicts) = match (&known, &newest) {
        (Some(known), Some(newest)) => merged(tx, wanted, (known, newest)).await?,
        (None, _) | (_, None) => (begun(wanted)?, Vec::new()),
    };
    (procedure.change, procedure.minor) = (wanted.change.clone(), wanted.minor);
    settle(&mut procedure, known.as_ref(), wanted.settings.as_ref())?;
    permit_write(tx, request, &procedure).await?;
    let checked = procedure.check();
    checked.map_err(|why| unfit(format!("procedure `{name}`: {why}")))?;
    check_names(tx, &procedure).await?;
    let made = keep::next(tx, &request.actor.name, &procedure, Origin::Page).await?;
    let number = newest.as_ref().map_or(0, |it| it.number);
    Ok(Put {
        view: ProcedureSavedView {
            saved: false,
            version: number,
            merged: known.is_some() && number != wanted.base,
            changes: changes(known.as_ref(), newest.as_ref(), (&procedure, made.as_ref())),
            conflicts,
            html: document_html(&procedure.body),
            title: procedure.title.clone(),
            body: procedure.body.clone(),
        },
        procedure,
        known,
    })
}

impl Put {
    async fn keep(mut self, tx: &mut Tx, request: &Request) -> Result<ProcedureSavedView, Error> {
        let name = &self.procedure.name;
        if !self.view.conflicts.is_empty() {
            let show = format!("tidegate procedure show {name}");
            let both = (u64::from(self.view.version), self.view.conflicts.as_slice());
            return Err(contradicts(&show, both));
        }
        if self.view.changes.is_empty() {
            return Ok(self.view);
        }
        let made = keep::keep(tx, request, &self.procedure, Origin::Page).await?;
        let is_other = |known: &Procedure| known.settings() != self.procedure.settings();
        if self.known.as_ref().is_none_or(is_other) {
            let detail = json!({ "changes": self.view.changes });
            request
                .journal(tx, "procedure.changed", &subject(name), &detail)
                .await?;
        }
        self.view.saved = true;
        self.view.version = made.map_or(self.view.version, |it| it.number);
        Ok(self.view)
    }
}

/// A procedure that begins.
fn begun(wanted: &Wanted) -> Result<Procedure, Error> {
    let Some(settings) = &wanted.settings else {
        return Err(unfit(format!(
            "procedure `{}` begins, and nobody owns it: say who does, as `team:NAME`",
            wanted.name
        )));
    };
    Ok(Procedure {
        name: wanted.name.clone(),
        title: wanted.title.clone().unwrap_or_default(),
        owner: settings.owner.clone(),
        binds: Vec::new(),
        review_by: None,
        review_every_months: None,
        body: wanted.body.clone().unwrap_or_default(),
        change: String::new(),
        minor: false,
        base: None,
    })
}

/// What is saved, with what whoever asks makes of its base.
async fn merged(
    tx: &mut Tx,
    wanted: &Wanted,
    (known, newest): (&Procedure, &ProcedureVersion),
) -> Result<(Procedure, Vec<PlanConflictView>), Error> {
    let name = &wanted.name;
    let base = tx.procedure_version(name, wanted.base).await?;
    let base = base.ok_or_else(|| no_version(name, wanted.base))?;
    let mut procedure = known.clone();
    let mut conflicts = Vec::new();
    if let Some(title) = &wanted.title {
        let is_theirs = newest.title != base.title && newest.title != *title;
        if *title != base.title && is_theirs {
            conflicts.push(PlanConflictView {
                path: "title".to_owned(),
                base: Some(base.title.clone()),
                theirs: Some(newest.title.clone()),
                mine: Some(title.clone()),
            });
        }
        if *title != base.title {
            procedure.title.clone_from(title);
        }
    }
    match &wanted.body {
        Some(body) if newest.number == base.number => procedure.body.clone_from(body),
        Some(body) => {
            bounded(body)?;
            let put = lines::merge(&base.body, &newest.body, body);
            conflicts.extend(put.clashes.into_iter().map(clash));
            procedure.body = put.text;
        }
        None => {}
    }
    Ok((procedure, conflicts))
}

/// Texts are compared only where they could be kept.
fn bounded(body: &str) -> Result<(), Error> {
    let is_long = body.lines().nth(lines::LINES_MAX).is_some();
    match is_long {
        true => Err(unfit(
            tidegate_domain::procedure::ProcedureError::Lines.to_string(),
        )),
        false => Ok(()),
    }
}

fn clash(clash: lines::Clash) -> PlanConflictView {
    let or_gone = |text: String| Some(text).filter(|it| !it.is_empty());
    PlanConflictView {
        path: format!("text from line {}", clash.line),
        base: or_gone(clash.base),
        theirs: or_gone(clash.theirs),
        mine: or_gone(clash.mine),
    }
}

/// Puts in who owns it, whom it binds, and when it is reviewed. Whoever changes that says what they saw.
fn settle(
    procedure: &mut Procedure,
    known: Option<&Procedure>,
    settings: Option<&Settings>,
) -> Result<(), Error> {
    let Some(settings) = settings else {
        return Ok(());
    };
    procedure.owner = settings.owner.clone();
    procedure.binds.clone_from(&settings.binds);
    procedure.review_by = settings.review_by;
    procedure.review_every_months = settings.review_every_months;
    let Some(known) = known.filter(|it| it.settings() != procedure.settings()) else {
        return Ok(());
    };
    if settings.seen.as_deref() == Some(known.settings().to_string().as_str()) {
        return Ok(());
    }
    let name = &procedure.name;
    let detail = format!(
        "who owns procedure `{name}`, whom it binds or when it is reviewed was changed since you saw it"
    );
    Err(
        Error::refused(Refusal::Conflict, "procedure-changed", detail).hint(format!(
            "look again, `tidegate procedure show {name}`; nothing was changed"
        )),
    )
}

/// Whom a procedure names has to exist.
async fn check_names(tx: &mut Tx, procedure: &Procedure) -> Result<(), Error> {
    let fault = super::super::apply::party_fault(tx, procedure).await?;
    match fault {
        None => Ok(()),
        Some(fault) => Err(unfit(format!("procedure `{}`: {fault}", procedure.name))),
    }
}

/// What saving changes, in words.
fn changes(
    known: Option<&Procedure>,
    newest: Option<&ProcedureVersion>,
    (procedure, made): (&Procedure, Option<&ProcedureVersion>),
) -> Vec<String> {
    let mut changes = Vec::new();
    if let Some(made) = made {
        changes.push(match made.minor {
            true => format!(
                "version {} is begun, and asks nobody to read it again",
                made.number
            ),
            false => format!("version {} is begun", made.number),
        });
        changes.extend(between(newest, made));
    }
    let said = |it: &Procedure| {
        let binds: Vec<String> = it.binds.iter().map(ToString::to_string).collect();
        let or_none = |text: String| match text.is_empty() {
            true => "none".to_owned(),
            false => text,
        };
        let day = it.review_by.map(|it| it.to_string());
        let months = it.review_every_months.map(|it| it.to_string());
        [
            ("owner", it.owner.to_string()),
            ("people bound", or_none(binds.join(", "))),
            ("day of review", or_none(day.unwrap_or_default())),
            (
                "months between reviews",
                or_none(months.unwrap_or_default()),
            ),
        ]
    };
    if let Some(known) = known {
        let both = said(known).into_iter().zip(said(procedure));
        let changed = both.filter(|((_, was), (_, is))| was != is);
        changes
            .extend(changed.map(|((what, was), (_, is))| format!("its {what} {was} became {is}")));
    }
    if known.is_none() && made.is_none() {
        changes.push("it is in use again".to_owned());
    }
    changes
}

/// What differs between two versions, in words.
pub(super) fn between(before: Option<&ProcedureVersion>, after: &ProcedureVersion) -> Vec<String> {
    let Some(before) = before else {
        return Vec::new();
    };
    let title = (before.title != after.title)
        .then(|| format!("its title {} became {}", before.title(), after.title()));
    let told = lines::told(&lines::compare(&before.body, &after.body));
    title.into_iter().chain(told).collect()
}

fn exists(name: &Name, newest: &ProcedureVersion) -> Error {
    let detail = format!(
        "there is a procedure `{name}` already, version {} by {}",
        newest.number, newest.by
    );
    Error::refused(Refusal::Conflict, "procedure-exists", detail).hint(format!(
        "change that one: `tidegate procedure edit {name}`, or take another name"
    ))
}

pub(super) fn no_version(name: &Name, number: u32) -> Error {
    let detail = format!("procedure `{name}` has no version {number}");
    Error::refused(Refusal::NotFound, "version-not-found", detail).hint(format!(
        "`tidegate procedure history {name}` shows those there are"
    ))
}

fn unfit(why: String) -> Error {
    Error::refused(Refusal::BadRequest, "procedure-unfit", why)
}
