//! Exceptions from controls: asked for, signed off by somebody else, and ended.

use super::{
    App, Error, Kind, Request, controls, field, guide, optional, people, releases,
    steer::read_reason, talk,
};
use futures::FutureExt;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Resource},
    control::{Waiver, WaiverScope},
    id::WaiverId,
    name::Name,
    talk::Subject,
};
use tidegate_protocol::api::{WaiverRequest, WaiverView};
use tidegate_store::Tx;

impl App {
    /// Asks for an exception from a control.
    ///
    /// # Errors
    /// When there is no such control, no reason, or it would be for ever.
    pub async fn request_waiver(
        &self,
        request: Request,
        wanted: &WaiverRequest,
    ) -> Result<WaiverView, Error> {
        if !(1..=8760).contains(&wanted.hours) {
            return Err(Error::invalid("hours", "1 to 8760: an exception ends"));
        }
        let reason = read_reason(&wanted.reason)?;
        if reason.is_empty() {
            return Err(guide::reason_missing());
        }
        let scope = WaiverScope {
            product: field("product", &wanted.product)?,
            environment: optional("environment", wanted.environment.as_deref())?,
            release: optional("release", wanted.release.as_deref())?,
        };
        let control: Name = field("control", &wanted.control)?;
        let input = (request, control, scope, reason, wanted.hours);
        self.store
            .write(input, |tx, (request, control, scope, reason, hours)| {
                ask_waiver(tx, request, (control, scope), (reason, *hours)).boxed()
            })
            .await
    }

    /// Signs an exception off, or ends it before its time.
    ///
    /// # Errors
    /// When it is one's own, or over.
    pub async fn settle_waiver(
        &self,
        request: Request,
        id: WaiverId,
        signs: bool,
    ) -> Result<WaiverView, Error> {
        let view = self
            .store
            .write((request, id, signs), |tx, (request, id, signs)| {
                settle_waiver(tx, request, *id, *signs).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(view)
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none of that number.
    pub async fn waiver(&self, request: &Request, id: WaiverId) -> Result<WaiverView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let waiver = found(tx, request, (Action::Read, *id)).await?;
                    Ok(waiver_view(&waiver, tx.now()))
                }
                .boxed()
            })
            .await
    }

    /// Exceptions that have not ended, or all, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn waivers(&self, request: &Request, all: bool) -> Result<Vec<WaiverView>, Error> {
        self.store
            .read((request.clone(), all), |tx, (request, all)| {
                async move {
                    let mut sight = request.sight(tx).await?;
                    let mut waivers = tx.waivers(None, *all).await?;
                    waivers.retain(|waiver| sight.shows(&waiver.scope.product));
                    let now = tx.now();
                    Ok(waivers
                        .iter()
                        .map(|waiver| waiver_view(waiver, now))
                        .collect())
                }
                .boxed()
            })
            .await
    }
}

async fn ask_waiver(
    tx: &mut Tx,
    request: &Request,
    (control, scope): (&Name, &WaiverScope),
    (reason, hours): (&str, u32),
) -> Result<WaiverView, Error> {
    request
        .permit_product(tx, Action::RequestChange, &scope.product)
        .await?;
    releases::find_product(tx, &scope.product).await?;
    controls::in_force(tx, request, control).await?;
    let human = request.human(tx).await?;
    let waiver = Waiver {
        id: tx.next_waiver().await?,
        control: control.clone(),
        scope: scope.clone(),
        reason: reason.to_owned(),
        by: (request.actor.name.clone(), human),
        at: tx.now(),
        expires_at: tx.now() + SignedDuration::from_hours(hours.into()),
        signed: None,
        ended: None,
    };
    tx.record_waiver(&waiver).await?;
    note_waiver(tx, request, "waiver.requested", &waiver).await?;
    // Whoever asks for it hears what becomes of it.
    let asker = (&Subject::Waiver(waiver.id), &request.actor.name);
    tx.follow(asker, true, false).await?;
    Ok(waiver_view(&waiver, tx.now()))
}

