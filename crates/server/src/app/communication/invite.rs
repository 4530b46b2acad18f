//! Opting in: stakeholders are asked by mail, and say yes or no by the link in it, which only they have.
//!
//! The secret of a link follows from a key of the server and from whom it is for, so that every mail can carry it; kept is its
//! digest alone.

use super::{
    super::{App, Error, Kind as Refusal, Request, entry, field},
    declared,
    feed::author,
    outbox::{NO_MESSAGE, mailbox},
    parcel::{Content, Parcel, Unsent},
};
use crate::keyring::random;
use futures::FutureExt;
use serde_json::json;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    canonical,
    catalog::Kind,
    communication::{
        Addressed, Answer, Audience, Channel, Delivery, Language, Letter, LetterParts, Mail,
        MailAddress, Means, OptIn, Recipient, Rendered, Stakeholder, WebAddress, Wish,
        delivery::Patience,
    },
    digest::Digest,
    id::DeliveryId,
    name::Name,
};
use tidegate_protocol::api::InvitedView;
use tidegate_store::{KeyRow, Tx};

/// The key that secrets of links follow from.
const KEY: &str = "opt-in";
const PURPOSE: &str = "key/opt-in";

/// Whom a link is for.
#[derive(Debug, Clone)]
pub(super) struct Said {
    stakeholder: Name,
    audience: Name,
    address: MailAddress,
}

/// What somebody who follows a link is asked.
#[derive(Debug, Clone)]
pub struct Invited {
    /// What the audience is called.
    pub audience: String,
    /// Where messages would go.
    pub address: String,
    /// Who writes.
    pub author: String,
    /// What they said.
    pub answer: Answer,
}

impl Said {
    pub(super) fn of(said: &OptIn) -> Self {
        Self {
            stakeholder: said.stakeholder.clone(),
            audience: said.audience.clone(),
            address: said.address.clone(),
        }
    }

    fn secret(&self, key: &[u8]) -> String {
        let key = hex::encode(key);
        let of = (&key, &self.stakeholder, &self.audience, &self.address, &key);
        canonical::hash(&of).hex()
    }
}

