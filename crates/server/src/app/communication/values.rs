//! What the variables of a message template stand for in one message.

use super::super::{App, Error, Kind as Refusal, Request, releases};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    catalog::{Environment, Kind, Product},
    communication::{Audience, MessageTemplate, Schedule, Values, Variable, message::About},
    name::Name,
    scope as changes,
};
use tidegate_store::Tx;

impl App {
    /// What a template's variables stand for. Notes are put together only where the template names them: that takes reading
    /// the sources.
    pub(super) async fn values(
        &self,
        request: &Request,
        about: &About,
        (template, (audiences, on)): (&MessageTemplate, (&[Name], &Schedule)),
    ) -> Result<Values, Error> {
        let names_notes = template.body.contains("notes") || template.subject.contains("notes");
        let whom = Whom {
            audiences: audiences.to_vec(),
            on: on.clone(),
            names_notes,
        };
        let input = (request.clone(), about.clone(), whom);
        let (mut values, reads) = self
            .store
            .read(input, |tx, (request, about, whom)| {
                plain(tx, request, about, whom).boxed()
            })
            .await?;
        let public = &self.identity.public_url;
        let product = product_of(about)?;
        if let About::Release(product, version) = about {
            let link = format!("{public}/products/{product}/releases/{version}");
            if let Ok(link) = link.parse() {
                values = values.with_link(Variable::ReleaseLink, &link);
            }
        }
        if reads.has_page
            && let Ok(link) = format!("{public}/status/{product}").parse()
        {
            values = values.with_link(Variable::StatusLink, &link);
        }
        if let (true, About::Release(product, version), Some(whom)) =
            (names_notes, about, reads.notes)
        {
            let of = (product.as_str(), version.as_str());
            let environment = reads.environment.as_ref().map(Name::as_str);
            let notes = self.domain_notes(request, of, (whom, environment)).await;
            match notes {
                Ok(notes) => values = values.with_notes(&notes),
                // Where no sources are read there are none: a template asks by `{% if notes %}`.
                Err(Error::Refused { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(values)
    }
}

/// Whom a message is for, and what it waits for.
#[derive(Debug, Clone)]
struct Whom {
    audiences: Vec<Name>,
    on: Schedule,
    /// Whether the template names notes.
    names_notes: bool,
}

/// What the values were read from.
struct Reads {
    notes: Option<changes::Audience>,
    environment: Option<Name>,
    has_page: bool,
}

async fn plain(
    tx: &mut Tx,
    request: &Request,
    about: &About,
    whom: &Whom,
) -> Result<(Values, Reads), Error> {
    let name = product_of(about)?;
    request.permit_product(tx, Action::Read, name).await?;
    let product: Product = releases::find_product(tx, name).await?;
    let title = titled(&product.title, name);
    let mut values = Values::default().with(Variable::Product, &title);
    if let About::Release(_, version) = about {
        let release = format!("{title} {version}");
        values = values
            .with(Variable::Version, version.as_str())
            .with(Variable::Release, &release);
    }
    let mut environment = None;
    match &whom.on {
        Schedule::Deployment(_, place) => {
            let known: Option<Environment> = tx.document(Kind::Environment, place.as_str()).await?;
            let title = known.map_or_else(|| place.to_string(), |it| titled(&it.title, place));
            values = values.with(Variable::Environment, &title);
            environment = Some(place.clone());
        }
        Schedule::Milestone(milestone) => {
            values = values.with(
                Variable::Milestone,
                &milestone_title(tx, about, milestone).await?,
            );
        }
        Schedule::ByHand | Schedule::At(_) => {}
    }
    let mut audiences: Vec<Audience> = Vec::with_capacity(whom.audiences.len());
    for name in &whom.audiences {
        audiences.extend(tx.document(Kind::Audience, name.as_str()).await?);
    }
    let titles: Vec<&str> = audiences.iter().map(Audience::title).collect();
    if !titles.is_empty() {
        values = values.with(Variable::Audience, &titles.join(", "));
    }
    let mut notes = audiences.iter().map(|it| it.notes);
    let notes = match notes.next() {
        Some(first) if whom.names_notes && notes.any(|it| it != first) => {
            let detail = "its template names notes, and its audiences read different kinds of them";
            return Err(
                Error::refused(Refusal::BadRequest, "audiences-differ", detail)
                    .hint("begin one message for each kind"),
            );
        }
        first => first,
    };
    let page: Option<serde_json::Value> = tx.document(Kind::StatusPage, name.as_str()).await?;
    let has_page = page.is_some();
    let reads = Reads {
        notes,
        environment,
        has_page,
    };
    Ok((values, reads))
}

async fn milestone_title(tx: &mut Tx, about: &About, milestone: &Name) -> Result<String, Error> {
    let About::Release(product, version) = about else {
        return Ok(milestone.to_string());
    };
    let plan = tx.newest_plan((product, version)).await?;
    let planned = plan.as_ref().and_then(|edition| {
        let mut all = edition.plan.milestones.iter();
        all.find(|it| it.name == *milestone)
    });
    Ok(planned.map_or_else(|| milestone.to_string(), |it| it.title().to_owned()))
}

fn titled(title: &str, name: &Name) -> String {
    match title.trim() {
        "" => name.to_string(),
        title => title.to_owned(),
    }
}

/// The product that a message is about.
///
/// # Errors
/// When it is about a train: those tell nothing yet.
pub(in crate::app) fn product_of(about: &About) -> Result<&Name, Error> {
    match about {
        About::Release(product, _) | About::Product(product) => Ok(product),
        About::Train(train) => {
            let detail = format!("a message about train {train} cannot be written yet");
            Err(Error::refused(Refusal::BadRequest, "about-train", detail)
                .hint("write one about each of its releases"))
        }
    }
}
