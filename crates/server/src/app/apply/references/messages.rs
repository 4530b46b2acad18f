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
    organisations: BTreeMap<Name, Organisation>,
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
                Kind::Organisation
                    | Kind::Channel
                    | Kind::Audience
                    | Kind::MessageTemplate
                    | Kind::StatusPage
            )
        };
        if !documents.iter().any(|(it, _)| names_some(it.kind())) {
            return Ok(Self::default());
        }
        let audience = |it: Audience| Document::Audience(Box::new(it));
        Ok(Self {
            organisations: organisations(tx, documents).await?,
            channels: channels(tx, documents).await?,
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

    /// What is wrong with a channel: news go by it, and it does not mail.
    pub(super) fn channel_fault(&self, channel: &Channel) -> Option<String> {
        match &channel.by {
            Means::Mail(_) => return None,
            Means::Webhook(_) | Means::Chat(_) | Means::Feed | Means::InApp => {}
        }
        let is_by_it =
            |it: &&Organisation| it.news.as_ref().is_some_and(|it| it.by == channel.name);
        let organisation = self.organisations.values().find(is_by_it)?;
        Some(format!(
            "channel `{}` does not mail, and the news of organisation `{}` go by it: name another channel there first",
            channel.name, organisation.name
        ))
    }

    fn no_audience(&self, name: &Name) -> Option<String> {
        (!self.audiences.contains(name.as_str()))
            .then(|| format!("audience `{name}` is not declared"))
    }
}

async fn organisations(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
) -> Result<BTreeMap<Name, Organisation>, Error> {
    let known: Vec<Organisation> = tx.documents(Kind::Organisation).await?;
    let named = |it: Organisation| (it.name.clone(), it);
    let mut all: BTreeMap<Name, Organisation> = known.into_iter().map(named).collect();
    for (document, _) in documents {
        if let Document::Organisation(organisation) = document {
            all.insert(organisation.name.clone(), organisation.clone());
        }
    }
    Ok(all)
}

async fn channels(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
) -> Result<BTreeMap<Name, Channel>, Error> {
    let known: Vec<Channel> = tx.documents(Kind::Channel).await?;
    let named = |it: Channel| (it.name.clone(), it);
    let mut all: BTreeMap<Name, Channel> = known.into_iter().map(named).collect();
    for (document, _) in documents {
        if let Document::Channel(channel) = document {
            all.insert(channel.name.clone(), channel.clone());
        }
    }
    Ok(all)
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
