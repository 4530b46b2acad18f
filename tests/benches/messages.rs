//! Ten thousand mails through a mail server of this machine, each recorded once.
//!
//! First as many stakeholders are asked, each by a mail, and say yes by its link; then one message goes to all of them. `cargo
//! bench -p tidegate-tests --bench messages -- 1000` chooses another number; build the program first.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for the terminal, which says where it cannot go on"
)]

use futures::{StreamExt as _, stream};
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};
use tidegate_tests::{press::Press, shop::until};

/// How many are asked unless said.
const USUAL: u64 = 10_000;
/// How many addresses each stakeholder has.
const EACH: u64 = 10;

#[tokio::main]
async fn main() {
    let mut named = std::env::args().filter_map(|word| word.parse().ok());
    let count: u64 = named.next().unwrap_or(USUAL);
    let press = Press::open().await;
    declare(&press, count);
    let begun = Instant::now();
    press.server.run(&["audience", "invite", "many"]);
    arrived(&press, count);
    told("invitations", count, begun.elapsed());
    say_yes(&press).await;
    let id = press.written("It is here", "many", &[]);
    press.sanctioned(&id);
    let begun = Instant::now();
    press.server.run(&["message", "send", &id]);
    arrived(&press, 2 * count);
    let sent = begun.elapsed();
    until("each is recorded", || press.message(&id)["state"] == "sent");
    told("messages, sent", count, sent);
    told("messages, recorded", count, begun.elapsed());
    let tally = press.message(&id)["tally"].clone();
    assert_eq!(tally["delivered"], count);
    let often = press.post.message_ids();
    assert!(often.values().all(|times| *times == 1));
    println!(
        "{} mails, each Message-ID once; limit: 500 a second",
        often.len()
    );
}

fn declare(press: &Press, count: u64) {
    let mut catalog = String::new();
    let mut names = Vec::new();
    for number in 0..count.div_ceil(EACH) {
        let last = ((number + 1) * EACH).min(count);
        let addresses: Vec<String> = (number * EACH..last)
            .map(|it| format!("r{it}@acme.example"))
            .collect();
        let addresses = addresses.join(", ");
        write!(
            catalog,
            "kind: Stakeholder\nname: s{number}\naddresses: [{addresses}]\n---\n"
        )
        .unwrap();
        names.push(format!("s{number}"));
    }
    let names = names.join(", ");
    write!(
        catalog,
        "kind: Audience\nname: many\nstakeholders: [{names}]\nchannels: [post]\nnotes: customer\n"
    )
    .unwrap();
    press.server.apply(&catalog);
}

fn arrived(press: &Press, count: u64) {
    let mut before = 0;
    while press.post.count() < count {
        // However long it takes, as long as it goes on.
        until("more arrives", || press.post.count() > before);
        before = press.post.count();
    }
}

async fn say_yes(press: &Press) {
    let begins = format!("{}/opt-in/", press.server.address);
    let links: Vec<String> = press
        .post
        .mails()
        .iter()
        .filter_map(|it| it.link(&begins))
        .collect();
    let all = links.iter().map(|link| press.says(link, "answer=confirm"));
    stream::iter(all)
        .buffer_unordered(8)
        .collect::<Vec<()>>()
        .await;
}

fn told(what: &str, count: u64, took: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "it is told to people")]
    let rate = count as f64 / took.as_secs_f64();
    println!(
        "{count} {what}: {:.1} s, {rate:.0} a second",
        took.as_secs_f64()
    );
}
