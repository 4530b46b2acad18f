//! Quarantine: what is pushed is handed to nobody but those who push or examine it until controls hold, and goes nowhere; with
//! real agents, skopeo, and signatures as cosign writes them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::process::{Command, Output, Stdio};
use tidegate_tests::{
    bent::bend, cosign::Signer, office::Office, process::required, server::client, shop::until,
};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const BILL: &str = "application/vnd.cyclonedx+json";

/// The office, whose control `signed` keeps artifacts in quarantine. `eve` may pull, `bob` may push.
struct Harbour {
    office: Office,
    key: Signer,
    eve: String,
    bob: String,
}

impl Harbour {
    fn open() -> Self {
        let office = Office::open();
        let token = |who| {
            let token = office.shop.ok(&["token", "create", "desk", "--for", who]);
            token.trim().to_owned()
        };
        let (eve, bob) = (token("eve"), token("bob"));
        let harbour = Self {
            office,
            key: Signer::new(),
            eve,
            bob,
        };
        harbour.declare("");
        harbour
    }

    fn declare(&self, revoked: &str) {
        let key = self.key.public_key(8);
        self.office.apply(&format!(
            "kind: KeySet
name: release-keys
signers:
  threshold: 1
  keys:
    - name: ours
      valid_from: 2020-01-01T00:00:00Z
      public_key: {key}{revoked}---
kind: Control
name: signed
mode: enforce
quarantine: true
"
        ));
    }

    fn revoke(&self) {
        self.declare(
            "      revoked:\n        at: 2020-01-02T00:00:00Z\n        kind: compromised\n        reason: stolen\n",
        );
    }

    fn artifact(&self, version: &str) -> Value {
        let what = format!("shop/web:{version}");
        let shop = &self.office.shop;
        shop.json(&["artifact", "show", &what, "--output", "json"])
    }

