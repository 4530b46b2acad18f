//! What the calendar says: when windows and freezes are, and what they allow now.

mod range;
mod words;

pub use range::{Bound, Range};
pub use words::length;

use super::super::{App, Error, Request, releases};
use futures::FutureExt;
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    calendar::{Calendar, Freeze, InFlight, Opening, Scope, Span, When, Window, Zone},
    catalog::{Kind, Product, path},
    name::Name,
};
use tidegate_protocol::api::{CalendarEntryView, CalendarView, OpeningView, SpanView};
use tidegate_store::Tx;
use words::Clock;

/// The most spans that are listed of one window or freeze.
const SPANS_MAX: usize = 500;

/// Of what the calendar is asked.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The only product.
    pub product: Option<Name>,
    /// The only environment.
    pub environment: Option<Name>,
}

impl App {
    /// What the calendar says of a stretch of time, and of this moment.
    ///
    /// # Errors
    /// When the range is none, or the product or environment does not exist.
    pub async fn calendar(
        &self,
        request: &Request,
        range: Range,
        place: Place,
    ) -> Result<CalendarView, Error> {
        let input = (request.clone(), range, place);
        self.store
            .read(input, |tx, (request, range, place)| {
                view(tx, request, *range, place).boxed()
            })
            .await
    }
}

/// What is declared and concerns a place.
#[derive(Debug)]
pub(in crate::app) struct Declared {
    pub(in crate::app) windows: Vec<Window>,
    pub(in crate::app) freezes: Vec<Freeze>,
    /// Products that the asker sees, wherever they are.
    pub(in crate::app) products: Vec<Product>,
    /// Products and environments of their paths.
    places: Vec<(Name, Name)>,
}

impl Declared {
    /// What concerns `place`, as far as the asker sees it.
    ///
    /// # Errors
    /// When the product or environment does not exist.
    pub(in crate::app) async fn of(
        tx: &mut Tx,
        request: &Request,
        place: &Place,
    ) -> Result<Self, Error> {
        request.permit_at_large(tx, Action::ReadShared).await?;
        let mut sight = request.sight(tx).await?;
        let environments = tx.environments().await?;
        let mut products: Vec<Product> = tx.documents(Kind::Product).await?;
        products.retain(|product| sight.shows(&product.name));
        let known = |name: &Name| products.iter().any(|product| product.name == *name);
        if let Some(name) = place.product.as_ref().filter(|name| !known(name)) {
            return Err(releases::no_product(name));
        }
        let environment = place.environment.as_ref();
        if let Some(name) = environment.filter(|name| !environments.contains_key(*name)) {
            let code = "environment-not-found";
            return Err(Error::not_found(code, "environment", name));
        }
        let mut places = Vec::new();
        for product in &products {
            let path = path::of(product, &environments).unwrap_or_default();
            places.extend(path.into_iter().map(|e| (product.name.clone(), e)));
        }
        places.retain(|(product, environment)| place.holds(product, environment));
        let (mut windows, mut freezes) = (tx.windows().await?, tx.freezes().await?);
        let mut meets = |scope: &Scope| {
            let hidden = matches!(scope, Scope::Product(name) if !sight.shows(name));
            place.meets(scope) && !hidden
        };
        windows.retain(|window| meets(&window.scope));
        freezes.retain(|freeze| meets(&freeze.scope));
        Ok(Self {
            windows,
            freezes,
            products,
            places,
        })
    }

    /// The time zone of all of them, when they share one.
    pub(in crate::app) fn zone(&self) -> Zone {
        let windows = self.windows.iter().map(|window| &window.when);
        let whens = windows.chain(self.freezes.iter().map(|freeze| &freeze.when));
        let mut zones = whens.map(When::time_zone);
        match zones.next() {
            Some(first) if zones.all(|zone| zone == first) => first.clone(),
            Some(_) | None => Zone::default(),
        }
    }
}

impl Place {
    /// Whether nothing is left out.
    pub(in crate::app) const fn is_everywhere(&self) -> bool {
        self.product.is_none() && self.environment.is_none()
    }

