//! What an agent is asked about its host, and what it answers. Answering changes nothing.

use super::Space;
use crate::{converge::Balancer, digest::Digest, name::Name, text::Said};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
};

/// An agent is asked about so many addresses at most.
pub const HOST_PORTS_MAX: usize = 256;

/// What an agent is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostQuestion {
    /// The product that is to be deployed.
    pub product: Name,
    /// Addresses that it would listen on.
    #[serde(default)]
    pub listen: Vec<SocketAddr>,
    /// What may lie unpacked already: component → workloads.
    #[serde(default)]
    pub workloads: BTreeMap<Name, BTreeSet<Digest>>,
    /// The load balancers beside it, by the component that they share requests out to.
    #[serde(default)]
    pub balancers: BTreeMap<Name, Balancer>,
}

/// What an agent found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFacts {
    /// Its clock, when it answered.
    pub clock: Timestamp,
    /// How long its certificate is good. None, if it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_ends: Option<Timestamp>,
    /// How long that of the authority is good, which it believes. None, if it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_ends: Option<Timestamp>,
    /// Where it keeps what it runs. None, if the host does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<Space>,
    /// None, if the host does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Space>,
    /// Of each address that was asked about.
    #[serde(default)]
    pub ports: Vec<PortAnswer>,
    /// Those workloads that lie unpacked.
    #[serde(default)]
    pub unpacked: BTreeSet<Digest>,
    /// Of each load balancer that was asked about.
    #[serde(default)]
    pub balancers: Vec<BalancerAnswer>,
}

impl HostFacts {
    /// The same, as far as it may be kept: what an agent says is shown to people and kept for ever, so it is cut, and nothing in it
    /// steers a terminal.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.ports.truncate(HOST_PORTS_MAX);
        self.balancers.truncate(HOST_PORTS_MAX);
        let plain = |text: &mut String| *text = Said::<1_024, false>::of(text).as_str().to_owned();
        for port in &mut self.ports {
            if let Holder::Refused { why } = &mut port.holder {
                plain(why);
            }
        }
        self.balancers
            .iter_mut()
            .filter_map(|it| it.trouble.as_mut())
            .for_each(plain);
        self
    }
}

/// Who has an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortAnswer {
    /// Which.
    pub address: SocketAddr,
    /// Who has it.
    pub holder: Holder,
}

/// Who has an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "holder")]
pub enum Holder {
    /// Nobody.
    Free,
    /// What the agent runs itself.
    Own {
        /// The product.
        product: Name,
        /// The component.
        component: Name,
    },
    /// Somebody else.
    Taken,
    /// It could not be had anyway.
    Refused {
        /// In the words of the operating system.
        why: String,
    },
}

/// How a load balancer answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalancerAnswer {
    /// The component that it shares requests out to.
    pub component: Name,
    /// What is wrong, with what helps; nothing, if it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}
