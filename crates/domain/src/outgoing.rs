//! Where the server goes when it asks somebody on behalf of what people declared: the outer world, and inner places only by
//! name.
//!
//! Judged is the address that is connected to, never its spelling or the name that led there. Start at [`Exceptions::judge`].

mod address;
mod exception;

pub use address::Inner;
pub use exception::{Exception, ExceptionFault};

use std::net::IpAddr;

/// The inner places that may be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exceptions(pub Vec<Exception>);

/// Why an address is not asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address} is {inner}")]
pub struct Refused {
    /// Where it would have gone.
    pub address: IpAddr,
    /// What is there.
    pub inner: Inner,
}

impl Exceptions {
    /// Whether `address`, found by the name `host`, may be connected to at `port`; at any port that no exception names where it
    /// is not known.
    ///
    /// # Errors
    /// When it is an inner one and no exception lets it pass.
    pub fn judge(&self, host: &str, address: IpAddr, port: Option<u16>) -> Result<(), Refused> {
        let Some(inner) = Inner::of(address) else {
            return Ok(());
        };
        match self.0.iter().any(|it| it.covers(host, address, port)) {
            true => Ok(()),
            false => Err(Refused { address, inner }),
        }
    }

    /// The ports that exceptions name.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        self.0.iter().filter_map(|it| it.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(exceptions: &[&str], host: &str, address: &str, port: u16) -> bool {
        let exceptions = exceptions.iter().map(|text| text.parse().unwrap());
        let exceptions = Exceptions(exceptions.collect());
        exceptions
            .judge(host, address.parse().unwrap(), Some(port))
            .is_ok()
    }

    #[test]
    fn inner_addresses_pass_by_an_exception_only() {
        assert!(passes(&[], "a.example", "8.8.8.8", 443));
        assert!(!passes(&[], "a.example", "10.0.0.1", 443));
        for (exception, host, address, port, expect) in [
            ("10.0.0.0/8", "a.example", "10.0.0.1", 443, true),
            ("10.0.0.0/8", "a.example", "::ffff:10.0.0.1", 443, true),
            ("10.0.0.0/8", "a.example", "11.0.0.1", 443, true),
            ("10.0.0.0/8", "a.example", "192.168.0.1", 443, false),
            ("10.0.0.1:9090", "a.example", "10.0.0.1", 9090, true),
            ("10.0.0.1:9090", "a.example", "10.0.0.1", 22, false),
            ("a.example", "a.example", "10.0.0.1", 22, true),
            ("a.example:9090", "A.example.", "10.0.0.1", 9090, true),
            ("a.example:9090", "a.example", "10.0.0.1", 22, false),
            ("a.example", "b.a.example", "10.0.0.1", 22, false),
            ("::1", "[::1]", "::1", 22, true),
            ("[::1]:22", "[::1]", "::1", 23, false),
        ] {
            let found = passes(&[exception], host, address, port);
            assert_eq!(found, expect, "{exception}: {host} {address} {port}");
        }
    }

    #[test]
    fn an_exception_with_a_port_covers_no_unknown_port() {
        let exceptions = Exceptions(vec!["10.0.0.1:9090".parse().unwrap()]);
        let address = "10.0.0.1".parse().unwrap();
        assert!(exceptions.judge("10.0.0.1", address, None).is_err());
        assert_eq!(exceptions.ports().collect::<Vec<_>>(), [9090]);
    }
}
