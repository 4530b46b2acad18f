//! The listening sockets of a component: bound once, held across restarts and revisions, handed to each process.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    io,
    net::{SocketAddr, TcpListener},
    os::fd::OwnedFd,
};

/// What the keeper listens on. It never accepts: connections wait in the backlog for the next process.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    held: BTreeMap<SocketAddr, TcpListener>,
}

impl Sockets {
    /// Copies of the sockets for `addresses`, in order; what is not held yet is bound (with `SO_REUSEADDR`, as
    /// the standard library does).
    pub(super) fn hand_out(&mut self, addresses: &[SocketAddr]) -> Result<Vec<OwnedFd>, String> {
        let cannot = |address, error| format!("cannot bind {address}: {}", plain(&error));
        addresses
            .iter()
            .map(|a| self.copy(*a).map_err(|error| cannot(a, error)))
            .collect()
    }

    /// Closes whatever is not among `addresses`.
    pub(super) fn keep_only(&mut self, addresses: &[SocketAddr]) {
        self.held.retain(|address, _| addresses.contains(address));
    }

    fn copy(&mut self, address: SocketAddr) -> io::Result<OwnedFd> {
        match self.held.entry(address) {
            Entry::Occupied(held) => held.get().try_clone().map(Into::into),
            Entry::Vacant(free) => free
                .insert(TcpListener::bind(address)?)
                .try_clone()
                .map(Into::into),
        }
    }
}

fn plain(error: &io::Error) -> String {
    let kind = error.kind();
    if kind == io::ErrorKind::AddrInUse {
        "address in use".to_owned()
    } else if kind == io::ErrorKind::PermissionDenied {
        "permission denied".to_owned()
    } else if kind == io::ErrorKind::AddrNotAvailable {
        "no such address on this machine".to_owned()
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let mut sockets = Sockets::default();
        let error = sockets.hand_out(&[address]).unwrap_err();
        assert_eq!(error, format!("cannot bind {address}: address in use"));
        drop(taken);
        assert_eq!(sockets.hand_out(&[address, address]).unwrap().len(), 2);
        assert!(TcpListener::bind(address).is_err());
        sockets.keep_only(&[]);
        assert!(TcpListener::bind(address).is_ok());
    }
}
