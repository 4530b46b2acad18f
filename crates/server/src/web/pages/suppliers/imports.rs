//! What was found in a calendar or a mail that a supplier sent.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    parts::{Prose, counted},
    visitor::{Path, Uploaded, Visitor},
};
use crate::{app::Error, http::access::State};
use askama::Template;
use axum::response::Response;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tidegate_protocol::api::{ReceivedNoticeView, SupplierImportRequest, SupplierNoticeView};

#[derive(Template)]
#[template(path = "supplier_import.html")]
struct Page {
    frame: Frame,
    sentence: String,
    supplier: String,
    received: Vec<Received>,
    /// What was not understood, with the reason.
    refused: Vec<Prose>,
}

struct Received {
    told: Prose,
    doubts: Vec<Prose>,
    view: SupplierNoticeView,
}

pub(in crate::web) async fn read(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    file: Uploaded,
) -> Result<Response, Fault> {
    let here = format!("/suppliers/{name}");
    let back = |error: Error| Fault::back(error, &here);
    let wanted = SupplierImportRequest {
        form: form(&file).map_err(back)?.to_owned(),
        content: STANDARD.encode(&file.bytes),
    };
    let found = app
        .import_from_supplier(request.clone(), &name, &wanted)
        .await
        .map_err(back)?;
    answer(&Page {
        frame: Frame::new("What was read", Section::Suppliers, &request).twins(
            format!("POST /api/v1/suppliers/{name}/notices/import"),
            format!("tidegate supplier notice import {name} FILE"),
        ),
        sentence: match (found.received.len(), found.refused.len()) {
            (0, 0) => "Nothing is announced in it.".to_owned(),
            (read, 0) => format!("{} read.", said(read)),
            (read, refused) => format!("{} read, {refused} not.", said(read)),
        },
        received: found.received.into_iter().map(received).collect(),
        refused: found.refused.iter().map(|it| Prose::exactly(it)).collect(),
        supplier: name,
    })
}

/// What a file is, by its name, else by how it begins.
fn form(file: &Uploaded) -> Result<&'static str, Error> {
    let name = file.name.to_ascii_lowercase();
    let is_calendar = file
        .bytes
        .trim_ascii_start()
        .starts_with(b"BEGIN:VCALENDAR");
    match (name.rsplit('.').next(), is_calendar) {
        (Some("ics"), _) | (_, true) => Ok("calendar"),
        (Some("eml"), _) => Ok("mail"),
        _ => Err(
            Error::invalid("file", "it is neither a calendar nor a mail")
                .hint("choose a file that ends with `.ics` or `.eml`"),
        ),
    }
}

fn said(notices: usize) -> String {
    match notices {
        1 => format!("{} was", counted(1, "notice")),
        many => format!("{} were", counted(many, "notice")),
    }
}

fn received(it: ReceivedNoticeView) -> Received {
    Received {
        told: Prose::of(&it.told),
        doubts: it.doubts.iter().map(|doubt| Prose::of(doubt)).collect(),
        view: it.notice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_name_says_or_how_it_begins() {
        let told = |name: &str, bytes: &[u8]| {
            let (name, bytes) = (name.to_owned(), bytes.to_vec());
            form(&Uploaded { name, bytes }).ok()
        };
        assert_eq!(told("Change.ICS", b""), Some("calendar"));
        assert_eq!(
            told("calendar", b"\r\nBEGIN:VCALENDAR\r\n"),
            Some("calendar")
        );
        assert_eq!(told("notice.eml", b"From: eve"), Some("mail"));
        assert_eq!(told("notice.pdf", b"%PDF"), None);
    }
}
