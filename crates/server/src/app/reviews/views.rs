//! Reviews as they go over the wire.

use jiff::Timestamp;
use tidegate_domain::{
    name::Name,
    planning::Task,
    review::{
        ChangedSince, DepartureTaken, Group, HandoverSaid, Metrics, Objective, Participants,
        Report, Review, Seen, Stage, Theme, TrainMoment,
    },
};
use tidegate_protocol::api::{
    ChangedSinceView, DepartureTakenView, ExceptionView, FailureView, HandoverSaidView,
    HandoverTakenView, HeardView, IssueTakenView, MetricsView, MomentView, ObjectiveView,
    ParticipantView, ReportView, RetrospectiveView, ReviewActionView, ReviewGroupView,
    ReviewNoteView, StepTakenView, SupplierEventView, TaskTakenView, ThemeView, ToldView,
    TrainMomentView, TrainTakenView,
};

pub(super) fn report(report: &Report) -> ReportView {
    let name = |name: &Option<Name>| name.as_ref().map(ToString::to_string);
    let tasks = report.tasks.iter().map(|it| TaskTakenView {
        id: it.id.0,
        title: it.title.clone(),
        state: it.state.clone(),
        due: it.due,
        ended: it.ended,
        late_ms: it.late_ms,
    });
    let steps = report.steps.iter().map(|it| StepTakenView {
        deployment: it.deployment.0,
        step: it.step.to_string(),
        planned_ms: it.planned_ms,
        took_ms: it.took_ms,
    });
    let failures = report.failures.iter().map(|it| FailureView {
        at: it.at,
        deployment: it.deployment.0,
        environment: it.environment.to_string(),
        told: it.told.clone(),
        took_ms: it.took_ms,
    });
    let exceptions = report.exceptions.iter().map(|it| ExceptionView {
        at: it.at,
        what: it.what.clone(),
        by: name(&it.by),
        told: it.told.clone(),
    });
    let timeline = report.timeline.iter().map(|it| MomentView {
        at: it.at,
        kind: it.kind.word().to_owned(),
        by: name(&it.by),
        text: it.text.clone(),
    });
    ReportView {
        went_live: report.went_live,
        planned_first: report.target.first,
        planned_last: report.target.last,
        moved: report.target.moved,
        tasks: tasks.collect(),
        steps: steps.collect(),
        failures: failures.collect(),
        exceptions: exceptions.collect(),
        issues: issues(report),
        messages: messages(report),
        suppliers: suppliers(report),
        handovers: handovers(report),
        trains: trains(report),
        before: report.before.as_ref().map(metrics),
        since: report.since.as_ref().map(metrics),
        timeline: timeline.collect(),
    }
}

fn issues(report: &Report) -> Vec<IssueTakenView> {
    let issues = report.issues.iter().map(|it| IssueTakenView {
        id: it.id.0,
        title: it.title.clone(),
        severity: it.severity.to_string(),
        deployment: it.deployment.map(|it| it.0),
        by: it.by.to_string(),
        at: it.at,
        told: it.told.clone(),
        took_ms: it.took_ms,
    });
    issues.collect()
}

fn messages(report: &Report) -> Vec<ToldView> {
    let messages = report.messages.iter().map(|it| ToldView {
        message: it.message.0,
        subject: it.subject.clone(),
        status: it.status.clone(),
        at: it.at,
        delivered: it.delivered,
        lost: it.lost,
    });
    messages.collect()
}

fn suppliers(report: &Report) -> Vec<SupplierEventView> {
    let suppliers = report.suppliers.iter().map(|it| SupplierEventView {
        at: it.at,
        supplier: it.supplier.to_string(),
        told: it.told.clone(),
        surprise: it.surprise,
        through: it.through.clone(),
    });
    suppliers.collect()
}

fn handovers(report: &Report) -> Vec<HandoverTakenView> {
    let said = |it: &HandoverSaid| HandoverSaidView {
        at: it.at,
        by: it.by.to_string(),
        what: it.what.clone(),
        note: it.note.clone(),
    };
    let handovers = report.handovers.iter().map(|it| HandoverTakenView {
        kind: it.kind.to_string(),
        state: it.state.clone(),
        told: it.told.clone(),
        words: it.words.iter().map(said).collect(),
    });
    handovers.collect()
}

