//! Which artifact somebody means: a digest, or a package URL with one.

use crate::digest::Digest;

/// The text names no artifact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no artifact: write sha256: and 64 lower-case hex digits, or pkg:oci/NAME@sha256:…"
)]
pub struct ArtifactIdError(String);

/// The digest that a text names: `sha256:…`, or `pkg:oci/NAME@sha256:…` with the colon as it is or as `%3A`.
///
/// That is the package URL specification, type `oci`. None for a package that no registry keeps, such as `pkg:golang/…`.
///
/// # Errors
/// When it is neither, or its digest is none.
pub fn digest_of(text: &str) -> Result<Option<Digest>, ArtifactIdError> {
    let wrong = || ArtifactIdError(text.chars().take(120).collect());
    let Some(package) = text.strip_prefix("pkg:") else {
        return text.parse().map(Some).map_err(|_| wrong());
    };
    let (kind, rest) = package.split_once('/').ok_or_else(wrong)?;
    if !kind.eq_ignore_ascii_case("oci") {
        return Ok(None);
    }
    let name = rest.split(['?', '#']).next().unwrap_or_default();
    let (_, version) = name.rsplit_once('@').ok_or_else(wrong)?;
    let plain = version.replace("%3A", ":").replace("%3a", ":");
    plain.parse().map(Some).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_and_packages_name_artifacts() {
        let hex = "0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427";
        let digest: Digest = format!("sha256:{hex}").parse().unwrap();
        for text in [
            format!("sha256:{hex}"),
            format!("pkg:oci/myapp@sha256%3A{hex}"),
            format!("pkg:oci/myapp@sha256%3a{hex}?repository_url=r.example/a@b"),
            format!("pkg:OCI/my/app@sha256:{hex}#sub"),
        ] {
            assert_eq!(digest_of(&text), Ok(Some(digest)), "{text}");
        }
        assert_eq!(digest_of("pkg:golang/example.com/app@234fd47e"), Ok(None));
        for text in [
            "",
            "1.0.0",
            "sha256:zz",
            "pkg:oci/app",
            "pkg:oci/app@1.0",
            "pkg:",
        ] {
            digest_of(text).unwrap_err();
        }
        let long = digest_of(&"é".repeat(1000)).unwrap_err().to_string();
        assert!(long.len() < 400, "{long}");
    }
}
