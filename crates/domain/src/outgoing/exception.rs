//! An inner place that may be asked: `10.0.0.0/8`, `10.0.0.1:9090`, `[fd00::1]:9090`, `prometheus.internal:9090`.

use super::address::embedded;
use ipnet::IpNet;
use std::{fmt, net::IpAddr, str::FromStr};

/// An inner place that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    place: Place,
    /// The one port there; every port unless set.
    pub(super) port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Net(IpNet),
    /// In small letters, without a dot at its end. Wherever it leads is allowed.
    Host(String),
}

/// Why a text names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no place: write an address, a network such as 10.0.0.0/8 or the name of a host, and `:PORT` behind it for one port"
)]
pub struct ExceptionFault(String);

impl Exception {
    /// Whether it lets an address pass that `host` led to.
    pub(super) fn covers(&self, host: &str, address: IpAddr, port: Option<u16>) -> bool {
        let fits = self.port.is_none() || self.port == port;
        fits && match &self.place {
            Place::Host(name) => *name == plain(host),
            Place::Net(net) => net.contains(&address) || wrapped(address, net),
        }
    }
}

impl FromStr for Exception {
    type Err = ExceptionFault;

    fn from_str(text: &str) -> Result<Self, ExceptionFault> {
        let fault = || ExceptionFault(text.to_owned());
        let (place, port) = parts(text).ok_or_else(fault)?;
        let port = port.map(str::parse).transpose().map_err(|_| fault())?;
        let place = Place::read(place).ok_or_else(fault)?;
        match port {
            Some(0) => Err(fault()),
            Some(_) | None => Ok(Self { place, port }),
        }
    }
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let net = text.parse().ok();
        let net = net.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        if let Some(net) = net {
            return Some(Self::Net(net.trunc()));
        }
        let name = plain(text);
        is_host(&name).then_some(Self::Host(name))
    }
}

/// Place and port. Without brackets, an address of IPv6 has none.
fn parts(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (place, rest) = rest.split_once(']')?;
        return match rest {
            "" => Some((place, None)),
            rest => Some((place, Some(rest.strip_prefix(':')?))),
        };
    }
    match text.split_once(':') {
        Some((place, port)) if !port.contains(':') => Some((place, Some(port))),
        Some(_) | None => Some((text, None)),
    }
}

/// A name, and no odd spelling of an address such as `127.1`: its last part would be a number.
fn is_host(name: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !part.is_empty() && part.chars().all(is_plain)
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.split('.').all(is_part)
        && !last.starts_with(|c: char| c.is_ascii_digit())
}

fn plain(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

fn wrapped(address: IpAddr, net: &IpNet) -> bool {
    match address {
        IpAddr::V6(address) => {
            embedded(address).is_some_and(|inside| net.contains(&IpAddr::V4(inside)))
        }
        IpAddr::V4(_) => false,
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.place {
            Place::Net(net) if net.prefix_len() == net.max_prefix_len() => net.addr().to_string(),
            Place::Net(net) => net.to_string(),
            Place::Host(name) => name.clone(),
        };
        match self.port {
            Some(port) if place.contains(':') => write!(f, "[{place}]:{port}"),
            Some(port) => write!(f, "{place}:{port}"),
            None => f.write_str(&place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_in_one_way() {
        for (text, expect) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("10.0.0.0/8:9090", "10.0.0.0/8:9090"),
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("[::1]:80", "[::1]:80"),
            ("[fd00::/8]:80", "[fd00::/8]:80"),
            ("Prometheus.internal.:9090", "prometheus.internal:9090"),
            ("localhost", "localhost"),
        ] {
            let read: Exception = text.parse().unwrap();
            assert_eq!(read.to_string(), expect);
            assert_eq!(expect.parse(), Ok(read));
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in [
            "",
            ":80",
            "*",
            "*.example",
            "127.1",
            "2130706433",
            "0x7f.1",
            "10.0.0.0/33",
            "a.example:0",
            "a.example:99999",
            "a.example:http",
            "[::1]80",
            "[::1",
            "http://a.example",
            "a b",
            "a..b",
        ] {
            assert!(text.parse::<Exception>().is_err(), "{text}");
        }
    }
}
