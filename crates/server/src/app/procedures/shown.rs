//! Procedures as they are shown.

use super::{
    super::{App, Error, Request, field},
    Current, all, find, keep, links, readers,
    save::{between, no_version},
};
use futures::FutureExt;
use jiff::{civil::Date, tz::TimeZone};
use tidegate_domain::{
    access::Action,
    communication::document_html,
    name::Name,
    procedure::{Origin, ProcedureVersion, due, lines},
};
use tidegate_protocol::api::{
    ProcedureDifferenceView, ProcedureGapView, ProcedureLineChangeView, ProcedureLineView,
    ProcedureVersionView, ProcedureView,
};
use tidegate_store::Tx;

impl App {
    /// Every procedure in use, or also those that are not any more.
    ///
    /// # Errors
    /// When the asker may not see what all teams share.
    pub async fn procedures(
        &self,
        request: &Request,
        with_retired: bool,
    ) -> Result<Vec<ProcedureLineView>, Error> {
        self.store
            .read(
                (request.clone(), with_retired),
                |tx, (request, with_retired)| {
                    async move {
                        request.permit_at_large(tx, Action::ReadShared).await?;
                        let everybody = readers::Everybody::of(tx, request).await?;
                        let today = today(tx);
                        let shown = all(tx).await?.into_iter();
                        let shown = shown.filter(|it| *with_retired || !it.is_retired());
                        Ok(shown.map(|it| line(&it, &everybody, today)).collect())
                    }
                    .boxed()
                },
            )
            .await
    }

    /// One procedure with the version in force.
    ///
    /// # Errors
    /// When there is none.
    pub async fn procedure(&self, request: &Request, name: &str) -> Result<ProcedureView, Error> {
        let name: Name = field("procedure", name)?;
        self.store
            .read((request.clone(), name), |tx, (request, name)| {
                async move {
                    let found = find(tx, request, name).await?;
                    view(tx, request, &found).await
                }
                .boxed()
            })
            .await
    }

    /// At most `limit` versions of a procedure below number `before`, the newest first.
    ///
    /// # Errors
    /// When there is none.
    pub async fn procedure_versions(
        &self,
        request: &Request,
        name: &str,
        (before, limit): (Option<u32>, u64),
    ) -> Result<Vec<ProcedureVersionView>, Error> {
        let name: Name = field("procedure", name)?;
        let part = (before.unwrap_or(u32::MAX), limit);
        self.store
            .read(
                (request.clone(), name, part),
                |tx, (request, name, part)| {
                    async move {
                        find(tx, request, name).await?;
                        let found = tx.procedure_versions_before(name, *part).await?;
                        Ok(found.iter().map(version_view).collect())
                    }
                    .boxed()
                },
            )
            .await
    }

    /// One version of a procedure.
    ///
    /// # Errors
    /// When there is none.
    pub async fn procedure_version(
        &self,
        request: &Request,
        name: &str,
        number: u32,
    ) -> Result<ProcedureVersionView, Error> {
        let name: Name = field("procedure", name)?;
        let input = (request.clone(), name, number);
        self.store
            .read(input, |tx, (request, name, number)| {
                async move {
                    find(tx, request, name).await?;
                    Ok(version_view(&version(tx, name, *number).await?))
                }
                .boxed()
            })
            .await
    }

    /// What became of a procedure between two versions; the last two unless they are named.
    ///
    /// # Errors
    /// When there is no such version.
    pub async fn procedure_difference(
        &self,
        request: &Request,
        name: &str,
        (from, to): (Option<u32>, Option<u32>),
    ) -> Result<ProcedureDifferenceView, Error> {
        let name: Name = field("procedure", name)?;
        let input = (request.clone(), name, (from, to));
        self.store
            .read(input, |tx, (request, name, (from, to))| {
                async move {
                    let found = find(tx, request, name).await?;
                    let to = to.unwrap_or(found.version.number);
                    let from = from.unwrap_or_else(|| to.saturating_sub(1).max(1));
                    let before = version(tx, name, from).await?;
                    let after = version(tx, name, to).await?;
                    Ok(difference(&before, &after))
                }
                .boxed()
            })
            .await
    }
}

async fn version(tx: &mut Tx, name: &Name, number: u32) -> Result<ProcedureVersion, Error> {
    let found = tx.procedure_version(name, number).await?;
    found.ok_or_else(|| no_version(name, number))
}

pub(super) fn today(tx: &Tx) -> Date {
    tx.now().to_zoned(TimeZone::UTC).date()
}

