//! Digests: enough to compare at a glance, all of it on demand.

use askama::{Template, filters::HtmlSafe};

/// How many hexadecimal digits are compared at a glance.
const GLANCE: usize = 12;

/// A digest or hash as pages show it.
#[derive(Debug, Template)]
#[template(
    source = r#"<code class="digest" title="{{ whole }}">{{ glance }}</code>"#,
    ext = "html"
)]
pub(in crate::web) struct Fingerprint {
    whole: String,
    glance: String,
}

impl HtmlSafe for Fingerprint {}

impl Fingerprint {
    /// Of a digest such as `sha256:…`.
    pub(in crate::web) fn of(whole: &str) -> Self {
        let hex = whole.split_once(':').map_or(whole, |(_, hex)| hex);
        Self {
            whole: whole.to_owned(),
            glance: hex.chars().take(GLANCE).collect(),
        }
    }
}
