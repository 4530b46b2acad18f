//! Who has an address: nobody, something that the agent runs, or somebody else.

use rustix::{
    io::Errno,
    net::{
        AddressFamily, SocketFlags, SocketType, bind, socket_with, sockopt::set_socket_reuseaddr,
    },
};
use std::{collections::BTreeMap, net::SocketAddr};
use tidegate_domain::{
    name::Name,
    preflight::{Holder, PortAnswer},
    revision::{ComponentRevision, Revision, RevisionId},
};

/// Who has an address on which a product would listen.
pub(super) fn of(
    address: SocketAddr,
    (product, running): (&Name, &BTreeMap<RevisionId, Revision>),
) -> PortAnswer {
    let holder = match try_out(address) {
        Ok(()) => Holder::Free,
        Err(Errno::ADDRINUSE) => own(address, (product, running)).unwrap_or(Holder::Taken),
        Err(error) => Holder::Refused {
            why: error.to_string(),
        },
    };
    PortAnswer { address, holder }
}

/// Whether the kernel would let the agent's user listen there. It is bound for a moment and never listened on, in a way that lets
/// others bind and listen meanwhile, as keepers do.
fn try_out(address: SocketAddr) -> Result<(), Errno> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &address)
}

/// What the agent runs that listens there, or is asked there how it does; of the product itself, if it does.
fn own(
    address: SocketAddr,
    (product, running): (&Name, &BTreeMap<RevisionId, Revision>),
) -> Option<Holder> {
    let parts = running.values().flat_map(|revision| {
        let parts = revision.components.iter();
        parts.map(move |part| (&revision.product, part))
    });
    let uses = |part: &ComponentRevision| part.addresses().any(|own| collide(own, address));
    let using: Vec<_> = parts.filter(|(_, part)| uses(part)).collect();
    let of_it = using.iter().find(|(own, _)| *own == product);
    of_it.or(using.first()).map(|(product, part)| Holder::Own {
        product: (*product).clone(),
        component: part.component.clone(),
    })
}

/// Whether both cannot be listened on: whoever listens everywhere takes every address.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let everywhere = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && (everywhere || one.ip() == other.ip())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn holder(at: &str) -> Holder {
        let product = "shop".parse().unwrap();
        of(at.parse().unwrap(), (&product, &BTreeMap::new())).holder
    }

    #[test]
    fn whoever_listens_everywhere_takes_every_address() {
        for (one, other, expected) in [
            ("127.0.0.1:80", "127.0.0.1:80", true),
            ("127.0.0.1:80", "127.0.0.2:80", false),
            ("127.0.0.1:80", "127.0.0.1:81", false),
            ("0.0.0.0:80", "127.0.0.2:80", true),
        ] {
            let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(collide(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn an_address_is_free_taken_or_not_to_be_had() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = held.local_addr().unwrap();
        assert_eq!(holder(&at.to_string()), Holder::Taken);
        let everywhere = format!("0.0.0.0:{}", at.port());
        assert_eq!(holder(&everywhere), Holder::Taken);
        drop(held);
        assert_eq!(holder(&at.to_string()), Holder::Free);
        // TEST-NET-1 (RFC 5737): nobody has it.
        let refused = holder("192.0.2.1:8080");
        assert!(matches!(refused, Holder::Refused { .. }), "{refused:?}");
    }

    #[test]
    fn whoever_starts_meanwhile_is_not_kept_from_listening() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = free.local_addr().unwrap();
        drop(free);
        let socket = socket_with(
            AddressFamily::INET,
            SocketType::STREAM,
            SocketFlags::CLOEXEC,
            None,
        );
        let socket = socket.unwrap();
        set_socket_reuseaddr(&socket, true).unwrap();
        bind(&socket, &at).unwrap();
        // As a keeper does it.
        assert!(TcpListener::bind(at).is_ok());
    }
}
