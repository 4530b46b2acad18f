//! What happens in a stretch of time, collected from the records of everything, as far as the asker sees it.

use super::{
    super::{
        Error, Request,
        query::{Declared, Place},
        request::Sight,
        rollback::standing_of,
    },
    entries,
    filter::Wanted,
    notices,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    agenda::{Agenda, Entry, Hours, Reliance, Subject},
    calendar::{Freeze, Span, Window, Zone},
    catalog::{Kind, path},
    deployment::Deployment,
    id::DeploymentId,
    name::Name,
    planning::{Booked, Party, PlanEdition},
    supplier::Supplier,
    version::Version,
};
use tidegate_store::Tx;

/// The most bookings of a stretch.
const BOOKINGS_MAX: u64 = 10_000;
/// The most trains that are looked at, open ones first.
const TRAINS_MAX: u64 = 1_000;
/// The most notices of one supplier, the newest first.
const NOTICES_MAX: u64 = 500;
/// The most deployments that are looked at, the newest first.
const DEPLOYMENTS_MAX: usize = 5_000;
/// So many are read at once.
const PAGE: u64 = 500;
/// Of so many that succeeded somewhere is looked for what stands there.
const STANDING: u64 = 50;
/// The most tasks of one party.
const TASKS_MAX: u64 = 500;
/// Deployments that are over took no longer than this.
const LASTS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Windows and freezes are known so far beyond what is asked for.
const BEYOND: SignedDuration = SignedDuration::from_hours(24);

/// Which stretch of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    span: Span,
    /// Whether releases and trains of all times are collected, whose order says something.
    is_wide: bool,
}

impl Stretch {
    /// What happens in it.
    pub(super) const fn within(span: Span) -> Self {
        Self {
            span,
            is_wide: false,
        }
    }

    /// The same, with releases and trains of all times.
    pub(super) const fn around(span: Span) -> Self {
        Self {
            span,
            is_wide: true,
        }
    }

    fn holds(&self, entry: &Entry) -> bool {
        entry.span.end > self.span.start && entry.span.start < self.span.end
    }
}

/// What is declared, as far as the asker sees it.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) zone: Zone,
    /// In the order of the promotion paths.
    pub(super) environments: Vec<Name>,
    /// Where releases of a product end up.
    pub(super) last: BTreeMap<Name, Name>,
    /// Who owns which product.
    pub(super) teams: BTreeMap<Name, Name>,
    pub(super) reliances: BTreeMap<Name, Reliance>,
    pub(super) windows: Vec<Window>,
    pub(super) freezes: Vec<Freeze>,
    pub(super) suppliers: Vec<Supplier>,
}

impl Base {
    /// What is declared, everywhere; the time zone is that of what applies to `place`.
    ///
    /// # Errors
    /// When the product or environment does not exist.
    pub(super) async fn of(tx: &mut Tx, request: &Request, place: &Place) -> Result<Self, Error> {
        let declared = Declared::of(tx, request, &Place::default()).await?;
        let zone = match place.is_everywhere() {
            true => declared.zone(),
            false => Declared::of(tx, request, place).await?.zone(),
        };
        let environments = tx.environments().await?;
        let suppliers: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
        let products = &declared.products;
        let last = products.iter().filter_map(|product| {
            let path = path::of(product, &environments).ok()?;
            Some((product.name.clone(), path.last()?.clone()))
        });
        let teams = products.iter().map(|it| (it.name.clone(), it.team.clone()));
        Ok(Self {
            zone,
            environments: path::in_order(&environments)
                .unwrap_or_else(|_| environments.keys().cloned().collect()),
            last: last.collect(),
            teams: teams.collect(),
            reliances: Reliance::of_each(products, &suppliers),
            windows: declared.windows,
            freezes: declared.freezes,
            suppliers,
        })
    }

    /// Whether a product needs something that an entry changes.
    pub(super) fn is_touched(&self, product: &Name, entry: &Entry) -> bool {
        let needs = self.reliances.get(product).map(|it| &it.needs);
        needs.is_some_and(|needs| {
            entry
                .changes
                .iter()
                .any(|it| needs.binary_search(it).is_ok())
        })
    }

    /// The team that owns a product.
    pub(super) fn team(&self, product: &Name) -> Option<Party> {
        self.teams.get(product).cloned().map(Party::Team)
    }
}

/// What was collected.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) base: Base,
    pub(super) agenda: Agenda,
    pub(super) now: Timestamp,
    /// Whether there is more than was looked at.
    pub(super) is_cut: bool,
    stretch: Stretch,
}

