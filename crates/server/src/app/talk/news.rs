//! Telling people what they should know of, and what they have not seen yet.

use super::{
    super::{App, Error, Request},
    about::{about, is_seen, sees},
};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::{Action, Actor, ActorKind},
    id::NewsId,
    name::Name,
    planning::Party,
    talk::{News, Subject, Why, mentions, reached},
    text::Line,
};
use tidegate_protocol::api::{NewsView, SeenRequest};
use tidegate_store::Tx;

/// The most news that are listed.
const LISTED_MAX: u64 = 200;

/// What there is to tell.
pub(in crate::app) struct Told<'a> {
    /// About what.
    pub(in crate::app) subject: &'a Subject,
    /// In a line that follows the name of whoever did it.
    pub(in crate::app) line: &'a str,
    /// Into whose hands it was given.
    pub(in crate::app) given: &'a BTreeSet<Name>,
    /// What was said, which may name people.
    pub(in crate::app) text: &'a str,
}

impl App {
    /// Notes what whoever asks has seen of what they were told; answers what is left.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn see_news(
        &self,
        request: Request,
        wanted: &SeenRequest,
    ) -> Result<Vec<NewsView>, Error> {
        let left = self
            .store
            .write((request, NewsId(wanted.up_to)), |tx, (request, up_to)| {
                async move {
                    tx.see_news(&request.actor.name, *up_to).await?;
                    unseen(tx, request).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(left)
    }

    /// What whoever asks should know of and has not seen, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn news(&self, request: &Request) -> Result<Vec<NewsView>, Error> {
        self.store
            .read(request.clone(), |tx, request| unseen(tx, request).boxed())
            .await
    }
}

/// What somebody should know of and has not seen, as far as they still may see what it is about, the newest first.
pub(in crate::app) async fn unseen(tx: &mut Tx, request: &Request) -> Result<Vec<NewsView>, Error> {
    let all = unseen_behind(tx, request, NewsId(0)).await?;
    Ok(all.iter().map(view).collect())
}

/// The same, of what has a higher number.
pub(in crate::app) async fn unseen_behind(
    tx: &mut Tx,
    request: &Request,
    after: NewsId,
) -> Result<Vec<News>, Error> {
    let mut all = tx.unseen_news(&request.actor.name, LISTED_MAX).await?;
    all.retain(|news| news.id > after);
    let mut known: BTreeMap<Subject, bool> = BTreeMap::new();
    for news in &all {
        if !known.contains_key(&news.subject) {
            let shown = is_seen(tx, request, &news.subject).await?;
            known.insert(news.subject.clone(), shown);
        }
    }
    all.retain(|news| known.get(&news.subject).copied().unwrap_or_default());
    Ok(all)
}

/// Tells those who follow a subject, those whom the text names, and those into whose hands it was given. Answers who of those
/// that were named is told nothing: there is nobody of that name, or they may not see it.
pub(in crate::app) async fn tell(
    tx: &mut Tx,
    request: &Request,
    told: &Told<'_>,
) -> Result<Vec<String>, Error> {
    let of = about(tx, request, (Action::Read, told.subject)).await?;
    let authorizer = request.gate.authorizer(tx).await?;
    let (mut named, mut unreached) = (BTreeSet::new(), Vec::new());
    for party in mentions(told.text) {
        let people = people_of(tx, request, &party).await?;
        if people.is_empty() {
            unreached.push(party.to_string());
        }
        named.extend(people);
    }
    let followers = tx.followers(told.subject).await?;
    for (name, why) in reached(&request.actor.name, told.given, &named, &followers) {
        let Some(person) = tx.person_named(&name).await? else {
            continue;
        };
        if !sees(&authorizer, &person.actor(), &of) {
            if why == Why::Named {
                unreached.push(name.to_string());
            }
            continue;
        }
        if why != Why::Followed {
            tx.follow((told.subject, &name), true, false).await?;
        }
        let news = News {
            id: tx.next_news().await?,
            to: name,
            subject: told.subject.clone(),
            why,
            by: request.actor.name.clone(),
            at: tx.now(),
            line: Line::of(told.line),
        };
        tx.record_news(&news).await?;
    }
    Ok(unreached)
}

/// Who a party is: a person that exists, or the people of a team.
pub(in crate::app) async fn people_of(
    tx: &mut Tx,
    request: &Request,
    party: &Party,
) -> Result<BTreeSet<Name>, Error> {
    let team = match party {
        Party::Person(name) => {
            let found = tx.person_named(name).await?;
            return Ok(found.into_iter().map(|it| it.name).collect());
        }
        Party::Team(team) => team,
    };
    let authorizer = request.gate.authorizer(tx).await?;
    let is_of = |actor: &Actor| authorizer.directory().teams_of(actor).any(|it| it == team);
    let people = tx.people().await?.into_iter();
    let people = people.filter(|it| it.kind == ActorKind::Person);
    let members = people.map(tidegate_store::PersonRow::actor).filter(is_of);
    Ok(members.map(|it| it.name).collect())
}

fn view(news: &News) -> NewsView {
    NewsView {
        id: news.id.0,
        subject: news.subject.to_string(),
        page: news.subject.page(),
        about: news.subject.told(),
        why: news.why.word().to_owned(),
        by: news.by.to_string(),
        at: news.at,
        line: news.line.to_string(),
    }
}
