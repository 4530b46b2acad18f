//! One review: what happened, what people wrote, what is to be better next time.

mod report;

use super::{
    super::super::{
        fault::Fault,
        frame::{Frame, Section, answer},
        offer::{Place, barred},
        parts::{self, Prose, Talk, counted},
        state::State as Shown,
        visitor::{Path, Visitor},
    },
    Action as Listed, action, stage,
};
use crate::{app::field, http::access::State};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use tidegate_domain::{access::Action, review::Column, talk::Subject};
use tidegate_protocol::api::{
    ObjectiveView, ParticipantView, RetrospectiveView, ReviewGroupView, ReviewNoteView, ReviewView,
};

use report::{Report, report};

/// The stages, as they come one after the other.
const STAGES: [(&str, &str); 5] = [
    ("writing", "Everybody writes"),
    ("grouping", "Put together"),
    ("voting", "Vote"),
    ("discussing", "Discuss and agree"),
    ("closed", "Closed"),
];

#[derive(Template)]
#[template(path = "review.html")]
struct Page {
    frame: Frame,
    product: String,
    version: String,
    sentence: String,
    state: Shown,
    stages: Vec<Stage>,
    next: Prose,
    moves: Option<Move>,
    report: Report,
    objectives: Vec<ObjectiveView>,
    participants: Vec<ParticipantView>,
    board: Option<Board>,
    actions: Vec<Listed>,
    may: May,
    talk: Talk,
    /// The day two weeks from now.
    due: String,
}

/// What a visitor may do now.
struct May {
    /// Lead it.
    lead: bool,
    /// Agree on actions.
    agree: bool,
}

struct Stage {
    words: &'static str,
    is_now: bool,
}

/// What moves it on.
struct Move {
    deed: &'static str,
    words: &'static str,
    /// What that does.
    effect: &'static str,
}

/// The board of a retrospective.
struct Board {
    columns: Vec<(String, &'static str, Vec<Note>)>,
    groups: Vec<Group>,
    stage: String,
    may_write: bool,
    may_group: bool,
    view: RetrospectiveView,
}

impl Board {
    /// Whether the review is in that stage.
    fn is(&self, stage: &str) -> bool {
        self.stage == stage
    }
}

struct Note {
    is_own: bool,
    is_alone: bool,
    view: ReviewNoteView,
}

struct Group {
    notes: Vec<ReviewNoteView>,
    again: Option<Prose>,
    view: ReviewGroupView,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let view = app.review(&request, (&product, &version)).await?;
    let now = Timestamp::now();
    let place = Place::product(&product);
    let may = May {
        lead: barred(&app, &request, (Action::LeadReview, place))
            .await?
            .is_none(),
        agree: barred(&app, &request, (Action::AssignTask, place))
            .await?
            .is_none(),
    };
    let due = now + jiff::SignedDuration::from_hours(14 * 24);
    let me = request.actor.name.to_string();
    let stages = STAGES.map(|(word, words)| Stage {
        words,
        is_now: word == view.stage,
    });
    let subject = Subject::Review(field("product", &product)?, field("version", &version)?);
    let talk = Talk::of(&app, &request, &subject).await?;
    let page = Page {
        frame: Frame::new(
            &format!("Review of {product} {version}"),
            Section::Reviews,
            &request,
        )
        .twins(
            format!("/api/v1/products/{product}/releases/{version}/review"),
            format!("tidegate review show {product} {version}"),
        ),
        sentence: sentence(&view),
        state: stage(&view.stage),
        stages: stages.into(),
        next: Prose::exactly(&parts::sentence(&view.next)),
        moves: moves(&view.stage).filter(|_| may.lead),
        report: report(&view.report, (&product, &version), now),
        board: view.retrospective.map(|it| board(it, (&view.stage, &me))),
        objectives: view.objectives,
        participants: view.participants,
        actions: view.actions.into_iter().map(|it| action(it, now)).collect(),
        due: due.strftime("%Y-%m-%d").to_string(),
        talk,
        may,
        product,
        version,
    };
    answer(&page)
}

fn sentence(view: &ReviewView) -> String {
    let (product, version) = (&view.product, &view.version);
    let failures = match view.report.failures.len() {
        0 => "nothing went back on the way".to_owned(),
        count => counted(count, "failure") + " on the way",
    };
    match view.report.went_live {
        Some(_) => format!("{product} {version} went live; {failures}."),
        None => format!("{product} {version} was not live yet; {failures}."),
    }
}

fn moves(stage: &str) -> Option<Move> {
    let (deed, words, effect) = match stage {
        "writing" => (
            "reveal",
            "Reveal the notes",
            "Everybody sees all notes from then on, and none can be taken back.",
        ),
        "grouping" => (
            "vote",
            "Open the vote",
            "Each note that stands alone becomes a group of its own; nothing is put together while people vote.",
        ),
        "voting" => (
            "discuss",
            "End the vote",
            "Votes are counted, and what got most comes first.",
        ),
        "discussing" => (
            "close",
            "Close the review",
            "What happened is kept as it is in front of you now. Every objective has to be judged.",
        ),
        _ => return None,
    };
    Some(Move {
        deed,
        words,
        effect,
    })
}

fn board(view: RetrospectiveView, (stage, me): (&str, &str)) -> Board {
    let note = |it: &ReviewNoteView| Note {
        is_own: it.by == me,
        is_alone: it.group.is_none(),
        view: it.clone(),
    };
    let columns = Column::ALL.map(|column| {
        let own = view.notes.iter().filter(|it| it.column == column.word());
        (column.to_string(), column.word(), own.map(note).collect())
    });
    let of = |group: &ReviewGroupView| {
        let notes = view.notes.iter().filter(|it| group.notes.contains(&it.id));
        Group {
            notes: notes.cloned().collect(),
            again: group.again.as_deref().map(Prose::exactly),
            view: group.clone(),
        }
    };
    let groups = view.groups.iter().map(of).collect();
    let takes_part = view.takes_part;
    let is = |word: &str| stage == word;
    Board {
        columns: columns.into(),
        groups,
        stage: stage.to_owned(),
        may_write: takes_part && !is("voting") && !is("closed"),
        may_group: takes_part && (is("grouping") || is("discussing")),
        view,
    }
}
