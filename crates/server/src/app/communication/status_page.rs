//! What outsiders see of a product, if its team declared a page for them. Nobody is asked who they are.

use super::{
    super::{App, Error, handovers},
    feed::author,
    wording::{rendered, sent_at},
};
use futures::FutureExt;
use jiff::Timestamp;
use std::collections::BTreeSet;
use tidegate_domain::{
    catalog::Kind,
    communication::{
        DeliveryKey, Recipient, Rendered, StatusPage, WebAddress,
        atom::{Entry, Feed, atom},
        message::{About, Message},
        status_page::{Maintenance, Observed, PublicStatus, Published},
    },
    converge::Health,
    digest::Digest,
    id::MessageId,
    name::Name,
    version::Version,
};
use tidegate_store::Tx;

/// How many messages are looked through for those that are public.
const MESSAGES_MAX: u64 = 200;
/// How many bookings are looked through.
const BOOKINGS_MAX: u64 = 10_000;

impl App {
    /// What outsiders see of a product.
    ///
    /// # Errors
    /// When nobody declared a page: whether there is such a product is not told either.
    pub async fn public_status(&self, product: &str) -> Result<PublicStatus, Error> {
        let product = product.to_owned();
        self.store
            .read(product, |tx, product| {
                async move {
                    let page = page(tx, product).await?;
                    let published = published(tx, &page).await?;
                    let observed = observed(tx, &page).await?;
                    let published: Vec<Published<'_>> = published.iter().map(Told::shown).collect();
                    Ok(PublicStatus::of(&page, &observed, &published, tx.now()))
                }
                .boxed()
            })
            .await
    }

    /// The messages of that page as an Atom feed.
    ///
    /// # Errors
    /// When nobody declared a page.
    pub async fn public_feed(&self, product: &str) -> Result<String, Error> {
        let address = format!("{}/status/{product}/feed.atom", self.identity.public_url);
        let input = (product.to_owned(), address);
        self.store
            .read(input, |tx, (product, address)| {
                async move {
                    let page = page(tx, product).await?;
                    let told = published(tx, &page).await?;
                    // The same messages as on the page, by what that shows.
                    let all: Vec<Published<'_>> = told.iter().map(Told::shown).collect();
                    let public = PublicStatus::of(&page, &[], &all, tx.now());
                    let shown = |it: &&Told| {
                        let mut shown = public.messages.iter();
                        shown.any(|one| one.at == it.at && one.subject == it.rendered.subject)
                    };
                    let entries: Vec<Entry> =
                        told.iter().rev().filter(shown).map(Told::entry).collect();
                    let no_page = |_| no_page();
                    let address: WebAddress = address.parse().map_err(no_page)?;
                    let feed = Feed {
                        title: &page.title,
                        author: &author(tx).await?,
                        address: &address,
                        at: tx.now(),
                    };
                    Ok(atom(feed, &entries))
                }
                .boxed()
            })
            .await
    }
}

/// A message that may be public.
struct Told {
    message: Message,
    at: Timestamp,
    rendered: Rendered,
}

impl Told {
    fn shown(&self) -> Published<'_> {
        Published {
            message: &self.message,
            at: self.at,
            rendered: self.rendered.clone(),
        }
    }

    fn entry(&self) -> Entry {
        let sanctioned = self.message.status.sanction().map(|it| it.hash());
        let sanctioned = sanctioned.unwrap_or_else(|| Digest::of(b""));
        // The page is a reader of its own: its entries are told apart from those of channels.
        let reader: Recipient = Recipient::Endpoint(self.message.writing.audiences[0].clone());
        Entry {
            key: DeliveryKey::of(&sanctioned, &reader),
            at: self.at,
            language: self.message.writing.language.clone(),
            rendered: self.rendered.clone(),
            link: None,
        }
    }
}

fn no_page() -> Error {
    Error::refused(
        super::super::Kind::NotFound,
        "status-page-not-found",
        "there is no such status page",
    )
}

async fn page(tx: &mut Tx, product: &str) -> Result<StatusPage, Error> {
    let name: Name = product.parse().map_err(|_| no_page())?;
    let found = tx.document(Kind::StatusPage, name.as_str()).await?;
    found.ok_or_else(no_page)
}

