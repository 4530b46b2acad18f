//! The documented orders, each list from the oldest to the newest, and what holds for all of them.

use super::Order;
use proptest::prelude::*;
use std::cmp::Ordering;

/// Each version is older than all behind it; those between bars are the same version.
fn ascending(order: Order, versions: &[&str]) {
    for (at, left) in versions.iter().enumerate() {
        for (other, right) in versions.iter().enumerate() {
            for one in left.split('|') {
                for two in right.split('|') {
                    assert_eq!(order.compare(one, two), at.cmp(&other), "{one} and {two}");
                }
            }
        }
    }
}

/// The example of Semantic Versioning §11, with what Go and npm users write.
#[test]
fn semantic_versions() {
    ascending(
        Order::Semver,
        &[
            "0.0.0-20210101000000-abcdef",
            "0.9",
            "1.0.0-alpha|v1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0|1.0.0+build|v1|=1.0",
            "1.2.0",
            "1.10.0",
            "18446744073709551616.0.0",
            "18446744073709551617.0.0",
        ],
    );
}

/// The examples of PEP 440: suffixes, epochs, local versions, and the spellings of its appendix B.
#[test]
fn python_versions() {
    ascending(
        Order::Pep440,
        &[
            "not a version",
            "1.0.dev456|1.0-DEV456",
            "1.0a1|1.0alpha1|1.0.a.1",
            "1.0a2.dev456",
            "1.0a12.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1|1.0c1|1.0-preview-1",
            "1.0|v1.0.0|1",
            "1.0+abc.5",
            "1.0+abc.7",
            "1.0+5",
            "1.0.post456.dev34",
            "1.0.post456|1.0-456|1.0.rev456",
            "1.1.dev1",
            "1.10",
            "1!0.5",
        ],
    );
}

/// The examples of Maven's "Version Order Specification".
#[test]
fn maven_versions() {
    ascending(
        Order::Maven,
        &[
            "1-alpha-1|1-a1",
            "1-beta-1|1-b1",
            "1-milestone-1|1-m1",
            "1-rc-1|1-cr-1",
            "1-SNAPSHOT",
            "1|1.0|1.0.0|1-ga|1.final|1.0.RELEASE",
            "1-sp",
            "1-foo2",
            "1-foo10",
            "1-1",
            "1.1",
            "1.1.1",
            "1.10",
        ],
    );
}

/// deb-version(7): epochs, tildes, letters before non-letters, revisions.
#[test]
fn debian_versions() {
    ascending(
        Order::Debian,
        &[
            "1.0~~",
            "1.0~~a",
            "1.0~",
            "1.0|0:1.0|1.0-0|1.00",
            "1.0-1~deb11u1",
            "1.0-1",
            "1.0-1+deb11u1",
            "1.0a",
            "1.0+dfsg-1",
            "1.2",
            "1.10",
            "1:0.1",
        ],
    );
}

/// rpm-version(7): tilde, caret, numbers over letters, the release.
#[test]
fn rpm_versions() {
    ascending(
        Order::Rpm,
        &[
            "1.0~rc1-1",
            "1.0|0:1.0",
            "1.0-1.el8|1.0-1_el8|1.0-01.el8",
            "1.0-1.el8_4",
            "1.0^git1-1",
            "1.0a-1",
            "1.0.1-1",
            "1.2-1",
            "1.10-1",
            "1:0.1-1",
        ],
    );
}

/// APKBUILD(5): suffixes, letters, builds.
#[test]
fn alpine_versions() {
    ascending(
        Order::Alpine,
        &[
            "?",
            "1.0_alpha1-r0",
            "1.0_beta-r0",
            "1.0_pre2-r0",
            "1.0_rc1-r0",
            "1.0|1.0-r0",
            "1.0-r1",
            "1.0_git20240101-r0",
            "1.0_p1-r0",
            "1.0a-r0",
            "1.0.1-r0",
            "1.01-r0",
            "1.02-r0",
            "1.1-r0",
            "1.10-r0",
        ],
    );
}

#[test]
fn nuget_and_gem_versions() {
    ascending(
        Order::NuGet,
        &[
            "1.0.0-ALPHA|1.0.0-alpha",
            "1.0.0-beta",
            "1.0|1.0.0.0",
            "1.0.0.1",
            "1.0.1",
            "1.10",
        ],
    );
    ascending(
        Order::Gem,
        &[
            "no/version",
            "1.0.a|1.a",
            "1.0.a10",
            "1.0.b1|1.b1",
            "1.0-1|1.pre.1",
            "1|1.0|1.0.0",
            "1.0.1",
            "1.10",
        ],
    );
}

/// The order that PHP documents for `version_compare`, and what is done for the rest.
#[test]
fn versions_of_words() {
    ascending(
        Order::Php,
        &[
            "1.0foo",
            "1.0dev",
            "1.0alpha|1.0a",
            "1.0beta|1.0-b",
            "1.0RC|1.0rc",
            "1.0",
            "1.0.1",
            "1.0pl1|1.0p1",
        ],
    );
    ascending(
        Order::Generic,
        &[
            "1.0-dev",
            "1.0-alpha",
            "1.0-beta2",
            "1.0~rc1",
            "1.0|v1.0|1.0-final",
            "1.0w",
            "1.0x",
            "1.0.1",
            "1.10",
        ],
    );
}

#[test]
fn long_versions_are_compared_as_text() {
    let long = "1.".repeat(100_000);
    assert_eq!(Order::Maven.compare(&long, "1"), Ordering::Less);
    assert_eq!(Order::Maven.compare(&long, &long), Ordering::Equal);
}

const ORDERS: [Order; 10] = [
    Order::Semver,
    Order::Pep440,
    Order::Maven,
    Order::Debian,
    Order::Rpm,
    Order::Alpine,
    Order::NuGet,
    Order::Gem,
    Order::Php,
    Order::Generic,
];

proptest! {
    /// Nothing panics, and every order but Maven's is total.
    #[test]
    fn orders_are_total(
        texts in prop::array::uniform3("[0-3av:!._~^+\\- rcé]{0,6}|\\PC{0,12}"),
        at in 0..ORDERS.len(),
    ) {
        let [a, b, c] = texts;
        let order = ORDERS[at];
        let compare = |left: &str, right: &str| order.compare(left, right);
        prop_assert_eq!(compare(&a, &a), Ordering::Equal);
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        let (ab, bc) = (compare(&a, &b), compare(&b, &c));
        if order != Order::Maven && (ab == bc || bc == Ordering::Equal) {
            prop_assert_eq!(compare(&a, &c), ab, "{:?} {:?} {:?}", a, b, c);
        }
    }
}
