//! Configuration goes out as a release does: by a deployment, of the same release with a new snapshot.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::fs;
use tidegate_tests::shop::{Shop, web};

const DEPLOY: [&str; 8] = [
    "deploy",
    "shop",
    "1.0.0",
    "--to",
    "testing",
    "--minimum-healthy",
    "300ms",
    "--wait",
];

/// What the component says of a variable and a secret, in its environment and in a file.
const LINES: &str = r#"environment: { GREETING: "${vars.greeting}", KEY: "${secrets.key}" }
  files: { config/shop.ini: "${vars.greeting} ${secrets.key}" }"#;

#[test]
fn what_a_component_does_not_see_restarts_nothing() {
    let shop = Shop::with_shop(None);
    shop.ok(&DEPLOY);
    let before = shop.answering_pid("testing-1");
    shop.ok(&DEPLOY);
    assert_eq!(
        shop.answering_pid("testing-1"),
        before,
        "nothing changed, so nothing was restarted"
    );
    let changed = "kind: Environment\nname: testing\ntitle: Testing\nvars: { unused: 1 }\n";
    shop.apply(changed);
    let release = shop.json(&["release", "configure", "shop", "1.0.0", "--output", "json"]);
    assert_eq!(release["snapshot"], 2);
    shop.ok(&DEPLOY);
    assert_eq!(
        shop.answering_pid("testing-1"),
        before,
        "what the component sees did not change"
    );
}

#[test]
fn variables_and_secrets_reach_what_runs_and_going_back_takes_the_newest_secret() {
    let shop = Shop::with_shop(None);
    shop.apply(&web(LINES));
    deploy_with(&shop, "hello", "first");
    assert_eq!(seen(&shop), ["hello", "first", "hello first"]);
    deploy_with(&shop, "goodbye", "second");
    assert_eq!(seen(&shop), ["goodbye", "second", "goodbye second"]);
    shop.set_secret("third");
    assert_eq!(seen(&shop)[1], "second", "a secret alone restarts nothing");
    shop.ok(&["rollback", "shop", "--in", "testing", "--wait"]);
    assert_eq!(seen(&shop), ["hello", "third", "hello third"]);
    shop.await_version("testing", "1.0.0");
}

/// Takes a snapshot with that variable of the environment and that secret, and deploys it.
fn deploy_with(shop: &Shop, greeting: &str, key: &str) {
    shop.apply(&format!(
        "kind: Environment\nname: testing\nvars: {{ greeting: {greeting} }}\n"
    ));
    shop.set_secret(key);
    shop.ok(&["release", "configure", "shop", "1.0.0"]);
    shop.ok(&DEPLOY);
}

/// What the process that answers was started with: the variable, the secret, and the file.
fn seen(shop: &Shop) -> [String; 3] {
    let process = format!("/proc/{}", shop.answering_pid("testing-1").unwrap());
    let environment = fs::read_to_string(format!("{process}/environ")).unwrap();
    let variable = |name: &str| {
        let mut pairs = environment
            .split('\0')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(found, _)| *found == name)
            .unwrap()
            .1
            .to_owned()
    };
    let file = fs::read_to_string(format!("{process}/cwd/config/shop.ini"));
    [variable("GREETING"), variable("KEY"), file.unwrap()]
}
