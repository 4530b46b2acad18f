//! Whether what is declared for messages names only what exists, and could be sent.

use super::{
    super::{super::Error, parse::Located},
    keys,
};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    catalog::{Document, Kind, Organisation},
    communication::{Audience, Channel, Means, MessageTemplate, Schedule, Stakeholder, StatusPage},
    name::Name,
};
use tidegate_store::Tx;

/// What is declared for messages, now or by these files.
#[derive(Default)]
pub(super) struct Messages {
    channels: BTreeMap<Name, Channel>,
    audiences: BTreeSet<String>,
    stakeholders: BTreeSet<String>,
}

impl Messages {
    /// Looked up only where these files declare something that names them.
    pub(super) async fn load(
        tx: &mut Tx,
        documents: &[(Document, &Located)],
    ) -> Result<Self, Error> {
        let names_some = |kind: Kind| {
            matches!(
                kind,
                Kind::Organisation | Kind::Audience | Kind::MessageTemplate | Kind::StatusPage
            )
        };
        if !documents.iter().any(|(it, _)| names_some(it.kind())) {
            return Ok(Self::default());
        }
        let channels: Vec<Channel> = tx.documents(Kind::Channel).await?;
        let mut channels: BTreeMap<Name, Channel> = channels
            .into_iter()
            .map(|it| (it.name.clone(), it))
            .collect();
        for (document, _) in documents {
            if let Document::Channel(channel) = document {
                channels.insert(channel.name.clone(), channel.clone());
            }
        }
        let audience = |it: Audience| Document::Audience(Box::new(it));
        Ok(Self {
            channels,
            audiences: keys(tx, documents, Kind::Audience, audience).await?,
            stakeholders: keys(tx, documents, Kind::Stakeholder, |it: Stakeholder| {
                Document::Stakeholder(it)
            })
            .await?,
        })
    }

    /// What is wrong with an audience.
    pub(super) fn audience_fault(&self, audience: &Audience) -> Option<String> {
        let is_unknown = |name: &&Name| !self.stakeholders.contains(name.as_str());
        let unknown = audience.stakeholders.iter().find(is_unknown);
        let unknown = unknown.map(|name| format!("stakeholder `{name}` is not declared"));
        let fault = audience.check(&self.channels).err();
        unknown.or_else(|| fault.map(|why| why.to_string()))
    }

    /// What is wrong with a template, but for its products and environment.
    pub(super) fn template_fault(&self, template: &MessageTemplate) -> Option<String> {
        let mut named = template.audiences.iter();
        let unknown = named.find_map(|name| self.no_audience(name));
        unknown.or_else(|| template.check().err().map(|why| why.to_string()))
    }

    /// What is wrong with a status page, but for its product and environments.
    pub(super) fn page_fault(&self, page: &StatusPage) -> Option<String> {
        let named = page.audience.as_ref();
        named.and_then(|name| self.no_audience(name))
    }

    /// What is wrong with how an organisation mails its people what is new for them.
    pub(super) fn news_fault(&self, organisation: &Organisation) -> Option<String> {
        let by = &organisation.news.as_ref()?.by;
        let fault = |why: &str| Some(format!("news go by channel `{by}`, which {why}"));
        match self.channels.get(by).map(|it| &it.by) {
            Some(Means::Mail(_)) => None,
            Some(Means::Webhook(_) | Means::Chat(_) | Means::Feed | Means::InApp) => {
                fault("does not mail")
            }
            None => fault("is not declared"),
        }
    }

    fn no_audience(&self, name: &Name) -> Option<String> {
        (!self.audiences.contains(name.as_str()))
            .then(|| format!("audience `{name}` is not declared"))
    }
}

/// The environment that a template waits for something in.
pub(super) fn awaited(template: &MessageTemplate) -> Option<&Name> {
    match &template.on {
        Schedule::Deployment(_, environment) => Some(environment),
        Schedule::ByHand | Schedule::Milestone(_) | Schedule::At(_) => None,
    }
}

/// A stakeholder without an address is told nothing.
pub(super) fn stakeholder_fault(stakeholder: &Stakeholder) -> Option<String> {
    let mut seen = BTreeSet::new();
    let twice = stakeholder.addresses.iter().find(|it| !seen.insert(*it));
    match (stakeholder.addresses.is_empty(), twice) {
        (true, _) => Some("it has no address: name one under `addresses`".to_owned()),
        (false, Some(address)) => Some(format!("it names `{address}` twice")),
        (false, None) => None,
    }
}
