//! The way of messages out of the server: mail servers that whoever starts the server named, and requests by the one guarded
//! client. What an answer means, `domain` says.
//!
//! *Absent:* what is sent, to whom and when. Nothing is sent here that was not kept as an attempt before.

mod mail;
mod servers;
mod web;

pub(crate) use mail::Session;
pub use servers::MailServersError;
pub(crate) use servers::{MailServer, read as read_mail_servers};

use crate::{app::communication::parcel::Renderings, outgoing::Outgoing};
use std::{collections::BTreeMap, sync::Arc};
use tidegate_domain::name::Name;

/// The way of messages out of the server.
#[derive(Debug)]
pub struct Messenger {
    servers: BTreeMap<Name, Arc<MailServer>>,
    outgoing: Outgoing,
    /// What messages say to audiences, once put together.
    pub(crate) renderings: Renderings,
}

impl Messenger {
    /// With these mail servers.
    pub(crate) fn new(servers: Vec<MailServer>, outgoing: Outgoing) -> Self {
        let servers = servers
            .into_iter()
            .map(|it| (it.name.clone(), Arc::new(it)));
        Self {
            servers: servers.collect(),
            outgoing,
            renderings: Renderings::default(),
        }
    }

    /// Whether a mail server of that name is known.
    pub(crate) fn has_server(&self, name: &Name) -> bool {
        self.servers.contains_key(name)
    }

    /// The mail server of that name.
    pub(crate) fn server(&self, name: &Name) -> Option<Arc<MailServer>> {
        self.servers.get(name).cloned()
    }
}