fn trains(report: &Report) -> Vec<TrainTakenView> {
    let departure = |it: &DepartureTaken| DepartureTakenView {
        environment: it.environment.to_string(),
        planned: it.planned,
        left: it.left,
    };
    let moment = |it: &TrainMoment| TrainMomentView {
        at: it.at,
        by: it.by.as_ref().map(ToString::to_string),
        what: it.what.clone(),
        told: it.told.clone(),
    };
    let trains = report.trains.iter().map(|it| TrainTakenView {
        train: it.train.to_string(),
        state: it.state.clone(),
        departures: it.departures.iter().map(departure).collect(),
        happened: it.happened.iter().map(moment).collect(),
    });
    trains.collect()
}

fn metrics(metrics: &Metrics) -> MetricsView {
    MetricsView {
        from: metrics.from,
        until: metrics.until,
        went_live: metrics.went_live,
        failed: metrics.failed,
        per_week: metrics.per_week(),
        failure_share: metrics.failure_share(),
        lead_time_ms: metrics.lead_time_ms,
        mended_after_ms: metrics.mended_after_ms,
    }
}

/// The plan's objectives, and those that were judged and are in it no more.
pub(super) fn objectives(planned: &[Objective], review: Option<&Review>) -> Vec<ObjectiveView> {
    let judged = review.map_or(&[][..], |it| &it.objectives);
    let of = |objective: &Objective| {
        let found = judged.iter().find(|it| it.objective == *objective);
        ObjectiveView {
            planned: planned.contains(objective),
            name: objective.name.to_string(),
            title: objective.title().to_owned(),
            measure: objective.measure.clone(),
            verdict: found.map(|it| it.verdict.to_string()),
            note: found.map(|it| it.note.to_string()).unwrap_or_default(),
            by: found.map(|it| it.by.to_string()),
        }
    };
    let gone = judged.iter().map(|it| &it.objective);
    let gone = gone.filter(|it| !planned.contains(it));
    planned.iter().chain(gone).map(of).collect()
}

/// Whom the record names, and whom somebody invited; once it is over, only who took part.
pub(super) fn participants(record: &Participants, review: Option<&Review>) -> Vec<ParticipantView> {
    let takes_part = |name: &Name| review.is_some_and(|it| it.participants.contains(name));
    let is_over = review.is_some_and(|it| it.stage.is_closed());
    let counted = record
        .iter()
        .filter(|(person, _)| !is_over || takes_part(person));
    let known = counted.map(|(person, parts)| ParticipantView {
        person: person.to_string(),
        parts: parts.iter().map(|it| (*it).to_owned()).collect(),
        takes_part: takes_part(person),
    });
    let invited = review.into_iter().flat_map(|it| &it.participants);
    let invited = invited.filter(|it| !record.contains_key(*it));
    let invited = invited.map(|person| ParticipantView {
        person: person.to_string(),
        parts: Vec::new(),
        takes_part: true,
    });
    known.chain(invited).collect()
}

/// What people wrote, as `person` sees it; `again` says of each theme how often it came up.
pub(super) fn retrospective(
    seen: &Seen,
    person: &Name,
    again: &[(Name, String)],
) -> RetrospectiveView {
    let review = &seen.review;
    let group_of = |note| review.groups.iter().find(|it| it.notes.contains(&note));
    let notes = review.notes.iter().map(|note| ReviewNoteView {
        id: note.id.0,
        column: note.column.word().to_owned(),
        text: note.text.to_string(),
        by: note.by.to_string(),
        at: note.at,
        group: group_of(note.id).map(|it| it.id.0),
    });
    let own = review.votes.get(person).cloned().unwrap_or_default();
    let given: u8 = own.values().sum();
    let (closed_by, closed_at, report_hash) = match &review.stage {
        Stage::Closed { by, at, report } => {
            (Some(by.to_string()), Some(*at), Some(report.to_string()))
        }
        Stage::Writing | Stage::Grouping | Stage::Voting | Stage::Discussing => (None, None, None),
    };
    RetrospectiveView {
        facilitator: review.facilitator.to_string(),
        begun: review.begun,
        notes_in_all: seen.notes as u64,
        took_part: seen.took_part as u64,
        notes: notes.collect(),
        groups: groups(seen, &own, again),
        votes_each: review.votes_each,
        votes_left: review.votes_each.saturating_sub(given),
        takes_part: review.participants.contains(person),
        conclusion: review.conclusion.to_string(),
        edition: review.edition.0,
        closed_by,
        closed_at,
        report_hash,
    }
}

