//! One change of a supplier, announced or observed: what it means for us, and what is done about it.

use super::{
    super::super::{
        fault::Fault,
        frame::{Frame, Section, answer},
        moment::Moment,
        offer::{Place, barred, typed},
        parts::{Prose, Talk, counted},
        state::State as Shown,
        visitor::{Path, Submitted, Visitor},
    },
    harm_state, notice_state,
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{
    access::Action,
    id::{NoticeId, ObservationId, ResponseId},
    supplier::response::About,
    talk::Subject,
};
use tidegate_protocol::api::{
    AffectedView, ImpactView, ResponseRequest, ResponseView, SupplierDeedRequest,
    SupplierNoticeView,
};

#[derive(Template)]
#[template(path = "supplier_change.html")]
struct Page {
    frame: Frame,
    sentence: String,
    /// The address of this page, and what a form says that it is about.
    here: String,
    about: (&'static str, u64),
    /// The edition that is shown.
    edition: Option<u64>,
    notice: Option<Noticed>,
    /// What a person may do to the notice now.
    deeds: Vec<Deed>,
    affected: Vec<Affected>,
    impact: ImpactView,
    /// What is said about the notice.
    talk: Option<Talk>,
}

struct Noticed {
    state: Shown,
    told: Prose,
    begins: Option<Moment>,
    view: SupplierNoticeView,
}

/// Something that may be done to a notice.
struct Deed {
    word: &'static str,
    label: &'static str,
    /// What is asked for with it, if anything is.
    asks: Option<&'static str>,
}

struct Affected {
    state: Shown,
    responses: Vec<Decided>,
    may_hold: bool,
    may_answer: bool,
    view: AffectedView,
}

struct Decided {
    state: Shown,
    what: Prose,
    /// Whether whoever looks decided that themselves, and may say that it is not to be done.
    may_drop: bool,
    view: ResponseView,
}

/// What the form to decide something holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Decision {
    product: String,
    environment: String,
    what: String,
    reason: String,
    #[serde(default)]
    verify_in: String,
    #[serde(default)]
    audience: String,
    #[serde(default)]
    notice: String,
    #[serde(default)]
    edition: String,
    #[serde(default)]
    observation: String,
}

/// What a person says.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    #[serde(default)]
    note: String,
    #[serde(default)]
    here: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let notice = app.supplier_notice(&request, NoticeId(id)).await?;
    let impact = app
        .supplier_impact(&request, About::Notice(NoticeId(id)))
        .await?;
    let place = Place::supplier(&notice.supplier);
    let records = barred(&app, &request, (Action::RecordSupplier, place)).await?;
    let now = Timestamp::now();
    let (title, supplier) = (&notice.title, &notice.supplier);
    answer(&Page {
        frame: Frame::new(title, Section::Suppliers, &request).twins(
            format!("/api/v1/supplier-notices/{id}/impact"),
            format!("tidegate supplier impact --notice {id}"),
        ),
        sentence: format!("{supplier} announces: {title}."),
        here: format!("/supplier-notices/{id}"),
        about: ("notice", id),
        edition: Some(notice.edition),
        deeds: match records {
            None => deeds(&notice.status),
            Some(_) => Vec::new(),
        },
        affected: affected(&app, &request, &impact).await?,
        notice: Some(Noticed {
            state: notice_state(&notice.status),
            told: Prose::of(&notice.told),
            begins: notice.begins.map(|at| Moment::seen(at, now)),
            view: notice,
        }),
        impact,
        talk: Some(Talk::of(&app, &request, &Subject::Notice(NoticeId(id))).await?),
    })
}

pub(in crate::web) async fn show_observed(
    app: State,
    Visitor(request): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = number(&id)?;
    let about = About::Observation(ObservationId(id));
    let impact = app.supplier_impact(&request, about).await?;
    let touched = counted(impact.products.len(), "product");
    answer(&Page {
        frame: Frame::new(&format!("Observation {id}"), Section::Suppliers, &request).twins(
            format!("/api/v1/observations/{id}/impact"),
            format!("tidegate supplier impact --observation {id}"),
        ),
        sentence: format!("What was observed touches {touched}."),
        here: format!("/observations/{id}"),
        about: ("observation", id),
        edition: None,
        notice: None,
        deeds: Vec::new(),
        affected: affected(&app, &request, &impact).await?,
        impact,
        talk: None,
    })
}

