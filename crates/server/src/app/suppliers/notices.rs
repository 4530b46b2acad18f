//! Notices: written down by people and programs, and what becomes of them.

use super::{
    super::{App, Error, Kind as Refusal, Request, entry, field, optional, steer::read_reason},
    found, permit, views,
};
use futures::FutureExt;
use jiff::{Timestamp, civil::DateTime};
use serde_json::json;
use tidegate_domain::{
    access::Action,
    calendar::Zone,
    catalog::Kind,
    id::NoticeId,
    name::Name,
    supplier::{
        Announcement, Line, Notice, Paragraphs, Supplier,
        notice::{
            Incoming, Intent, NoticeEvent, Period, Received, Source, Times, Unchanged, Witness,
        },
    },
};
use tidegate_protocol::api::{
    ReceivedNoticeView, SupplierDeedRequest, SupplierNoticeRequest, SupplierNoticeView,
};
use tidegate_store::Tx;

/// Something that came in, with what is better looked at.
pub(super) type Came = (Incoming, Vec<String>);

/// What came of something that came in.
#[derive(Debug)]
pub(super) struct Taken {
    /// Why it changed nothing, if it did not.
    pub(super) unchanged: Option<Unchanged>,
    /// As it is told.
    pub(super) view: ReceivedNoticeView,
}