type Own = std::collections::BTreeMap<tidegate_domain::id::GroupId, u8>;

fn groups(seen: &Seen, own: &Own, again: &[(Name, String)]) -> Vec<ReviewGroupView> {
    let review = &seen.review;
    let view = |group: &Group, votes: Option<u64>| ReviewGroupView {
        id: group.id.0,
        title: group.title.to_string(),
        theme: group.theme.as_ref().map(ToString::to_string),
        again: again
            .iter()
            .find(|(theme, _)| Some(theme) == group.theme.as_ref())
            .map(|(_, told)| told.clone()),
        notes: group.notes.iter().map(|it| it.0).collect(),
        votes,
        own_votes: own.get(&group.id).copied().unwrap_or_default(),
    };
    if seen.tally.is_empty() {
        return review.groups.iter().map(|it| view(it, None)).collect();
    }
    let counted = seen.tally.iter().filter_map(|(id, votes)| {
        let group = review.groups.iter().find(|it| it.id == *id)?;
        Some(view(group, Some(*votes)))
    });
    counted.collect()
}

/// An action, with what became of what it is to change.
pub(super) fn action(
    task: &Task,
    since: &[(String, ChangedSince)],
    now: Timestamp,
) -> ReviewActionView {
    let improvement = task.improvement.as_ref();
    ReviewActionView {
        task: task.id.0,
        product: task.product.to_string(),
        version: task.version.to_string(),
        title: task.title.clone(),
        owner: task.owner.to_string(),
        assignee: task.assignee.as_ref().map(ToString::to_string),
        due: task.due,
        is_late: task.is_late(now),
        state: task.state.word().to_owned(),
        group: improvement.and_then(|it| it.group).map(|it| it.0),
        theme: improvement.and_then(|it| Some(it.theme.as_ref()?.to_string())),
        changes: improvement
            .map(|it| it.changes.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        changed: since
            .iter()
            .map(|(what, since)| changed(what, *since))
            .collect(),
    }
}

fn changed(what: &str, since: ChangedSince) -> ChangedSinceView {
    let (version, at) = match since {
        ChangedSince::Changed { version, at } => (Some(version), Some(at)),
        ChangedSince::Removed => (None, None),
    };
    ChangedSinceView {
        what: what.to_owned(),
        told: since.to_string(),
        version,
        at,
    }
}

pub(super) fn theme(theme: &Theme) -> ThemeView {
    let heard = theme.heard.iter().map(|it| HeardView {
        product: it.product.to_string(),
        version: it.version.to_string(),
        title: it.title.to_string(),
        at: it.at,
    });
    ThemeView {
        name: theme.name.to_string(),
        heard: heard.collect(),
        open: theme.open.iter().map(|it| it.0).collect(),
        done: theme.done.iter().map(|it| it.0).collect(),
        told: again(theme),
    }
}

/// How often something came up, and whether anything was done: `the third time, though action 12 is done`.
pub(super) fn again(theme: &Theme) -> String {
    let times = match theme.heard.len() {
        0 | 1 => "the first time".to_owned(),
        2 => "the second time".to_owned(),
        3 => "the third time".to_owned(),
        count => format!("{count} times by now"),
    };
    let numbers = |all: &[tidegate_domain::id::TaskId]| {
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        all.join(", ")
    };
    match (theme.came_back, theme.open.as_slice(), theme.heard.len()) {
        (true, ..) => format!(
            "{times}, though of its actions these are done: {}",
            numbers(&theme.done)
        ),
        (false, [], 0 | 1) => times,
        (false, [], _) if theme.done.is_empty() => {
            format!("{times}, and there is no action about it")
        }
        (false, [], _) => format!("{times}; done about it: {}", numbers(&theme.done)),
        (false, open, _) => format!("{times}; to be done about it: {}", numbers(open)),
    }
}
