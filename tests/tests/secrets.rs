//! Secrets: where a value never shows, and what a rotation of keys leaves.

use std::{
    fs,
    path::{Path, PathBuf},
};
use tidegate_tests::{
    server::{client, session},
    shop::{Shop, TOKEN, web},
};

/// Nothing else in the tree is this.
const CANARY: &str = "canary-7f3b9c1e-that-sings-nowhere";

const LINES: &str = r#"environment: { KEY: "${secrets.key}" }
  files: { config/shop.ini: "key = ${secrets.key}" }"#;

fn deploy(shop: &Shop, release: &str) {
    shop.ok(&[
        "deploy",
        "shop",
        release,
        "--to",
        "testing",
        "--minimum-healthy",
        "300ms",
        "--wait",
    ]);
}

/// The shop with the canary deployed.
fn with_canary() -> Shop {
    let shop = Shop::with_shop(None);
    shop.apply(&web(LINES));
    shop.set_secret(CANARY);
    shop.ok(&["release", "configure", "shop", "1.0.0"]);
    deploy(&shop, "1.0.0");
    shop
}

/// The files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .flat_map(|path| match (path.is_symlink(), path.is_dir()) {
            (true, _) => Vec::new(),
            (false, true) => files(&path),
            (false, false) => vec![path],
        })
        .collect()
}

fn sings(bytes: &[u8]) -> bool {
    bytes
        .windows(CANARY.len())
        .any(|window| window == CANARY.as_bytes())
}

/// Of all files of server and agents, databases and logs among them.
fn only_the_file_of_what_runs_has_it(shop: &Shop) {
    let rendered: Vec<PathBuf> = files(shop.path())
        .into_iter()
        .filter(|path| sings(&fs::read(path).unwrap_or_default()))
        .collect();
    let expected = shop.path().join("testing-1");
    assert!(
        !rendered.is_empty(),
        "what runs has it, or this test sees nothing"
    );
    for path in &rendered {
        let is_its_own = path.starts_with(&expected) && path.ends_with("config/shop.ini");
        assert!(is_its_own, "{} has it", path.display());
    }
}

async fn no_page_shows_it(shop: &Shop, http: &reqwest::Client) {
    let cookie = session(http, &shop.url(), TOKEN).await;
    for page in [
        "/",
        "/products/shop/releases/1.0.0",
        "/deployments/1",
        "/deployments/1/approvals",
        "/journal",
        "/journal/1",
        "/artifacts",
        "/artifacts/shop/web/1.0.0",
        "/controls",
        "/people/admin",
    ] {
        let asked = http.get(format!("{}{page}", shop.url()));
        let answer = asked.header("cookie", &cookie).send().await;
        let answer = answer.expect("it answers");
        assert_eq!(answer.status(), 200, "{page}");
        let body = answer.bytes().await.expect("a whole answer");
        assert!(!sings(&body), "{page} shows it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_secret_is_found_nowhere_but_where_it_is_used() {
    let shop = with_canary();
    only_the_file_of_what_runs_has_it(&shop);

    // Every document of the API that can be got without an argument, and what takes the most from everywhere.
    let http = client();
    let get = async |path: String| {
        let answer = http.get(format!("{}{path}", shop.url())).bearer_auth(TOKEN);
        let answer = answer.send().await.expect("it answers");
        answer.bytes().await.expect("a whole answer").to_vec()
    };
    let document: serde_json::Value =
        serde_json::from_slice(&get("/api/openapi.json".to_owned()).await).expect("JSON");
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        if item.get("get").is_none() || path.ends_with("/stream") {
            continue;
        }
        let path = path
            .replace("{product}", "shop")
            .replace("{version}", "1.0.0")
            .replace("{component}", "web")
            .replace("{reference}", "1.0.0")
            .replace("{id}", "1");
        let logs = "product=shop&component=web&environment=testing&target=testing-1&q=web";
        let body = get(format!("{path}?{logs}")).await;
        asked += 1;
        assert!(!sings(&body), "{path} tells it");
    }
    assert!(asked > 40, "{asked}");
    assert!(!sings(&get("/metrics".to_owned()).await), "metrics tell it");
    no_page_shows_it(&shop, &http).await;
    for command in [
        &["status"][..],
        &["explain", "1"],
        &["deployment", "show", "1", "--output", "json"],
        &[
            "logs",
            "shop",
            "web",
            "--in",
            "testing",
            "--target",
            "testing-1",
        ],
    ] {
        let output = shop.run(command);
        assert!(
            !sings(&[output.stdout, output.stderr].concat()),
            "{command:?} says it"
        );
    }
    let command_lines = fs::read_dir("/proc").expect("processes").flatten();
    for process in command_lines {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        assert!(
            !sings(&line),
            "{} is called with it",
            process.path().display()
        );
    }
}

#[test]
fn a_rotation_leaves_every_secret_readable_and_nothing_under_the_old_key() {
    let mut shop = with_canary();
    let key = PathBuf::from(shop.file("server/key"));
    let old = fs::read_to_string(&key).expect("a key");
    let rotated = shop.ok(&["secrets", "rotate"]);
    assert!(rotated.contains("there are 2 keys"), "{rotated}");
    let both = fs::read_to_string(&key).expect("keys");
    assert!(both.ends_with(&old) && both.lines().count() == 2);
    let rotated = shop.ok(&["secrets", "rotate", "--forget-old"]);
    assert!(rotated.contains("there is 1 key"), "{rotated}");
    assert!(
        !fs::read_to_string(&key)
            .expect("a key")
            .contains(old.trim())
    );

    // A server that knows only the new key serves the secret, signs the journal and is known to its agents.
    shop.kill_server();
    shop.start_server();
    deploy(&shop, "1.1.0");
    shop.ok(&["doctor"]);
    let actions = shop.actions("secrets/keys");
    assert_eq!(actions, ["secrets.rotated", "secrets.rotated"]);

    // Without its key nothing is made up: the server says what is missing.
    shop.kill_server();
    fs::write(&key, format!("{}\n", "ab".repeat(32))).expect("another key");
    let (data, token) = (shop.file("server"), shop.file("token"));
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--agent-listen",
        "127.0.0.1:0",
        "--data",
        &data,
        "--admin-token-file",
        &token,
    ];
    let output = shop.run(&arguments);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(
        !output.status.success()
            && said.contains("the key file is not the one this database was made with"),
        "{said}"
    );
}