/// The newest messages about the product for the audience of the page, newest first.
async fn published(tx: &mut Tx, page: &StatusPage) -> Result<Vec<Told>, Error> {
    let Some(audience) = &page.audience else {
        return Ok(Vec::new());
    };
    let end = MessageId(u64::MAX >> 1);
    let all = tx
        .messages_about((&page.product, None), (end, MESSAGES_MAX))
        .await?;
    let mut told = Vec::new();
    for message in all {
        let is_told = message.writing.audiences.contains(audience)
            && message.status.sanction().is_some()
            && !is_under_embargo(tx, &message.about).await?;
        if is_told {
            let rendered = rendered(tx, &message, audience).await?;
            told.push(Told {
                at: sent_at(&message),
                message,
                rendered,
            });
        }
    }
    Ok(told)
}

async fn observed(tx: &mut Tx, page: &StatusPage) -> Result<Vec<Observed>, Error> {
    let agents = tx.agents().await?;
    let connected: BTreeSet<String> = agents
        .into_iter()
        .filter(|it| it.connected && it.revoked_at.is_none())
        .map(|it| it.key.to_string())
        .collect();
    let mut all = Vec::with_capacity(page.environments.len());
    for public in &page.environments {
        let place = (&page.product, &public.environment);
        let reports = tx.reports_in(place.1, place.0).await?;
        let answers = |target: &Name| connected.contains(&format!("{}/{target}", place.1));
        let last = tx
            .succeeded_in(place.0, place.1, 1)
            .await?
            .into_iter()
            .next();
        // Those that are to run it, and those that do.
        let meant = last
            .iter()
            .flat_map(|it| &it.targets)
            .map(|it| it.target.clone());
        let mut targets: BTreeSet<Name> = meant.collect();
        let (mut answering, mut healthy) = (0, 0);
        for (target, report) in &reports {
            let active = &report.observed.active;
            if !active.is_empty() {
                targets.insert(target.clone());
            }
            if targets.contains(target) && answers(target) {
                answering += 1;
                let is_well =
                    !active.is_empty() && active.iter().all(|it| it.health == Health::Healthy);
                healthy += u32::from(is_well);
            }
        }
        let running = tx.deployment_running_in(place.0, place.1).await?;
        let running = match running {
            Some(id) => tx.deployment(id).await?,
            None => None,
        };
        let is_changing = match &running {
            Some(it) => !is_secret(tx, (place.0, &it.release)).await?,
            None => false,
        };
        let version = match last.map(|it| it.release) {
            Some(version) if !is_secret(tx, (place.0, &version)).await? => Some(version),
            Some(_) | None => None,
        };
        all.push(Observed {
            environment: public.environment.clone(),
            targets: u32::try_from(targets.len()).unwrap_or(u32::MAX),
            answering,
            healthy,
            is_changing,
            version,
            planned: planned(tx, place).await?,
        });
    }
    Ok(all)
}

/// What releases of the product book there: when, and no words, which were not written for outsiders.
async fn planned(
    tx: &mut Tx,
    (product, environment): (&Name, &Name),
) -> Result<Vec<Maintenance>, Error> {
    let end = Timestamp::from_second(32_503_680_000).unwrap_or(Timestamp::MAX);
    let ends = (tx.now(), end);
    let all = tx.bookings_between(ends, BOOKINGS_MAX).await?;
    let own = all
        .into_iter()
        .filter(|it| it.product == *product && it.environment == *environment);
    let mut planned = Vec::new();
    for it in own {
        if !is_secret(tx, (product, &it.version)).await? {
            planned.push(Maintenance {
                from: it.from,
                until: it.until,
                words: None,
            });
        }
    }
    Ok(planned)
}

/// Whether outsiders are told nothing yet of a release.
async fn is_secret(tx: &mut Tx, of: (&Name, &Version)) -> Result<bool, Error> {
    let until = handovers::is_under_embargo(tx, of).await?;
    Ok(until.is_some())
}

async fn is_under_embargo(tx: &mut Tx, about: &About) -> Result<bool, Error> {
    match about {
        About::Release(product, version) => is_secret(tx, (product, version)).await,
        About::Train(_) | About::Product(_) => Ok(false),
    }
}
