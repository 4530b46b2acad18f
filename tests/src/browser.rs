//! A real browser: headless Chromium, driven by the W3C `WebDriver` protocol through chromedriver.

use crate::process::{Process, end, free_port, required};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long anything on a page may take to come about.
const WITHIN: Duration = Duration::from_secs(20);
const HOW: &str = "install the Debian packages chromium and chromium-driver";
/// The key of an element in answers, by the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window.
#[derive(Debug)]
pub struct Browser {
    http: reqwest::Client,
    session: String,
    process_id: i32,
    _driver: Process,
    _profile: TempDir,
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Of the window, in CSS pixels.
    pub width: u32,
    /// `light` or `dark`.
    pub scheme: &'static str,
}

impl Browser {
    /// Starts one with an empty profile.
    pub async fn start() -> Self {
        let chromium = required("/usr/bin/chromium", HOW);
        let driver = required("/usr/bin/chromedriver", HOW);
        let profile = tempfile::tempdir().expect("a temporary directory");
        let port = free_port();
        let log = profile.path().join("chromedriver.log");
        let driver = Process::start(&driver, &[&format!("--port={port}")], &log);
        let http = reqwest::Client::new();
        let base = format!("http://127.0.0.1:{port}");
        until("chromedriver listens", async || {
            let answer = http.get(format!("{base}/status")).send().await;
            answer.is_ok().then_some(())
        })
        .await;
        let user_data = format!("--user-data-dir={}/data", profile.path().display());
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "binary": chromium, "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--hide-scrollbars", user_data,
            ] },
        } } });
        let made = ask(http.post(format!("{base}/session")).json(&wanted)).await;
        let id = made["sessionId"].as_str().expect("a session");
        let process_id = made["capabilities"]["goog:processID"].as_i64();
        Self {
            session: format!("{base}/session/{id}"),
            process_id: process_id
                .and_then(|id| i32::try_from(id).ok())
                .unwrap_or(0),
            http,
            _driver: driver,
            _profile: profile,
        }
    }

    /// Opens an address.
    pub async fn open(&self, address: &str) {
        self.command("url", &json!({ "url": address })).await;
    }

    /// Runs a script; `done` in it takes the answer.
    pub async fn run(&self, script: &str) -> Value {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        let body = json!({ "script": script, "args": [] });
        self.command("execute/async", &body).await
    }

    /// The text of the first element that matches, none if there is none.
    pub async fn text(&self, selector: &str) -> Option<String> {
        let script = format!(
            "return document.querySelector({})?.innerText",
            json!(selector)
        );
        let address = format!("{}/execute/sync", self.session);
        let body = json!({ "script": script, "args": [] });
        // A page that is just being left answers with an error, which is no text: whoever waits asks again.
        let answer = answer(self.http.post(address).json(&body)).await;
        answer.as_str().map(str::to_owned)
    }

    /// Waits until the text of an element holds `part`.
    pub async fn text_becomes(&self, selector: &str, part: &str) {
        let what = format!("{selector} says {part}");
        until(&what, async || {
            let text = self.text(selector).await?;
            text.contains(part).then_some(())
        })
        .await;
    }

    /// Types into whatever has the focus. `\u{e004}` is the tabulator, `\u{e007}` the enter key.
    pub async fn press(&self, keys: &str) {
        let strokes: Vec<_> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let source = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.command("actions", &json!({ "actions": [source] }))
            .await;
    }

    /// Moves the focus by the tabulator until it is on a matching element.
    pub async fn tab_to(&self, selector: &str) {
        for _ in 0..80 {
            let script = format!("done(document.activeElement.matches({}))", json!(selector));
            if self.run(&script).await == json!(true) {
                return;
            }
            self.press("\u{e004}").await;
        }
        panic!("the keyboard does not reach {selector}");
    }

    /// Clicks the first element that matches.
    pub async fn click(&self, selector: &str) {
        let query = json!({ "using": "css selector", "value": selector });
        let found = self.command("element", &query).await;
        let id = found[ELEMENT].as_str().expect("an element");
        self.command(&format!("element/{id}/click"), &json!({}))
            .await;
    }

    /// Drags the first element that matches so many pixels to the right, by its middle.
    pub async fn drag(&self, selector: &str, pixels: i64) {
        let query = json!({ "using": "css selector", "value": selector });
        let found = self.command("element", &query).await;
        let seen = format!(
            "document.querySelector({}).scrollIntoView({{ block: 'center' }}); done()",
            json!(selector)
        );
        self.run(&seen).await;
        let on_it =
            json!({ "type": "pointerMove", "duration": 0, "origin": found, "x": 0, "y": 0 });
        let away = json!({ "type": "pointerMove", "duration": 50, "origin": "pointer", "x": pixels, "y": 0 });
        let strokes = [
            on_it,
            json!({ "type": "pointerDown", "button": 0 }),
            away,
            json!({ "type": "pointerUp", "button": 0 }),
        ];
        let source = json!({ "type": "pointer", "id": "mouse", "actions": strokes });
        self.command("actions", &json!({ "actions": [source] }))
            .await;
    }

    /// What the console said since it was last asked, warnings and worse.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.command("se/log", &json!({ "type": "browser" })).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let bad = |entry: &Value| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING"));
        entries
            .into_iter()
            .filter(bad)
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Looks at pages in that width and colour scheme from now on.
    pub async fn look(&self, look: Look) {
        let metrics = json!({
            "width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": look.width < 600,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics)
            .await;
        let feature = json!({ "name": "prefers-color-scheme", "value": look.scheme });
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [feature] }),
        )
        .await;
    }

    /// Keeps a picture of the whole page.
    pub async fn picture(&self, file: &Path) {
        // A page that was just opened in another look may not be laid out yet.
        until("the page is laid out", async || {
            let width = self.run("done(document.documentElement.scrollWidth)").await;
            (width.as_i64() > Some(0)).then_some(())
        })
        .await;
        let wanted = json!({ "captureBeyondViewport": true });
        let answer = self.devtools("Page.captureScreenshot", &wanted).await;
        let data = answer["data"].as_str().expect("a picture");
        let data = STANDARD.decode(data).expect("base64");
        std::fs::create_dir_all(file.parent().expect("a directory")).expect("it can be made");
        std::fs::write(file, data).expect("the picture can be kept");
    }

    async fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.command("goog/cdp/execute", &body).await
    }

    async fn command(&self, path: &str, body: &Value) -> Value {
        let address = format!("{}/{path}", self.session);
        ask(self.http.post(address).json(body)).await
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // chromedriver leaves its browser running when it is ended firmly.
        end(self.process_id);
    }
}

/// Waits until `found` answers something.
pub async fn until<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    while begun.elapsed() < WITHIN {
        if let Some(found) = found().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("did not come about in {} s: {what}", WITHIN.as_secs());
}

async fn ask(request: reqwest::RequestBuilder) -> Value {
    let value = answer(request).await;
    assert!(value["error"].is_null(), "WebDriver: {value}");
    value
}

/// The value that chromedriver answers; an object with `error` when it refuses.
async fn answer(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("chromedriver answers");
    let body: Value = answer.json().await.expect("chromedriver answers JSON");
    body["value"].clone()
}
