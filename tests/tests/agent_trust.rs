//! Agents trust no further than they must, and are trusted no further: certificates, revocation, signatures.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    time::{Duration, Instant},
};
use tidegate_tests::{
    cosign::Signer,
    hand::{Hand, identity},
    server::client,
    shop::{Shop, TOKEN, until},
};

fn deploy<'a>(version: &'a str, to: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let quick = ["--to", to, "--minimum-healthy", "200ms"];
    [&["deploy", "shop", version][..], &quick, more].concat()
}

/// The manifest of a version, as the registry says.
async fn manifest(shop: &Shop, version: &str) -> (String, Value) {
    let address = format!("{}/v2/shop/web/manifests/{version}", shop.url());
    let request = client().get(address).bearer_auth(TOKEN);
    let request = request.header("accept", "application/vnd.oci.image.manifest.v1+json");
    let bytes = request
        .send()
        .await
        .expect("an answer")
        .bytes()
        .await
        .expect("bytes");
    let manifest = serde_json::from_slice(&bytes).expect("JSON");
    (digest(&bytes), manifest)
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Enrols the agent of a target in the place of the one before it.
fn enrol_anew(shop: &Shop, target: &str, more: &[&str]) {
    let environment = target.split('-').next().expect("an environment");
    let create = [
        "enrolment",
        "create",
        "--replace",
        "--environment",
        environment,
    ];
    let token = shop.ok(&create);
    let identity = identity(shop, target);
    let server = identity["server"].as_str().expect("an address");
    let server = format!("https://{server}");
    let data = shop.file(target);
    let enroll = [
        "agent",
        "enroll",
        "--server",
        &server,
        "--token",
        token.trim(),
        "--environment",
        environment,
        "--name",
        target,
        "--data",
        &data,
    ];
    shop.ok(&[&enroll[..], more].concat());
}

#[tokio::test]
async fn an_agent_reaches_nothing_but_what_its_own_target_is_told() {
    let shop = Shop::with_shop(None);
    shop.ok(&deploy("1.0.0", "testing", &["--wait"]));
    let [own, other] = ["testing-1", "staging-1"].map(|target| Hand::of(&shop, Some(target)));
    let stranger = Hand::of(&shop, None);
    let ((told, whole), (untold, _)) = (
        manifest(&shop, "1.0.0").await,
        manifest(&shop, "1.1.0").await,
    );
    let layer = whole["layers"][0]["digest"].as_str().expect("a digest");

    let state = own.told().await;
    assert_eq!(state["desired"][0]["product"], "shop");
    assert_eq!(other.told().await["desired"], json!([]));
    for digest in [&told, layer] {
        assert_eq!(own.get(&format!("/blobs/{digest}")).await.0, 200);
        assert_eq!(other.get(&format!("/blobs/{digest}")).await.0, 404);
        assert_eq!(stranger.get(&format!("/blobs/{digest}")).await.0, 401);
    }
    assert_eq!(own.get(&format!("/signatures/{told}")).await.0, 200);
    assert_eq!(other.get(&format!("/signatures/{told}")).await.0, 404);
    for path in ["/blobs/", "/signatures/"] {
        assert_eq!(
            own.get(&format!("{path}{untold}")).await.0,
            404,
            "not told of it"
        );
    }

    // What it is told is signed for it alone.
    let envelope = &state["signed"]["states"]["shop"];
    let payload = STANDARD.decode(envelope["payload"].as_str().expect("base64"));
    let statement: Value = serde_json::from_slice(&payload.expect("base64")).expect("JSON");
    assert_eq!(statement["target"], "testing-1");
    assert_eq!(
        statement["generation"],
        state["desired"][0]["instruction"]["generation"]
    );
    let younger = other.get("/desired/signatures").await;
    assert_eq!((younger.0, &younger.1["states"]), (200, &json!({})));

    // Nor can it speak for another: whatever it says, it says of its own target.
    let status = shop.place("testing");
    let mut said = state["desired"][0].clone();
    said["active"] = json!([]);
    said["prepared"] = json!([]);
    let said = json!({"observed": [said], "agent_version": "0"});
    assert_eq!(other.post("/observed", &said).await.0, 200);
    assert_eq!(shop.place("testing")["targets"], status["targets"]);
    for path in ["/observed", "/renew", "/logs/0"] {
        assert_eq!(stranger.post(path, &said).await.0, 401, "{path}");
    }
    for path in ["/desired", "/desired/signatures"] {
        assert_eq!(stranger.get(path).await.0, 401, "{path}");
    }
}

#[tokio::test]
async fn a_revoked_agent_is_refused_at_once_and_what_it_runs_goes_on() {
    let mut shop = Shop::with_shop(None);
    shop.ok(&deploy("1.0.0", "testing", &["--wait"]));
    let process = shop.answering_pid("testing-1");
    shop.kill_agent("testing-1");
    let view = shop.json(&deploy("1.1.0", "testing", &["--output", "json"]));
    let id = view["id"].to_string();
    until("it waits for the agent", || {
        shop.ok(&["explain", &id]).contains("testing-1 to answer")
    });

    let hand = Hand::of(&shop, Some("testing-1"));
    let cursor = hand.told().await["cursor"].clone();
    let polling = tokio::spawn(async move {
        let begun = Instant::now();
        let answer = hand.get(&format!("/desired?after={cursor}&wait=50")).await;
        (answer, begun.elapsed(), hand)
    });
    until("the poll is open", || shop.in_touch("testing-1"));
    shop.ok(&["target", "revoke", "testing/testing-1"]);
    let ((status, problem), lasted, hand) = polling.await.expect("an answer");
    assert_eq!(
        (status, &problem["type"]),
        (403, &json!("agent-revoked")),
        "{problem}"
    );
    assert!(lasted < Duration::from_secs(20), "{lasted:?}");
    let renewal = json!({"certificate_request": "x"});
    for (status, problem) in [
        hand.post("/renew", &renewal).await,
        hand.post("/observed", &json!({"observed": [], "agent_version": "0"}))
            .await,
        hand.get("/desired/signatures").await,
        hand.get("/desired").await,
    ] {
        assert_eq!((status, &problem["type"]), (403, &json!("agent-revoked")));
    }
    until("the deployment says so", || {
        shop.ok(&["explain", &id]).contains("its agent was revoked")
    });
    assert!(
        shop.actions("target/testing/testing-1")
            .contains(&"agent.revoked".to_owned())
    );
    assert!(shop.ok(&["target", "list"]).contains("revoked"));
    assert!(
        shop.refused(5, &["target", "revoke", "testing/testing-1"])
            .contains("before")
    );
    let started = shop.run(&deploy("1.0.0", "testing", &["--supersede"]));
    let said = String::from_utf8_lossy(&started.stderr);
    assert!(
        !started.status.success() && said.contains("it was revoked"),
        "{said}"
    );

    // Its program comes back, and is not listened to; what runs goes on.
    shop.start_agent("testing-1");
    let log = shop.file("testing-1.log");
    until("it is refused", || {
        fs::read_to_string(&log)
            .is_ok_and(|log| log.contains("the agent of testing/testing-1 was revoked"))
    });
    assert_eq!(shop.answering_pid("testing-1"), process);

    // Another takes its place only by a token that may replace; the deployment goes on.
    shop.kill_agent("testing-1");
    enrol_anew(&shop, "testing-1", &[]);
    shop.start_agent("testing-1");
    shop.await_version("testing", "1.1.0");
    let old = hand.get("/desired").await;
    assert_eq!((old.0, &old.1["type"]), (403, &json!("agent-replaced")));
}

#[test]
fn the_key_of_instructions_is_renewed_and_agents_follow() {
    let mut shop = Shop::with_shop(None);
    shop.ok(&deploy("1.0.0", "testing", &["--wait"]));
    let trust = |shop: &Shop| -> Value {
        let text = fs::read(shop.file("testing-1/identity/trust.json")).expect("a file");
        serde_json::from_slice(&text).expect("JSON")
    };
    let first = trust(&shop)["instruction_key"].clone();
    // One is away while the key is renewed twice.
    shop.kill_agent("testing-1");
    shop.ok(&["target", "rotate-key"]);
    let newest = shop.ok(&["target", "rotate-key"]);
    assert_ne!(first, newest.trim());
    shop.start_agent("testing-1");
    shop.ok(&deploy("1.1.0", "testing", &["--wait"]));
    assert_eq!(trust(&shop)["instruction_key"], newest.trim());
}

#[test]
fn without_its_server_an_agent_begins_nothing_new_and_keeps_what_runs() {
    let mut shop = Shop::with_shop(None);
    shop.kill_server();
    shop.start_server_with(&["--signature-lifetime", "4s"]);
    shop.ok(&deploy("1.0.0", "testing", &["--wait"]));
    let process = shop.answering_pid("testing-1");
    shop.kill_server();
    let log = shop.file("testing-1.log");
    until("the signature runs out", || {
        fs::read_to_string(&log).is_ok_and(|log| log.contains("the signature ran out"))
    });
    assert_eq!(shop.answering_pid("testing-1"), process);
    shop.start_server_with(&["--signature-lifetime", "4s"]);
    shop.ok(&deploy("1.1.0", "testing", &["--wait"]));
    shop.await_version("testing", "1.1.0");
}

#[tokio::test]
async fn an_agent_that_demands_signatures_refuses_what_the_server_orders_unsigned() {
    let mut shop = Shop::with_shop(None);
    shop.ok(&deploy("1.0.0", "testing", &["--wait"]));
    let (release, stranger) = (Signer::new(), Signer::new());
    let keys = shop.file("keys.yaml");
    let declared = format!(
        "threshold: 1\nkeys:\n- name: release-key\n  valid_from: 2026-01-01T00:00:00Z\n  public_key: {}",
        release.public_key(4)
    );
    fs::write(&keys, declared).expect("a file");
    shop.kill_agent("testing-1");
    enrol_anew(
        &shop,
        "testing-1",
        &["--require-signatures", "--trust", &keys],
    );
    shop.start_agent("testing-1");
    let process = shop.answering_pid("testing-1");

    let refused = |shop: &Shop, words: &str| {
        let view = shop.json(&deploy("1.1.0", "testing", &["--output", "json"]));
        let id = view["id"].to_string();
        let mut said = String::new();
        until("the preparation fails", || {
            said = shop.ok(&["deployment", "show", &id]) + &shop.ok(&["explain", &id]);
            said.contains(words)
        });
        assert!(said.contains("of release-key"), "{said}");
    };
    refused(&shop, "it is unsigned, and this agent demands signatures");
    let (artifact, _) = manifest(&shop, "1.1.0").await;
    stranger.sign_artifact(&shop, "shop/web", &artifact).await;
    refused(&shop, "no key of the set made this signature");
    assert_eq!(shop.answering_pid("testing-1"), process);

    // Whoever takes the tag afterwards takes nothing away.
    release.sign_artifact(&shop, "shop/web", &artifact).await;
    Signer::new()
        .sign_artifact(&shop, "shop/web", &artifact)
        .await;
    shop.ok(&deploy("1.1.0", "testing", &["--wait"]));
    shop.await_version("testing", "1.1.0");
}