    fn digest(&self, version: &str) -> String {
        self.artifact(version)["digest"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn sign(&self, version: &str) {
        let digest = self.digest(version);
        let shop = &self.office.shop;
        self.key.sign_artifact(shop, "shop/web", &digest).await;
        until("it left quarantine", || {
            self.artifact(version)["quarantine"] == Value::Null
        });
    }

    /// The status and the text of what somebody is handed.
    async fn asks(&self, token: &str, path: &str) -> (u16, String) {
        let url = format!("{}/v2/shop/web/{path}", self.office.shop.url());
        let request = client().get(url).bearer_auth(token);
        let answer = request.header("accept", MANIFEST).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Bob brings a blob.
    async fn blob(&self, bytes: &[u8]) -> Value {
        let (digest, shop) = (sha256(bytes), &self.office.shop);
        let url = format!("{}/v2/shop/web/blobs/uploads/?digest={digest}", shop.url());
        let post = client().post(url).bearer_auth(&self.bob);
        let answer = post.body(bytes.to_vec()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 201);
        json!({ "mediaType": BILL, "digest": digest, "size": bytes.len() })
    }

    /// Bob attaches something that calls itself a bill to an artifact; answers the manifest's digest.
    async fn attach(&self, to: &str, (config, layer): (&[u8], &[u8])) -> String {
        let (config, layer) = (self.blob(config).await, self.blob(layer).await);
        let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": BILL,
            "config": config, "layers": [layer],
            "subject": { "mediaType": MANIFEST, "digest": to, "size": 1 } });
        self.put("DIGEST", &manifest).await
    }

    async fn put(&self, path: &str, manifest: &Value) -> String {
        let (body, shop) = (manifest.to_string(), &self.office.shop);
        let digest = sha256(body.as_bytes());
        let path = path.replace("DIGEST", &digest);
        let put = client().put(format!("{}/v2/shop/web/manifests/{path}", shop.url()));
        let kind = manifest["mediaType"].as_str().unwrap();
        let put = put.bearer_auth(&self.bob).header("content-type", kind);
        let answer = put.body(body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 201, "{:?}", answer.text().await);
        digest
    }

    fn skopeo_pulls(&self, token: &str, version: &str) -> Output {
        let host = self.office.shop.url().replace("http://", "");
        let there = format!("docker://{host}/shop/web:{version}");
        let here = format!("dir:{}", self.office.shop.file("copy"));
        let credentials = format!("any:{token}");
        let arguments = [
            "copy",
            "--src-tls-verify=false",
            "--src-creds",
            &credentials,
        ];
        Command::new(required(
            "/usr/bin/skopeo",
            "install Debian's package skopeo",
        ))
        .args([&arguments[..], &[&there, &here]].concat())
        .stdin(Stdio::null())
        .output()
        .unwrap()
    }

    /// Waits until the journal says so of an artifact for the so-manieth time.
    fn tells(&self, version: &str, action: &str, times: usize) {
        self.tells_of(&self.digest(version), action, times);
    }

    fn tells_of(&self, digest: &str, action: &str, times: usize) {
        let subject = format!("artifact/shop/web@{digest}");
        until("the journal says it", || {
            let actions = self.office.shop.actions(&subject);
            actions.iter().filter(|it| *it == action).count() == times
        });
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_is_handed_to_those_who_push_or_examine_and_goes_nowhere() {
    let harbour = Harbour::open();
    let office = &harbour.office;
    harbour.tells("1.0.0", "artifact.quarantined", 1);
    let pulled = harbour.skopeo_pulls(&harbour.eve, "1.0.0");
    assert!(
        !pulled.status.success() && said(&pulled).contains("is in quarantine: control signed"),
        "{}",
        said(&pulled)
    );
    let manifest = harbour.asks(&harbour.bob, "manifests/1.0.0").await.1;
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let layer = manifest["layers"][0]["digest"].as_str().unwrap();
    let blob = format!("blobs/{layer}");
    let digest = harbour.digest("1.0.0");
    for path in [
        &blob,
        &format!("manifests/{digest}"),
        &format!("referrers/{digest}"),
    ] {
        let (status, said) = harbour.asks(&harbour.eve, path).await;
        assert_eq!(
            (status, said.contains("DENIED")),
            (403, true),
            "{path}: {said}"
        );
        assert_eq!(harbour.asks(&harbour.bob, path).await.0, 200, "{path}");
    }
    let pulled = harbour.skopeo_pulls(&harbour.bob, "1.0.0");
    assert!(pulled.status.success(), "{}", said(&pulled));
    // A scanner reads, and brings nothing.
    let only = ["--action", "pull", "--action", "examine"];
    let create = ["token", "create", "scanner", "--for", "bob"];
    let scanner = office.shop.ok(&[&create[..], &only].concat());
    assert_eq!(harbour.asks(scanner.trim(), &blob).await.0, 200);
    let only = [
        "token", "create", "reader", "--for", "bob", "--action", "pull",
    ];
    let reader = office.shop.ok(&only);
    assert_eq!(harbour.asks(reader.trim(), &blob).await.0, 403);

    let (status, refused) = office.by("bob", &["deploy", "shop", "1.0.0", "--to", "testing"]);
    assert_eq!(status, 6, "{refused}");
    assert!(
        refused.contains(
            "release 1.0.0 of shop contains what is in quarantine: control signed: web: "
        ) && refused.contains("cosign sign"),
        "{refused}"
    );
    let shown = office.shop.ok(&["artifact", "show", "shop/web:1.0.0"]);
    assert!(
        shown.contains("in quarantine") && shown.contains("cosign sign"),
        "{shown}"
    );
    for told in [
        &["artifact", "list"][..],
        &["release", "show", "shop", "1.0.0"],
    ] {
        let shown = office.shop.ok(told);
        assert!(
            shown.contains("control signed: web: release-keys"),
            "{shown}"
        );
    }

    harbour.sign("1.0.0").await;
    let pulled = harbour.skopeo_pulls(&harbour.eve, "1.0.0");
    assert!(pulled.status.success(), "{}", said(&pulled));
    let id = office.deploys("bob", "1.0.0", "testing");
    office.succeeds(&id);
    harbour.tells("1.0.0", "artifact.quarantine_left", 1);
    assert_eq!(harbour.asks(&harbour.eve, "manifests/1.1.0").await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_loses_its_key_goes_back_in_and_what_runs_goes_on() {
    let harbour = Harbour::open();
    let office = &harbour.office;
    for version in ["1.0.0", "1.1.0"] {
        harbour.tells(version, "artifact.quarantined", 1);
        harbour.sign(version).await;
        harbour.tells(version, "artifact.quarantine_left", 1);
        let id = office.deploys("bob", version, "testing");
        office.succeeds(&id);
    }
    harbour.revoke();
    let (status, told) = harbour.asks(&harbour.eve, "manifests/1.1.0").await;
    assert_eq!((status, told.contains("stolen")), (403, true), "{told}");
    harbour.tells("1.1.0", "artifact.quarantined", 2);
    let (status, told) = office.by("bob", &["deploy", "shop", "1.1.0", "--to", "staging"]);
    assert!(
        status == 6 && told.contains("contains what is in quarantine"),
        "{status}: {told}"
    );
    let runs = &harbour.artifact("1.1.0")["runs"];
    assert_eq!(runs.as_array().unwrap().len(), 1, "{runs}");
    // Going back is kept from nobody who says why.
    let back = [
        "rollback",
        "shop",
        "--in",
        "testing",
        "--reason",
        "the till is down",
        "--wait",
    ];
    let (status, told) = office.by("bob", &back);
    assert_eq!(status, 0, "{told}");

    harbour.declare("");
    until("it left again", || {
        harbour.artifact("1.1.0")["quarantine"] == Value::Null
    });
    assert_eq!(harbour.asks(&harbour.eve, "manifests/1.1.0").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_lets_out_as_far_as_it_reaches() {
    let harbour = Harbour::open();
    let office = &harbour.office;
    let excepted = |more: &[&str], id: &str| {
        let ask = ["waiver", "ask", "signed", "shop", "--reason", "it hurries"];
        let (status, told) = office.by("bob", &[&ask[..], more].concat());
        assert_eq!(status, 0, "{told}");
        let (status, told) = office.by("ada", &["waiver", "sign", id]);
        assert_eq!(status, 0, "{told}");
    };
    excepted(&["--in", "testing"], "1");
    let id = office.deploys("bob", "1.0.0", "testing");
    office.succeeds(&id);
    assert_eq!(harbour.asks(&harbour.eve, "manifests/1.0.0").await.0, 403);
    excepted(&[], "2");
    assert_eq!(harbour.asks(&harbour.eve, "manifests/1.0.0").await.0, 200);
    office.shop.ok(&["waiver", "end", "2"]);
    assert_eq!(harbour.asks(&harbour.eve, "manifests/1.0.0").await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hides_behind_what_is_attached_or_part_of_something() {
    let harbour = Harbour::open();
    harbour.sign("1.0.0").await;
    let good = harbour.digest("1.0.0");
    let signature = format!("{}.sig", good.replace(':', "-"));
    let path = format!("manifests/{signature}");
    assert_eq!(harbour.asks(&harbour.eve, &path).await.0, 200);

    // Something to unpack is an artifact itself, whatever it says that it is attached to.
    let unsigned = harbour.asks(&harbour.bob, "manifests/1.1.0").await.1;
    let mut unsigned: Value = serde_json::from_str(&unsigned).unwrap();
    unsigned["subject"] = json!({ "mediaType": MANIFEST, "digest": good, "size": 1 });
    unsigned["artifactType"] = "application/vnd.cyclonedx+json".into();
    let hidden = harbour.put("DIGEST", &unsigned).await;
    let path = format!("manifests/{hidden}");
    assert_eq!(harbour.asks(&harbour.eve, &path).await.0, 403);
    harbour.tells_of(&hidden, "artifact.quarantined", 1);
    assert_eq!(harbour.asks(&harbour.eve, &path).await.0, 403);

    // What is part of something signed goes out with it.
    let child = harbour.digest("1.1.0");
    let whole = harbour
        .asks(&harbour.bob, &format!("manifests/{child}"))
        .await
        .1;
    let kind = "application/vnd.oci.image.index.v1+json";
    let parts = json!([{ "mediaType": MANIFEST, "digest": child, "size": whole.len() }]);
    let index = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": parts });
    let index = harbour.put("all", &index).await;
    let path = format!("manifests/{child}");
    assert_eq!(harbour.asks(&harbour.eve, &path).await.0, 403);
    let shop = &harbour.office.shop;
    harbour.key.sign_artifact(shop, "shop/web", &index).await;
    until("it left quarantine", || {
        harbour.artifact("all")["quarantine"] == Value::Null
    });
    assert_eq!(harbour.asks(&harbour.eve, &path).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_calls_itself_evidence_is_none_until_it_was_read_as_such() {
    let harbour = Harbour::open();
    harbour.sign("1.0.0").await;
    let good = harbour.digest("1.0.0");
    let bill = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [] });
    let (bill, program) = (bill.to_string(), &b"#!/bin/sh\n"[..]);
    // Neither a layer nor a config carries anything out by the types that it claims.
    for (config, layer) in [(&b"{}"[..], program), (program, bill.as_bytes())] {
        let hidden = harbour.attach(&good, (config, layer)).await;
        harbour.tells_of(&hidden, "artifact.quarantined", 1);
        let blob = format!("blobs/{}", sha256(program));
        for path in [&format!("manifests/{hidden}"), &blob] {
            assert_eq!(harbour.asks(&harbour.eve, path).await.0, 403, "{path}");
            assert_eq!(harbour.asks(&harbour.bob, path).await.0, 200, "{path}");
        }
    }
    let said = harbour.attach(&good, (b"{}", bill.as_bytes())).await;
    let path = format!("manifests/{said}");
    let mut status = 403;
    while status == 403 {
        let told;
        (status, told) = harbour.asks(&harbour.eve, &path).await;
        assert!(
            status == 200 || told.contains("was not read yet"),
            "{status} {told}"
        );
    }
    let entries = harbour
        .office
        .shop
        .actions(&format!("artifact/shop/web@{said}"));
    assert_eq!(entries, [""; 0], "it was never an artifact");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_goes_out_with_one_good_artifact_among_many_that_name_it() {
    let harbour = Harbour::open();
    let manifest = harbour.asks(&harbour.bob, "manifests/1.0.0").await.1;
    let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
    let layer = manifest["layers"][0]["digest"].as_str().unwrap().to_owned();
    let mut all = Vec::new();
    for number in 0..120 {
        manifest["annotations"] = json!({ "number": number.to_string() });
        all.push(harbour.put("DIGEST", &manifest).await);
    }
    all.sort();
    let last = all.pop().unwrap();
    let blob = format!("blobs/{layer}");
    assert_eq!(harbour.asks(&harbour.eve, &blob).await.0, 403);
    let shop = &harbour.office.shop;
    harbour.key.sign_artifact(shop, "shop/web", &last).await;
    let mut status = 403;
    while status == 403 {
        status = harbour.asks(&harbour.eve, &blob).await.0;
    }
    assert_eq!(status, 200);
    let path = format!("manifests/{}", all[0]);
    assert_eq!(
        harbour.asks(&harbour.eve, &path).await.0,
        403,
        "only what it is part of"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_hides_no_other_from_the_journal() {
    let mut harbour = Harbour::open();
    harbour.tells("1.0.0", "artifact.quarantined", 1);
    harbour.sign("1.0.0").await;
    harbour.tells("1.0.0", "artifact.quarantine_left", 1);
    harbour.office.shop.kill_server();
    bend(&harbour.office.shop, "attachments");
    harbour.office.shop.start_server();
    let (status, told) = harbour.asks(&harbour.eve, "manifests/1.0.0").await;
    assert!(
        status >= 500,
        "what cannot be judged is not handed out: {told}"
    );
    for version in ["1.2.0", "1.3.0", "1.4.0"] {
        harbour.office.shop.push(version, None);
        harbour.tells(version, "artifact.quarantined", 1);
    }
    // All is looked at anew, and the one that cannot be is among them.
    harbour.office.apply(
        "kind: Control
name: signed
mode: enforce
---
kind: Control
name: kept-here
title: It is whole
mode: enforce
quarantine: true
policy: permit (principal, action, resource is Artifact) when { resource.kept };
",
    );
    harbour.tells("1.4.0", "artifact.quarantine_left", 1);
    assert_eq!(harbour.asks(&harbour.eve, "manifests/1.4.0").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_not_given_what_went_back_in_before_it_ran() {
    let mut harbour = Harbour::open();
    harbour.sign("1.0.0").await;
    harbour.office.shop.kill_agent("testing-1");
    let id = harbour.office.deploys("bob", "1.0.0", "testing");
    until("it is told to prepare", || {
        harbour.office.show(&id)["waves"][0]["targets"][0]["stage"] == "preparing"
    });
    harbour.revoke();
    harbour.office.shop.start_agent("testing-1");
    // It was begun before, and changes nothing any more.
    until("it is refused", || {
        harbour.office.show(&id)["status"] == "failed"
    });
    let cause = harbour.office.show(&id)["cause"].to_string();
    assert!(
        cause.contains("is in quarantine: control signed") && cause.contains("cosign sign"),
        "{cause}"
    );
    harbour.declare("");
    let again = harbour.office.deploys("bob", "1.0.0", "testing");
    harbour.office.succeeds(&again);
}
