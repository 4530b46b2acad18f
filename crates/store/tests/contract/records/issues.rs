//! Records of issues, of what is said, and of who stands in for whom.

use super::{check, written};
use crate::samples::issues::{comment, delegation, issues, mailing, news};
use tidegate_domain::{
    id::IssueId,
    talk::{Comment, Subject},
};
use tidegate_store::Store;

#[tokio::test]
async fn issues_in_every_state() {
    for (word, issue) in issues() {
        let kept = issue.clone();
        let fill = |store: Store| async move {
            commit!(store, kept, |tx, kept| tx.record_issue(kept).await?);
        };
        let record = written("SELECT record FROM issues", vec![], fill).await;
        check(&format!("issue-{word}"), &record, &issue);
    }
}

#[tokio::test]
async fn comments_news_mailings_and_delegations() {
    fn said() -> Comment {
        comment(2, Subject::Issue(IssueId(4)))
    }
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_comment(&said()).await?;
            tx.record_news(&news(1, "ben")).await?;
            tx.record_delegation(&delegation("ada", "ben", 30)).await?;
            tx.record_mailing(&mailing("ben", 3)).await?;
        });
    };
    let record = written("SELECT record FROM comments", vec![], fill).await;
    check("comment", &record, &said());
    let record = written("SELECT record FROM news", vec![], fill).await;
    check("news", &record, &news(1, "ben"));
    let record = written("SELECT record FROM delegations", vec![], fill).await;
    check("delegation", &record, &delegation("ada", "ben", 30));
    let record = written("SELECT record FROM news_mailings", vec![], fill).await;
    check("news-mailing", &record, &mailing("ben", 3));
}
