//! How long the answer to a request takes, as benchmarks say it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "for programs of the terminal, which say where they cannot go on"
)]

use std::time::Instant;

/// How often each is asked.
const RUNS: u32 = 10;

/// Asks some times one after the other, and tells the best and the middle of them.
pub async fn time(what: &str, request: reqwest::RequestBuilder) {
    let mut took = Vec::new();
    for _ in 0..RUNS {
        let request = request.try_clone().unwrap();
        let begun = Instant::now();
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{what}: {}", answer.status());
        let bytes = answer.bytes().await.unwrap().len();
        took.push((begun.elapsed().as_secs_f64() * 1000.0, bytes));
    }
    took.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (best, bytes) = took[0];
    let (median, _) = took[took.len() / 2];
    println!("{what}: {best:.0} ms at best, {median:.0} ms in the middle, {bytes} bytes");
}
