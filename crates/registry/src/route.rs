//! Reads a path below `/v2/` into the endpoint it names. Works on the raw path: nothing is decoded, so nothing can
//! be hidden in an encoding, and names are parsed before anything else sees them.
//!
//! Start at [`Route::parse`]; the table of the tests shows every form.

use crate::{blobs::UploadId, error::Error};
use tidegate_domain::{digest::Digest, version::Version};
use tidegate_store::Repository;

const NAMES: &str =
    "repository names are PRODUCT/COMPONENT, each of a-z, 0-9 and inner -, at most 63 characters";

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Base,
    Catalog,
    Blob {
        repository: Repository,
        digest: Digest,
    },
    Uploads {
        repository: Repository,
    },
    Upload {
        repository: Repository,
        upload: UploadId,
    },
    Manifest {
        repository: Repository,
        reference: Reference,
    },
    Tags {
        repository: Repository,
    },
    Referrers {
        repository: Repository,
        digest: Digest,
    },
}

/// What a manifest is asked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    Tag(Version),
    Digest(Digest),
    /// Neither: no such manifest can exist, and none can be put there.
    Neither(String),
}

impl Route {
    /// The endpoint that `path` (beginning with `/v2`) names.
    pub(crate) fn parse(path: &str) -> Result<Self, Error> {
        let rest = path.strip_prefix("/v2").unwrap_or(path);
        let segments: Vec<&str> = rest.split('/').skip(1).collect();
        match segments.as_slice() {
            [] | [""] => Ok(Self::Base),
            ["_catalog"] => Ok(Self::Catalog),
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
                Ok(Self::Uploads {
                    repository: repository(name)?,
                })
            }
            [name @ .., "blobs", "uploads", upload] => {
                let repository = repository(name)?;
                let upload = upload
                    .parse()
                    .map_err(|_| crate::BlobError::UploadUnknown)?;
                Ok(Self::Upload { repository, upload })
            }
            [name @ .., "blobs", text] => Ok(Self::Blob {
                repository: repository(name)?,
                digest: digest(text)?,
            }),
            [name @ .., "manifests", text] => {
                let repository = repository(name)?;
                Ok(Self::Manifest {
                    repository,
                    reference: Reference::parse(text)?,
                })
            }
            [name @ .., "tags", "list"] => Ok(Self::Tags {
                repository: repository(name)?,
            }),
            [name @ .., "referrers", text] => Ok(Self::Referrers {
                repository: repository(name)?,
                digest: digest(text)?,
            }),
            other => Err(no_endpoint(other)),
        }
    }

    pub(crate) fn repository(&self) -> Option<&Repository> {
        match self {
            Self::Base | Self::Catalog => None,
            Self::Blob { repository, .. }
            | Self::Uploads { repository }
            | Self::Upload { repository, .. }
            | Self::Manifest { repository, .. }
            | Self::Tags { repository }
            | Self::Referrers { repository, .. } => Some(repository),
        }
    }
}

impl Reference {
    fn parse(text: &str) -> Result<Self, Error> {
        if text.contains("sha256:") || text.contains("%3A") || text.contains("%3a") {
            return digest(text).map(Self::Digest);
        }
        Ok(text.parse().map_or_else(
            |_| Self::Neither(text.chars().take(140).collect()),
            Self::Tag,
        ))
    }
}

/// A digest. Some clients encode its colon, which is the only decoding done anywhere.
pub(crate) fn digest(text: &str) -> Result<Digest, Error> {
    let plain = text.replacen("%3A", ":", 1).replacen("%3a", ":", 1);
    plain
        .parse()
        .map_err(|_| Error::DigestInvalid(text.chars().take(140).collect()))
}

fn repository(segments: &[&str]) -> Result<Repository, Error> {
    let [product, component] = segments else {
        return Err(Error::NameInvalid(NAMES));
    };
    match (product.parse(), component.parse()) {
        (Ok(product), Ok(component)) => Ok(Repository::new(product, component)),
        _ => Err(Error::NameInvalid(NAMES)),
    }
}

