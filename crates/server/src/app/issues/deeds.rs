//! What people do to issues.

use super::{
    super::{App, Error, Kind, Request, field, hands::Hands, planning, talk},
    found,
    raise::at_most,
    shown::with_comments,
    subject,
};
use futures::FutureExt;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Resource},
    id::IssueId,
    issue::{Issue, IssueError, IssueEvent},
    name::Name,
    planning::Party,
    talk::Subject,
    text::Paragraphs,
};
use tidegate_protocol::api::{IssueDeedRequest, IssueView};
use tidegate_store::Tx;

/// What a person does to an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueDeed {
    /// They are at it.
    Start,
    /// It falls to others.
    Assign,
    /// It is better or worse than was thought.
    Rate,
    /// It is no more.
    Resolve,
    /// It is none, or is lived with.
    Dismiss,
    /// It is there after all.
    Reopen,
}

impl IssueDeed {
    /// All of them, by the words of addresses and commands.
    pub const ALL: [(&'static str, Self); 6] = [
        ("start", Self::Start),
        ("assign", Self::Assign),
        ("rate", Self::Rate),
        ("resolve", Self::Resolve),
        ("dismiss", Self::Dismiss),
        ("reopen", Self::Reopen),
    ];

    /// The deed of that word.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(word: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(it, _)| *it == word);
        let missing = || Error::not_found("deed-not-found", "thing to do to an issue", word);
        found.map(|(_, deed)| *deed).ok_or_else(missing)
    }

    /// What is asked of the authorizer.
    const fn action(self) -> Action {
        match self {
            Self::Start | Self::Resolve => Action::WorkTask,
            Self::Assign | Self::Rate | Self::Dismiss => Action::SettleIssue,
            Self::Reopen => Action::RaiseIssue,
        }
    }

    fn event(self, wanted: &IssueDeedRequest) -> Result<IssueEvent, Error> {
        let note = Paragraphs::of(at_most("note", &wanted.note, 4_000)?);
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        Ok(match self {
            Self::Start => IssueEvent::Started,
            Self::Assign => IssueEvent::Assigned(field::<Party>("to", &given(&wanted.to))?),
            Self::Rate => IssueEvent::Rated(field("severity", &given(&wanted.severity))?),
            Self::Resolve => IssueEvent::Resolved(note),
            Self::Dismiss => IssueEvent::Dismissed(note),
            Self::Reopen => IssueEvent::Reopened(note),
        })
    }
}

impl App {
    /// Begins, assigns, rates, resolves, dismisses or reopens an issue.
    ///
    /// # Errors
    /// When it is somebody else's, in another state, or is not said why.
    pub async fn do_issue(
        &self,
        request: Request,
        (id, deed): (IssueId, IssueDeed),
        wanted: &IssueDeedRequest,
    ) -> Result<IssueView, Error> {
        let event = deed.event(wanted)?;
        let view = self
            .store
            .write(
                (request, id, deed, event),
                |tx, (request, id, deed, event)| {
                    async move {
                        let issue = found(tx, request, (deed.action(), *id)).await?;
                        if deed.action() == Action::WorkTask {
                            check_theirs(tx, request, &issue).await?;
                        }
                        let issue = change(tx, request, issue, event).await?;
                        with_comments(tx, &issue).await
                    }
                    .boxed()
                },
            )
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

/// Changes an issue, writes that down, and tells those whom it concerns.
pub(in crate::app) async fn change(
    tx: &mut Tx,
    request: &Request,
    issue: Issue,
    event: &IssueEvent,
) -> Result<Issue, Error> {
    let me = &request.actor.name;
    let mut given = BTreeSet::new();
    if let IssueEvent::Assigned(to) = event {
        planning::check_party(tx, to).await?;
        given = talk::people_of(tx, request, to).await?;
    }
    let issue = issue
        .after(event.clone(), me, tx.now())
        .map_err(|why| refuse(&why))?;
    tx.record_issue(&issue).await?;
    request
        .journal(tx, event.word(), &subject(issue.id), event)
        .await?;
    let about = Subject::Issue(issue.id);
    tx.follow((&about, me), true, false).await?;
    let line = format!("{}: {}", issue.title, event.told());
    let told = talk::Told {
        subject: &about,
        line: &line,
        given: &given,
        text: "",
    };
    talk::tell(tx, request, &told).await?;
    Ok(issue)
}

/// Whoever may settle issues may work on any; others on those that fall to them.
async fn check_theirs(tx: &mut Tx, request: &Request, issue: &Issue) -> Result<(), Error> {
    let authorizer = request.gate.authorizer(tx).await?;
    let product = Resource::product(issue.product.clone());
    let settles = authorizer.ask(&request.actor, Action::SettleIssue, &product);
    let at_it: Option<&Name> = issue.state.at_it();
    let hands = Hands::of(tx, request).await?;
    if settles.allowed
        || hands.hold(&issue.owner, None)
        || at_it.is_some_and(|it| hands.are_for(it))
    {
        return Ok(());
    }
    let detail = format!("issue {} is for {}", issue.id, issue.owner);
    Err(Error::refused(Kind::NotAllowed, "issue-of-others", detail)
        .hint("ask somebody of level 3 or above to assign it to you"))
}

fn refuse(why: &IssueError) -> Error {
    let (kind, code, hint) = match why {
        IssueError::State(..) => (
            Kind::Conflict,
            "issue-state",
            "`tidegate issue show NUMBER` tells what became of it",
        ),
        IssueError::Same(_) => (Kind::Conflict, "issue-same", "there is nothing to change"),
        IssueError::Unsaid(..) => (
            Kind::BadRequest,
            "no-reason",
            "whoever asks later, and the review of the release, read that: `--note TEXT`",
        ),
        IssueError::Full(_) => (
            Kind::NotReady,
            "issue-full",
            "raise another one that names it",
        ),
    };
    Error::refused(kind, code, why.to_string()).hint(hint)
}
