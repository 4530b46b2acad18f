//! Style sheet, scripts and icon, embedded in the program. Their addresses carry a hash of what they hold, so that a
//! browser keeps them for ever and never shows an old one.

use super::fault::Fault;
use crate::app::Error;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use std::sync::LazyLock;
use tidegate_domain::digest::Digest;

#[derive(RustEmbed)]
#[folder = "src/web/assets"]
struct Files;

/// The style sheet's files in the order in which they are joined; layers decide what wins, not this order.
const STYLES: [&str; 28] = [
    "css/layers.css",
    "css/reset.css",
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/parts/action.css",
    "css/parts/card.css",
    "css/parts/changes.css",
    "css/parts/comment.css",
    "css/parts/digest.css",
    "css/parts/field.css",
    "css/parts/filters.css",
    "css/parts/need.css",
    "css/parts/palette.css",
    "css/parts/progress.css",
    "css/parts/state.css",
    "css/parts/table.css",
    "css/parts/waiting.css",
    "css/pages/calendar.css",
    "css/pages/deployment.css",
    "css/pages/overview.css",
    "css/pages/rehearsal.css",
    "css/pages/release.css",
    "css/pages/procedure.css",
    "css/pages/runbook.css",
    "css/pages/sign_in.css",
    "css/pages/scope.css",
    "css/pages/trust.css",
];
/// What a browser may do with an asset whose address names its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Where a page finds its assets.
#[derive(Debug)]
pub(super) struct Addresses {
    /// The style sheet.
    pub style: String,
    /// The module: live fragments, palette, shortcuts.
    pub script: String,
    /// Sets the chosen theme before anything is drawn.
    pub theme: String,
    /// The icon.
    pub icon: String,
}

struct Asset {
    name: &'static str,
    media: &'static str,
    body: Vec<u8>,
    hash: String,
}

static ASSETS: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        asset("tidegate.css", "text/css; charset=utf-8", &STYLES),
        asset(
            "tidegate.js",
            "text/javascript; charset=utf-8",
            &["js/tidegate.js"],
        ),
        asset(
            "theme.js",
            "text/javascript; charset=utf-8",
            &["js/theme.js"],
        ),
        asset("icon.svg", "image/svg+xml", &["icon.svg"]),
    ]
});

static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| {
    let [style, script, theme, icon] = &*ASSETS;
    Addresses {
        style: style.address(),
        script: script.address(),
        theme: theme.address(),
        icon: icon.address(),
    }
});

/// Where pages find their assets.
pub(super) fn addresses() -> &'static Addresses {
    &ADDRESSES
}

/// One asset. An address with another hash is of another version of the program; it gets what there is now.
pub(super) async fn serve(Path((hash, name)): Path<(String, String)>) -> Result<Response, Fault> {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    let asset = found.ok_or_else(|| Error::not_found("asset-not-found", "asset", &name))?;
    let keep = if asset.hash == hash {
        FOR_EVER
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    Ok((headers, asset.body.as_slice()).into_response())
}

fn asset(name: &'static str, media: &'static str, files: &[&str]) -> Asset {
    let mut body = Vec::new();
    for file in files {
        let found = Files::get(file).expect("every file of the list is embedded");
        body.extend_from_slice(&found.data);
    }
    let hash = Digest::of(&body).hex()[..12].to_owned();
    Asset {
        name,
        media,
        body,
        hash,
    }
}

impl Asset {
    fn address(&self) -> String {
        format!("/assets/{}/{}", self.hash, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_file_is_joined() {
        let mut embedded: Vec<_> = Files::iter()
            .filter(|path| path.ends_with(".css"))
            .collect();
        embedded.sort();
        let mut joined = STYLES.to_vec();
        joined.sort_unstable();
        assert_eq!(embedded, joined);
    }

    #[test]
    fn the_script_stays_under_ten_kilobytes() {
        let [_, script, theme, _] = &*ASSETS;
        assert!(script.body.len() + theme.body.len() < 10 * 1024);
    }
}