/// Plain paths may be extensions that a client looks for; anything else is a trick or a mistake.
fn no_endpoint(segments: &[&str]) -> Error {
    let plain = |s: &&str| {
        !s.is_empty()
            && s.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    if segments.iter().all(plain) {
        Error::NameUnknown("the registry has no such endpoint".to_owned())
    } else {
        Error::NameInvalid(NAMES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn shop_web() -> Repository {
        "shop/web".parse().unwrap()
    }

    #[test]
    fn every_endpoint_has_its_path() {
        let digest = Digest::of(b"");
        let repository = shop_web();
        let tags = || Route::Tags {
            repository: shop_web(),
        };
        let uploads = || Route::Uploads {
            repository: shop_web(),
        };
        let upload = "0192d2f0-0000-4000-8000-000000000001";
        let tag = |text: &str| Reference::Tag(text.parse().unwrap());
        let manifest = |reference| Route::Manifest {
            repository: shop_web(),
            reference,
        };
        for (path, expect) in [
            ("/v2", Route::Base),
            ("/v2/", Route::Base),
            ("/v2/_catalog", Route::Catalog),
            ("/v2/shop/web/tags/list", tags()),
            ("/v2/shop/web/blobs/uploads", uploads()),
            ("/v2/shop/web/blobs/uploads/", uploads()),
            (
                &format!("/v2/shop/web/blobs/uploads/{upload}"),
                Route::Upload {
                    repository: repository.clone(),
                    upload: upload.parse().unwrap(),
                },
            ),
            (
                &format!("/v2/shop/web/blobs/sha256:{HEX}"),
                Route::Blob {
                    repository: repository.clone(),
                    digest,
                },
            ),
            (
                &format!("/v2/shop/web/referrers/sha256:{HEX}"),
                Route::Referrers { repository, digest },
            ),
            ("/v2/shop/web/manifests/1.0.0", manifest(tag("1.0.0"))),
            ("/v2/shop/web/manifests/list", manifest(tag("list"))),
            (
                &format!("/v2/shop/web/manifests/sha256-{HEX}"),
                manifest(tag(&format!("sha256-{HEX}"))),
            ),
            (
                &format!("/v2/shop/web/manifests/sha256:{HEX}"),
                manifest(Reference::Digest(digest)),
            ),
            (
                &format!("/v2/shop/web/manifests/sha256%3A{HEX}"),
                manifest(Reference::Digest(digest)),
            ),
            (
                "/v2/shop/web/manifests/.INVALID",
                manifest(Reference::Neither(".INVALID".to_owned())),
            ),
            // A repository may be named like an endpoint.
            (
                "/v2/blobs/uploads/tags/list",
                Route::Tags {
                    repository: "blobs/uploads".parse().unwrap(),
                },
            ),
        ] {
            assert_eq!(Route::parse(path).unwrap(), expect, "{path}");
        }
    }

    #[test]
    fn tricks_name_nothing() {
        let long = "a".repeat(64);
        for path in [
            "/v2/../etc/passwd",
            "/v2/shop/../manifests/1",
            "/v2/%2e%2e/web/manifests/1",
            "/v2/shop/%2e%2e/blobs/uploads/",
            "/v2/shop%2fweb/manifests/1",
            "/v2/shop/web/extra/manifests/1",
            "/v2/shop/manifests/1",
            "/v2//web/manifests/1",
            "/v2/shop//manifests/1",
            "/v2/Shop/web/tags/list",
            "/v2/shop/web\0/tags/list",
            "/v2/-shop/web/tags/list",
            &format!("/v2/{long}/web/tags/list"),
            &format!("/v2/shop/{long}/manifests/1"),
            "/v2/shop/web/blobs/../../../etc/passwd",
        ] {
            assert!(
                matches!(Route::parse(path), Err(Error::NameInvalid(_))),
                "{path}: {:?}",
                Route::parse(path)
            );
        }
    }

    #[test]
    fn broken_references_are_told_apart() {
        for path in [
            "/v2/shop/web/blobs/sha256:short",
            "/v2/shop/web/blobs/..",
            "/v2/shop/web/blobs/%2e%2e%2fetc",
            "/v2/shop/web/manifests/sha256:..",
            "/v2/shop/web/referrers/x",
        ] {
            assert!(
                matches!(Route::parse(path), Err(Error::DigestInvalid(_))),
                "{path}"
            );
        }
        for path in [
            "/v2/shop/web/blobs/uploads/..",
            "/v2/shop/web/blobs/uploads/%2e%2e",
        ] {
            let route = Route::parse(path);
            assert!(
                matches!(route, Err(Error::Blob(crate::BlobError::UploadUnknown))),
                "{path}"
            );
        }
        for path in ["/v2/foo", "/v2/_oci/ext/discover"] {
            assert!(
                matches!(Route::parse(path), Err(Error::NameUnknown(_))),
                "{path}"
            );
        }
    }
}
