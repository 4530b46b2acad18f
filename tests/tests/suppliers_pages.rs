//! The pages of suppliers: what they announce and what it means, decided in the browser; and what a contact sees by their link.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tidegate_tests::{
    browser::Browser,
    page::{
        LOOKS, check_page, cookie_of, keep_html, look, page, pictures, shown_once, signed_in,
        submit, upload, valid_html,
    },
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

/// As a browser writes it into a form.
fn tomorrow() -> String {
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(24);
    tomorrow.strftime("%Y-%m-%dT%H:%M").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_written_down_and_followed_on_its_page() {
    let server = Server::start().await;
    let browser = signed_in(&server).await;
    let look_at = async |page| check_page(&server, &browser, page).await;
    let none = "No supplier is declared yet.";
    look_at(("suppliers-none", "/suppliers", none)).await;
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
    // What takes five days and is to be there in one was asked for too late.
    let (title, what) = (("title", "Send the notes"), ("description", "In English"));
    let due = tomorrow();
    let hurried = [title, what, ("lead_time", "certificate"), ("due", &due)];
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

/// What a supplier sends as a file: one event, which begins in 30 days.
fn calendar() -> String {
    let from = Timestamp::now() + SignedDuration::from_hours(24 * 30);
    let until = from + SignedDuration::from_hours(4);
    let at = |it: Timestamp| it.strftime("%Y%m%dT%H%M%SZ").to_string();
    let (from, until) = (at(from), at(until));
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acme//changes//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\n\
        UID:chg-7@acme.example\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{from}\r\nDTEND:{until}\r\n\
        SUMMARY:Gateway <2.6.0>\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_let_in_and_a_calendar_is_read_on_the_page() {
    let server = Server::start().await;
    server.apply(CATALOG);
    for (name, level) in [("ann", "4"), ("ben", "3"), ("cas", "2")] {
        server.run(&["person", "create", name, "--level", level]);
    }
    let browser = signed_in(&server).await;
    let ann = cookie_of(&server, "ann").await;
    let given = given(&server, &ann).await;
    let path = given
        .strip_prefix(&server.address)
        .expect("our own address");
    let (status, seen) = look(&server, "", path).await;
    assert_eq!(status, 200, "{seen}");
    check_page(
        &server,
        &browser,
        ("supplier-links", "/suppliers/acme", "see-tasks"),
    )
    .await;
    only_for_who_may(&server).await;
    taken_back(&server, &ann, path).await;
    read_from_a_file(&server).await;
    valid_html(&server);
}

/// The address of a link that is given, which the supplier's page does not show.
async fn given(server: &Server, cookie: &str) -> String {
    let wish = [
        ("contact", "eve@acme.example"),
        ("days", "7"),
        ("tasks", ""),
    ];
    let to = "/suppliers/acme/links";
    let nothing = submit(server, cookie, (to, &wish)).await;
    assert_eq!(nothing.0, 400, "it lets them do nothing: {}", nothing.1);
    let all = [&wish[..], &[("see-tasks", "yes"), ("announce", "yes")]].concat();
    let (status, html) = submit(server, cookie, (to, &all)).await;
    assert_eq!(status, 200, "{html}");
    keep_html(server, "supplier-link-given", &html);
    let address = shown_once(&html);
    let (_, page) = look(server, cookie, "/suppliers/acme").await;
    assert!(!page.contains(&address) && page.contains("eve@acme.example"));
    address
}

/// Who may not let contacts in is not offered it, and refused.
async fn only_for_who_may(server: &Server) {
    let ben = cookie_of(server, "ben").await;
    let (_, page) = look(server, &ben, "/suppliers/acme").await;
    assert!(!page.contains("Let a contact in") && page.contains("Read one from a file"));
    let wish = [
        ("contact", "eve@acme.example"),
        ("days", "7"),
        ("finish", "yes"),
    ];
    let refused = submit(server, &ben, ("/suppliers/acme/links", &wish)).await;
    assert_eq!(refused.0, 403, "{}", refused.1);
}

async fn taken_back(server: &Server, cookie: &str, link: &str) {
    let listed = server.json(&["supplier", "link", "list", "acme"]);
    let nonce = listed[0]["nonce"].as_str().expect("a name");
    let path = format!("/suppliers/acme/links/{nonce}/take-back");
    let done = submit(server, cookie, (&path, &[])).await;
    assert_eq!(done, (303, "/suppliers/acme".to_owned()));
    assert_eq!(look(server, "", link).await.0, 404);
    let (_, page) = look(server, cookie, "/suppliers/acme").await;
    assert!(!page.contains("/take-back"), "it is over");
}

/// A file becomes a notice; what is no calendar and no mail is refused with a remedy, and who may not is, too.
async fn read_from_a_file(server: &Server) {
    let to = "/suppliers/acme/notices/import";
    let calendar = calendar();
    let ben = cookie_of(server, "ben").await;
    let (status, html) = upload(server, &ben, (to, "change.ics", &calendar)).await;
    assert_eq!(status, 200, "{html}");
    assert!(html.contains("1 notice was read.") && html.contains("/supplier-notices/1"));
    keep_html(server, "supplier-import", &html);
    let (status, html) = upload(server, &ben, (to, "change.pdf", "%PDF")).await;
    assert!(status == 400 && html.contains(".ics"), "{status} {html}");
    let (status, html) = upload(server, &ben, (to, "", "")).await;
    assert!(
        status == 400 && html.contains("choose one"),
        "{status} {html}"
    );
    let cas = cookie_of(server, "cas").await;
    assert_eq!(
        upload(server, &cas, (to, "change.ics", &calendar)).await.0,
        403
    );
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