impl Current {
    /// The day by which it is to be reviewed; none of one that is not in use.
    pub(super) fn due(&self) -> Option<Date> {
        match self.is_retired() {
            true => None,
            false => due(&self.procedure, &self.version, self.state.review.as_ref()),
        }
    }
}

fn line(it: &Current, everybody: &readers::Everybody, today: Date) -> ProcedureLineView {
    let gap = everybody.gap(it);
    let due = it.due();
    ProcedureLineView {
        name: it.version.name.to_string(),
        title: it.version.title().to_owned(),
        owner: it.procedure.owner.to_string(),
        version: it.version.number,
        review_by: due.map(|it| it.to_string()),
        overdue: due.is_some_and(|due| due < today),
        unread: gap.unread_by.len(),
        bound: gap.read_by.len() + gap.unread_by.len(),
        unread_by_me: everybody.unread_by_me(it),
        retired: it.is_retired(),
    }
}

async fn view(tx: &mut Tx, request: &Request, it: &Current) -> Result<ProcedureView, Error> {
    let everybody = readers::Everybody::of(tx, request).await?;
    let gap = everybody.gap(it);
    let due = it.due();
    let is_overdue = due.is_some_and(|due| due < today(tx));
    let links = links::of(tx, request, &it.version.name).await?;
    let sight = request.sight(tx).await?;
    let may = sight.may(Action::ApplyCatalog, &keep::resource(&it.procedure));
    let review = it.state.review.as_ref();
    let retired = it.state.retired.as_ref();
    Ok(ProcedureView {
        name: it.version.name.to_string(),
        sentence: sentence(it, &gap, due.filter(|_| is_overdue)),
        owner: it.procedure.owner.to_string(),
        binds: it.procedure.binds.iter().map(ToString::to_string).collect(),
        review_by: due.map(|it| it.to_string()),
        declared_review_by: it.procedure.review_by.map(|it| it.to_string()),
        review_every_months: it.procedure.review_every_months,
        overdue: is_overdue,
        reviewed: review.map(|it| {
            let day = it.at.to_zoned(TimeZone::UTC).date();
            format!("version {} by {} on {day}", it.version, it.by)
        }),
        retired: retired.map(|it| {
            let day = it.at.to_zoned(TimeZone::UTC).date();
            format!("by {} on {day}", it.by)
        }),
        settings: it.procedure.settings().to_string(),
        version: version_view(&it.version),
        binds_me: everybody.binds_me(it),
        unread_by_me: everybody.unread_by_me(it),
        may_write: may && !it.is_retired(),
        links: links.into_iter().map(|it| it.what).collect(),
        gap,
    })
}

/// How a procedure stands, as a person would say it.
fn sentence(it: &Current, gap: &ProcedureGapView, overdue: Option<Date>) -> String {
    let title = it.version.title();
    let number = it.version.number;
    if it.is_retired() {
        return format!("{title} is not in use any more.");
    }
    let review = overdue.map_or_else(String::new, |day| {
        format!(" Its review is overdue since {day}.")
    });
    let bound = gap.read_by.len() + gap.unread_by.len();
    let read = match (bound, gap.unread_by.len()) {
        (0, _) => "binds nobody".to_owned(),
        (_, 0) => "is acknowledged by everybody whom it binds".to_owned(),
        (bound, 1) => format!("is not acknowledged by 1 of {bound} people yet"),
        (bound, open) => format!("is not acknowledged by {open} of {bound} people yet"),
    };
    format!("{title}: version {number} is in force and {read}.{review}")
}

pub(super) fn version_view(version: &ProcedureVersion) -> ProcedureVersionView {
    ProcedureVersionView {
        number: version.number,
        title: version.title().to_owned(),
        body: version.body.clone(),
        html: document_html(&version.body),
        change: version.change.clone(),
        minor: version.minor,
        asks: version.asks,
        origin: match version.origin {
            Origin::File => "file".to_owned(),
            Origin::Page => "page".to_owned(),
        },
        by: version.by.to_string(),
        at: version.at,
    }
}

fn difference(before: &ProcedureVersion, after: &ProcedureVersion) -> ProcedureDifferenceView {
    let line = |it: lines::Line| ProcedureLineChangeView {
        mark: it.mark.sign().to_string(),
        text: it.text,
    };
    let compared = lines::compare(&before.body, &after.body);
    ProcedureDifferenceView {
        from: before.number,
        to: after.number,
        changes: between(Some(before), after),
        lines: compared.into_iter().map(line).collect(),
    }
}
