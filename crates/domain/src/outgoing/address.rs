//! What is behind an address, by the registries of special-purpose addresses (RFC 6890 and what IANA added since).

use ipnet::{Ipv4Net, Ipv6Net};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// What an address leads to that is not the outer world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inner {
    /// No host in particular; most systems take it for their own.
    Unspecified,
    /// The server's own machine.
    Loopback,
    /// The same wire; clouds keep the keys of machines there.
    LinkLocal,
    /// A network of one's own (RFC 1918, RFC 4193).
    Private,
    /// A network that a provider shares among customers (RFC 6598).
    Shared,
    /// Many at once.
    Multicast,
    /// Only for examples.
    Documentation,
    /// Nobody's, or for special purposes.
    Reserved,
}

const V4: [(Ipv4Net, Inner); 15] = [
    (v4([0, 0, 0, 0], 8), Inner::Unspecified),
    (v4([10, 0, 0, 0], 8), Inner::Private),
    (v4([100, 64, 0, 0], 10), Inner::Shared),
    (v4([127, 0, 0, 0], 8), Inner::Loopback),
    (v4([169, 254, 0, 0], 16), Inner::LinkLocal),
    (v4([172, 16, 0, 0], 12), Inner::Private),
    (v4([192, 0, 0, 0], 24), Inner::Reserved),
    (v4([192, 0, 2, 0], 24), Inner::Documentation),
    // Relays of 6to4, which lead wherever they are told.
    (v4([192, 88, 99, 0], 24), Inner::Reserved),
    (v4([192, 168, 0, 0], 16), Inner::Private),
    // Benchmarks.
    (v4([198, 18, 0, 0], 15), Inner::Reserved),
    (v4([198, 51, 100, 0], 24), Inner::Documentation),
    (v4([203, 0, 113, 0], 24), Inner::Documentation),
    (v4([224, 0, 0, 0], 4), Inner::Multicast),
    (v4([240, 0, 0, 0], 4), Inner::Reserved),
];

/// The first that fits counts.
const V6: [(Ipv6Net, Inner); 11] = [
    (v6([0; 8], 128), Inner::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Inner::Loopback),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Inner::Private),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Inner::LinkLocal),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Inner::Private),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Inner::Multicast),
    // A NAT64 of one's own, which leads into one's own network.
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Inner::Private),
    // Teredo, which hides an IPv4 address, and other protocols.
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Inner::Reserved),
    (
        v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
        Inner::Documentation,
    ),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Inner::Documentation),
    (v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), Inner::Reserved),
];

/// The part of IPv6 in which hosts of the outer world are.
const GLOBAL: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
/// Addresses that end in an IPv4 address: compatible, mapped, translated (RFC 4291, RFC 2765) and NAT64 (RFC 6052).
const ENDING_IN_V4: [Ipv6Net; 4] = [
    v6([0; 8], 96),
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),
    v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),
];

impl Inner {
    /// What is there; nothing for the outer world.
    pub fn of(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }
}

