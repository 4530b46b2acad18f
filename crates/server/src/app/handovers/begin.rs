//! Beginning handovers, from a template or from what comes with the program.

use super::{
    super::{App, Error, Kind as Refusal, Request, field, optional, planning, releases},
    Of, Which, arguments, shown, subject, which,
};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    catalog::{Kind, Product, Team},
    handover::{Handover, HandoverKind, HandoverTemplate},
    name::Name,
    planning::Party,
};
use tidegate_protocol::api::{HandoverRequest, HandoverView};
use tidegate_store::Tx;

impl App {
    /// Begins a handover.
    ///
    /// # Errors
    /// When there is one already, nothing begins from that template, or nobody is known who takes it.
    pub async fn begin_handover(
        &self,
        request: Request,
        of: Of<'_>,
        wanted: &HandoverRequest,
    ) -> Result<HandoverView, Error> {
        let which = which(of)?;
        let wanted = Wanted {
            template: optional("template", wanted.template.as_deref())?,
            gives: optional("gives", wanted.gives.as_deref())?,
            takes: optional("takes", wanted.takes.as_deref())?,
        };
        let view = self
            .store
            .write((request, which, wanted), |tx, (request, which, wanted)| {
                begin(tx, request, (which, wanted)).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// The templates that handovers of that kind can begin with: name and title of each.
    ///
    /// # Errors
    /// When there is no such kind or product.
    pub async fn handover_templates(
        &self,
        request: &Request,
        (product, kind): (&str, &str),
    ) -> Result<Vec<(String, String)>, Error> {
        let of: (Name, HandoverKind) = (field("product", product)?, field("kind", kind)?);
        self.store
            .read((request.clone(), of), |tx, (request, (product, kind))| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    let all: Vec<HandoverTemplate> = tx.documents(Kind::HandoverTemplate).await?;
                    let fit = all.into_iter().filter(|it| it.handover == *kind);
                    Ok(fit.map(|it| (it.name.to_string(), it.title)).collect())
                }
                .boxed()
            })
            .await
    }
}

struct Wanted {
    template: Option<Name>,
    gives: Option<Party>,
    takes: Option<Party>,
}

async fn begin(
    tx: &mut Tx,
    request: &Request,
    (((product, version), kind), wanted): (&Which, &Wanted),
) -> Result<HandoverView, Error> {
    request
        .permit_product(tx, Action::HandOver, product)
        .await?;
    releases::find(tx, product, version).await?;
    if let Some(known) = tx.handover((product, version, *kind)).await? {
        return Err(exists(&known));
    }
    let declared = releases::find_product(tx, product).await?;
    let template = template(tx, &declared, (*kind, wanted.template.as_ref())).await?;
    let gives = wanted.gives.clone().or_else(|| template.gives.clone());
    let gives = match gives {
        Some(gives) => gives,
        None => usual_giver(tx, request, &declared).await?,
    };
    let takes = match (&wanted.takes, &template.takes) {
        (Some(other), Some(takes)) if other != takes => return Err(decided("takes", takes)),
        (_, Some(takes)) | (Some(takes), None) => takes.clone(),
        (None, None) => usual_taker(tx, *kind).await?,
    };
    let of = (product.clone(), version.clone());
    let by = (request.actor.name.clone(), tx.now());
    let handover = Handover::begin(of, &template, (gives, takes), by);
    for party in parties(&handover) {
        planning::check_party(tx, party).await?;
    }
    tx.record_handover(&handover).await?;
    let detail = json!({
        "kind": kind, "template": handover.begun, "gives": handover.gives, "takes": handover.takes,
    });
    request
        .journal(tx, "release.handover_begun", &subject(&handover), &detail)
        .await?;
    shown::view(tx, request, &handover).await
}

/// Everybody whom a handover names.
fn parties(of: &Handover) -> impl Iterator<Item = &Party> {
    let items = of.items.iter().flat_map(|it| [&it.gives, &it.takes]);
    [&of.gives, &of.takes].into_iter().chain(items)
}

fn exists(known: &Handover) -> Error {
    let (product, version, kind) = (&known.product, &known.version, known.kind);
    let detail = format!("release {version} of {product} has a handover for {kind} already");
    let of = arguments(known);
    Error::refused(Refusal::Conflict, "handover-exists", detail).hint(format!(
        "go on with that one: `tidegate handover show {of}`"
    ))
}

/// Whoever gives a release does not choose who takes it, nor what is asked for, where that is decided.
fn decided(what: &str, by: impl std::fmt::Display) -> Error {
    let detail = format!("{what}: it is decided already: {by}");
    Error::refused(Refusal::Conflict, "handover-decided", detail)
        .hint("leave it out; or have what the product and its template declare changed by `tidegate apply`")
}

/// The template of the product, that which is asked for, or what comes with the program.
async fn template(
    tx: &mut Tx,
    product: &Product,
    (kind, wanted): (HandoverKind, Option<&Name>),
) -> Result<HandoverTemplate, Error> {
    let name = match (wanted, product.handovers.get(&kind)) {
        (Some(other), Some(own)) if other != own => return Err(decided("template", own)),
        (_, Some(name)) | (Some(name), None) => name,
        (None, None) => return Ok(HandoverTemplate::shipped(kind)),
    };
    let found: Option<HandoverTemplate> =
        tx.document(Kind::HandoverTemplate, name.as_str()).await?;
    let found = found.ok_or_else(|| {
        Error::not_found("template-not-found", "handover template", name)
            .hint("declare it (`kind: HandoverTemplate`) by `tidegate apply`")
    })?;
    if found.handover != kind {
        let other = found.handover;
        let detail = format!("template `{name}` is for {other}, not for {kind}");
        return Err(
            Error::refused(Refusal::BadRequest, "template-unfit", detail)
                .hint("name another by `--template`"),
        );
    }
    Ok(found)
}

/// The team that owns the product; where that was never declared, whoever begins.
async fn usual_giver(tx: &mut Tx, request: &Request, product: &Product) -> Result<Party, Error> {
    let team: Option<Team> = tx.document(Kind::Team, product.team.as_str()).await?;
    let begins = || Party::Person(request.actor.name.clone());
    Ok(team.map_or_else(begins, |it| Party::Team(it.name)))
}

/// The team that is called as those who usually take it.
async fn usual_taker(tx: &mut Tx, kind: HandoverKind) -> Result<Party, Error> {
    let word = kind.usual_taker();
    let team: Option<Team> = tx.document(Kind::Team, word).await?;
    let team = team.map(|it| Party::Team(it.name));
    team.ok_or_else(|| {
        Error::invalid("takes", "nobody says who takes it").hint(format!(
            "say who does: `--to team:NAME`; or declare a team `{word}`, or a HandoverTemplate that says `takes`"
        ))
    })
}
