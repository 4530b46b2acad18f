//! Issues, what is said about anything, who follows it, and who stands in for whom.

use crate::{
    access::person,
    samples::{
        issues::{comment, delegation, issue, issues, mailing, news},
        name, time,
    },
};
use tidegate_domain::{
    control::Severity,
    id::{CommentId, IssueId, NewsId, TaskId},
    issue::{Issue, IssueState},
    talk::{Mailing, Nearness, News, Often, Reminder, Subject, Untold},
};
use tidegate_store::{PersonRow, Store};

fn ids(issues: &[Issue]) -> Vec<u64> {
    issues.iter().map(|it| it.id.0).collect()
}

pub(crate) async fn an_issue_is_kept_as_it_is_and_the_worst_are_found_first(store: &Store) {
    let open = |id, severity| issue(id, severity, IssueState::Open);
    let over = issues().pop().unwrap().1;
    let all = vec![
        open(1, Severity::Low),
        open(2, Severity::Critical),
        open(3, Severity::Critical),
        over.clone(),
    ];
    commit!(store, all, |tx, all| for issue in all {
        tx.record_issue(issue).await?;
    });
    let found = async |part: (bool, u64)| {
        view!(store, part, |tx, (is_open, limit)| ids(&tx
            .issues(*is_open, *limit)
            .await?))
    };
    assert_eq!(found((true, 9)).await, [2, 3, 1]);
    assert_eq!(found((true, 1)).await, [2]);
    assert_eq!(found((false, 9)).await, [4]);
    let of = view!(store, (), |tx, ()| ids(&tx
        .issues_of((&name("shop"), &"1.1.0".parse().unwrap()), 3)
        .await?));
    assert_eq!(of, [4, 3, 2]);
    let one = view!(store, (), |tx, ()| tx.issue(IssueId(4)).await?);
    assert_eq!(one, Some(over));
    // It changes in its place.
    let raised = issue(1, Severity::High, issues()[1].1.state.clone());
    commit!(store, raised, |tx, raised| tx.record_issue(raised).await?);
    assert_eq!(found((true, 9)).await, [2, 3, 1]);
    let one = view!(store, (), |tx, ()| tx.issue(IssueId(1)).await?);
    assert_eq!(one.unwrap().severity, Severity::High);
}

pub(crate) async fn what_is_said_is_found_by_its_subject_and_whoever_follows_stays(store: &Store) {
    let about = Subject::Issue(IssueId(4));
    let other: Subject = "release/shop/1.1.0".parse().unwrap();
    let all = vec![
        comment(1, about.clone()),
        comment(2, other.clone()),
        comment(3, about.clone()),
        comment(5, about.clone()),
    ];
    commit!(store, all, |tx, all| for comment in all {
        tx.record_comment(comment).await?;
    });
    let said = view!(store, about.clone(), |tx, about| tx
        .comments_on(about, 2)
        .await?);
    assert_eq!(said, [comment(3, about.clone()), comment(5, about.clone())]);
    let one = view!(store, (), |tx, ()| tx.comment(CommentId(2)).await?);
    assert_eq!(one, Some(comment(2, other)));

    let words = [
        ("ada", true, false),
        ("ben", true, false),
        ("ben", false, true),
        ("ben", true, false),
        ("cy", false, true),
        ("cy", true, true),
    ];
    for (who, follows, over) in words {
        let word = (about.clone(), name(who), follows, over);
        commit!(store, word, |tx, (about, who, follows, over)| tx
            .follow((about, who), *follows, *over)
            .await?);
    }
    let followers = view!(store, about, |tx, about| tx.followers(about).await?);
    assert_eq!(followers, [name("ada"), name("cy")].into());
}

pub(crate) async fn what_was_seen_is_not_told_again(store: &Store) {
    let all = vec![
        news(1, "ben"),
        news(2, "ben"),
        news(3, "cy"),
        news(4, "ben"),
    ];
    commit!(store, all, |tx, all| for news in all {
        tx.record_news(news).await?;
    });
    let unseen = async |limit: u64| {
        view!(store, limit, |tx, limit| tx
            .unseen_news(&name("ben"), *limit)
            .await?)
    };
    assert_eq!(unseen(2).await, [news(4, "ben"), news(2, "ben")]);
    let seen = store
        .write((), |tx, ()| {
            Box::pin(async move { tx.see_news(&name("ben"), NewsId(3)).await })
        })
        .await;
    assert_eq!(seen.unwrap(), 2);
    assert_eq!(unseen(9).await, [news(4, "ben")]);
}

