//! What holds for every page, in every look.

use crate::{
    browser::{Browser, Look},
    process::{installed, required},
    server::Server,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Wide and narrow, light and dark.
pub const LOOKS: [Look; 4] = [
    Look {
        width: 1440,
        scheme: "light",
    },
    Look {
        width: 1440,
        scheme: "dark",
    },
    Look {
        width: 390,
        scheme: "light",
    },
    Look {
        width: 390,
        scheme: "dark",
    },
];

/// A page in every look: no complaint in the console, nothing wider than the window, no accessibility violation; and
/// the same facts in its HTML before any script, which [`valid_html`] judges later.
pub async fn check_page(
    server: &Server,
    browser: &Browser,
    (name, path, fact): (&str, &str, &str),
) {
    for look in LOOKS {
        browser.look(look).await;
        browser.open(&server.url(path)).await;
        // Where much goes on at once, the rest of a page may come after it counts as loaded.
        browser.text_becomes("body", fact).await;
        let file = format!("{name}-{}-{}.png", look.width, look.scheme);
        browser.picture(&pictures().join(file)).await;
        let wide = browser
            .run("done(document.documentElement.scrollWidth - innerWidth)")
            .await;
        assert!(
            wide.as_i64() <= Some(0),
            "{path} is {wide} px too wide at {look:?}"
        );
        let violations = browser.run(&axe()).await;
        assert_eq!(violations, json!([]), "{path} at {look:?}");
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{path} at {look:?}: {complaints:?}");
    }
    browser
        .tab_to("main a, main button, main summary, main input, main [tabindex='0']")
        .await;
    let cookie = server.sign_in().await;
    let html = page(server, path, &cookie).await;
    let facts = html
        .split_once("<main")
        .map(|(_, main)| main)
        .unwrap_or_default();
    assert!(
        facts.contains(fact),
        "{path} is incomplete without JavaScript"
    );
    keep_html(server, name, &html);
    twin_answers(server, path, (&html, &cookie)).await;
}

/// Whether the address at the page's foot, of the same as data, leads there.
async fn twin_answers(server: &Server, path: &str, (html, cookie): (&str, &str)) {
    let Some((_, foot)) = html.split_once("The same as data: <a href=\"") else {
        return;
    };
    let twin = foot.split('"').next().unwrap_or_default();
    // An address in HTML has its `&` escaped.
    let twin = twin.replace("&#38;", "&").replace("&amp;", "&");
    let data = page(server, &twin, cookie).await;
    let data = serde_json::from_str::<serde_json::Value>(&data);
    assert!(data.is_ok(), "{path} leads to {twin}, which is no data");
}

/// A browser in which `admin` has signed in as a person does: by the one-time link, which opening alone does not use up.
pub async fn signed_in(server: &Server) -> Browser {
    let browser = Browser::start().await;
    browser.look(LOOKS[0]).await;
    let link = server.run(&["sign-in"]);
    let path = link.find("/sign-in?").map(|at| link[at..].trim());
    let path = path.expect("a link is printed");
    browser.open(&server.url(path)).await;
    browser.open(&server.url(path)).await;
    browser.picture(&pictures().join("sign-in.png")).await;
    browser.tab_to("main button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes(".person", "admin").await;
    browser
}

/// Keeps the HTML of a page for [`valid_html`].
pub fn keep_html(server: &Server, name: &str, html: &str) {
    let directory = server.directory().join("html");
    std::fs::create_dir_all(&directory).expect("a directory");
    std::fs::write(directory.join(format!("{name}.html")), html).expect("the page can be kept");
}

/// Whether all HTML that was kept is valid, by the recommended rules of html-validate without an exception.
pub fn valid_html(server: &Server) {
    let output = Command::new(required("/usr/bin/node", "cargo xtask test installs it"))
        .arg(installed(
            "pages/node_modules/html-validate/bin/html-validate.mjs",
        ))
        .args(["--preset", "recommended"])
        .arg(server.directory().join("html"))
        .output()
        .expect("node starts");
    let report = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}{errors}");
}

/// The HTML of a page as it is served, before any script.
pub async fn page(server: &Server, path: &str, cookie: &str) -> String {
    let request = server.http.get(server.url(path)).header("cookie", cookie);
    let answer = request.send().await.expect("the server answers");
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    answer.text().await.expect("a whole page")
}

/// The cookie of somebody who has signed in by a token of theirs.
pub async fn cookie_of(server: &Server, name: &str) -> String {
    let token = server.run(&["token", "create", "desk", "--for", name]);
    server.sign_in_by(token.trim()).await
}

/// The status of a page, and what it says.
pub async fn look(server: &Server, cookie: &str, path: &str) -> (u16, String) {
    let request = server.http.get(server.url(path)).header("cookie", cookie);
    let answer = request.send().await.expect("the server answers");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("a whole page"))
}

/// Submits a form as a browser without JavaScript does; answers the status, and where it leads or what it says.
pub async fn submit(
    server: &Server,
    cookie: &str,
    (path, fields): (&str, &[(&str, &str)]),
) -> (u16, String) {
    let request = server.http.post(server.url(path)).header("cookie", cookie);
    let request = request.header("sec-fetch-site", "same-origin");
    let kind = "application/x-www-form-urlencoded";
    let request = request.header("content-type", kind).body(encoded(fields));
    let answer = request.send().await.expect("the server answers");
    let (status, next) = (answer.status(), answer.headers().get("location").cloned());
    let said = answer.text().await.expect("a whole answer");
    let next = next.and_then(|next| next.to_str().ok().map(str::to_owned));
    (status.as_u16(), next.unwrap_or(said))
}

/// Submits a form with a file in it, as browsers do (RFC 7578); answers the same as [`submit`].
pub async fn upload(
    server: &Server,
    cookie: &str,
    (path, name, content): (&str, &str, &str),
) -> (u16, String) {
    let edge = "only-for-tests";
    let head = format!(
        "--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n"
    );
    let body = format!("{head}{content}\r\n--{edge}--\r\n");
    let request = server.http.post(server.url(path)).header("cookie", cookie);
    let request = request.header("sec-fetch-site", "same-origin");
    let kind = format!("multipart/form-data; boundary={edge}");
    let answer = request.header("content-type", kind).body(body).send().await;
    let answer = answer.expect("the server answers");
    let (status, next) = (answer.status(), answer.headers().get("location").cloned());
    let said = answer.text().await.expect("a whole answer");
    let next = next.and_then(|next| next.to_str().ok().map(str::to_owned));
    (status.as_u16(), next.unwrap_or(said))
}

/// The address that a page shows once.
pub fn shown_once(html: &str) -> String {
    let field = html.split_once("readonly>").map(|(_, rest)| rest);
    let field = field.and_then(|it| it.split_once("</textarea>"));
    let (address, _) = field.expect("a field that is read only");
    address.replace("&#38;", "&")
}

/// Fields as a form sends them.
fn encoded(fields: &[(&str, &str)]) -> String {
    let escaped = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte.is_ascii_alphanumeric() {
                true => char::from(byte).to_string(),
                false => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The script that looks for violations of WCAG 2.2 AA.
pub fn axe() -> String {
    let script = installed("pages/node_modules/axe-core/axe.min.js");
    let source = std::fs::read_to_string(script).expect("a script is text");
    let tags = json!(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
    format!(
        "{source}; axe.run(document, {{ runOnly: {tags} }}).then((found) => done(found.violations.map((v) => \
         [v.id, ...v.nodes.map((n) => n.target.join(' ') + ': ' + n.failureSummary)])))"
    )
}

/// Where pictures are kept to be looked at.
pub fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots")
}