/// What can be done to a notice, as `domain` has it.
fn deeds(status: &str) -> Vec<Deed> {
    let one = |word, label, asks| Deed { word, label, asks };
    let seen = one("acknowledge", "I have seen it", None);
    let happened = one("happened", "It has happened", None);
    let close = one("close", "Close it", Some("What came of it?"));
    let withdraw = one("withdraw", "Withdraw it", Some("Why?"));
    match status {
        "announced" => vec![seen, happened, withdraw],
        "acknowledged" => vec![happened, withdraw],
        "overdue" => vec![seen, happened, close, withdraw],
        "happened" => vec![close],
        _ => Vec::new(),
    }
}

async fn affected(
    app: &SharedApp,
    request: &Request,
    impact: &ImpactView,
) -> Result<Vec<Affected>, Error> {
    let mut all = Vec::new();
    for view in &impact.products {
        let place = Place::of(&view.product, &view.environment);
        let holds = barred(app, request, (Action::HoldForSupplier, place)).await?;
        let answers = barred(app, request, (Action::AnswerSupplier, place)).await?;
        let decided = |it: &ResponseView| Decided {
            state: response_state(it),
            what: Prose::exactly(&it.what),
            may_drop: it.stands && it.by == request.actor.name.as_str() && holds.is_none(),
            view: it.clone(),
        };
        all.push(Affected {
            state: harm_state(&view.harm),
            responses: view.responses.iter().map(decided).collect(),
            may_hold: holds.is_none(),
            may_answer: answers.is_none(),
            view: view.clone(),
        });
    }
    Ok(all)
}

fn response_state(view: &ResponseView) -> Shown {
    if view.overdue {
        return Shown::new("failing", "overdue");
    }
    if view.outdated {
        return Shown::new("unknown", "accepted as it was announced before");
    }
    match (view.status.as_str(), view.stands) {
        ("open", true) => Shown::new("held", "to be done"),
        ("open", false) => Shown::new("steady", "over or set aside"),
        ("done", _) => Shown::new("steady", "done"),
        (other, _) => Shown::new("unknown", other),
    }
}

pub(in crate::web) async fn carry_out(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let here = format!("/supplier-notices/{id}");
    let back = |error: Error| Fault::back(error, &here);
    let id = NoticeId(number(&id).map_err(back)?);
    let note = word.note;
    let said = SupplierDeedRequest { deed, note };
    let done = app.do_supplier_notice(request, id, &said).await;
    done.map_err(back)?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn respond(
    app: State,
    Visitor(request): Visitor,
    Submitted(decision): Submitted<Decision>,
) -> Result<Redirect, Fault> {
    let here = match decision.notice.is_empty() {
        true => format!("/observations/{}", decision.observation),
        false => format!("/supplier-notices/{}", decision.notice),
    };
    let back = |error: Error| Fault::back(error, &here);
    let of = |text: &str| typed(text).map(|it| number(&it)).transpose();
    let wanted = ResponseRequest {
        notice: of(&decision.notice).map_err(back)?,
        observation: of(&decision.observation).map_err(back)?,
        edition: of(&decision.edition).map_err(back)?,
        product: decision.product,
        environment: decision.environment,
        what: decision.what,
        until: None,
        verify_in: typed(&decision.verify_in),
        audience: typed(&decision.audience),
        due: None,
        reason: decision.reason,
    };
    let made = app.respond_to_supplier(request, &wanted).await;
    made.map_err(back)?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn settle(
    app: State,
    Visitor(request): Visitor,
    Path((id, deed)): Path<(String, String)>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    // A form of ours says where it stood, and leads nowhere else.
    let is_ours = |it: &&str| {
        let pages = ["/supplier-notices/", "/observations/", "/suppliers/"];
        pages.iter().any(|page| it.starts_with(page))
    };
    let here = Some(word.here.as_str()).filter(is_ours);
    let here = here.unwrap_or("/suppliers").to_owned();
    let back = |error: Error| Fault::back(error, &here);
    let id = ResponseId(number(&id).map_err(back)?);
    let note = word.note;
    let said = SupplierDeedRequest { deed, note };
    let done = app.do_response(request, id, &said).await;
    done.map_err(back)?;
    Ok(Redirect::to(&here))
}

fn number(text: &str) -> Result<u64, Error> {
    let missing = || Error::not_found("notice-not-found", "notice", text);
    text.parse().map_err(|_| missing())
}
