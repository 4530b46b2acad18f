//! How long the calendar of 5,000 entries takes: by the API, as a page, as a feed, and the question what if.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for the terminal, which says where it cannot go on"
)]

use jiff::{ToSpan, civil::Date};
use serde_json::json;
use std::fmt::Write as _;
use tidegate_tests::{
    server::{Server, TOKEN},
    stopwatch::time,
};

const PRODUCTS: usize = 250;
/// Each has a target and a booking, so there are twice as many entries.
const RELEASES: usize = 2_500;

#[tokio::main]
async fn main() {
    let server = Server::start().await;
    server.apply(&catalog());
    for number in 0..RELEASES {
        plan(&server, number).await;
    }
    let all = "from=2099-01-01&to=2099-12-31";
    let entries = format!("/api/v1/calendar/entries?{all}");
    let found = server.get(&entries).await;
    let count = |name: &str| found[name].as_array().map_or(0, Vec::len);
    let left_out = found["conflicts_left_out"].as_u64().unwrap();
    println!(
        "{} entries, {} conflicts and {left_out} more",
        count("entries"),
        count("conflicts")
    );
    let cookie = server.sign_in().await;
    let page = server.http.get(server.url("/calendar?from=2099-06-01"));
    let asked = json!({"entry": "release/product-1/1.1.0", "to": "2099-06-01"});
    let what_if = server
        .http
        .post(server.url("/api/v1/calendar/what-if"))
        .json(&asked);
    let of_api = server.http.get(server.url(&entries));
    let feed = server.http.get(server.url("/api/v1/calendar.ics"));
    time("entries of a year", of_api.bearer_auth(TOKEN)).await;
    time("page of five weeks", page.header("cookie", cookie)).await;
    time("what if", what_if.bearer_auth(TOKEN)).await;
    time("feed", feed.bearer_auth(TOKEN)).await;
}

fn catalog() -> String {
    let mut text = "kind: Environment\nname: staging\n---\nkind: Environment\nname: live\nafter: staging\n---\n\
        kind: Window\nname: days\nenvironment: live\nreason: so\nevery: { starts: 2099-01-01T08:00, rule: FREQ=DAILY, lasts: 13h, time_zone: UTC }\n"
        .to_owned();
    for number in 0..PRODUCTS {
        write!(text, "---\nkind: Product\nname: product-{number}\n").unwrap();
    }
    text
}

/// Plans a release, on a day of its own.
async fn plan(server: &Server, number: usize) {
    let (product, version) = (
        format!("product-{}", number % PRODUCTS),
        format!("1.{number}.0"),
    );
    let first: Date = "2099-01-04".parse().unwrap();
    let days = i64::try_from(number % 360).unwrap();
    let day = first.checked_add(days.days()).unwrap();
    let hour = 6 + number % 18;
    let text = format!(
        "target: {day}T{hour:02}:00\nbookings: [{{ environment: staging, from: -2d, until: -1d, shared: true }}]\n\
            involved: {{ accountable: admin }}\n"
    );
    let releases = format!("/api/v1/products/{product}/releases");
    let draft = json!({"version": version, "draft": true});
    server.post(&releases, &draft).await;
    let path = server.url(&format!("{releases}/{version}/plan"));
    let body = json!({"base": 0, "text": text});
    let saved = server.http.put(path).bearer_auth(TOKEN).json(&body);
    assert!(saved.send().await.unwrap().status().is_success());
}