impl App {
    /// Asks the stakeholders of an audience who were not asked yet whether they want to be told; those who did not answer are
    /// asked again if `again`.
    ///
    /// # Errors
    /// When there is no such audience, or no channel of it mails.
    pub async fn invite_stakeholders(
        &self,
        request: Request,
        audience: &str,
        again: bool,
    ) -> Result<InvitedView, Error> {
        let audience: Name = field("audience", audience)?;
        let fresh = KeyRow {
            name: KEY.to_owned(),
            public: String::new(),
            wrapped: self.keyring.wrap(PURPOSE, &random::<32>()),
        };
        let key = self
            .store
            .write(fresh, |tx, fresh| tx.record_key(fresh).boxed())
            .await?;
        let key = self.opt_in_key(&key)?;
        let input = (request, audience, key, again);
        let invited = self
            .store
            .write(input, |tx, (request, audience, key, again)| {
                invite(tx, request, (audience, key, *again)).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(InvitedView { invited })
    }

    fn opt_in_key(&self, key: &KeyRow) -> Result<Vec<u8>, Error> {
        let opened = self.keyring.unwrap(PURPOSE, &key.wrapped);
        opened.ok_or_else(|| {
            Error::Broken("the key of opt-ins cannot be opened by this key file".into())
        })
    }

    /// The link by which somebody says whether they want to be told.
    pub(super) async fn opt_in_link(&self, tx: &mut Tx, said: &Said) -> Result<WebAddress, Error> {
        let key = tx.key(KEY).await?;
        let key = key.ok_or_else(|| Error::Broken("there is no key of opt-ins".into()))?;
        let secret = said.secret(&self.opt_in_key(&key)?);
        field(
            "link",
            &format!("{}/opt-in/{secret}", self.identity.public_url),
        )
    }

    /// What the link with this secret asks.
    ///
    /// # Errors
    /// When there is none.
    pub async fn invited(&self, secret: &str) -> Result<Invited, Error> {
        let link = Digest::of(secret.as_bytes());
        self.store
            .read(link, |tx, link| {
                async move {
                    let said = tx.opt_in_by_link(link).await?.ok_or_else(not_theirs)?;
                    shown(tx, &said).await
                }
                .boxed()
            })
            .await
    }

    /// Whoever has the link says whether they want to be told.
    ///
    /// # Errors
    /// When there is no such link.
    pub async fn answer_invitation(&self, secret: &str, wish: Wish) -> Result<Invited, Error> {
        let input = (secret.to_owned(), wish);
        let shown = self
            .store
            .write(input, |tx, (secret, wish)| {
                async move {
                    let link = Digest::of(secret.as_bytes());
                    let said = tx.opt_in_by_link(&link).await?.ok_or_else(not_theirs)?;
                    let answer = said.answered(secret.as_bytes(), *wish, tx.now());
                    let answer = answer.map_err(|_| not_theirs())?;
                    // Whoever reads at an address answers for it, whatever it is declared for.
                    let mut changed = false;
                    for mut same in tx.opt_ins_of((&said.audience, &said.address)).await? {
                        if same.answer != answer {
                            same.answer = answer;
                            tx.record_opt_in(&same).await?;
                            changed = true;
                        }
                    }
                    if changed {
                        let action = match wish {
                            Wish::Confirm => "stakeholder.opted-in",
                            Wish::Withdraw => "stakeholder.opted-out",
                        };
                        let subject = format!("stakeholder/{}", said.stakeholder);
                        let detail = json!({ "audience": said.audience });
                        let entry = entry(tx, &subject, (action, &subject), &detail);
                        tx.record_entry(&entry).await?;
                    }
                    shown(tx, &OptIn { answer, ..said }).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(shown)
    }

    /// The mail that asks.
    pub(super) async fn pack_invitation(
        &self,
        tx: &mut Tx,
        delivery: &Delivery,
    ) -> Result<Result<Parcel, Unsent>, Error> {
        let unsent = |why: &str| Ok(Err(Unsent(why.to_owned())));
        let channel: Option<Channel> = tx
            .document(Kind::Channel, delivery.channel.as_str())
            .await?;
        let Some(Channel {
            by: Means::Mail(mail),
            ..
        }) = channel
        else {
            return unsent("its channel does not mail any more");
        };
        if let Some(why) = self.lacks(&Means::Mail(mail.clone())) {
            return Ok(Err(Unsent(why)));
        }
        let Some(to) = mailbox(delivery) else {
            return unsent("it is to no mailbox");
        };
        let said = tx.opt_ins_of((&delivery.audience, to)).await?;
        let Some(said) = said.first() else {
            return unsent("nobody asks that any more");
        };
        let link = self.opt_in_link(tx, &Said::of(said)).await?;
        let asked = shown(tx, said).await?;
        let rendered = words(&asked, &link);
        let letter = Letter::of(
            &mail,
            LetterParts {
                rendered: &rendered,
                language: &Language::default(),
                key: &delivery.key,
                to,
                leave: None,
            },
        );
        Ok(Ok(Parcel {
            id: delivery.id,
            patience: Patience::MAIL,
            content: Content::Mail(mail.server, Box::new(letter)),
        }))
    }
}

async fn invite(
    tx: &mut Tx,
    request: &Request,
    (name, key, again): (&Name, &[u8], bool),
) -> Result<u64, Error> {
    request.permit_at_large(tx, Action::Invite).await?;
    let audience = declared::audience(tx, name).await?;
    let (channel, _) = mailing(tx, &audience).await?;
    let all: Vec<Stakeholder> = tx.documents(Kind::Stakeholder).await?;
    let all: BTreeMap<&Name, &Stakeholder> = all.iter().map(|it| (&it.name, it)).collect();
    let mut said = answers(tx, name).await?;
    let mut deliveries = Vec::new();
    for stakeholder in audience.stakeholders.iter().filter_map(|it| all.get(it)) {
        for address in &stakeholder.addresses {
            let whom = Said {
                stakeholder: stakeholder.name.clone(),
                audience: name.clone(),
                address: address.clone(),
            };
            let known = said.entry(address.clone()).or_default();
            let own = known.iter().any(|it| it.stakeholder == whom.stakeholder);
            let answer = known.first().map(|it| it.answer);
            let secret = whom.secret(key);
            let asked = OptIn {
                stakeholder: whom.stakeholder,
                audience: whom.audience,
                address: whom.address,
                link: Digest::of(secret.as_bytes()),
                // Whoever reads at an address has answered for it, whatever else it was declared for.
                answer: answer.unwrap_or(Answer::Asked { at: tx.now() }),
            };
            if !own {
                tx.record_opt_in(&asked).await?;
            }
            let is_new = answer.is_none();
            let is_open = matches!(asked.answer, Answer::Asked { .. });
            known.push(asked.clone());
            let to = Recipient::Mailbox(address.clone());
            if !(is_new || (is_open && again)) || tx.bounce_of(&to).await?.is_some() {
                continue;
            }
            let to = Addressed {
                audience: name.clone(),
                channel: channel.clone(),
                recipient: to,
            };
            // Each asking is another mail.
            let what = canonical::hash(&(&asked.link, tx.now()));
            deliveries.push(Delivery::begin(
                DeliveryId(0),
                (NO_MESSAGE, &what),
                to,
                tx.now(),
            ));
        }
    }
    let count = deliveries.len() as u64;
    if count > 0 {
        let DeliveryId(first) = tx.next_deliveries(count).await?;
        for (id, delivery) in (first..).zip(&mut deliveries) {
            delivery.id = DeliveryId(id);
        }
        tx.record_deliveries_begun(&deliveries).await?;
        let detail = json!({ "invited": count });
        let subject = format!("audience/{name}");
        request
            .journal(tx, "audience.invited", &subject, &detail)
            .await?;
    }
    Ok(count)
}

/// What was said for the addresses of an audience.
async fn answers(tx: &mut Tx, audience: &Name) -> Result<BTreeMap<MailAddress, Vec<OptIn>>, Error> {
    let mut said: BTreeMap<MailAddress, Vec<OptIn>> = BTreeMap::new();
    for one in tx.opt_ins_for(audience).await? {
        said.entry(one.address.clone()).or_default().push(one);
    }
    Ok(said)
}

/// The first channel of an audience that mails.
async fn mailing(tx: &mut Tx, audience: &Audience) -> Result<(Name, Mail), Error> {
    for name in &audience.channels {
        let channel: Option<Channel> = tx.document(Kind::Channel, name.as_str()).await?;
        if let Some(Channel {
            by: Means::Mail(mail),
            ..
        }) = channel
        {
            return Ok((name.clone(), mail));
        }
    }
    let detail = format!("no channel of audience {} mails", audience.name);
    Err(
        Error::refused(Refusal::NotReady, "audience-without-mail", detail)
            .hint("stakeholders are asked by mail: give it a channel that does"),
    )
}

async fn shown(tx: &mut Tx, said: &OptIn) -> Result<Invited, Error> {
    let audience: Option<Audience> = tx.document(Kind::Audience, said.audience.as_str()).await?;
    Ok(Invited {
        audience: audience.map_or_else(|| said.audience.to_string(), |it| it.title().to_owned()),
        address: said.address.to_string(),
        author: author(tx).await?,
        answer: said.answer,
    })
}

/// What an invitation says. Names are declared by people of the organisation, and escaped all the same.
fn words(asked: &Invited, link: &WebAddress) -> Rendered {
    let Invited {
        author,
        audience,
        address,
        ..
    } = asked;
    let subject = format!("Do you want to be told about releases by {author}?");
    let text = format!(
        "{author} would like to send you at {address} what they tell \"{audience}\" about releases."
    );
    let escape = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        text.replace('>', "&gt;").replace('"', "&quot;")
    };
    let href = escape(link.as_str());
    Rendered {
        plain: format!(
            "{text}\n\nSay yes or no here: {link}\n\nIf you do nothing, you get nothing.\n"
        ),
        html: format!(
            "<p>{}</p>\n<p><a href=\"{href}\" rel=\"noreferrer\">Say yes or no</a></p>\n<p>If you do nothing, you get nothing.</p>\n",
            escape(&text)
        ),
        subject,
    }
}

fn not_theirs() -> Error {
    let detail = "this link is not good";
    Error::refused(Refusal::NotFound, "link-not-found", detail)
        .hint("use the newest one that was sent to you")
}
