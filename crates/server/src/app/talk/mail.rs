//! News by mail: how often somebody wants it, and the mails that begin when their time has come.
//!
//! A mail is a delivery like any other: [`crate::app::communication`] packs it when it goes out, and nothing here sends.

use super::{
    super::{App, Error, Gate, Request, communication::NO_MESSAGE, field},
    news::unseen_behind,
};
use futures::FutureExt;
use jiff::SignedDuration;
use std::sync::Arc;
use tidegate_domain::{
    access::ActorKind,
    canonical,
    catalog::{Kind, Organisation},
    communication::{
        Bounce, Channel, Delivery, DeliveryKey, DeliveryState, MailAddress, Means, Recipient, Tells,
    },
    id::NewsId,
    name::Name,
    talk::{Mailing, NewsPost, Often, Untold},
};
use tidegate_protocol::api::{NewsMailRequest, NewsMailView};
use tidegate_store::Tx;

/// How long a server that begins mails keeps others from it.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

impl App {
    /// How often whoever asks is mailed what is new for them, and what became of the last mail.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn news_mail(&self, request: &Request) -> Result<NewsMailView, Error> {
        self.store
            .read(request.clone(), |tx, request| shown(tx, request).boxed())
            .await
    }

    /// Whoever asks says how often they are mailed what is new for them.
    ///
    /// # Errors
    /// When it is said in other words than there are.
    pub async fn choose_news_mail(
        &self,
        request: Request,
        wanted: &NewsMailRequest,
    ) -> Result<NewsMailView, Error> {
        let often: Often = field("often", &wanted.often)?;
        let view = self
            .store
            .write((request, often), |tx, (request, often)| {
                async move {
                    let me = &request.actor.name;
                    let mut mailing = tx.mailing_of(me).await?;
                    mailing.choose(*often, tx.newest_news(me).await?);
                    tx.record_mailing(&mailing).await?;
                    shown(tx, request).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Begins the mails that are due, each for itself: one that cannot begin holds up no other.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn mail_news(&self, holder: &str) -> Result<(), Error> {
        let ready = self.store.read((), |tx, ()| ready(tx).boxed()).await?;
        let mut has_begun = false;
        for person in ready {
            let input = (person.clone(), holder.to_owned(), self.gate.clone());
            let turn = self.store.write(input, |tx, (person, holder, gate)| {
                take_turn(tx, gate, (person, holder)).boxed()
            });
            match turn.await {
                Ok(Turn::Begun) => has_begun = true,
                Ok(Turn::NothingDue) => {}
                Ok(Turn::OfAnother) => break,
                Err(error) => tracing::warn!(
                    person = person.as_str(),
                    error = &error as &dyn std::error::Error,
                    "news.mail_not_begun"
                ),
            }
        }
        if has_begun {
            self.bus.announce();
        }
        Ok(())
    }
}

/// Of what is new by now nobody is mailed anything: it is on the pages. So it is when mails begin, and when the record is put
/// back from a backup, because nobody knows what was mailed since.
pub(in crate::app) async fn give_up(tx: &mut Tx) -> Result<(), Error> {
    for (person, newest) in tx.newest_news_of_all().await? {
        leave_out(tx, (&person, newest)).await?;
    }
    Ok(())
}

/// Somebody has an address from now on: what was new before is not mailed there.
pub(in crate::app) async fn begin_for(tx: &mut Tx, person: &Name) -> Result<(), Error> {
    match tx.newest_news(person).await? {
        Some(newest) => leave_out(tx, (person, newest)).await,
        None => Ok(()),
    }
}

/// An organisation is declared otherwise from now on. If it is by this that people are mailed, what was new before is not mailed.
pub(in crate::app) async fn begin_by(
    tx: &mut Tx,
    organisation: &Organisation,
) -> Result<(), Error> {
    if organisation.news.is_some() && declared(tx).await?.is_none() {
        give_up(tx).await?;
    }
    Ok(())
}

async fn leave_out(tx: &mut Tx, (person, newest): (&Name, NewsId)) -> Result<(), Error> {
    let mut mailing = tx.mailing_of(person).await?;
    mailing.leave_out(newest);
    Ok(tx.record_mailing(&mailing).await?)
}

/// How people are mailed, if the organisation says so.
async fn declared(tx: &mut Tx) -> Result<Option<NewsPost>, Error> {
    let all: Vec<Organisation> = tx.documents(Kind::Organisation).await?;
    Ok(all.into_iter().find_map(|it| it.news))
}

/// The same, if there is such a channel.
async fn post(tx: &mut Tx) -> Result<Option<NewsPost>, Error> {
    let Some(post) = declared(tx).await? else {
        return Ok(None);
    };
    let channel: Option<Channel> = tx.document(Kind::Channel, post.by.as_str()).await?;
    Ok(match channel.map(|it| it.by) {
        Some(Means::Mail(_)) => Some(post),
        Some(Means::Webhook(_) | Means::Chat(_) | Means::Feed | Means::InApp) | None => None,
    })
}

/// Where somebody is mailed, or why they are not.
enum Reach {
    At(MailAddress),
    Bounced(MailAddress, Bounce),
    NoAddress,
    NoPerson,
}

async fn reach(tx: &mut Tx, name: &Name) -> Result<Reach, Error> {
    let person = tx.person_named(name).await?;
    let Some(person) = person.filter(|it| it.kind == ActorKind::Person) else {
        return Ok(Reach::NoPerson);
    };
    let Some(address) = person.email.and_then(|it| it.parse::<MailAddress>().ok()) else {
        return Ok(Reach::NoAddress);
    };
    let bounce = tx.bounce_of(&Recipient::Mailbox(address.clone())).await?;
    Ok(match bounce {
        Some(bounce) => Reach::Bounced(address, bounce),
        None => Reach::At(address),
    })
}

/// Those for whom a mail is due.
async fn ready(tx: &mut Tx) -> Result<Vec<Name>, Error> {
    let Some(post) = post(tx).await? else {
        return Ok(Vec::new());
    };
    let now = tx.now();
    let mut ready = Vec::new();
    for (mailing, untold) in tx.untold_news().await? {
        let is_due = post.due(&mailing, untold).is_some_and(|at| at <= now);
        if is_due && matches!(reach(tx, &mailing.person).await?, Reach::At(_)) {
            ready.push(mailing.person);
        }
    }
    Ok(ready)
}

/// What became of somebody's turn.
enum Turn {
    /// A mail to them begins.
    Begun,
    /// Nothing is due for them any more.
    NothingDue,
    /// Another server begins mails.
    OfAnother,
}

/// Another server may have been quicker, and may be no more.
async fn take_turn(
    tx: &mut Tx,
    gate: &Arc<Gate>,
    (person, holder): (&Name, &str),
) -> Result<Turn, Error> {
    if tx.take_lease("news-mails", holder, LEASE).await?.is_none() {
        return Ok(Turn::OfAnother);
    }
    match (post(tx).await?, reach(tx, person).await?) {
        (Some(post), Reach::At(to)) => begin(tx, gate, (&post, person, to)).await,
        (Some(_), Reach::Bounced(..) | Reach::NoAddress | Reach::NoPerson) | (None, _) => {
            Ok(Turn::NothingDue)
        }
    }
}

/// Keeps the delivery of a mail of what somebody was not told yet, if there is anything that they may see.
async fn begin(
    tx: &mut Tx,
    gate: &Arc<Gate>,
    (post, person, to): (&NewsPost, &Name, MailAddress),
) -> Result<Turn, Error> {
    let mut mailing = tx.mailing_of(person).await?;
    let request = Request::on_behalf(tx, gate, (person, "news-mail".to_owned())).await?;
    let news = unseen_behind(tx, &request, mailing.up_to).await?;
    let now = tx.now();
    let Some(untold) = Untold::of(&news) else {
        // All that is left they may not see any more.
        let newest = tx.newest_news(person).await?;
        mailing.up_to = newest.unwrap_or(mailing.up_to);
        tx.record_mailing(&mailing).await?;
        return Ok(Turn::NothingDue);
    };
    if post.due(&mailing, untold).is_none_or(|at| at > now) {
        return Ok(Turn::NothingDue);
    }
    let recipient = Recipient::Mailbox(to);
    let what = canonical::hash(&("news", person, mailing.up_to, now));
    let delivery = Delivery {
        id: tx.next_deliveries(1).await?,
        message: NO_MESSAGE,
        tells: Tells::News,
        channel: post.by.clone(),
        audience: person.clone(),
        key: DeliveryKey::of(&what, &recipient),
        recipient,
        state: DeliveryState::queued(now),
    };
    tx.record_deliveries_begun(std::slice::from_ref(&delivery))
        .await?;
    mailing.begin(delivery.id, now);
    tx.record_mailing(&mailing).await?;
    Ok(Turn::Begun)
}

async fn shown(tx: &mut Tx, request: &Request) -> Result<NewsMailView, Error> {
    let me = &request.actor.name;
    let mailing = tx.mailing_of(me).await?;
    let reach = reach(tx, me).await?;
    let last = match &mailing.last {
        Some(last) => tx.delivery(last.delivery).await?,
        None => None,
    };
    Ok(NewsMailView {
        often: mailing.often().to_string(),
        chosen: mailing.often.is_some(),
        sentence: sentence(&mailing, post(tx).await?.as_ref(), &reach),
        address: match reach {
            Reach::At(address) | Reach::Bounced(address, _) => Some(address.to_string()),
            Reach::NoAddress | Reach::NoPerson => None,
        },
        last: last.map(|it| it.state.to_string()),
    })
}

fn sentence(mailing: &Mailing, post: Option<&NewsPost>, reach: &Reach) -> String {
    let Some(post) = post else {
        return "Nobody is mailed what is new for them: the organisation names no channel for it."
            .to_owned();
    };
    let to = match reach {
        Reach::At(to) => to,
        Reach::Bounced(to, Bounce { at, reply, .. }) => {
            return format!(
                "Nothing is mailed to {to}, because what went there at {at} came back: {reply}. Have it confirmed: `tidegate \
                 bounce confirm {to}`."
            );
        }
        Reach::NoAddress => {
            return "You are mailed nothing, because you have no mail address: whoever administers people sets one.".to_owned();
        }
        Reach::NoPerson => return "Programs are mailed nothing.".to_owned(),
    };
    match mailing.often() {
        Often::AtOnce => format!(
            "What is new for you is mailed to {to} as soon as nothing more comes for {}.",
            post.gather
        ),
        Often::Daily => format!(
            "What is new for you is mailed to {to} once a day, at {} {}.",
            post.daily_at.strftime("%H:%M"),
            post.time_zone.name()
        ),
        Often::Never => "You are mailed nothing: what is new for you is on this page.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
