//! What the specification says of package URLs, and what producers write.

use super::*;
use proptest::prelude::*;

fn read(text: &str) -> PackageUrl {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_normal_form_of_each_type() {
    for (text, normal) in [
        (
            "pkg:npm/%40angular/core@12.3.1",
            "pkg:npm/%40angular/core@12.3.1",
        ),
        (
            "pkg:npm/@angular/core@12.3.1",
            "pkg:npm/%40angular/core@12.3.1",
        ),
        ("pkg:npm/@angular/core", "pkg:npm/%40angular/core"),
        (
            "PKG://PyPI/Django_Package@1.11",
            "pkg:pypi/django-package@1.11",
        ),
        (
            "pkg:golang/GitHub.com/Gorilla/Mux@v1.8#api//./x",
            "pkg:golang/github.com/gorilla/mux@v1.8#api/x",
        ),
        (
            "pkg:maven/org.Apache/Batik@1.9?type=jar&classifier=",
            "pkg:maven/org.Apache/Batik@1.9?type=jar",
        ),
        ("pkg:cargo/Serde@1.0", "pkg:cargo/Serde@1.0"),
        (
            "pkg:nuget/Newtonsoft.Json@13.0.1",
            "pkg:nuget/Newtonsoft.Json@13.0.1",
        ),
        (
            "pkg:deb/Debian/Curl@7.50?distro=debian-12&ARCH=i386",
            "pkg:deb/debian/curl@7.50?arch=i386&distro=debian-12",
        ),
        (
            "pkg:rpm/Fedora/LibX@1?epoch=1",
            "pkg:rpm/fedora/LibX@1?epoch=1",
        ),
        (
            "pkg:oci/Web@sha256%3AAB?repository_url=r.example/Web",
            "pkg:oci/web@sha256:ab?repository_url=r.example%2FWeb",
        ),
        (
            "pkg:github/Package-URL/Purl@feature/x",
            "pkg:github/package-url/purl@feature%2Fx",
        ),
        ("pkg:generic/a%20b@1.0%2B1", "pkg:generic/a%20b@1.0%2B1"),
    ] {
        assert_eq!(read(text).to_string(), normal, "{text}");
        assert_eq!(read(normal), read(text), "{text}");
    }
}

#[test]
fn what_is_not_a_package_url() {
    for (text, why) in [
        ("", PackageUrlError::Scheme),
        ("npm/lodash", PackageUrlError::Scheme),
        ("http://npm/lodash", PackageUrlError::Scheme),
        ("pkg:npm", PackageUrlError::Name),
        ("pkg:npm/", PackageUrlError::Name),
        ("pkg:n&pm/lodash", PackageUrlError::Kind),
        ("pkg:3/lodash", PackageUrlError::Kind),
        ("pkg:npm/%4", PackageUrlError::Encoding),
        ("pkg:npm/%ff", PackageUrlError::Encoding),
    ] {
        assert_eq!(text.parse::<PackageUrl>(), Err(why), "{text}");
    }
    let long = format!("pkg:npm/{}", "x".repeat(PackageUrl::LENGTH_MAX));
    assert_eq!(long.parse::<PackageUrl>(), Err(PackageUrlError::Long));
}

proptest! {
    #[test]
    fn the_normal_form_reads_as_itself(rest in "[a-zA-Z]{1,6}/[\\PC%@/?#&=._~+ :]{0,30}|\\PC{0,20}") {
        if let Ok(url) = format!("pkg:{rest}").parse::<PackageUrl>() {
            prop_assert_eq!(url.to_string().parse(), Ok(url));
        }
    }
}