impl App {
    /// Writes down what a supplier announced.
    ///
    /// # Errors
    /// When it makes no sense, or there is no such supplier.
    pub async fn announce_for_supplier(
        &self,
        request: Request,
        name: &str,
        wanted: &SupplierNoticeRequest,
    ) -> Result<ReceivedNoticeView, Error> {
        let name: Name = field("supplier", name)?;
        let view = self
            .store
            .write(
                (request, name, wanted.clone()),
                |tx, (request, name, wanted)| {
                    async move {
                        let supplier = found(tx, request, (Action::RecordSupplier, name)).await?;
                        let incoming = incoming(tx, &supplier, wanted, source(request)).await?;
                        let came = (incoming, Vec::new());
                        let actor = request.actor.name.as_str();
                        let taken = receive(tx, &supplier, came, actor).await?;
                        Ok::<_, Error>(taken.view)
                    }
                    .boxed()
                },
            )
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Acknowledges, closes or withdraws a notice, or says that it happened.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub async fn do_supplier_notice(
        &self,
        request: Request,
        id: NoticeId,
        said: &SupplierDeedRequest,
    ) -> Result<SupplierNoticeView, Error> {
        let note = read_reason(&said.note)?;
        let input = (request, id, said.deed.clone(), note);
        let view = self
            .store
            .write(input, |tx, (request, id, deed, note)| {
                async move {
                    let notice = tx.notice(*id).await?;
                    let of = notice.as_ref().map(|it| &it.supplier);
                    permit(tx, request, (Action::RecordSupplier, of)).await?;
                    let notice = notice.ok_or_else(|| no_notice(*id))?;
                    let event = event(request, deed, note)?;
                    let after = happen(tx, &notice, &event, request.actor.name.as_str()).await?;
                    let supplier = tx.document(Kind::Supplier, after.supplier.as_str()).await?;
                    Ok::<_, Error>(views::notice(&after, supplier.as_ref()))
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        self.bus.wake_engine();
        Ok(view)
    }
}

/// A notice by our number.
pub(super) async fn find(tx: &mut Tx, id: NoticeId) -> Result<Notice, Error> {
    let found = tx.notice(id).await?;
    found.ok_or_else(|| no_notice(id))
}

fn no_notice(id: NoticeId) -> Error {
    Error::not_found("notice-not-found", "notice", id)
        .hint("`tidegate supplier show SUPPLIER` lists those there are")
}

fn event(request: &Request, deed: &str, note: &str) -> Result<NoticeEvent, Error> {
    let by = request.actor.name.clone();
    let reason = || match note.is_empty() {
        true => Err(Error::invalid(
            "note",
            "say why: whoever asks later reads that",
        )),
        false => Ok(note.to_owned()),
    };
    match deed {
        "acknowledge" => Ok(NoticeEvent::Acknowledged { by }),
        "happened" => Ok(NoticeEvent::Happened {
            witness: Witness::Person(by),
        }),
        "close" => Ok(NoticeEvent::Closed {
            by,
            note: reason()?,
        }),
        "withdraw" => Ok(NoticeEvent::Withdrawn {
            by,
            reason: reason()?,
        }),
        _ => Err(Error::invalid(
            "deed",
            "say acknowledge, happened, close or withdraw",
        )),
    }
}

/// A person who is signed in writes into a form; whoever has a token is a program, or uses one.
fn source(request: &Request) -> Source {
    let by = request.actor.name.clone();
    match request.session {
        Some(_) => Source::Form { by },
        None => Source::Api { by },
    }
}

/// Something happens to a notice.
pub(super) async fn happen(
    tx: &mut Tx,
    notice: &Notice,
    event: &NoticeEvent,
    actor: &str,
) -> Result<Notice, Error> {
    let after = notice.after(event, tx.now()).map_err(|why| {
        let detail = format!("notice {}: {why}", notice.id);
        Error::refused(Refusal::Conflict, "notice-state", detail)
    })?;
    tx.record_notice(&after).await?;
    let action = format!("supplier-notice.{}", event.word());
    let detail = json!({ "supplier": notice.supplier, "event": event });
    note(tx, notice.id, (actor, &action), &detail).await?;
    Ok(after)
}

pub(super) async fn note(
    tx: &mut Tx,
    id: NoticeId,
    (actor, action): (&str, &str),
    detail: &serde_json::Value,
) -> Result<(), Error> {
    let subject = format!("supplier-notice/{id}");
    let entry = entry(tx, actor, (action, &subject), detail);
    Ok(tx.record_entry(&entry).await?)
}

/// Takes what came in: a new notice, another edition of one, or nothing new.
pub(super) async fn receive(
    tx: &mut Tx,
    supplier: &Supplier,
    (incoming, doubts): Came,
    actor: &str,
) -> Result<Taken, Error> {
    let checked = incoming.announcement.check(supplier);
    checked.map_err(|why| Error::invalid("notice", why))?;
    let known = tx
        .notice_numbered((&supplier.name, &incoming.number))
        .await?;
    let now = tx.now();
    let (mut kept, action, told) = match known {
        None => {
            let id = tx.next_notice().await?;
            let first = Notice::first(id, supplier.name.clone(), incoming, now);
            (first, Ok("announced"), "it is kept".to_owned())
        }
        Some(known) => match known.receive(incoming, now) {
            Received::Changed(changed) => {
                let told = format!(
                    "notice {} has edition {} now",
                    changed.id,
                    changed.current().edition
                );
                (*changed, Ok("updated"), told)
            }
            Received::Unchanged(why) => (known, Err(why), why.to_string()),
        },
    };
    if let Ok(action) = action {
        tx.record_notice(&kept).await?;
        let detail = json!({
            "supplier": kept.supplier, "number": kept.number, "edition": kept.current().edition,
            "source": kept.current().source, "status": kept.status.word(),
        });
        let action = format!("supplier-notice.{action}");
        note(tx, kept.id, (actor, &action), &detail).await?;
        // Another edition of what was seen everywhere already is not awaited again.
        if let Some(event) = kept.fulfilled(supplier) {
            kept = happen(tx, &kept, &event, actor).await?;
        }
    }
    Ok(Taken {
        unchanged: action.err(),
        view: ReceivedNoticeView {
            notice: views::notice(&kept, Some(supplier)),
            told,
            doubts,
        },
    })
}

/// What somebody wrote down, as it comes in.
pub(super) async fn incoming(
    tx: &mut Tx,
    supplier: &Supplier,
    wanted: &SupplierNoticeRequest,
    source: Source,
) -> Result<Incoming, Error> {
    let announcement = announcement(supplier, wanted)?;
    let number = wanted.number.as_deref().unwrap_or_default();
    let number = match Line::of(number) {
        number if number.is_empty() => {
            let count = tx.notices_of(&supplier.name, 1).await?;
            let last = count.first().map_or(0, |it| it.id.0);
            Line::of(&format!("by-hand-{}-{}", tx.now().as_second(), last + 1))
        }
        number => number,
    };
    Ok(Incoming {
        number,
        intent: Intent::Announce,
        announcement,
        sequence: None,
        stamp: None,
        source,
    })
}

fn announcement(
    supplier: &Supplier,
    wanted: &SupplierNoticeRequest,
) -> Result<Announcement, Error> {
    let names = |field_name: &str, all: &[String]| {
        let named = all.iter().map(|it| it.trim()).filter(|it| !it.is_empty());
        named
            .map(|it| field::<Name>(field_name, it))
            .collect::<Result<_, _>>()
    };
    let kind = serde_json::from_value(json!(wanted.kind));
    let provides = match &wanted.provides {
        None => None,
        Some(all) => Some(
            serde_json::from_value(json!(all)).map_err(|why| Error::invalid("provides", why))?,
        ),
    };
    Ok(Announcement {
        kind: kind.map_err(|_| Error::invalid("kind", "say change, maintenance or end-of-life"))?,
        title: Line::of(&wanted.title),
        description: Paragraphs::of(&wanted.description),
        components: names("components", &wanted.components)?,
        environments: names("environments", &wanted.environments)?,
        times: times(supplier, wanted)?,
        version: optional("version", wanted.version.as_deref())?,
        provides,
    })
}

fn times(supplier: &Supplier, wanted: &SupplierNoticeRequest) -> Result<Option<Times>, Error> {
    let zone: Option<Zone> = optional("time_zone", wanted.time_zone.as_deref())?;
    let zone = zone
        .or_else(|| supplier.time_zone.clone())
        .unwrap_or_default();
    let Some(from) = &wanted.from else {
        let refuse = || Error::invalid("until", "say when it begins, too");
        return wanted.until.as_ref().map_or(Ok(None), |_| Err(refuse()));
    };
    let from = moment("from", from, &zone)?;
    let until = wanted.until.as_deref();
    let until = until.map_or(Ok(from), |it| moment("until", it, &zone))?;
    let times = Times::new(zone, vec![Period { from, until }]);
    times.map(Some).map_err(|why| Error::invalid("until", why))
}

/// A moment, or a local time.
fn moment(name: &str, text: &str, zone: &Zone) -> Result<Timestamp, Error> {
    if let Ok(moment) = text.trim().parse::<Timestamp>() {
        return Ok(moment);
    }
    let local: DateTime = text.trim().parse().map_err(|_| {
        Error::invalid(
            name,
            "write a local time such as 2026-12-01T22:00, or a moment such as 2026-12-01T21:00:00Z",
        )
    })?;
    let zoned = zone.at(local);
    let zoned = zoned.ok_or_else(|| Error::invalid(name, "it is beyond the calendar"))?;
    Ok(zoned.timestamp())
}
