//! What trusts accept and refuse, claim by claim.

use super::*;
use serde_json::json;

fn trust(claims: &[(&str, &str)]) -> Trust {
    Trust {
        name: "ci".parse().unwrap(),
        issuer: "https://ci.example".to_owned(),
        audience: "tidegate".to_owned(),
        claims: claims
            .iter()
            .map(|(name, pattern)| ((*name).to_owned(), (*pattern).to_owned()))
            .collect(),
        keys: None,
        level: Level::Apply,
        scope: Scope::default(),
        minutes: 15,
    }
}

const NOW: i64 = 1_800_000_000;

/// What the usual token says, with some claims set and those without a value left out.
fn claims(change: &[(&str, Value)]) -> Map<String, Value> {
    let usual = json!({
        "iss": "https://ci.example", "aud": "tidegate", "exp": NOW + 300, "iat": NOW - 5,
        "sub": "repo:org/shop:ref:refs/heads/main", "repository": "org/shop", "run": 17,
    });
    let Value::Object(mut claims) = usual else {
        unreachable!()
    };
    for (name, value) in change {
        claims.insert((*name).to_owned(), value.clone());
    }
    claims.retain(|_, value| !value.is_null());
    claims
}

fn check(asked: &[(&str, &str)], change: &[(&str, Value)], expect: Result<(), Unaccepted>) {
    let now = Timestamp::from_second(NOW).unwrap();
    let said = trust(asked).accept(&claims(change), now);
    assert_eq!([said], [expect], "{asked:?} {change:?}");
}

#[test]
fn issuer_and_audience_are_exactly_those() {
    let shop = &[("repository", "org/shop")];
    check(shop, &[], Ok(()));
    let issuer = |iss: Value| check(shop, &[("iss", iss)], Err(Unaccepted::Issuer));
    issuer(json!("https://ci.example/"));
    issuer(json!("https://ci.example.evil"));
    issuer(json!(["https://ci.example"]));
    issuer(Value::Null);
    let audience = |aud: Value, expect| check(shop, &[("aud", aud)], expect);
    audience(json!(["other", "tidegate"]), Ok(()));
    audience(json!("tidegate2"), Err(Unaccepted::Audience));
    audience(json!(["other"]), Err(Unaccepted::Audience));
    audience(json!({ "tidegate": true }), Err(Unaccepted::Audience));
    audience(Value::Null, Err(Unaccepted::Audience));
}

#[test]
fn times_are_kept() {
    let shop = &[("repository", "org/shop")];
    let check = |change: &[(&str, Value)], expect| check(shop, change, expect);
    check(&[("exp", json!(NOW))], Err(Unaccepted::Over));
    check(&[("exp", json!(NOW + 1))], Ok(()));
    check(&[("exp", json!(f64::from(3) + NOW as f64))], Ok(()));
    check(&[("exp", Value::Null)], Err(Unaccepted::Over));
    check(&[("exp", json!("soon"))], Err(Unaccepted::Over));
    check(&[("exp", json!(1e300))], Err(Unaccepted::Over));
    check(&[("nbf", json!(NOW + 60))], Ok(()));
    check(&[("nbf", json!(NOW + 61))], Err(Unaccepted::NotYet));
    check(&[("iat", json!(NOW + 61))], Err(Unaccepted::NotYet));
    check(&[("exp", json!(NOW + 86_395))], Ok(()));
    check(&[("exp", json!(NOW + 86_396))], Err(Unaccepted::LongLived));
}

#[test]
fn each_claim_is_what_is_asked_for() {
    let wrong = |name: &str| Err(Unaccepted::Claim(name.to_owned()));
    check(&[("sub", "repo:org/shop:*")], &[], Ok(()));
    check(&[("sub", "repo:org/*:ref:refs/heads/*")], &[], Ok(()));
    check(&[("sub", "repo:org/shop")], &[], wrong("sub"));
    check(&[("run", "17")], &[], Ok(()));
    check(&[("run", "1")], &[], wrong("run"));
    check(&[("environment", "live")], &[], wrong("environment"));
    let both = &[("repository", "org/shop"), ("ref", "refs/tags/*")];
    check(both, &[], wrong("ref"));
    check(both, &[("ref", json!("refs/tags/v1"))], Ok(()));
    let list = [("groups", json!(["a", "b"]))];
    check(&[("groups", "b")], &list, Ok(()));
    check(&[("groups", "c")], &list, wrong("groups"));
    let deep = [("groups", json!([["b"]]))];
    check(&[("groups", "b")], &deep, wrong("groups"));
}

#[test]
fn a_star_stands_for_any_characters() {
    let check = |pattern: &str, text: &str, expect: bool| {
        assert_eq!(matches(pattern, text), expect, "{pattern} {text}");
    };
    check("a", "a", true);
    check("a", "ab", false);
    check("a*", "a", true);
    check("*a", "ba", true);
    check("*a", "ab", false);
    check("a*a", "a", false);
    check("a*a", "aa", true);
    check("a*b*c", "aXbXbXc", true);
    check("a*b*c", "acb", false);
    check("a**c", "abc", true);
    check("*", "", true);
    check("", "", true);
    check("ä*", "äö", true);
    check("v?", "v1", false);
}

#[test]
fn a_trust_asks_for_something() {
    let check = |change: &dyn Fn(&mut Trust), expect| {
        let mut trust = trust(&[("sub", "repo:*")]);
        change(&mut trust);
        assert_eq!(trust.check(), expect, "{trust:?}");
    };
    check(&|_| {}, Ok(()));
    check(&|it| it.claims.clear(), Err(TrustFault::NoClaims));
    let any = |it: &mut Trust| drop(it.claims.insert("sub".into(), "**".into()));
    check(&any, Err(TrustFault::Claim("sub".into())));
    check(&|it| it.audience = " ".into(), Err(TrustFault::Audience));
    check(&|it| it.minutes = 61, Err(TrustFault::Minutes));
    check(&|it| it.minutes = 0, Err(TrustFault::Minutes));
    for issuer in [
        "http://ci.example",
        "https://",
        "ftp://x",
        "https://x/?y",
        "http://localhost.evil",
        "http://localhost:1@evil",
    ] {
        let set = |it: &mut Trust| issuer.clone_into(&mut it.issuer);
        check(&set, Err(TrustFault::Issuer));
    }
    for issuer in [
        "https://x/y",
        "http://127.0.0.1:8080/a",
        "http://localhost",
        "http://[::1]:9/",
    ] {
        check(&|it| issuer.clone_into(&mut it.issuer), Ok(()));
    }
}

#[test]
fn what_an_issuer_names_is_as_well_protected_as_the_issuer() {
    let check = |address: &str, issuer: &str, expect: bool| {
        let said = is_as_protected(address, issuer);
        assert_eq!(said, expect, "{address} of {issuer}");
    };
    let (there, here) = ("https://id.example", "http://127.0.0.1:9000");
    check("https://keys.example/jwks", there, true);
    check("http://id.example/jwks", there, false);
    check("http://127.0.0.1:9000/jwks", there, false);
    check("http://localhost/jwks", here, true);
    check("https://keys.example/jwks", here, true);
    check("http://id.example/jwks", here, false);
    check("file:///etc/passwd", here, false);
}
