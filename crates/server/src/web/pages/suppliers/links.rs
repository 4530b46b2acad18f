//! The links by which contacts of a supplier come in without an account: given, shown once, and taken back.

use super::super::super::{
    fault::Fault,
    frame::Section,
    moment::Moment,
    offer::{Place, barred},
    once::{Known, Once},
    state::State as Shown,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{SupplierLinkRequest, SupplierLinkView};

/// A link that was given.
pub(super) struct Link {
    pub(super) state: Shown,
    /// What they may, and on which tasks.
    pub(super) may: String,
    pub(super) until: Moment,
    pub(super) view: SupplierLinkView,
}

/// What the form of a link holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Wish {
    contact: String,
    days: u32,
    #[serde(default)]
    tasks: String,
    #[serde(flatten)]
    rights: Rights,
    #[serde(flatten)]
    form: Known,
}

/// What is ticked.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Rights {
    see_tasks: String,
    acknowledge: String,
    finish: String,
    see_notices: String,
    announce: String,
}

/// The links of a supplier's contacts; none for who may not give any.
pub(super) async fn of(
    app: &SharedApp,
    request: &Request,
    (name, now): (&str, Timestamp),
) -> Result<Option<Vec<Link>>, Error> {
    let grants = (Action::GrantSupplier, Place::supplier(name));
    if barred(app, request, grants).await?.is_some() {
        return Ok(None);
    }
    let views = app.supplier_links(request, name).await?;
    Ok(Some(views.into_iter().map(|it| link(it, now)).collect()))
}

fn link(view: SupplierLinkView, now: Timestamp) -> Link {
    let numbers: Vec<String> = view.tasks.iter().map(u64::to_string).collect();
    let rights = view.rights.join(", ");
    Link {
        state: match view.good {
            true => Shown::new("steady", "good"),
            false => Shown::new("held", "over"),
        },
        may: match numbers.is_empty() {
            true => rights,
            false => format!("{rights}; only of task {}", numbers.join(", ")),
        },
        until: Moment::seen(view.until, now),
        view,
    }
}

pub(in crate::web) async fn give(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(wish): Submitted<Wish>,
) -> Result<Response, Fault> {
    let here = format!("/suppliers/{name}");
    let back = |error: Error| Fault::back(error, &here);
    let links = app.supplier_links(&request, &name).await.map_err(back)?;
    let newest = links.first().map_or("", |it| it.nonce.as_str());
    wish.form.refuse_again(newest).map_err(back)?;
    let wanted = wish.wanted().map_err(back)?;
    let given = app
        .give_supplier_link(request.clone(), &name, &wanted)
        .await
        .map_err(back)?;
    let told = format!(
        "It is good until {}. Whoever has it may {}. Take it back on the supplier's page.",
        given.until,
        given.rights.join(", ")
    );
    Once {
        title: "A link",
        section: Section::Suppliers,
        sentence: format!("This is the link for {}.", given.contact),
        address: given.url.unwrap_or_default(),
        told,
        back: (&name, &here),
        twins: (
            format!("POST /api/v1/suppliers/{name}/links"),
            format!("tidegate supplier link give {name} {}", given.contact),
        ),
    }
    .shown(&request)
}

impl Wish {
    /// The same as programs ask for it.
    fn wanted(self) -> Result<SupplierLinkRequest, Error> {
        let Rights {
            see_tasks,
            acknowledge,
            finish,
            see_notices,
            announce,
        } = self.rights;
        let all = [
            ("see-tasks", see_tasks),
            ("acknowledge", acknowledge),
            ("finish", finish),
            ("see-notices", see_notices),
            ("announce", announce),
        ];
        let ticked = all.into_iter().filter(|(_, ticked)| !ticked.is_empty());
        let numbers = self.tasks.split(',').map(str::trim);
        let numbers = numbers.filter(|it| !it.is_empty()).map(str::parse);
        let numbers: Result<Vec<u64>, _> = numbers.collect();
        Ok(SupplierLinkRequest {
            contact: self.contact,
            rights: ticked.map(|(right, _)| right.to_owned()).collect(),
            tasks: numbers.map_err(|why| Error::invalid("tasks", why))?,
            days: self.days,
        })
    }
}

pub(in crate::web) async fn take_back(
    app: State,
    Visitor(request): Visitor,
    Path((name, nonce)): Path<(String, String)>,
    Submitted(()): Submitted<()>,
) -> Result<Redirect, Fault> {
    let here = format!("/suppliers/{name}");
    let done = app.take_supplier_link_back(request, &nonce).await;
    done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&here))
}
