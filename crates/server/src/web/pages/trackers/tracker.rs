//! One tracker: what is known of its items, how it tells of them by itself, and how they are brought in from a file.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{Place, barred},
    once::{Known, Once},
    parts::{Addresses, Prose, counted},
    visitor::{Path, Query, Submitted, Uploaded, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp, addresses::AddressOf, feed::KeyPurpose},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use form_urlencoded::byte_serialize;
use serde::Deserialize;
use serde_json::Value;
use tidegate_domain::access::Action;
use tidegate_protocol::api::{ItemsRequest, WorkItemView};

/// How many items are shown at once.
const SHOWN: u64 = 100;

#[derive(Template)]
#[template(path = "tracker.html")]
struct Page {
    frame: Frame,
    tracker: String,
    sentence: String,
    items: Vec<Item>,
    /// The page with the items behind these.
    more: Option<String>,
    /// The visitor's own addresses for its webhook.
    addresses: Addresses,
    /// Whether the visitor may make an address.
    makes_addresses: bool,
    /// Why the visitor brings no items in.
    barred: Option<Prose>,
}

struct Item {
    labels: String,
    view: WorkItemView,
}

/// Which items, and what an import came to.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Part {
    after: Option<String>,
    read: Option<u64>,
    changed: Option<u64>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Query(part): Query<Part>,
) -> Result<Response, Fault> {
    let back = |error| Fault::back(error, "/trackers");
    let here = format!("/trackers/{name}");
    let after = part.after.as_deref();
    let items = app.items(&request, &name, (after, SHOWN)).await;
    let items = items.map_err(back)?;
    let addresses = own(&app, &request, &name).await?;
    let imports = (Action::ImportItems, Place::default());
    let barred = barred(&app, &request, imports).await?;
    let last = items.last().filter(|_| items.len() as u64 == SHOWN);
    answer(&Page {
        frame: Frame::new(&name, Section::Elsewhere, &request).twins(
            format!("/api/v1/trackers/{name}/items"),
            format!("tidegate tracker items {name}"),
        ),
        sentence: sentence(&name, &part, items.len()),
        more: last.map(|it| {
            let after: String = byte_serialize(it.key.as_bytes()).collect();
            format!("{here}?after={after}")
        }),
        items: items.into_iter().map(item).collect(),
        addresses,
        makes_addresses: barred.is_none() && app.makes_tokens(&request).await?,
        barred,
        tracker: name,
    })
}

/// The addresses for its webhook that whoever asks made.
async fn own(app: &SharedApp, request: &Request, name: &str) -> Result<Addresses, Error> {
    let mut own = app.addresses(request, KeyPurpose::Items).await?;
    let called = AddressOf::Tracker(name.to_owned()).name();
    own.retain(|it| it.name == called);
    Ok(Addresses::of(own, &format!("/trackers/{name}")))
}

fn item(view: WorkItemView) -> Item {
    Item {
        labels: view.labels.join(", "),
        view,
    }
}

fn sentence(name: &str, part: &Part, shown: usize) -> String {
    match (part.read, part.changed, &part.after, shown) {
        (Some(read), Some(changed), ..) => {
            let read = usize::try_from(read).unwrap_or(usize::MAX);
            format!(
                "{} read, {changed} new or changed.",
                counted(read, "work item")
            )
        }
        (_, _, None, 0) => format!("No item of {name} is known yet."),
        (_, _, Some(after), 0) => format!("No item of {name} comes behind {after}."),
        (_, _, Some(after), _) => format!("These are items of {name} behind {after}."),
        (..) => format!("These items of {name} are known."),
    }
}

/// Makes the address of its webhook.
pub(in crate::web) async fn hook(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(form): Submitted<Known>,
) -> Result<Response, Fault> {
    let here = format!("/trackers/{name}");
    let back = |error| Fault::back(error, &here);
    let own = own(&app, &request, &name).await?;
    form.refuse_again(own.newest()).map_err(back)?;
    let of = AddressOf::Tracker(name.clone());
    let made = app.make_address(request.clone(), &of).await;
    Once {
        title: "An address",
        section: Section::Elsewhere,
        sentence: format!("This is the address for a webhook of {name}."),
        address: made.map_err(back)?,
        told: "Enter it there, with JSON as content type. It tells of the items of this tracker, and nothing else. It ends with its \
            token, which is on the tracker's page, and with your account"
            .to_owned(),
        back: (&name, &here),
        twins: (
            format!("GET /api/v1/trackers/{name}/hook"),
            format!("tidegate tracker hook {name}"),
        ),
    }
    .shown(&request)
}

/// Brings in what a file says of its items.
pub(in crate::web) async fn import(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    file: Uploaded,
) -> Result<Redirect, Fault> {
    let here = format!("/trackers/{name}");
    let back = |error: Error| Fault::back(error, &here);
    let written: Value = serde_json::from_slice(&file.bytes)
        .map_err(|why| back(Error::invalid("file", format!("it is not JSON: {why}"))))?;
    let wanted = ItemsRequest {
        items: listed(written),
    };
    let done = app.import_items(request, &name, &wanted).await;
    let done = done.map_err(back)?;
    let (read, changed) = (done.items, done.changed);
    Ok(Redirect::to(&format!(
        "{here}?read={read}&changed={changed}"
    )))
}

/// The items of a file: a list of them, an answer with such a list, or one.
fn listed(mut written: Value) -> Vec<Value> {
    match written
        .get_mut("issues")
        .map(Value::take)
        .unwrap_or(written)
    {
        Value::Array(items) => items,
        one @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_is_a_list_an_answer_or_one_item() {
        let one = json!({ "key": "SHOP-1" });
        for written in [json!([one]), json!({ "issues": [one] }), one.clone()] {
            assert_eq!(listed(written), vec![one.clone()]);
        }
        assert!(listed(json!([])).is_empty());
    }
}
