//! Words, package URLs and names of ecosystems.

use super::*;

#[test]
fn words_and_package_urls_name_the_same() {
    for (word, url, release) in [
        ("npm", "pkg:npm/x", None),
        ("crates.io", "pkg:cargo/x", None),
        ("Maven:https://repo.example", "pkg:maven/g/x", None),
        ("Debian:12", "pkg:deb/debian/x?distro=debian-12", Some("12")),
        ("Alpine:v3.18", "pkg:apk/alpine/x?distro=3.18", Some("3.18")),
        (
            "Ubuntu:22.04:LTS",
            "pkg:deb/ubuntu/x?distro=ubuntu-22.04",
            Some("22.04"),
        ),
        (
            "Red Hat:enterprise_linux:8::baseos",
            "pkg:rpm/redhat/x?distro=rhel-8",
            Some("8"),
        ),
        ("Red Hat:openshift:4.12::el8", "pkg:rpm/redhat/x", None),
        (
            "SUSE:Linux Enterprise Server 15 SP4",
            "pkg:rpm/suse/x?distro=sles-15.4",
            Some("15.4"),
        ),
        (
            "openSUSE:Leap 15.4",
            "pkg:rpm/opensuse/x?distro=opensuse-leap-15.4",
            Some("15.4"),
        ),
        ("elsewhere", "pkg:elsewhere/x", None),
    ] {
        let by_word = Ecosystem::from_word(word);
        let by_url = Ecosystem::from_url(&url.parse().unwrap());
        assert_eq!(by_word, by_url, "{word}");
        assert_eq!(
            by_word.1.map(|release| release.to_string()).as_deref(),
            release,
            "{word}"
        );
    }
}

#[test]
fn distributions_without_a_name_have_the_order_of_their_kind() {
    let order = |url: &str| Ecosystem::from_url(&url.parse().unwrap()).0.order();
    assert_eq!(order("pkg:deb/kali/x"), Order::Debian);
    assert_eq!(order("pkg:rpm/x"), Order::Rpm);
    assert_eq!(order("pkg:apk/postmarketos/x"), Order::Alpine);
    assert_eq!(order("pkg:generic/x"), Order::Generic);
}

#[test]
fn names_are_looked_up_in_one_spelling() {
    assert_eq!(Ecosystem::PyPi.folded("Zope._Interface"), "zope-interface");
    assert_eq!(Ecosystem::Npm.folded("@Scope/Name"), "@scope/name");
    assert_eq!(Ecosystem::Maven.folded("G:A"), "G:A");
    assert_eq!(Ecosystem::from_prefix("golang"), Some(Ecosystem::Go));
    assert_eq!(
        Ecosystem::from_prefix("crates.io"),
        Some(Ecosystem::CratesIo)
    );
    assert_eq!(Ecosystem::from_prefix("rpm"), None);
}