impl Gathered {
    /// Everything but tasks.
    pub(super) async fn of(
        tx: &mut Tx,
        request: &Request,
        base: Base,
        stretch: Stretch,
    ) -> Result<Self, Error> {
        let mut it = Self {
            base,
            agenda: Agenda::default(),
            now: tx.now(),
            is_cut: false,
            stretch,
        };
        let mut sight = request.sight(tx).await?;
        it.add_hours();
        let plans = it.add_releases(tx, &mut sight).await?;
        it.add_bookings(tx, &plans, &mut sight).await?;
        it.add_trains(tx, &mut sight).await?;
        it.add_deployments(tx, &mut sight).await?;
        it.add_notices(tx).await?;
        Ok(it)
    }

    fn put(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let stretch = self.stretch;
        let held = entries.into_iter().filter(|it| stretch.holds(it));
        self.agenda.entries.extend(held);
    }

    /// What is put though it is in no stretch of time, where all of its kind are wanted.
    fn put_wide(&mut self, entries: impl IntoIterator<Item = Entry>) {
        match self.stretch.is_wide {
            true => self.agenda.entries.extend(entries),
            false => self.put(entries),
        }
    }

    fn add_hours(&mut self) {
        let (span, now) = (self.stretch.span, self.now);
        // What begins before the end is judged by what is beyond it.
        let span = Span {
            start: span.start,
            end: span.end.saturating_add(BEYOND).unwrap_or(span.end),
        };
        let of_window = |it: &Window| Hours::of(it.name.clone(), it.scope.clone(), &it.when, span);
        let of_freeze = |it: &Freeze| Hours::of(it.name.clone(), it.scope.clone(), &it.when, span);
        let windows: Vec<Hours> = self.base.windows.iter().map(of_window).collect();
        let freezes: Vec<Hours> = self.base.freezes.iter().map(of_freeze).collect();
        let (window, freeze) = (
            |name, scope, since| Subject::Window { name, scope, since },
            |name, scope, since| Subject::Freeze { name, scope, since },
        );
        let mut all: Vec<Entry> = Vec::new();
        for (hours, declared) in windows.iter().zip(&self.base.windows) {
            all.extend(entries::hours(hours, &declared.title, window, now));
        }
        for (hours, declared) in freezes.iter().zip(&self.base.freezes) {
            all.extend(entries::hours(hours, &declared.title, freeze, now));
        }
        self.is_cut |= windows.iter().chain(&freezes).any(|it| it.is_cut(span));
        self.put(all);
        self.agenda.windows = windows;
    }

    async fn add_releases(
        &mut self,
        tx: &mut Tx,
        sight: &mut Sight,
    ) -> Result<Vec<PlanEdition>, Error> {
        let mut plans = tx.newest_plans().await?;
        plans.retain(|it| sight.shows(&it.product));
        let live = self.live(tx, &plans).await?;
        let entry = |it: &PlanEdition| {
            let is_live = live.contains(&(&it.product, &it.version));
            entries::release(it, is_live, (&self.base, self.now))
        };
        let all: Vec<Entry> = plans.iter().filter_map(entry).collect();
        self.put_wide(all);
        Ok(plans)
    }

