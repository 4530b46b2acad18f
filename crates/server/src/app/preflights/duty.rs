//! Who says that they are on duty while a release goes to an environment.

use super::super::{App, Error, Kind, Request, field, issues, releases};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{
    access::{Action, ActorKind},
    name::Name,
    preflight::Duty,
    text::Line,
    version::Version,
};
use tidegate_protocol::api::{DutyRequest, DutyView};
use tidegate_store::Tx;

/// Nobody is on duty for longer without saying it again.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The longest word about how somebody is reached, in characters.
const REACH_MAX: usize = 200;

/// Product, release and environment, in words.
pub(super) type DutyOf<'a> = (&'a str, &'a str, &'a str);

type Place = (Name, Version, Name);

impl App {
    /// Who is on duty while a release goes to an environment.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn duties(&self, request: &Request, of: DutyOf<'_>) -> Result<Vec<DutyView>, Error> {
        self.store
            .read((request.clone(), read(of)?), |tx, (request, of)| {
                async move {
                    permit(tx, request, (Action::Read, of)).await?;
                    shown(tx, of).await
                }
                .boxed()
            })
            .await
    }

    /// Whoever asks says until when they are on duty. Their last word counts.
    ///
    /// # Errors
    /// When there is no such release, or the time makes no sense.
    pub async fn confirm_duty(
        &self,
        request: Request,
        of: DutyOf<'_>,
        wanted: &DutyRequest,
    ) -> Result<Vec<DutyView>, Error> {
        let until: Timestamp = field("until", &wanted.until)?;
        let reach = Line::of(issues::at_most("reach", &wanted.reach, REACH_MAX)?).to_string();
        self.say_duty((request, read(of)?), Some((until, reach)))
            .await
    }

    /// Whoever asks says that they are on duty no more.
    ///
    /// # Errors
    /// When they were not.
    pub async fn end_duty(&self, request: Request, of: DutyOf<'_>) -> Result<Vec<DutyView>, Error> {
        self.say_duty((request, read(of)?), None).await
    }

    async fn say_duty(
        &self,
        (request, of): (Request, Place),
        until: Option<(Timestamp, String)>,
    ) -> Result<Vec<DutyView>, Error> {
        let all = self
            .store
            .write((request, of, until), |tx, (request, of, until)| {
                say(tx, request, (of, until.as_ref())).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(all)
    }
}

fn read((product, release, environment): DutyOf<'_>) -> Result<Place, Error> {
    Ok((
        field("product", product)?,
        field("version", release)?,
        field("environment", environment)?,
    ))
}

async fn permit(
    tx: &mut Tx,
    request: &Request,
    (action, (product, release, environment)): (Action, &Place),
) -> Result<(), Error> {
    request
        .permit_place(tx, action, (product, environment))
        .await?;
    releases::find(tx, product, release).await?;
    match tx.environments().await?.contains_key(environment) {
        true => Ok(()),
        false => Err(Error::not_found(
            "environment-not-found",
            "environment",
            environment,
        )),
    }
}

async fn say(
    tx: &mut Tx,
    request: &Request,
    (of, until): (&Place, Option<&(Timestamp, String)>),
) -> Result<Vec<DutyView>, Error> {
    permit(tx, request, (Action::WorkTask, of)).await?;
    let (product, release, environment) = of;
    let (me, now) = (&request.actor.name, tx.now());
    let known = tx.duties_of((product, release), environment).await?;
    let mine = known.into_iter().find(|it| it.person == *me);
    let duty = match until {
        Some((until, reach)) => {
            check(tx, me, (now, *until)).await?;
            Duty {
                product: product.clone(),
                release: release.clone(),
                environment: environment.clone(),
                person: me.clone(),
                confirmed_at: now,
                until: *until,
                reach: reach.clone(),
            }
        }
        None => {
            let there = mine.filter(|it| it.until > now);
            let mut duty = there.ok_or_else(|| not_there(me, of))?;
            duty.until = now;
            // Nobody has to know it any more.
            duty.reach.clear();
            duty
        }
    };
    tx.record_duty(&duty).await?;
    let action = match until {
        Some(_) => "duty.confirmed",
        None => "duty.ended",
    };
    let subject = format!("release/{product}/{release}");
    let detail = serde_json::json!({ "environment": environment, "until": duty.until });
    request.journal(tx, action, &subject, &detail).await?;
    shown(tx, of).await
}

/// Programs are not called, and nobody promises what is past or far away.
async fn check(
    tx: &mut Tx,
    name: &Name,
    (now, until): (Timestamp, Timestamp),
) -> Result<(), Error> {
    let person = tx.person_named(name).await?;
    if person.is_none_or(|it| it.kind != ActorKind::Person) {
        let detail =
            format!("{name} is no person: somebody who can be called says that they are there");
        return Err(Error::refused(Kind::BadRequest, "not-a-person", detail));
    }
    if until <= now {
        return Err(Error::invalid("until", "it is past: say a time to come"));
    }
    if until.duration_since(now) > LONGEST {
        let why = "a duty is confirmed for seven days at most: say it again then";
        return Err(Error::invalid("until", why));
    }
    Ok(())
}

fn not_there(me: &Name, (product, release, environment): &Place) -> Error {
    let detail =
        format!("{me} is not on duty while release {release} of {product} goes to {environment}");
    Error::refused(Kind::NotFound, "not-on-duty", detail)
}

async fn shown(
    tx: &mut Tx,
    (product, release, environment): &Place,
) -> Result<Vec<DutyView>, Error> {
    let (now, all) = (
        tx.now(),
        tx.duties_of((product, release), environment).await?,
    );
    let there = all.into_iter().filter(|it| it.until > now);
    let view = |it: Duty| DutyView {
        person: it.person.to_string(),
        confirmed_at: it.confirmed_at,
        until: it.until,
        reach: it.reach,
    };
    Ok(there.map(view).collect())
}
