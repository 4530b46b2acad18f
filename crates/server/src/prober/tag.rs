//! What a tag in a registry names (OCI Distribution 1.1), asked for without an account.

use super::unreachable;
use crate::outgoing::{Bounds, Outgoing, OutgoingError, Url};
use std::net::IpAddr;
use tidegate_domain::{
    digest::Digest,
    supplier::probe::{ProbeFault, TagProbe},
};

/// The forms of manifests that are understood.
const FORMS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// The digest of the manifest that a tag names: of its bytes, whatever the registry says about them.
pub(super) async fn manifest(
    outgoing: &Outgoing,
    tag: &TagProbe,
    bounds: Bounds,
) -> Result<Digest, ProbeFault> {
    let (host, path) = tag.repository.split_once('/').unwrap_or_default();
    let url = format!("{}://{host}/v2/{path}/manifests/{}", scheme(host), tag.tag);
    let mut answer = ask(outgoing, (&url, None), bounds).await?;
    if answer.status().as_u16() == 401
        && let Some(address) = pass_address(&answer, host)
    {
        let pass = outgoing
            .get(&address, bounds)
            .await
            .map_err(|why| said(&why))?;
        let pass: serde_json::Value = serde_json::from_slice(pass.body())
            .map_err(|_| unreachable("the registry hands out no pass that is understood"))?;
        let token = pass["token"]
            .as_str()
            .or_else(|| pass["access_token"].as_str());
        answer = ask(outgoing, (&url, token), bounds).await?;
    }
    match answer.status().as_u16() {
        200 => Ok(Digest::of(answer.body())),
        status => Err(ProbeFault::Status(status)),
    }
}

async fn ask(
    outgoing: &Outgoing,
    (url, token): (&str, Option<&str>),
    bounds: Bounds,
) -> Result<http::Response<Vec<u8>>, ProbeFault> {
    let mut request = http::Request::get(url).header(http::header::ACCEPT, FORMS);
    if let Some(token) = token {
        request = request.header(http::header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Vec::new());
    let request = request.map_err(|why| unreachable(&why.to_string()))?;
    outgoing
        .send(request, bounds)
        .await
        .map_err(|why| said(&why))
}

fn said(why: &OutgoingError) -> ProbeFault {
    match why {
        OutgoingError::Long(_) => ProbeFault::TooLarge,
        OutgoingError::Late(_)
        | OutgoingError::Address(_)
        | OutgoingError::Inner { .. }
        | OutgoingError::Unreachable(_)
        | OutgoingError::Broken(_) => unreachable(&why.to_string()),
    }
}

/// Registries on this very machine speak plain HTTP, as `docker` takes it.
fn scheme(host: &str) -> &'static str {
    let name = host.split(':').next().unwrap_or_default();
    let is_here = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|it| it.is_loopback());
    if is_here { "http" } else { "https" }
}

/// Where a pass is handed out: `Bearer realm="…",service="…",scope="…"`. A registry names nobody who speaks plain HTTP but itself:
/// what a pass says goes back to it.
fn pass_address(answer: &http::Response<Vec<u8>>, registry: &str) -> Option<String> {
    let challenge = answer.headers().get(http::header::WWW_AUTHENTICATE)?;
    let challenge = challenge.to_str().ok()?.strip_prefix("Bearer ")?;
    let part = |name: &str| {
        let begin = challenge.find(&format!("{name}=\""))? + name.len() + 2;
        let (value, _) = challenge[begin..].split_once('"')?;
        Some(value)
    };
    let mut url = Url::parse(part("realm")?).ok()?;
    let place = match (url.host_str()?, url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    if url.scheme() != "https" && place != registry {
        return None;
    }
    for name in ["service", "scope"] {
        if let Some(value) = part(name) {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_asked_for_where_the_registry_says() {
        let answer = |challenge: &str| {
            let answer = http::Response::builder().header("www-authenticate", challenge);
            answer.body(Vec::new()).unwrap()
        };
        let challenge = r#"Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull""#;
        assert_eq!(
            pass_address(&answer(challenge), "ghcr.io").as_deref(),
            Some(
                "https://auth.example/token?service=registry.example&scope=repository%3Aa%2Fb%3Apull"
            )
        );
        for (challenge, is_taken) in [
            ("Basic realm=\"x\"", false),
            ("Bearer realm=\"/token\"", false),
            ("Bearer realm=\"http://10.0.0.5:8080/token\"", false),
            ("Bearer realm=\"http://127.0.0.1:5000/token\"", true),
        ] {
            let found = pass_address(&answer(challenge), "127.0.0.1:5000");
            assert_eq!(found.is_some(), is_taken, "{challenge}");
        }
        assert_eq!(
            (scheme("127.0.0.1:5000"), scheme("ghcr.io")),
            ("http", "https")
        );
    }
}
