//! Who may join as an agent, how often a token lets somebody, and whose a certificate is.

use rcgen::{
    CertificateParams, CertificateSigningRequest, DnType, ExtendedKeyUsagePurpose, KeyPair,
};
use serde_json::{Value, json};
use tidegate_tests::{hand::Hand, shop::Shop};

/// A new key, and the request to certify it under a name.
fn request(name: &str) -> (KeyPair, String) {
    let key = KeyPair::generate().expect("a key");
    let request = named(name).serialize_request(&key);
    let pem = request.as_ref().map(CertificateSigningRequest::pem);
    (key, pem.expect("a request").expect("PEM"))
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn token(shop: &Shop, more: &[&str]) -> String {
    let create = ["enrolment", "create", "--environment", "live"];
    shop.ok(&[&create[..], more].concat()).trim().to_owned()
}

/// Joins as the agent of a target with nothing but a token; answers the status, and what the refusal is called.
async fn join(hand: &Hand, token: &str, (environment, target): (&str, &str)) -> (u16, Value) {
    let (_, request) = request("nobody");
    let wanted = json!({
        "token": token, "environment": environment, "target": target,
        "certificate_request": request,
    });
    let (status, answer) = hand.post("/enroll", &wanted).await;
    (status, answer["type"].clone())
}

#[tokio::test]
async fn a_token_admits_as_many_agents_as_it_says_and_one_if_it_says_nothing() {
    let shop = Shop::with_shop(None);
    let hand = Hand::of(&shop, None);
    let (invalid, taken) = (
        (403, json!("enrolment-invalid")),
        (409, json!("agent-enrolled")),
    );
    for (more, admitted) in [(&[][..], 1), (&["--uses", "3"], 3)] {
        let token = token(&shop, more);
        // What is refused uses nothing up: another environment, and a place that somebody has.
        assert_eq!(join(&hand, &token, ("staging", "new")).await, invalid);
        assert_eq!(join(&hand, &token, ("live", "live-1")).await, taken);
        // All at once, so that a use that is counted late would show.
        let targets: Vec<String> = (1..=5)
            .map(|number| format!("one-of-{admitted}-{number}"))
            .collect();
        let attempts = targets
            .iter()
            .map(|target| join(&hand, &token, ("live", target)));
        let mut answers = futures::future::join_all(attempts).await;
        answers.sort_by_key(|(status, _)| *status);
        let (good, bad) = answers.split_at(admitted);
        assert!(good.iter().all(|(status, _)| *status == 200), "{answers:?}");
        assert!(bad.iter().all(|answer| *answer == invalid), "{answers:?}");
    }
    let token = token(&shop, &[]);
    let (secret, pin) = token.split_once('.').expect("a secret and a pin");
    for wrong in [secret, &format!("{secret}x.{pin}"), pin, ""] {
        assert_eq!(join(&hand, wrong, ("live", "new")).await, invalid);
    }
}

#[tokio::test]
async fn a_certificate_is_renewed_for_its_own_target_alone_and_the_one_before_it_ends() {
    let mut shop = Shop::with_shop(None);
    shop.ok(&[
        "deploy",
        "shop",
        "1.0.0",
        "--to",
        "testing",
        "--minimum-healthy",
        "200ms",
        "--wait",
    ]);
    shop.kill_agent("testing-1");
    let first = Hand::of(&shop, Some("testing-1"));
    // Whatever name it asks for, it gets its own.
    let (key, wanted) = request("live-1.live");
    let wanted = json!({ "certificate_request": wanted });
    let (status, answer) = first.post("/renew", &wanted).await;
    assert_eq!(status, 200, "{answer}");
    let certificate = answer["certificate"].as_str().expect("PEM");

    // Until the new one is seen the old one is good: the answer may have been lost.
    first.told().await;
    let second = Hand::with(&shop, Some(&(key.serialize_pem() + certificate)));
    let told = second.told().await;
    assert_eq!(told["desired"][0]["product"], "shop");
    let said = json!({"observed": told["desired"], "agent_version": "0"});
    for (status, problem) in [
        first.get("/desired").await,
        first.post("/renew", &wanted).await,
        first.post("/observed", &said).await,
    ] {
        assert_eq!((status, &problem["type"]), (403, &json!("agent-replaced")));
    }
}

#[tokio::test]
async fn a_certificate_that_the_authority_did_not_make_is_not_let_in() {
    let shop = Shop::with_shop(None);
    let (key, _) = request("testing-1.testing");
    let own = named("testing-1.testing").self_signed(&key);
    let pem = key.serialize_pem() + &own.expect("a certificate").pem();
    assert!(Hand::with(&shop, Some(&pem)).is_hung_up_on().await);
    assert!(!Hand::of(&shop, Some("testing-1")).is_hung_up_on().await);
}