pub(crate) async fn what_no_mail_tells_is_found_for_those_who_have_an_address(store: &Store) {
    let people = vec![
        person(1, "ben"),
        person(2, "cy"),
        PersonRow {
            email: None,
            ..person(3, "dan")
        },
    ];
    let late = News {
        at: time(8),
        ..news(4, "ben")
    };
    let all = vec![news(1, "ben"), news(2, "cy"), news(3, "dan"), late];
    commit!(store, (people, all), |tx, (people, all)| {
        for person in people {
            tx.record_person(person).await?;
        }
        for news in all {
            tx.record_news(news).await?;
        }
    });
    let untold = async || {
        let found = view!(store, (), |tx, ()| tx.untold_news().await?);
        let told = |(mailing, untold): (Mailing, Untold)| {
            (mailing.person.to_string(), untold.oldest, untold.newest)
        };
        found.into_iter().map(told).collect::<Vec<_>>()
    };
    let (ben, cy) = ("ben".to_owned(), "cy".to_owned());
    let both = [
        (ben.clone(), time(3), time(8)),
        (cy.clone(), time(3), time(3)),
    ];
    assert_eq!(untold().await, both);

    let under_way = Mailing {
        is_under_way: true,
        ..mailing("cy", 0)
    };
    let never = Mailing {
        often: Some(Often::Never),
        ..mailing("cy", 0)
    };
    for cy in [under_way, never, mailing("cy", 2)] {
        let kept = vec![cy, mailing("ben", 1)];
        commit!(store, kept, |tx, all| for kept in all {
            tx.record_mailing(kept).await?;
        });
        assert_eq!(untold().await, [(ben.clone(), time(8), time(8))]);
    }
    let kept = view!(store, (), |tx, ()| (
        tx.mailing_of(&name("ben")).await?,
        tx.mailing_of(&name("dan")).await?,
        tx.newest_news(&name("ben")).await?
    ));
    assert_eq!(
        kept,
        (
            mailing("ben", 1),
            Mailing::new(name("dan")),
            Some(NewsId(4))
        )
    );
    let newest = view!(store, (), |tx, ()| tx.newest_news_of_all().await?);
    let expect = [("ben", 4), ("cy", 2), ("dan", 3)];
    assert_eq!(newest, expect.map(|(who, id)| (name(who), NewsId(id))));
}

pub(crate) async fn one_stands_in_for_somebody_until_a_time(store: &Store) {
    let all = vec![
        delegation("ada", "ben", 10),
        delegation("cy", "ben", 20),
        delegation("ada", "ben", 30),
        delegation("dan", "cy", 30),
    ];
    commit!(store, all, |tx, all| for lent in all {
        tx.record_delegation(lent).await?;
    });
    let to = async |second: i64| {
        view!(store, second, |tx, second| tx
            .delegations_to(&name("ben"), time(*second))
            .await?)
    };
    let (ada, cy) = (delegation("ada", "ben", 30), delegation("cy", "ben", 20));
    assert_eq!(to(19).await, [ada.clone(), cy]);
    assert_eq!(to(20).await, std::slice::from_ref(&ada));
    let of =
        async |who: &'static str| view!(store, who, |tx, who| tx.delegation_of(&name(who)).await?);
    assert_eq!(of("ada").await, Some(ada));
    for expect in [true, false] {
        let ended = store
            .write((), |tx, ()| {
                Box::pin(async move { tx.end_delegation(&name("ada")).await })
            })
            .await;
        assert_eq!(ended.unwrap(), expect);
    }
    assert_eq!(of("ada").await, None);
}

pub(crate) async fn people_are_reminded_once_of_each_moment(store: &Store) {
    let reminder = |due: i64, nearness: Nearness| Reminder {
        subject: Subject::Task(TaskId(7)),
        due: time(due),
        nearness,
    };
    let noted = async |of: Reminder| {
        let noted = store.write(of, |tx, of| {
            Box::pin(async move { tx.note_reminded(of).await })
        });
        noted.await.unwrap()
    };
    let known = async |of: Reminder| view!(store, of, |tx, of| tx.is_reminded(of).await?);
    assert!(!known(reminder(100, Nearness::Soon)).await);
    assert!(noted(reminder(100, Nearness::Soon)).await);
    assert!(!noted(reminder(100, Nearness::Soon)).await);
    assert!(known(reminder(100, Nearness::Soon)).await);
    // Another time, and being over, are other things to be reminded of.
    assert!(noted(reminder(101, Nearness::Soon)).await);
    assert!(noted(reminder(100, Nearness::Over)).await);
}
