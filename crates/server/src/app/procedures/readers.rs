//! Who has acknowledged the procedures that bind them, and who has not.

use super::{
    super::{App, Error, Kind as Refusal, Request, field, readers},
    Current, all, find, find_in_use, subject,
};
use futures::FutureExt;
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use tidegate_domain::{
    access::{Action, Actor, Directory},
    name::Name,
    procedure::{Bound, Gap, Reader, Standing},
};
use tidegate_policy::Authorizer;
use tidegate_protocol::api::{ProcedureGapView, ProcedureReadRequest, ProcedureReaderView};
use tidegate_store::Tx;

impl App {
    /// Notes that whoever asks has read a version of a procedure.
    ///
    /// # Errors
    /// When there is none, or another version is in force that asks to be read.
    pub async fn acknowledge_procedure(
        &self,
        request: Request,
        name: &str,
        wanted: &ProcedureReadRequest,
    ) -> Result<(), Error> {
        let name: Name = field("procedure", name)?;
        self.store
            .write(
                (request, name, wanted.version),
                |tx, (request, name, version)| acknowledge(tx, request, (name, *version)).boxed(),
            )
            .await?;
        self.bus.announce();
        Ok(())
    }

    /// Who has acknowledged a procedure that is in use, or each of them, and who has not.
    ///
    /// # Errors
    /// When there is none.
    pub async fn procedure_gaps(
        &self,
        request: &Request,
        name: Option<&str>,
    ) -> Result<Vec<ProcedureGapView>, Error> {
        let name: Option<Name> = name.map(|it| field("procedure", it)).transpose()?;
        self.store
            .read((request.clone(), name), |tx, (request, name)| {
                async move {
                    let shown = match name {
                        Some(name) => vec![find(tx, request, name).await?],
                        None => {
                            request.permit_at_large(tx, Action::ReadShared).await?;
                            all(tx).await?
                        }
                    };
                    let everybody = Everybody::of(tx, request).await?;
                    let in_use = shown.iter().filter(|it| !it.is_retired());
                    Ok(in_use.map(|it| everybody.gap(it)).collect())
                }
                .boxed()
            })
            .await
    }
}

async fn acknowledge(
    tx: &mut Tx,
    request: &Request,
    (name, version): (&Name, u32),
) -> Result<(), Error> {
    let found = find_in_use(tx, request, name).await?;
    if !found.version.is_met_by(version) {
        let number = found.version.number;
        return Err(readers::changed_since("procedure-changed").hint(format!(
            "version {number} is in force: `tidegate procedure show {name}`"
        )));
    }
    let who = &request.actor.name;
    if request.actor.kind == tidegate_domain::access::ActorKind::Service {
        let detail = "a service account reads nothing, so it acknowledges nothing";
        return Err(Error::refused(Refusal::NotAllowed, "program", detail)
            .hint("whoever is bound acknowledges it as themselves"));
    }
    tx.record_procedure_read((name, version), who).await?;
    let detail = json!({ "version": version, "person": who });
    request
        .journal(tx, "procedure.acknowledged", &subject(name), &detail)
        .await?;
    Ok(())
}

/// Everybody whom the asker may see, with what each has read.
#[derive(Debug)]
pub(super) struct Everybody {
    people: Vec<Actor>,
    read: BTreeMap<(Name, Name), u32>,
    me: Actor,
    authorizer: Arc<Authorizer>,
}

impl Everybody {
    /// As whoever asks sees them.
    pub(super) async fn of(tx: &mut Tx, request: &Request) -> Result<Self, Error> {
        Ok(Self {
            people: readers::readers(tx, request, |_, _, _| true).await?,
            read: tx.procedures_read().await?,
            me: request.actor.clone(),
            authorizer: request.gate.authorizer(tx).await?,
        })
    }

    fn directory(&self) -> &Directory {
        self.authorizer.directory()
    }

    /// Those whom a procedure binds; nobody, where it is not in use.
    pub(super) fn bound(&self, it: &Current) -> Gap {
        let name = &it.version.name;
        let last = |person: &Name| self.read.get(&(name.clone(), person.clone())).copied();
        Gap::of(
            (&it.version, binds(it)),
            (&self.people, self.directory()),
            last,
        )
    }

    /// The same, as it is shown.
    pub(super) fn gap(&self, it: &Current) -> ProcedureGapView {
        let bound = self.bound(it);
        let reader = |it: &Reader| ProcedureReaderView {
            person: it.person.to_string(),
            last: match it.standing {
                Standing::Read(number) | Standing::Older(number) => Some(number),
                Standing::Never => None,
            },
        };
        let read = bound.readers.iter().filter(|it| !it.standing.is_open());
        ProcedureGapView {
            name: it.version.name.to_string(),
            version: it.version.number,
            read_by: read.map(|it| it.person.to_string()).collect(),
            unread_by: bound.open().map(reader).collect(),
        }
    }

    /// Whether a procedure binds whoever asks.
    pub(super) fn binds_me(&self, it: &Current) -> bool {
        binds(it)
            .iter()
            .any(|it| it.binds(&self.me, self.directory()))
    }

    /// Whether whoever asks has to acknowledge it.
    pub(super) fn unread_by_me(&self, it: &Current) -> bool {
        let key = (it.version.name.clone(), self.me.name.clone());
        let standing = Standing::of(&it.version, self.read.get(&key).copied());
        self.binds_me(it) && standing.is_open()
    }
}

fn binds(it: &Current) -> &[Bound] {
    match it.is_retired() {
        true => &[],
        false => &it.procedure.binds,
    }
}
