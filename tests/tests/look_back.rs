//! A deployment that has ended is looked back at on its page, and a judge's comparison is drawn there.

use tidegate_tests::{
    browser::until,
    page::{check_page, page, signed_in, valid_html},
    prometheus::Prometheus,
    server::{Server, text},
    stage::{TARGETS, with_history},
};

fn strategies(prometheus: &Prometheus) -> String {
    let url = prometheus.url();
    format!(
        "\
kind: Strategy
name: measured
rolling: {{ batch: 1 }}
checks:
  - name: number
    metric: {{ source: \"{url}\", query: 'max(shop_number{{target=~\"${{canary}}\"}})', passes: {{ below: 5 }} }}
    interval: 300ms
    count: 2
    timeout: 2s
    deadline: 5s
---
kind: Strategy
name: judged
canary: {{ steps: [{{ targets: 1 }}, {{ targets: 3, checks: [] }}] }}
limits: {{ minimum_healthy: 200ms }}
checks:
  - name: canary
    judge:
      source: \"{url}\"
      step: 100ms
      queries: {{ number: 'avg(shop_number{{target=~\"${{side}}\"}})' }}
      settings: {{ metrics: {{ number: {{ bad: increase, critical: true }} }} }}
    interval: 7s
    deadline: 20s
"
    )
}

/// The storefront with numbers in a Prometheus, and 1.1.0 judged on its way to live.
async fn judged(server: &Server) -> (Prometheus, String) {
    let prometheus = Prometheus::start(server.directory());
    for (_, target) in TARGETS {
        prometheus.numbers.set(target, 1.0);
    }
    // Better than the others, and none but it is the canary.
    prometheus.numbers.set("live-1", 0.5);
    let file = server.directory().join("strategies.yaml");
    std::fs::write(&file, strategies(&prometheus)).expect("the file can be written");
    server.run(&["apply", "-f", text(&file), "--yes"]);
    let knows = async || prometheus.knows(TARGETS.len()).then_some(());
    until("Prometheus has numbers", knows).await;
    let to_live = ["deploy", "storefront", "1.1.0", "--to", "live"];
    let how = ["--strategy", "judged", "--output", "json"];
    let view = server.run(&[&to_live[..], &how].concat());
    let view: serde_json::Value = serde_json::from_str(&view).expect("JSON");
    let id = view["id"].to_string();
    server.run(&["watch", &id]);
    (prometheus, id)
}

#[tokio::test]
async fn what_is_over_is_looked_back_at_on_its_page() {
    let (server, _fleet) = with_history().await;
    let (_prometheus, id) = judged(&server).await;
    let browser = signed_in(&server).await;
    let here = format!("/deployments/{id}");
    let drawn = "baseline";
    check_page(&server, &browser, ("deployment-judged", &here, drawn)).await;
    let cookie = server.sign_in().await;
    let html = page(&server, &here, &cookie).await;
    let words = "Medians of number: canary 0.5000; baseline 1.0000";
    assert!(html.contains(words), "both sides are told in words");

    // The first choice is its own; the next begins with a letter of its own.
    browser.open(&server.url(&here)).await;
    browser.tab_to("#look-back-strategy").await;
    browser.press("measured").await;
    browser.tab_to("#look-back-form button").await;
    browser.press("\u{e007}").await;
    let found = "storefront 1.1.0 in live would have passed 1 check.";
    browser.text_becomes("h1", found).await;
    let address = browser
        .run("done(location.pathname + location.search)")
        .await;
    let by_measured = format!("{here}/look-back?strategy=measured");
    assert_eq!(address.as_str(), Some(by_measured.as_str()));
    let chosen = browser
        .run("done(document.querySelector('#look-back-strategy').value)")
        .await;
    assert_eq!(chosen.as_str(), Some("measured"));
    check_page(&server, &browser, ("look-back", &by_measured, found)).await;
    let own = format!("{here}/look-back?strategy=");
    check_page(&server, &browser, ("look-back-own", &own, "its own checks")).await;

    let refused = format!("{here}/look-back?strategy=absent");
    browser.open(&server.url(&refused)).await;
    browser.text_becomes("main", "no strategy absent").await;
    valid_html(&server);
}