    fn holds(&self, product: &Name, environment: &Name) -> bool {
        self.product.as_ref().is_none_or(|name| name == product)
            && self
                .environment
                .as_ref()
                .is_none_or(|name| name == environment)
    }

    /// Whether what has that scope may apply here.
    pub(in crate::app) fn meets(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Organisation => true,
            Scope::Product(name) => self.product.as_ref().is_none_or(|own| own == name),
            Scope::Environment(name) => self.environment.as_ref().is_none_or(|own| own == name),
        }
    }
}

async fn view(
    tx: &mut Tx,
    request: &Request,
    range: Range,
    place: &Place,
) -> Result<CalendarView, Error> {
    let declared = Declared::of(tx, request, place).await?;
    let (zone, now) = (declared.zone(), tx.now());
    let (from, to) = range.in_zone(&zone, now)?;
    let window = |window: &Window| CalendarEntryView {
        name: window.name.to_string(),
        title: window.title.clone(),
        reason: window.reason.clone(),
        ..entry(
            "window",
            (&window.scope, &window.when),
            window.in_flight,
            (from, to),
        )
    };
    let freeze = |freeze: &Freeze| CalendarEntryView {
        name: freeze.name.to_string(),
        title: freeze.title.clone(),
        reason: freeze.reason.clone(),
        ..entry(
            "freeze",
            (&freeze.scope, &freeze.when),
            freeze.in_flight,
            (from, to),
        )
    };
    let windows = declared.windows.iter().map(window);
    let entries = windows.chain(declared.freezes.iter().map(freeze)).collect();
    Ok(CalendarView {
        now,
        from,
        to,
        time_zone: zone.name().to_owned(),
        openings: openings(&declared, &Clock { now, zone: &zone }),
        entries,
    })
}

/// What a window and a freeze have in common, without their words.
fn entry(
    kind: &str,
    (scope, when): (&Scope, &When),
    in_flight: InFlight,
    (from, to): (Timestamp, Timestamp),
) -> CalendarEntryView {
    let (product, environment) = match scope {
        Scope::Organisation => (None, None),
        Scope::Product(name) => (Some(name.to_string()), None),
        Scope::Environment(name) => (None, Some(name.to_string())),
    };
    let mut spans: Vec<Span> = when.spans(from, to).take(SPANS_MAX + 1).collect();
    let cut = spans.len() > SPANS_MAX;
    spans.truncate(SPANS_MAX);
    let span = |Span { start, end }| SpanView { start, end };
    CalendarEntryView {
        kind: kind.to_owned(),
        name: String::new(),
        title: String::new(),
        reason: String::new(),
        product,
        environment,
        in_flight: in_flight.as_str().to_owned(),
        time_zone: when.time_zone().name().to_owned(),
        rule: when.rule().map(ToString::to_string),
        spans: spans.into_iter().map(span).collect(),
        cut,
    }
}

/// What is said of each place. Places to which the same applies are judged once.
fn openings(declared: &Declared, clock: &Clock<'_>) -> Vec<OpeningView> {
    let mut judged: BTreeMap<(Vec<String>, Vec<String>), Opening> = BTreeMap::new();
    let mut views = Vec::with_capacity(declared.places.len());
    for (product, environment) in &declared.places {
        let calendar = Calendar::of(product, environment, &declared.windows, &declared.freezes);
        let windows = calendar.windows.iter().map(|w| w.name.to_string());
        let freezes = calendar.freezes.iter().map(|f| f.name.to_string());
        let (windows, freezes): (Vec<_>, Vec<_>) = (windows.collect(), freezes.collect());
        let key = (windows.clone(), freezes.clone());
        let opening = judged
            .entry(key)
            .or_insert_with(|| calendar.judge(clock.now));
        views.push(OpeningView {
            product: product.to_string(),
            environment: environment.to_string(),
            windows,
            freezes,
            ..clock.opening(opening)
        });
    }
    views
}
