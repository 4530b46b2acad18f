//! Who listens on which address, as the kernel shows it (proc_net(5)), and what of that is the agent's own.

use std::{
    collections::BTreeMap,
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
};
use tidegate_domain::{
    preflight::{Holder, PortAnswer},
    revision::{ComponentRevision, DriverSettings, Probe, Revision, RevisionId},
};

/// The state of a socket that listens.
const LISTENS: &str = "0A";
/// Below this only who may has an address (`ip_unprivileged_port_start`, unless somebody changed it).
const PRIVILEGED: u16 = 1024;

/// The addresses that somebody listens on.
#[derive(Debug, Default)]
pub(super) struct Listening(Vec<SocketAddr>);

impl Listening {
    pub(super) fn read() -> Self {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
        let tables = tables
            .iter()
            .filter_map(|path| fs::read_to_string(path).ok());
        Self(tables.flat_map(|text| read(&text)).collect())
    }

    /// Who has an address.
    pub(super) fn of(
        &self,
        address: SocketAddr,
        running: &BTreeMap<RevisionId, Revision>,
    ) -> PortAnswer {
        let is_taken = self.0.iter().any(|taken| collide(*taken, address));
        let holder = match (is_taken, own(address, running)) {
            (true, Some(own)) => own,
            (true, None) => Holder::Taken,
            (false, _) => match may_have(address) {
                Ok(()) => Holder::Free,
                Err(error) => Holder::Refused {
                    why: error.to_string(),
                },
            },
        };
        PortAnswer { address, holder }
    }
}

/// Whether both cannot be listened on: whoever listens everywhere takes every address.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let everywhere = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && (everywhere || one.ip() == other.ip())
}

/// What the agent runs that listens there, or is asked there how it does.
fn own(address: SocketAddr, running: &BTreeMap<RevisionId, Revision>) -> Option<Holder> {
    let parts = running.values().flat_map(|revision| {
        let parts = revision.components.iter();
        parts.map(move |part| (&revision.product, part))
    });
    let mut parts = parts.filter(|(_, part)| uses(part, address.port()));
    parts.next().map(|(product, part)| Holder::Own {
        product: product.clone(),
        component: part.component.clone(),
    })
}

fn uses(part: &ComponentRevision, port: u16) -> bool {
    let DriverSettings::Service(service) = &part.driver;
    let listens = service.listen.iter().any(|address| address.port() == port);
    let probed = service
        .health
        .as_ref()
        .is_some_and(|health| match &health.probe {
            Probe::Http { port: own, .. } | Probe::Tcp { port: own, .. } => *own == port,
            Probe::Exec { .. } => false,
        });
    listens || probed
}

/// Whether the host has the address, and the agent's user may listen there. The port itself is tried only where not everybody may
/// have it: whatever starts at this very moment must find it free.
fn may_have(address: SocketAddr) -> io::Result<()> {
    let port = match address.port() {
        port if port < PRIVILEGED => port,
        _ => 0,
    };
    TcpListener::bind((address.ip(), port)).map(drop)
}

/// The addresses of a table on which somebody listens. Lines that say something else are left out.
fn read(table: &str) -> Vec<SocketAddr> {
    let address = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let (local, state) = (words.next()?, words.nth(1)?);
        (state == LISTENS).then(|| parse(local)).flatten()
    };
    table.lines().skip(1).filter_map(address).collect()
}

/// Reads `0100007F:1F90`: words of 32 bits as they lie in memory, then the port.
fn parse(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let digits = address.get(at * 8..at * 8 + 8)?;
        u32::from_str_radix(digits, 16).ok().map(u32::to_ne_bytes)
    };
    let ip = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (at, place) in bytes.chunks_exact_mut(4).enumerate() {
                place.copy_from_slice(&word(at)?);
            }
            // What listens on an IPv4 address by way of IPv6 takes the IPv4 address.
            Ipv6Addr::from(bytes).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_endian = "little")]
    #[test]
    fn tables_of_the_kernel_are_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n\
            \x20  0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000\n\
            \x20  1: 0100007F:1F91 0100007F:9999 01 00000000:00000000 00:00000000\n\
            \x20  2: 00000000:0050 00000000:0000 0A\n\
            \x20  3: 00000000000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 0\n\
            \x20  4: 0000000000000000FFFF00000100007F:0016 00000000000000000000000000000000:0000 0A 0\n\
            \x20  5: nonsense:0050 00000000:0000 0A\n\
            \x20  6:\n";
        let read: Vec<String> = read(table).iter().map(ToString::to_string).collect();
        assert_eq!(
            read,
            ["127.0.0.1:8080", "0.0.0.0:80", "[::1]:443", "127.0.0.1:22"]
        );
    }

    #[test]
    fn whoever_listens_everywhere_takes_every_address() {
        for (one, other, expected) in [
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "127.0.0.2:80", false),
            ("127.0.0.1:80", "127.0.0.1:81", false),
            ("0.0.0.0:80", "127.0.0.2:80", true),
            ("127.0.0.1:80", "[::]:80", true),
        ] {
            let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(collide(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn an_address_is_free_taken_or_not_to_be_had() {
        let holder = |at: &str| {
            let answer = Listening::read().of(at.parse().unwrap(), &BTreeMap::new());
            answer.holder
        };
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = held.local_addr().unwrap().to_string();
        assert_eq!(holder(&at), Holder::Taken);
        drop(held);
        assert_eq!(holder(&at), Holder::Free);
        // TEST-NET-1 (RFC 5737): nobody has it.
        let refused = holder("192.0.2.1:8080");
        assert!(matches!(refused, Holder::Refused { .. }), "{refused:?}");
    }
}