async fn settle_waiver(
    tx: &mut Tx,
    request: &Request,
    id: WaiverId,
    signs: bool,
) -> Result<WaiverView, Error> {
    let mut waiver = found(tx, request, (Action::GrantWaiver, id)).await?;
    let now = tx.now();
    let open = if signs {
        "waits for a signature"
    } else {
        "good"
    };
    let word = waiver.word(now);
    if word != open && (signs || word != "waits for a signature") {
        let detail = format!("waiver {id} {word}: that cannot be done to it");
        return Err(Error::refused(Kind::Conflict, "waiver-state", detail));
    }
    let who = people::found(tx, &request.actor.name).await?;
    if signs && who.human() == waiver.by.1 {
        let detail = "whoever asks for an exception does not sign it off, by no other account and no token either";
        return Err(Error::refused(Kind::NotAllowed, "own-waiver", detail)
            .hint("somebody else of level 5 signs it"));
    }
    let word = Some((request.actor.name.clone(), now));
    if signs {
        waiver.signed = word;
    } else {
        waiver.ended = word;
    }
    tx.record_waiver(&waiver).await?;
    let action = if signs {
        "waiver.signed"
    } else {
        "waiver.ended"
    };
    note_waiver(tx, request, action, &waiver).await?;
    let line = match signs {
        true => "signed it off",
        false => "ended it",
    };
    let told = talk::Told {
        subject: &Subject::Waiver(id),
        line,
        given: &BTreeSet::new(),
        text: "",
    };
    talk::tell(tx, request, &told).await?;
    Ok(waiver_view(&waiver, now))
}

/// An exception about whose product whoever asks may do that.
pub(super) async fn found(
    tx: &mut Tx,
    request: &Request,
    (action, id): (Action, WaiverId),
) -> Result<Waiver, Error> {
    let missing = || Error::not_found("waiver-not-found", "waiver", id);
    let waiver = tx.waiver(id).await?.ok_or_else(missing)?;
    let resource = Resource::product(waiver.scope.product.clone());
    request.permit(tx, (action, &resource), missing).await?;
    Ok(waiver)
}

async fn note_waiver(
    tx: &mut Tx,
    request: &Request,
    action: &str,
    waiver: &Waiver,
) -> Result<(), Error> {
    let subject = format!("waiver/{}", waiver.id);
    Ok(request.journal(tx, action, &subject, waiver).await?)
}

fn waiver_view(waiver: &Waiver, now: jiff::Timestamp) -> WaiverView {
    WaiverView {
        id: waiver.id.0,
        control: waiver.control.to_string(),
        scope: spoken(&waiver.scope),
        reason: waiver.reason.clone(),
        by: waiver.by.0.to_string(),
        signed_by: waiver.signed.as_ref().map(|(by, _)| by.to_string()),
        expires_at: waiver.expires_at,
        state: waiver.word(now).to_owned(),
    }
}

/// What an exception is for, in words that begin with the product.
fn spoken(scope: &WaiverScope) -> String {
    let release = scope.release.as_ref();
    let release = release.map_or_else(String::new, |release| format!(" {release}"));
    let environment = scope.environment.as_ref();
    let environment = environment.map_or("every environment", |it| it.as_str());
    format!("{}{release} in {environment}", scope.product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_says_how_far_it_goes() {
        let check = |(release, environment): (Option<&str>, Option<&str>), expect| {
            let scope = WaiverScope {
                product: "shop".parse().unwrap(),
                release: release.map(|text| text.parse().unwrap()),
                environment: environment.map(|text| text.parse().unwrap()),
            };
            assert_eq!(spoken(&scope), expect);
        };
        check((None, None), "shop in every environment");
        check((Some("1.0.0"), None), "shop 1.0.0 in every environment");
        check((None, Some("live")), "shop in live");
        check((Some("1.0.0"), Some("live")), "shop 1.0.0 in live");
    }
}
