//! Addresses by which other calendars read this one: narrowed to a filter, shown once, and ended.

use super::{
    super::super::{
        fault::Fault,
        frame::{Frame, Section, answer},
        once::{Known, Once},
        parts::Addresses,
        visitor::{Query, Submitted, Visitor},
    },
    Filter,
};
use crate::{
    app::{Error, addresses::AddressOf, feed::KeyPurpose},
    http::access::{Narrowed, State},
};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use tidegate_protocol::api::ProductView;

/// The address of this page.
const HERE: &str = "/calendar/addresses";

#[derive(Template)]
#[template(path = "calendar_addresses.html")]
struct Page {
    frame: Frame,
    sentence: &'static str,
    /// What is chosen before.
    filter: Filter,
    products: Vec<String>,
    me: String,
    addresses: Addresses,
    makes_addresses: bool,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    let own = app.addresses(&request, KeyPurpose::Calendar).await?;
    let products = app.products(&request).await?.into_iter();
    answer(&Page {
        frame: Frame::new("In your own calendar", Section::Calendar, &request)
            .twins("/api/v1/tokens", "tidegate calendar --subscribe"),
        sentence: match own.is_empty() {
            true => "No calendar of yours reads this one yet.",
            false => "Your calendars read this one.",
        },
        products: products.map(|it: ProductView| it.name).collect(),
        me: request.actor.name.to_string(),
        addresses: Addresses::of(own, HERE),
        makes_addresses: app.makes_tokens(&request).await?,
        filter,
    })
}

/// What the form holds.
#[derive(Deserialize)]
pub(in crate::web) struct Wish {
    #[serde(flatten)]
    filter: Filter,
    #[serde(flatten)]
    form: Known,
}

pub(in crate::web) async fn make(
    app: State,
    Visitor(request): Visitor,
    Submitted(wish): Submitted<Wish>,
) -> Result<Response, Fault> {
    let back = |error: Error| Fault::back(error, HERE);
    let own = app.addresses(&request, KeyPurpose::Calendar).await?;
    let own = Addresses::of(own, HERE);
    wish.form.refuse_again(own.newest()).map_err(back)?;
    let filter = wish.filter.trimmed();
    let words = filter.narrowed().words();
    let of = AddressOf::Calendar(filter.wanted().map_err(back)?, words.clone());
    let made = app.make_address(request.clone(), &of).await;
    let narrowed = match words.as_str() {
        "" => "all that you see".to_owned(),
        words => format!("what you see of `{}`", words.replace('&', " ")),
    };
    Once {
        title: "An address",
        section: Section::Calendar,
        sentence: "This is the address for your calendar.".to_owned(),
        address: made.map_err(back)?,
        told: format!(
            "Subscribe to it in your calendar. It reads {narrowed}, and nothing else. It ends when you end it, and with your account"
        ),
        back: ("In your own calendar", HERE),
        twins: (
            format!("GET /api/v1/calendar/feed?{words}"),
            format!("tidegate calendar --subscribe{}", filter.flags()),
        ),
    }
    .shown(&request)
}

impl Filter {
    fn trimmed(self) -> Self {
        let trimmed = |text: String| text.trim().to_owned();
        Self {
            product: trimmed(self.product),
            environment: trimmed(self.environment),
            team: trimmed(self.team),
            person: trimmed(self.person),
            lane: trimmed(self.lane),
            ..self
        }
    }

    /// The same as an address says it.
    fn narrowed(&self) -> Narrowed {
        let of = |text: &str| Some(text.to_owned());
        Narrowed {
            product: of(&self.product),
            environment: of(&self.environment),
            team: of(&self.team),
            person: of(&self.person),
            lane: of(&self.lane),
        }
    }
}
