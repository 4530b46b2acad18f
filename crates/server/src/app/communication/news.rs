//! Mails of what is new for a person, put together when they go out: what they have seen by then, or may not see any more, is not
//! in them.

use super::{
    super::{App, Error, Request, talk},
    outbox::mailbox,
    parcel::{Content, Parcel, Unsent},
};
use tidegate_domain::{
    catalog::Kind,
    communication::{
        Channel, Delivery, Letter, Means, NewsParts, Recipient,
        delivery::{DeliveryEvent, Patience},
    },
    talk::{Mailing, News, Often},
};
use tidegate_store::Tx;

impl App {
    /// The mail, where it is kept before it goes out how far it tells.
    pub(super) async fn pack_news(
        &self,
        tx: &mut Tx,
        delivery: &Delivery,
    ) -> Result<Result<Parcel, Unsent>, Error> {
        let name = delivery.channel.as_str();
        let channel: Option<Channel> = tx.document(Kind::Channel, name).await?;
        let Some(Channel {
            by: Means::Mail(mail),
            ..
        }) = channel
        else {
            return Ok(Err(Unsent("its channel does not mail any more".to_owned())));
        };
        if let Some(why) = self.lacks(&Means::Mail(mail.clone())) {
            return Ok(Err(Unsent(why)));
        }
        let Some(to) = mailbox(delivery) else {
            return Ok(Err(Unsent("it is to no mailbox".to_owned())));
        };
        let mut mailing = tx.mailing_of(&delivery.audience).await?;
        let news = self.untold(tx, (&mailing, delivery)).await?;
        let newest = news.iter().map(|it| it.id).max();
        mailing.up_to = newest.map_or(mailing.up_to, |newest| newest.max(mailing.up_to));
        tx.record_mailing(&mailing).await?;
        let server = &self.identity.public_url;
        let is_stated = self.identity.stated_url.is_some();
        let parts = NewsParts {
            to,
            key: &delivery.key,
            news: &news,
            server: is_stated.then_some(server.as_str()),
        };
        let letter = Box::new(Letter::of_news(&mail, parts));
        Ok(Ok(Parcel {
            id: delivery.id,
            patience: Patience::MAIL,
            content: Content::Mail(mail.server, letter),
        }))
    }

    /// Why a mail of news does not go out, if that changed since it began.
    pub(super) async fn no_news(
        &self,
        tx: &mut Tx,
        delivery: &Delivery,
    ) -> Result<Option<String>, Error> {
        let person = tx.person_named(&delivery.audience).await?;
        let address = person.and_then(|it| it.email?.parse().ok());
        if address.map(Recipient::Mailbox).as_ref() != Some(&delivery.recipient) {
            return Ok(Some("they are not mailed there any more".to_owned()));
        }
        let mailing = tx.mailing_of(&delivery.audience).await?;
        if mailing.often() == Often::Never {
            return Ok(Some("they want no mails of news any more".to_owned()));
        }
        let news = self.untold(tx, (&mailing, delivery)).await?;
        let why = "they have seen it, or may not see it any more";
        Ok(news.is_empty().then(|| why.to_owned()))
    }

    /// What a mail tells, the newest first.
    async fn untold(
        &self,
        tx: &mut Tx,
        (mailing, delivery): (&Mailing, &Delivery),
    ) -> Result<Vec<News>, Error> {
        let own = mailing.last.as_ref();
        let Some(own) = own.filter(|it| it.delivery == delivery.id) else {
            return Ok(Vec::new());
        };
        let whose = (&mailing.person, delivery.key.urn());
        let request = Request::on_behalf(tx, &self.gate, whose).await?;
        talk::unseen_behind(tx, &request, own.after).await
    }
}

/// Something happened to a mail of news. It is on record with the delivery: the journal has what the mail tells.
pub(super) async fn went(
    tx: &mut Tx,
    (delivery, event): (&Delivery, &DeliveryEvent),
) -> Result<(), Error> {
    match event {
        DeliveryEvent::Attempted | DeliveryEvent::Postponed { .. } => return Ok(()),
        DeliveryEvent::Delivered { .. }
        | DeliveryEvent::Refused { .. }
        | DeliveryEvent::GaveUp { .. }
        | DeliveryEvent::Lost { .. }
        | DeliveryEvent::Resent { .. }
        | DeliveryEvent::Settled { .. }
        | DeliveryEvent::Cancelled { .. } => {}
    }
    let mut mailing = tx.mailing_of(&delivery.audience).await?;
    if mailing.went(delivery.id, &delivery.state) {
        tx.record_mailing(&mailing).await?;
    }
    Ok(())
}
