//! What the shop answers. Start at [`answer`].

use crate::Shop;
use std::process;

/// One answer, before it is put on the wire.
pub(crate) struct Answer {
    status: &'static str,
    media_type: &'static str,
    body: String,
}

/// The answer to one request line.
pub(crate) fn answer(shop: &Shop, request: &str) -> Answer {
    let mut words = request.split(' ');
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    match (method, path.split('?').next().unwrap_or("")) {
        ("GET", "/") => Answer::new("200 OK", "text/html; charset=utf-8", home(shop)),
        ("GET", "/version") => Answer::new("200 OK", "application/json", version(shop)),
        ("GET", "/healthz") if shop.fault.is_well(shop.started.elapsed()) => plain("200 OK", "ok"),
        ("GET", "/healthz") => plain("503 Service Unavailable", "unhealthy"),
        ("GET", _) => plain("404 Not Found", "no such page"),
        _ => plain("405 Method Not Allowed", "only GET is served"),
    }
}

impl Answer {
    fn new(status: &'static str, media_type: &'static str, body: String) -> Self {
        Self {
            status,
            media_type,
            body,
        }
    }

    /// The answer as HTTP/1.1.
    pub(crate) fn to_http(&self, close: bool) -> String {
        let connection = if close { "close" } else { "keep-alive" };
        format!(
            "HTTP/1.1 {}\r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: {connection}\r\n\r\n{}",
            self.status,
            self.media_type,
            self.body.len(),
            self.body
        )
    }
}

fn plain(status: &'static str, text: &str) -> Answer {
    Answer::new(status, "text/plain; charset=utf-8", format!("{text}\n"))
}

fn version(shop: &Shop) -> String {
    format!(
        "{{\"component\":\"{}\",\"version\":\"{}\",\"pid\":{}}}\n",
        json(&shop.component),
        json(&shop.version),
        process::id()
    )
}

fn home(shop: &Shop) -> String {
    let (component, version) = (html(&shop.component), html(&shop.version));
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Storefront</title>\
         <h1>Storefront</h1><p>This is <b>{component}</b>, version <b>{version}</b>.</p></html>\n"
    )
}

fn json(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain
        .collect::<String>()
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
