//! Issues, comments, news and delegations that tests write and read back.

use super::{name, time};
use tidegate_domain::{
    control::Severity,
    id::{CommentId, DeliveryId, DeploymentId, IssueId, NewsId},
    issue::{Happened, Issue, IssueEvent, IssueState},
    talk::{Comment, Delegation, Mailing, News, Often, Subject, UnderWay, Why},
    text::{Line, Paragraphs},
};

/// Every state an issue can be in, by its word, each with everything that happens.
pub(crate) fn issues() -> Vec<(&'static str, Issue)> {
    let (by, said) = (name("ben"), Paragraphs::of("The cache was cold."));
    let states = [
        IssueState::Open,
        IssueState::Started {
            by: by.clone(),
            at: time(5),
        },
        IssueState::Resolved {
            by: by.clone(),
            at: time(6),
            resolution: said.clone(),
        },
        IssueState::Dismissed {
            by,
            at: time(7),
            reason: said,
        },
    ];
    let of = |state: IssueState| (state.word(), issue(4, Severity::High, state));
    states.into_iter().map(of).collect()
}

/// An issue to which everything has happened.
pub(crate) fn issue(id: u64, severity: Severity, state: IssueState) -> Issue {
    let said = || Paragraphs::of("The cache was cold.");
    let events = [
        IssueEvent::Started,
        IssueEvent::Assigned("team:web".parse().unwrap()),
        IssueEvent::Rated(Severity::High),
        IssueEvent::Resolved(said()),
        IssueEvent::Dismissed(said()),
        IssueEvent::Reopened(said()),
    ];
    let happened = |(second, what)| Happened {
        by: name("ben"),
        at: time(second),
        what,
    };
    Issue {
        id: IssueId(id),
        product: name("shop"),
        version: "1.1.0".parse().unwrap(),
        deployment: Some(DeploymentId(7)),
        title: Line::of("Carts are empty"),
        description: Paragraphs::of("Log in twice.\n\nThen look."),
        severity,
        raised_as: Severity::Medium,
        owner: "team:shop".parse().unwrap(),
        by: name("ada"),
        at: time(0),
        state,
        past: (1..).zip(events).map(happened).collect(),
    }
}

/// A comment about that.
pub(crate) fn comment(id: u64, subject: Subject) -> Comment {
    Comment {
        id: CommentId(id),
        subject,
        by: name("ada"),
        at: time(id.try_into().unwrap()),
        text: Paragraphs::of("Look, @ben."),
        withdrawn: id.is_multiple_of(2).then(|| time(90)),
        unreached: Vec::new(),
    }
}

/// Something that a person should know of.
pub(crate) fn news(id: u64, to: &str) -> News {
    News {
        id: NewsId(id),
        to: name(to),
        subject: Subject::Issue(IssueId(4)),
        why: Why::Named,
        by: name("ada"),
        at: time(3),
        line: Line::of("said: Look, @ben."),
    }
}

/// How far somebody was told by mail what is new for them, up to that number.
pub(crate) fn mailing(person: &str, up_to: u64) -> Mailing {
    Mailing {
        person: name(person),
        often: Some(Often::AtOnce),
        up_to: NewsId(up_to),
        last: Some(UnderWay {
            delivery: DeliveryId(9),
            after: NewsId(1),
            at: time(4),
        }),
        is_under_way: false,
    }
}

/// Who stands in for somebody, until so many seconds.
pub(crate) fn delegation(from: &str, to: &str, until: i64) -> Delegation {
    Delegation {
        from: name(from),
        to: name(to),
        since: time(0),
        until: time(until),
        reason: Line::of("on leave"),
    }
}
