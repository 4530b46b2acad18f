//! A shop in which there is one of everything, for whoever asks who may see it.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::shop::{Shop, until};

const BILL: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"lodash","version":"4.17.20","purl":"pkg:npm/lodash@4.17.20"}]}"#;
const PROPOSED: &str = "kind: Policy\nname: idle\npolicy: |\n  forbid (principal, action, resource) when { context.level > 6 };\n";
/// Two products of one team, a freeze, and another team that owns neither.
const CATALOG: &str = "kind: Procedure\nname: go-back\nowner: team:makers\nbinds: [\"level:2\"]\nbody: Call first.\n---\nkind: ReleaseTemplate\nname: base\ntasks: [{ name: back, owner: \"team:makers\", procedure: go-back }]\n---\nkind: Supplier\nname: acme\ncontacts: [{ name: Eve, mail: eve@acme.example }]\ncomponents: [{ name: gateway, environments: { live: {} } }]\n---\nkind: Channel\nname: pages\nby: in-app\n---\nkind: Audience\nname: staff\npeople: [\"team:makers\"]\nchannels: [pages]\nnotes: developer\n---\nkind: Tracker\nname: tickets\nsystem: jira\n---\nkind: Team\nname: makers\nlevels: { maker: initiate }\n---\nkind: Team\nname: rivals\nlevels: { rival: initiate }\n---\n\
    kind: Product\nname: shop\nteam: makers\n---\nkind: Product\nname: bank\nteam: makers\npath: [testing]\ncomponents:\n  - name: app\n    \
    driver: service\n    service: { command: [\"./storefront\"] }\n---\nkind: Freeze\nname: quiet\nenvironment: live\nreason: It is tested\n\
    once: { from: 2020-01-01, to: 2020-01-02, time_zone: UTC }\n";

const TRAIN: &str = "owner: team:makers\ndepartures: [{ environment: testing, at: 2099-01-01T10:00 }]\n\
    members: [{ product: shop, release: 1.1.0 }, { product: bank, release: 1.0.0 }]\n";

/// A message that `second` sanctioned and that went out to whoever makes the shop.
fn tell(shop: &Shop) {
    let words = [
        "message",
        "write",
        "shop",
        "1.0.0",
        "--subject",
        "It is here",
    ];
    let more = ["--body", "Look at it.", "--to", "staff", "--output", "json"];
    shop.ok(&[&words[..], &more[..]].concat());
    let sent = shop.json(&["message", "submit", "1", "--output", "json"]);
    let hash = sent["hash"].as_str().expect("a hash");
    let token = shop.ok(&["token", "create", "desk", "--for", "second"]);
    let mut command = shop.command(&["message", "sanction", "1", "--hash", hash]);
    let output = command.env("TIDEGATE_TOKEN", token.trim()).output();
    assert!(output.expect("it runs").status.success());
    shop.ok(&["message", "send", "1"]);
    until("it is sent", || {
        shop.json(&["message", "show", "1", "--output", "json"])["state"] == "sent"
    });
}

/// One of each, of two products of the team `makers`; `rivals` own nothing.
///
/// A deployment, a drill, a rehearsal, a preflight, a task, an issue, a comment, a message and a group run have number 1, and a train is named so.
pub fn furnished() -> Shop {
    let shop = Shop::with_shop(None);
    for who in ["maker", "rival", "nobody"] {
        shop.ok(&["person", "create", who]);
    }
    shop.apply(CATALOG);
    shop.ok(&["person", "create", "second", "--level", "6"]);
    shop.apply(PROPOSED);
    let wares = shop.file("wares/1.0.0");
    shop.ok(&["push", "bank/app:1.0.0", &wares]);
    shop.ok(&[
        "release",
        "create",
        "bank",
        "1.0.0",
        "--component",
        "app=1.0.0",
    ]);
    let bill = shop.file("bill.json");
    std::fs::write(&bill, BILL).expect("a file");
    shop.ok(&["attach", "sbom", "shop/web:1.1.0", &bill]);
    shop.ok(&["rehearse", "shop", "1.0.0", "--to", "testing"]);
    shop.ok(&["preflight", "shop", "1.0.0", "--to", "testing"]);
    shop.ok(&["deploy", "shop", "1.0.0", "--to", "testing", "--wait"]);
    shop.ok(&["deploy", "shop", "1.1.0", "--to", "testing", "--wait"]);
    shop.ok(&["drill", "shop", "1.1.0", "--in", "testing", "--even-live"]);
    shop.ok(&["drills", "cancel", "1"]);
    shop.ok(&[
        "deploy",
        "shop",
        "1.1.0",
        "--to",
        "testing",
        "--supersede",
        "--wait",
    ]);
    shop.ok(&[
        "change",
        "create",
        "shop",
        "--in",
        "live",
        "--title",
        "A new till",
    ]);
    shop.ok(&["release", "plan", "begin", "shop", "1.0.0"]);
    let task = ["task", "add", "shop", "1.0.0", "Tell the news"];
    shop.ok(&[&task[..], &["--owner", "team:makers"]].concat());
    let issue = ["issue", "raise", "It is slow", "--severity", "low"];
    shop.ok(&[&issue[..], &["--product", "shop", "--release", "1.0.0"]].concat());
    shop.ok(&["comment", "add", "release/shop/1.0.0", "Look at it."]);
    shop.ok(&["waiver", "ask", "signed", "shop", "--reason", "it hurries"]);
    let notice = ["supplier", "notice", "add", "acme", "--title", "Gateway 2"];
    shop.ok(&[&notice[..], &["--kind", "change"]].concat());
    let hold = ["supplier", "respond", "hold", "shop", "--in", "live"];
    shop.ok(&[&hold[..], &["--notice", "1", "--reason", "It may break"]].concat());
    tell(&shop);
    let members = ["shop=1.1.0", "bank=1.0.0", "--to", "testing"];
    shop.ok(&[&["group-run", "start"], &members[..]].concat());
    let train = shop.file("train.yaml");
    std::fs::write(&train, TRAIN).expect("a file");
    shop.ok(&["train", "plan", "train", &train]);
    shop
}