    /// The releases that are live where their way ends, of those whose time is still to come: of the others nobody asks.
    async fn live<'a>(
        &self,
        tx: &mut Tx,
        plans: &'a [PlanEdition],
    ) -> Result<BTreeSet<(&'a Name, &'a Version)>, Error> {
        let is_ahead = |it: &&PlanEdition| {
            let target = it.plan.target().ok().flatten();
            target.is_some_and(|at| Entry::moment(at.timestamp()).end > self.now)
        };
        let mut ahead: BTreeMap<&Name, Vec<&Version>> = BTreeMap::new();
        for edition in plans.iter().filter(is_ahead) {
            let versions = ahead.entry(&edition.product).or_default();
            versions.push(&edition.version);
        }
        let mut live = BTreeSet::new();
        for (product, versions) in ahead {
            let Some(last) = self.base.last.get(product) else {
                continue;
            };
            let standing = standing_of(tx, (product, last), STANDING).await?;
            let stands = |it: &&Version| standing.iter().any(|one| one.release == **it);
            live.extend(versions.into_iter().filter(stands).map(|it| (product, it)));
        }
        Ok(live)
    }

    async fn add_bookings(
        &mut self,
        tx: &mut Tx,
        plans: &[PlanEdition],
        sight: &mut Sight,
    ) -> Result<(), Error> {
        let Span { start, end } = self.stretch.span;
        let mut booked = tx.bookings_between((start, end), BOOKINGS_MAX).await?;
        self.is_cut |= booked.len() as u64 == BOOKINGS_MAX;
        booked.retain(|it| sight.shows(&it.product));
        let of: BTreeSet<_> = booked.iter().map(|it| (&it.product, &it.version)).collect();
        let mut all = Vec::new();
        for edition in plans {
            let of_it = (&edition.product, &edition.version);
            if !of.contains(&of_it) {
                continue;
            }
            let own = Booked::of(&edition.plan, of_it).unwrap_or_default();
            let numbered = own.iter().enumerate();
            all.extend(numbered.map(|(place, it)| {
                entries::booking(edition, (it, place + 1), (&self.base, self.now))
            }));
        }
        self.put(all);
        Ok(())
    }

    async fn add_trains(&mut self, tx: &mut Tx, sight: &mut Sight) -> Result<(), Error> {
        let trains = tx.trains(0, TRAINS_MAX).await?;
        self.is_cut |= trains.len() as u64 == TRAINS_MAX;
        let mut all = Vec::new();
        for train in &trains {
            if train.products().into_iter().all(|it| sight.shows(it)) {
                all.extend(entries::departures(train, &self.base, self.now));
            }
        }
        self.put_wide(all);
        Ok(())
    }

    /// The newest first, until one was asked for so long before the stretch that it is over.
    async fn add_deployments(&mut self, tx: &mut Tx, sight: &mut Sight) -> Result<(), Error> {
        let since = self.stretch.span.start.saturating_sub(LASTS);
        let since = since.unwrap_or(Timestamp::MIN);
        let mut found: BTreeMap<DeploymentId, Deployment> = BTreeMap::new();
        let mut before = DeploymentId(u64::MAX >> 1);
        loop {
            let page = tx.deployments_before(before, PAGE, (None, None)).await?;
            let last = page.last().map(|it| (it.id, it.requested_at));
            found.extend(page.into_iter().map(|it| (it.id, it)));
            match last {
                Some((id, at)) if at >= since && found.len() < DEPLOYMENTS_MAX => before = id,
                Some((_, at)) => {
                    self.is_cut |= at >= since;
                    break;
                }
                None => break,
            }
        }
        for id in tx.running_deployments().await? {
            if !found.contains_key(&id)
                && let Some(running) = tx.deployment(id).await?
            {
                found.insert(id, running);
            }
        }
        let seen = found.values().filter(|it| sight.shows(&it.product));
        let entry = |it: &Deployment| entries::deployment(it, &self.base, self.now);
        let all: Vec<Entry> = seen.map(entry).collect();
        self.put(all);
        Ok(())
    }

    async fn add_notices(&mut self, tx: &mut Tx) -> Result<(), Error> {
        let mut all = Vec::new();
        for supplier in &self.base.suppliers {
            let known = tx.notices_of(&supplier.name, NOTICES_MAX).await?;
            self.is_cut |= known.len() as u64 == NOTICES_MAX;
            for notice in &known {
                all.extend(notices::entries(notice, supplier, (&self.base, self.now)));
            }
        }
        self.put_wide(all);
        Ok(())
    }

    /// The tasks that are due of those whom somebody asks about.
    pub(super) async fn add_tasks(
        &mut self,
        tx: &mut Tx,
        request: &Request,
        wanted: &Wanted,
    ) -> Result<(), Error> {
        let mut tasks = BTreeMap::new();
        for party in &wanted.parties {
            let mut theirs = tx.tasks_waiting_for(party, TASKS_MAX).await?;
            self.is_cut |= theirs.len() as u64 == TASKS_MAX;
            if let Party::Person(name) = party {
                let taken = tx.tasks_taken_by(name, TASKS_MAX).await?;
                self.is_cut |= taken.len() as u64 == TASKS_MAX;
                theirs.extend(taken);
            }
            tasks.extend(theirs.into_iter().map(|it| (it.id, it)));
        }
        let mut sight = request.sight(tx).await?;
        let seen = tasks.values().filter(|it| sight.shows(&it.product));
        let entry = |it| entries::task(it, &self.base, self.now);
        let all: Vec<Entry> = seen.filter_map(entry).collect();
        self.put(all);
        Ok(())
    }

    /// The windows and freezes that something is in, as far as they apply to it.
    pub(super) fn hours_around(&self, entry: &Entry) -> Vec<&Entry> {
        let applies = |it: &&Entry| match &it.subject {
            Subject::Window { scope, .. } | Subject::Freeze { scope, .. } => {
                let mut carried = entry.subject.carries().iter();
                carried.any(|one| {
                    let mut places = entry.environments.iter();
                    places.any(|place| scope.applies(&one.product, place))
                })
            }
            Subject::Release(_)
            | Subject::Departure { .. }
            | Subject::Deployment { .. }
            | Subject::Booking { .. }
            | Subject::Notice { .. }
            | Subject::Task { .. } => false,
        };
        let all = self.agenda.entries.iter().filter(applies);
        all.filter(|it| it.meets(entry).is_some()).collect()
    }
}
