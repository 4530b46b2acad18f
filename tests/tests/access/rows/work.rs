//! What routes about tasks, issues, what is said and whose work is whose are about.

use super::{
    About::{Listed, Own, Product},
    Row,
};

const ISSUE: &str = r#"{"product":"shop","version":"1.0.0","title":"x","severity":"low"}"#;
const COMMENT: &str = r#"{"subject":"release/shop/1.0.0","text":"x"}"#;
const DELEGATION: &str = r#"{"to":"second","until":"2020-01-01T00:00:00Z"}"#;
/// A task beside a plan.
const TASK: &str = r#"{"product":"shop","version":"1.0.0","title":"x"}"#;

pub(crate) const WORK: &[Row] = &[
    ("get", "/api/v1/issues", Listed(2), ""),
    ("post", "/api/v1/issues", Product(2), ISSUE),
    ("get", "/api/v1/issues/{id}", Product(2), ""),
    ("post", "/api/v1/issues/{id}/start", Product(2), "{}"),
    (
        "post",
        "/api/v1/issues/{id}/assign",
        Product(3),
        r#"{"to":"team:makers"}"#,
    ),
    (
        "post",
        "/api/v1/issues/{id}/rate",
        Product(3),
        r#"{"severity":"low"}"#,
    ),
    (
        "post",
        "/api/v1/issues/{id}/resolve",
        Product(2),
        r#"{"note":"x"}"#,
    ),
    (
        "post",
        "/api/v1/issues/{id}/dismiss",
        Product(3),
        r#"{"note":"x"}"#,
    ),
    (
        "post",
        "/api/v1/issues/{id}/reopen",
        Product(2),
        r#"{"note":"x"}"#,
    ),
    ("get", "/api/v1/comments", Product(2), ""),
    ("post", "/api/v1/comments", Product(2), COMMENT),
    ("delete", "/api/v1/comments/{id}", Product(2), ""),
    (
        "post",
        "/api/v1/comments/follow",
        Product(2),
        r#"{"subject":"release/shop/1.0.0","follow":true}"#,
    ),
    ("get", "/api/v1/news", Own(2), ""),
    ("post", "/api/v1/news/seen", Own(2), r#"{"up_to":1}"#),
    ("get", "/api/v1/news/mail", Own(2), ""),
    ("put", "/api/v1/news/mail", Own(2), r#"{"often":"daily"}"#),
    ("get", "/api/v1/delegation", Own(2), ""),
    ("put", "/api/v1/delegation", Own(2), DELEGATION),
    ("delete", "/api/v1/delegation", Own(2), ""),
    (
        "post",
        "/api/v1/tasks/pass-on",
        Own(2),
        r#"{"to":"second","note":"x","dry_run":true}"#,
    ),
    ("get", "/api/v1/tasks", Listed(2), ""),
    ("post", "/api/v1/tasks", Product(3), TASK),
    ("get", "/api/v1/tasks/{id}", Product(2), ""),
    ("post", "/api/v1/tasks/{id}/take", Product(2), "{}"),
    ("post", "/api/v1/tasks/{id}/assign", Product(3), "{}"),
    ("post", "/api/v1/tasks/{id}/start", Product(2), "{}"),
    ("post", "/api/v1/tasks/{id}/finish", Product(2), "{}"),
    (
        "post",
        "/api/v1/tasks/{id}/skip",
        Product(3),
        r#"{"note":"x"}"#,
    ),
    ("post", "/api/v1/tasks/{id}/reopen", Product(3), "{}"),
];
