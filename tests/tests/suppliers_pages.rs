//! The pages of suppliers: what they announce and what it means, decided in the browser; and what a contact sees by their link.

use serde_json::json;
use tidegate_tests::{
    browser::Browser,
    page::{LOOKS, check_page, page, pictures, signed_in, submit, valid_html},
    server::Server,
};

const CATALOG: &str = "kind: Environment\nname: live\n---\nkind: Product\nname: shop\npath: [live]\ncomponents:\n  - name: web\n    driver: service\n    \
    service: { command: [\"./web\"] }\n---\nkind: Supplier\nname: acme\ntitle: ACME Payments\nowner: team:default\n\
    contacts: [{ name: Eve, mail: eve@acme.example, for: [changes] }]\nobligations: { notice: { change: 10d }, availability: 99.9 }\n\
    lead_times: { certificate: 5d }\ncomponents: [{ name: gateway, environments: { live: {} } }]\n";
const NOTICE: &str = "/supplier-notices/1";

/// What somebody writes into the form of a notice.
const WRITTEN: [(&str, &str); 9] = [
    ("title", "Gateway <2.5.0>"),
    ("kind", "change"),
    ("number", "CHG1"),
    ("description", "It is faster."),
    ("components", "gateway"),
    ("environments", "live"),
    ("from", "2099-01-10T22:00"),
    ("until", "2099-01-11T02:00"),
    ("version", "2.5.0"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_written_down_and_followed_on_its_page() {
    let server = Server::start().await;
    let browser = signed_in(&server).await;
    let look_at = async |page| check_page(&server, &browser, page).await;
    look_at((
        "suppliers-none",
        "/suppliers",
        "No supplier is declared yet.",
    ))
    .await;
    server.apply(CATALOG);
    let quiet = "ACME Payments announces nothing now, and surprised nobody.";
    look_at(("supplier-none", "/suppliers/acme", quiet)).await;
    let cookie = server.sign_in().await;
    let kept = submit(&server, &cookie, ("/suppliers/acme/notices", &WRITTEN)).await;
    assert_eq!(kept, (303, NOTICE.to_owned()));
    let announces = "acme announces: Gateway";
    look_at(("supplier-notice", NOTICE, announces)).await;
    let to = async |path: &str, fields: &[(&str, &str)]| {
        submit(&server, &cookie, (path, fields)).await.0
    };
    assert_eq!(
        to("/supplier-notices/1/acknowledge", &[("note", "")]).await,
        303
    );
    let ask = [("title", "Send the notes"), ("description", "In English")];
    // What takes five days and is to be there in one was asked for too late.
    let tomorrow = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let tomorrow = tomorrow.strftime("%Y-%m-%dT%H:%M").to_string();
    let hurried = [("lead_time", "certificate"), ("due", tomorrow.as_str())];
    let hurried = [&ask[..], &hurried].concat();
    assert_eq!(to("/suppliers/acme/tasks", &hurried).await, 303);
    let incident = [("title", "Payments down"), ("component", "gateway")];
    assert_eq!(to("/suppliers/acme/incidents", &incident).await, 303);
    // What should be done by now is told, and ended there.
    let hold = ["supplier", "respond", "hold", "shop", "--in", "live"];
    let why = ["--notice", "1", "--reason", "It may break"];
    server.run(&[&hold[..], &why, &["--due", "2026-01-01T00:00:00Z"]].concat());
    look_at((
        "supplier-held",
        "/suppliers/acme",
        "hold deployments for shop in live",
    ))
    .await;
    let overdue = "response 1 should be done by now";
    look_at(("suppliers-overdue", "/suppliers", overdue)).await;
    let needed = "Hold deployments for shop in live, because of notice 1 of acme";
    look_at(("overview-overdue", "/", needed)).await;
    let dropped = [("note", "We tried it"), ("here", "/suppliers/acme")];
    let drop = ("/supplier-responses/1/drop", &dropped[..]);
    let ended = submit(&server, &cookie, drop).await;
    assert_eq!(ended, (303, "/suppliers/acme".to_owned()));
    look_at((
        "supplier",
        "/suppliers/acme",
        "ACME Payments announces 1 change.",
    ))
    .await;
    let page = page(&server, "/suppliers/acme", &cookie).await;
    assert!(page.contains("asked for too late: certificate had to be asked for by"));
    look_at((
        "suppliers",
        "/suppliers",
        "There is something to look at of 1 supplier.",
    ))
    .await;
    let path = link(&server);
    look_at(("outside", &path, "1 task is to be done by ACME Payments.")).await;
    assert_eq!(to("/suppliers/acme/tasks/1/withdraw", &[]).await, 303);
    look_at((
        "outside-done",
        &path,
        "Nothing is to be done by ACME Payments.",
    ))
    .await;
    menus_open(&server, &browser).await;
    valid_html(&server);
}

/// The navigation has its pages in menus, which open by the keyboard and without anything else.
async fn menus_open(server: &Server, browser: &Browser) {
    for look in [LOOKS[0], LOOKS[2]] {
        browser.look(look).await;
        browser.open(&server.url("/suppliers")).await;
        let open = "document.querySelectorAll('nav summary')[1].click(); \
            const menu = document.querySelectorAll('nav details')[1]; \
            const links = [...menu.querySelectorAll('a')]; \
            done([menu.open, links.map(it => it.textContent).join(), links.every(it => it.checkVisibility()), \
            document.documentElement.scrollWidth <= innerWidth])";
        let shown = browser.run(open).await;
        assert_eq!(shown, json!([true, "Artifacts,Suppliers", true, true]));
        let file = format!("navigation-{}.png", look.width);
        browser.picture(&pictures().join(file)).await;
        browser
            .run("document.querySelectorAll('nav details')[1].open = false; done(true)")
            .await;
    }
}

/// A link that lets a contact do everything.
fn link(server: &Server) -> String {
    let may = "see-tasks,acknowledge,finish,see-notices,announce";
    let give = ["supplier", "link", "give", "acme", "eve@acme.example"];
    let link = server.json(&[&give[..], &["--may", may]].concat());
    let link = link["url"].as_str().expect("a link");
    let path = link.strip_prefix(&server.address);
    path.expect("our own address").to_owned()
}
