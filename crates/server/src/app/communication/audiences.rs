//! Audiences, and whom each reaches now.

use super::{
    super::{App, Error, Request, field},
    declared::{self, Known},
    preview::reached,
    recipients::recipients,
};
use futures::FutureExt;
use tidegate_domain::{access::Action, communication::Audience, name::Name};
use tidegate_protocol::api::AudienceView;
use tidegate_store::Tx;

impl App {
    /// Every audience, without those whom it reaches.
    ///
    /// # Errors
    /// When the asker may not read what all teams share.
    pub async fn audiences(&self, request: &Request) -> Result<Vec<AudienceView>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let known = Known::load(tx).await?;
                    Ok(known.audiences.values().map(bare).collect())
                }
                .boxed()
            })
            .await
    }

    /// One, with those whom it reaches: their addresses are for whoever sees people.
    ///
    /// # Errors
    /// When there is none.
    pub async fn audience(&self, request: &Request, name: &str) -> Result<AudienceView, Error> {
        let name: Name = field("audience", name)?;
        self.store
            .read((request.clone(), name), |tx, (request, name)| {
                whole(tx, request, name).boxed()
            })
            .await
    }
}

async fn whole(tx: &mut Tx, request: &Request, name: &Name) -> Result<AudienceView, Error> {
    request.permit_at_large(tx, Action::Read).await?;
    let audience = declared::audience(tx, name).await?;
    let known = Known::load(tx).await?;
    let whom = recipients(tx, &known, &[&audience]).await?;
    let (recipients, addressed, left_out) = reached(&whom, name, true);
    Ok(AudienceView {
        recipients,
        addressed,
        left_out,
        ..bare(&audience)
    })
}

fn bare(audience: &Audience) -> AudienceView {
    AudienceView {
        name: audience.name.to_string(),
        title: audience.title().to_owned(),
        notes: audience.notes.word().to_owned(),
        channels: audience.channels.iter().map(ToString::to_string).collect(),
        time_zone: audience.time_zone.name().to_owned(),
        recipients: 0,
        addressed: Vec::new(),
        left_out: Vec::new(),
    }
}
