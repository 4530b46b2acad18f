//! The plan as the page shows it.

use super::super::super::{
    moment::{Moment, length},
    parts::TaskTable,
    state::State as Shown,
};
use jiff::Timestamp;
use tidegate_protocol::api::{
    BookingView, InvolvedView, MilestoneView, OverloadView, PreparedView, ReleasePlanView,
};

/// A plan with what it comes to.
pub(super) struct Plan {
    pub(super) purpose: String,
    pub(super) target: Option<Moment>,
    pub(super) ends: Option<Moment>,
    pub(super) edition: u64,
    pub(super) by: String,
    pub(super) at: Moment,
    pub(super) template: Option<String>,
    pub(super) time_zone: String,
    pub(super) involved: Vec<Part>,
    pub(super) critical: String,
    pub(super) milestones: Vec<Milestone>,
    pub(super) tasks: TaskTable,
    pub(super) bookings: Vec<Booking>,
    pub(super) prepared: Vec<Prepared>,
    pub(super) unreached: String,
    pub(super) overloads: Vec<Overload>,
}

/// What it has ready before it is needed.
pub(super) struct Prepared {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) state: Shown,
    pub(super) page: Option<String>,
    pub(super) remedy: Option<String>,
}

/// Somebody who has more to do than there is time for.
pub(super) struct Overload {
    pub(super) who: String,
    pub(super) over: String,
    pub(super) until: Moment,
    pub(super) tasks: String,
}

/// Who have one part in it.
pub(super) struct Part {
    pub(super) part: String,
    pub(super) parties: String,
}

/// What is reached on the way.
pub(super) struct Milestone {
    pub(super) title: String,
    pub(super) state: Shown,
    pub(super) due: Option<Moment>,
    pub(super) ends: Option<Moment>,
}

/// An environment that it needs for itself.
pub(super) struct Booking {
    pub(super) environment: String,
    pub(super) from: Moment,
    pub(super) until: Moment,
    pub(super) reason: String,
    pub(super) clashes: Vec<String>,
}

impl Plan {
    pub(super) fn of(view: ReleasePlanView, now: Timestamp) -> Self {
        let seen = |at: Option<Timestamp>| at.map(|at| Moment::seen(at, now));
        let titles = view.critical_path.iter().map(|name| {
            let found = view.tasks.iter().find(|it| it.name.as_ref() == Some(name));
            found.map_or(name.as_str(), |it| it.title.as_str())
        });
        let critical: Vec<&str> = titles.collect();
        Self {
            critical: critical.join(", then "),
            target: seen(view.target),
            ends: seen(view.ends),
            at: Moment::seen(view.at, now),
            involved: parts(&view.involved),
            milestones: view
                .milestones
                .into_iter()
                .map(|it| milestone(it, now))
                .collect(),
            tasks: TaskTable::of_release(view.tasks, now),
            bookings: view
                .bookings
                .into_iter()
                .map(|it| booking(it, now))
                .collect(),
            prepared: view.prepared.into_iter().map(prepared).collect(),
            unreached: view.unreached.join(", "),
            overloads: view
                .overloads
                .into_iter()
                .map(|it| overload(it, now))
                .collect(),
            purpose: view.purpose,
            edition: view.edition,
            by: view.by,
            template: view.template,
            time_zone: view.time_zone,
        }
    }
}

fn prepared(view: PreparedView) -> Prepared {
    Prepared {
        kind: view.kind,
        name: view.name,
        state: match view.ready {
            true => Shown::new("steady", view.state),
            false => Shown::new("waiting", view.state),
        },
        page: view.page,
        remedy: view.remedy,
    }
}

fn overload(view: OverloadView, now: Timestamp) -> Overload {
    Overload {
        who: match view.people {
            1 => view.party,
            people => format!("{} ({people} people)", view.party),
        },
        over: length(view.over_minutes.saturating_mul(60)),
        until: Moment::seen(view.until, now),
        tasks: view.tasks.join(", "),
    }
}

fn parts(involved: &[InvolvedView]) -> Vec<Part> {
    let words = [
        ("accountable", "Accountable"),
        ("responsible", "Responsible"),
        ("consulted", "Consulted"),
        ("informed", "Informed"),
    ];
    let part = |(word, title): (&str, &str)| {
        let all = involved.iter().filter(|it| it.part == word);
        let all: Vec<&str> = all.map(|it| it.party.as_str()).collect();
        (!all.is_empty()).then(|| Part {
            part: title.to_owned(),
            parties: all.join(", "),
        })
    };
    words.into_iter().filter_map(part).collect()
}

fn milestone(view: MilestoneView, now: Timestamp) -> Milestone {
    let state = match (view.reached, view.late) {
        (true, _) => Shown::new("steady", "reached"),
        (false, true) => Shown::new("failing", "late"),
        (false, false) => Shown::new("waiting", "ahead"),
    };
    Milestone {
        title: view.title,
        state,
        due: view.due.map(|at| Moment::seen(at, now)),
        ends: view.ends.map(|at| Moment::seen(at, now)),
    }
}

fn booking(view: BookingView, now: Timestamp) -> Booking {
    Booking {
        environment: match view.shared {
            true => format!("{}, shared", view.environment),
            false => view.environment,
        },
        from: Moment::seen(view.from, now),
        until: Moment::seen(view.until, now),
        reason: view.reason,
        clashes: view.clashes,
    }
}
