//! The cookie of a sign-in, who visits, and the new secret that a session gets from time to time.
//!
//! Where people come by HTTPS the cookie has the prefix `__Host-` (RFC 6265bis, section 4.1.3.2): only this host can have
//! set it, for every path, over an encrypted connection.

use super::access::{State, cookie};
use crate::app::{App, sessions::Visit};
use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    middleware::Next,
    response::Response,
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, OnceLock},
};
use tidegate_store::SignedIn;

/// The cookie of a sign-in where nothing is encrypted, and where it is.
const COOKIE: &str = "tidegate_session";
const SECURE_COOKIE: &str = "__Host-tidegate_session";

/// Where the new secret of a session is left by whoever made it, for the answer to take along.
#[derive(Debug, Clone, Default)]
pub(crate) struct Renewed(Arc<OnceLock<String>>);

impl App {
    /// Whether this visitor came by HTTPS: as the server was told, or as the origin of their form says.
    pub(crate) fn is_encrypted(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(header::ORIGIN);
        let is_https = |origin: &HeaderValue| origin.as_bytes().starts_with(b"https://");
        self.identity.is_encrypted() || origin.is_some_and(is_https)
    }

    /// Who visits.
    pub(crate) fn visit(&self, parts: &Parts) -> Visit {
        let browser = parts.headers.get(header::USER_AGENT);
        let browser = browser.and_then(|browser| browser.to_str().ok());
        Visit {
            address: self.address(parts),
            client: browser.unwrap_or_default().to_owned(),
            before: secret(self, &parts.headers).map(str::to_owned),
        }
    }

    /// Where a request comes from: what the connection says, or the proxy before it, whose word is the last one.
    pub(super) fn address(&self, parts: &Parts) -> IpAddr {
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let connection = connection.map_or(Ipv4Addr::UNSPECIFIED.into(), |it| it.0.ip());
        if !self.identity.behind_proxy {
            return connection;
        }
        forwarded(&parts.headers).unwrap_or(connection)
    }
}

/// What the nearest proxy says: the last address of the last header. Those before it, anybody could have written.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let said = headers.get_all("x-forwarded-for").iter().next_back()?;
    let last = said.to_str().ok()?.rsplit(',').next()?;
    spelled(last.trim().trim_matches('"'))
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn spelled(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse().map(|address: SocketAddr| address.ip()).ok();
    text.parse().ok().or_else(with_port).or_else(bracketed)
}

/// The secret of the session that a request comes with.
pub(crate) fn secret<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let secure = cookie(headers, SECURE_COOKIE);
    match app.identity.is_encrypted() {
        // Another site of the same domain could have set the other one.
        true => secure,
        false => secure.or_else(|| cookie(headers, COOKIE)),
    }
}

/// Has the browser keep a session's secret for so many seconds; none forget it.
pub(crate) fn keep(secret: &str, seconds: i64, is_encrypted: bool) -> HeaderValue {
    let (name, flags) = match is_encrypted {
        true => (SECURE_COOKIE, "; Secure"),
        false => (COOKIE, ""),
    };
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{flags}");
    HeaderValue::from_str(&text).expect("secrets and names are of letters, digits, - and _")
}

/// Replaces a session's secret when it is old enough, and leaves the new one for the answer.
pub(crate) async fn renew(app: &App, parts: &Parts, known: &SignedIn) {
    let (Some(slot), Some(secret)) = (
        parts.extensions.get::<Renewed>(),
        secret(app, &parts.headers),
    ) else {
        return;
    };
    match app.renew_session(secret, known).await {
        Ok(None) => {}
        Ok(Some(new)) => {
            let left = known.expires_at.duration_since(jiff::Timestamp::now());
            let is_encrypted = cookie(&parts.headers, SECURE_COOKIE).is_some();
            let text = keep(&new, left.as_secs().max(0), is_encrypted);
            let text = text.to_str().unwrap_or_default().to_owned();
            drop(slot.0.set(text));
        }
        // The old secret still counts, and the next request tries again.
        Err(error) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "session.not_renewed"
        ),
    }
}

/// Sends the new secret of a session along with the answer.
pub(crate) async fn carry(_: State, mut request: Request, next: Next) -> Response {
    let renewed = Renewed::default();
    request.extensions_mut().insert(renewed.clone());
    let mut response = next.run(request).await;
    let is_told = response.headers().contains_key(header::SET_COOKIE);
    if let Some(text) = renewed.0.get().filter(|_| !is_told)
        && let Ok(value) = HeaderValue::from_str(text)
    {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_proxy_says_who_asks() {
        let check = |lines: &[&'static str], expect: Option<&str>| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            let expect = expect.map(|text| text.parse().unwrap());
            assert_eq!(forwarded(&headers), expect, "{lines:?}");
        };
        check(&["192.0.2.1"], Some("192.0.2.1"));
        check(&["10.0.0.1, 192.0.2.1"], Some("192.0.2.1"));
        check(&["10.0.0.1", "192.0.2.2, 2001:db8::1"], Some("2001:db8::1"));
        check(&["10.0.0.1, 192.0.2.1:4711"], Some("192.0.2.1"));
        check(&["[2001:db8::1]:4711"], Some("2001:db8::1"));
        check(&["\"[2001:db8::1]\""], Some("2001:db8::1"));
        check(&["192.0.2.1, unknown"], None);
        check(&["192.0.2.1:no-port"], None);
        check(&[], None);
    }

    #[test]
    fn a_cookie_over_https_is_for_this_host_alone() {
        let text = |is_encrypted| keep("tgs_x", 5, is_encrypted).to_str().unwrap().to_owned();
        assert_eq!(
            text(true),
            "__Host-tidegate_session=tgs_x; Path=/; HttpOnly; SameSite=Lax; Max-Age=5; Secure"
        );
        assert_eq!(
            text(false),
            "tidegate_session=tgs_x; Path=/; HttpOnly; SameSite=Lax; Max-Age=5"
        );
    }
}
