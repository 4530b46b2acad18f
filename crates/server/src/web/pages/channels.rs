//! Channels: of what kind each is, whom it reaches, the secrets that they name, and the addresses of feeds.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{Place, barred},
    once::{Known, Once},
    parts::{Addresses, Prose, counted},
    state::State as Shown,
    visitor::{Path, Query, Submitted, Visitor},
};
use crate::{
    app::{addresses::AddressOf, feed::KeyPurpose},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use serde::Deserialize;
use tidegate_domain::access::Action;
use tidegate_protocol::api::ChannelView;

/// The address of this page.
const HERE: &str = "/channels";

#[derive(Template)]
#[template(path = "channels.html")]
struct Page {
    frame: Frame,
    sentence: String,
    channels: Vec<Channel>,
    /// The visitor's own addresses of feeds.
    addresses: Addresses,
    /// Whether the visitor may make an address.
    makes_addresses: bool,
    /// Why the visitor sets no secret.
    barred: Option<Prose>,
}

struct Channel {
    /// Whether anything can go out by it, and what is missing.
    state: Shown,
    lacks: Option<Prose>,
    audiences: String,
    view: ChannelView,
}

/// Which secret was just set. Anybody can write that into an address: it is told only where it is so.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Came {
    set: Option<String>,
}

/// A secret.
#[derive(Deserialize)]
pub(in crate::web) struct Secret {
    name: String,
    value: String,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(came): Query<Came>,
) -> Result<Response, Fault> {
    let views = app.channels(&request).await?;
    let own = app.addresses(&request, KeyPurpose::Messages).await?;
    let sets = (Action::SetSecret, Place::default());
    let lacking = views.iter().filter(|it| it.lacks.is_some()).count();
    let is_set = |name: &String| {
        let mut all = views.iter().filter(|it| it.secret_is_set);
        all.any(|it| it.secret.as_ref() == Some(name))
    };
    let set = came.set.filter(is_set);
    answer(&Page {
        frame: Frame::new("Channels", Section::Audiences, &request)
            .twins("/api/v1/channels", "tidegate channel list"),
        sentence: match (set, views.len(), lacking) {
            (Some(name), ..) => format!("Secret {name} is set."),
            (None, 0, _) => "No channel is declared yet.".to_owned(),
            (None, many, 0) => format!("Messages go out by {}.", counted(many, "channel")),
            (None, _, 1) => "1 channel lacks something.".to_owned(),
            (None, _, lacking) => format!("{lacking} channels lack something."),
        },
        channels: views.into_iter().map(channel).collect(),
        addresses: Addresses::of(own, HERE),
        makes_addresses: app.makes_tokens(&request).await?,
        barred: barred(&app, &request, sets).await?,
    })
}

fn channel(view: ChannelView) -> Channel {
    Channel {
        state: match view.lacks {
            None => Shown::new("steady", "ready"),
            Some(_) => Shown::new("held", "lacks something"),
        },
        lacks: view.lacks.as_deref().map(Prose::of),
        audiences: view.audiences.join(", "),
        view,
    }
}

/// Keeps a secret in place of the one before. It is never shown again.
pub(in crate::web) async fn set(
    app: State,
    Visitor(request): Visitor,
    Submitted(secret): Submitted<Secret>,
) -> Result<Redirect, Fault> {
    let name = secret.name.trim();
    let done = app.set_channel_secret(request, name, &secret.value).await;
    done.map_err(|error| Fault::back(error, HERE))?;
    Ok(Redirect::to(&format!("{HERE}?set={name}")))
}

/// Makes an address by which a program reads the feed of a channel.
pub(in crate::web) async fn feed(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(form): Submitted<Known>,
) -> Result<Response, Fault> {
    let back = |error| Fault::back(error, HERE);
    let own = app.addresses(&request, KeyPurpose::Messages).await?;
    let own = Addresses::of(own, HERE);
    form.refuse_again(own.newest()).map_err(back)?;
    let of = AddressOf::Channel(name.clone());
    let made = app.make_address(request.clone(), &of).await;
    Once {
        title: "An address",
        section: Section::Audiences,
        sentence: format!("This is the address of the feed {name}."),
        address: made.map_err(back)?,
        told: "It reads the messages of this channel that you may see, and nothing else. It ends with its token, which is on this \
            server's page of channels, and with your account"
            .to_owned(),
        back: ("Channels", HERE),
        twins: (
            format!("GET /api/v1/channels/{name}/feed"),
            format!("tidegate channel feed {name}"),
        ),
    }
    .shown(&request)
}