/// The IPv4 address that packets to this one end up at, where it only wraps one.
pub(super) fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let pair = |at: usize| {
        let ([a, b], [c, d]) = (segments[at].to_be_bytes(), segments[at + 1].to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    let is_6to4 = segments[0] == 0x2002;
    // ISATAP (RFC 5214), below any prefix.
    let is_isatap = matches!(segments[4], 0 | 0x200) && segments[5] == 0x5efe;
    if is_6to4 {
        return Some(pair(1));
    }
    let ends_in_v4 = ENDING_IN_V4.iter().any(|net| net.contains(&address));
    (ends_in_v4 || is_isatap).then(|| pair(6))
}

fn of_v4(address: Ipv4Addr) -> Option<Inner> {
    let found = V4.iter().find(|(net, _)| net.contains(&address));
    found.map(|(_, inner)| *inner)
}

fn of_v6(address: Ipv6Addr) -> Option<Inner> {
    if let Some((_, inner)) = V6.iter().find(|(net, _)| net.contains(&address)) {
        return Some(*inner);
    }
    let wrapped = embedded(address);
    if let Some(inner) = wrapped.and_then(of_v4) {
        return Some(inner);
    }
    (wrapped.is_none() && !GLOBAL.contains(&address)).then_some(Inner::Reserved)
}

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(s: [u16; 8], length: u8) -> Ipv6Net {
    let address = Ipv6Addr::new(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
    Ipv6Net::new_assert(address, length)
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "an address of no host",
            Self::Loopback => "a loopback address",
            Self::LinkLocal => "a link-local address",
            Self::Private => "a private address",
            Self::Shared => "a shared address of a provider",
            Self::Multicast => "a multicast address",
            Self::Documentation => "an address for examples",
            Self::Reserved => "a reserved address",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn inner_addresses_are_known_in_every_wrapping() {
        for (text, expect) in [
            ("0.0.0.0", Some(Inner::Unspecified)),
            ("0.1.2.3", Some(Inner::Unspecified)),
            ("10.255.0.1", Some(Inner::Private)),
            ("100.63.255.255", None),
            ("100.64.0.1", Some(Inner::Shared)),
            ("100.128.0.1", None),
            ("127.0.0.1", Some(Inner::Loopback)),
            ("127.255.255.254", Some(Inner::Loopback)),
            ("169.254.169.254", Some(Inner::LinkLocal)),
            ("172.15.255.255", None),
            ("172.16.0.1", Some(Inner::Private)),
            ("172.31.255.255", Some(Inner::Private)),
            ("172.32.0.0", None),
            ("192.0.0.192", Some(Inner::Reserved)),
            ("192.0.2.1", Some(Inner::Documentation)),
            ("192.168.1.1", Some(Inner::Private)),
            ("198.19.0.1", Some(Inner::Reserved)),
            ("203.0.113.9", Some(Inner::Documentation)),
            ("224.0.0.251", Some(Inner::Multicast)),
            ("255.255.255.255", Some(Inner::Reserved)),
            ("8.8.8.8", None),
            ("::", Some(Inner::Unspecified)),
            ("::1", Some(Inner::Loopback)),
            ("::2", Some(Inner::Unspecified)),
            ("::127.0.0.1", Some(Inner::Loopback)),
            ("::ffff:10.0.0.1", Some(Inner::Private)),
            ("::ffff:8.8.8.8", None),
            ("::ffff:0:127.0.0.1", Some(Inner::Loopback)),
            ("64:ff9b::169.254.169.254", Some(Inner::LinkLocal)),
            ("64:ff9b::8.8.8.8", None),
            ("64:ff9b:1::8.8.8.8", Some(Inner::Private)),
            ("100::1", Some(Inner::Reserved)),
            ("2001::1", Some(Inner::Reserved)),
            ("2001:db8::1", Some(Inner::Documentation)),
            ("2002:7f00:1::", Some(Inner::Loopback)),
            ("2002:808:808::", None),
            ("2a00:1450::5efe:10.0.0.1", Some(Inner::Private)),
            ("2a00:1450:4001:82a::200e", None),
            ("3fff::1", Some(Inner::Documentation)),
            ("4000::1", Some(Inner::Reserved)),
            ("fd00::1", Some(Inner::Private)),
            ("fe80::1", Some(Inner::LinkLocal)),
            ("fec0::1", Some(Inner::Private)),
            ("ff02::1", Some(Inner::Multicast)),
        ] {
            assert_eq!(Inner::of(text.parse().unwrap()), expect, "{text}");
        }
    }

    proptest! {
        /// What the standard library knows as inner is inner here, and no wrapping makes an address better.
        #[test]
        fn no_wrapping_leads_inside(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let found = Inner::of(IpAddr::V4(v4));
            let is_inner = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_unspecified() || v4.is_broadcast() || v4.is_documentation();
            prop_assert!(!is_inner || found.is_some());
            let (high, low) = ((bits >> 16) as u16, (bits & 0xffff) as u16);
            for wrapped in [
                v4.to_ipv6_mapped(),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ] {
                prop_assert_eq!(Inner::of(IpAddr::V6(wrapped)), found);
            }
        }
    }
}
