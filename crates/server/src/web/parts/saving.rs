//! Saving a plan that is typed as text: what it would change, or why it is not saved. What was typed stays in the form.

use super::Prose;
use crate::app::Error;
use askama::{Template, filters::HtmlSafe};
use futures::future::BoxFuture;
use serde::Deserialize;
use tidegate_protocol::api::{
    PlanConflictView, PlanSaveRequest, PlanSavedView, ProcedureSavedView, RunbookSavedView,
};

/// What came of saving, or of looking at what that would change.
#[derive(Debug, Default, Template)]
#[template(path = "parts/saving.html")]
pub(in crate::web) struct Saving {
    /// Why it is not saved.
    problem: Option<Problem>,
    /// What saving would change.
    would: Option<Would>,
}

impl HtmlSafe for Saving {}

/// What became of what was typed.
pub(in crate::web) enum Came {
    /// It is saved, or changes nothing.
    Saved,
    /// It is shown again: what came of it, the edition that it is to be saved on now, and the text.
    Shown(Box<Saving>, u64, String),
}

impl Save {
    /// Saves what was typed, or says what that would change, by `put`. Where both changed the same it is shown as what saving would
    /// come to.
    ///
    /// # Errors
    /// When the server fails; a refusal is shown beside what was typed.
    pub(in crate::web) async fn put<T: Into<Kept>>(
        self,
        put: impl Fn(PlanSaveRequest) -> BoxFuture<'static, Result<T, Error>>,
    ) -> Result<Came, Error> {
        let text = self.text.replace("\r\n", "\n");
        let asked = |dry_run| PlanSaveRequest {
            base: self.base,
            text: text.clone(),
            dry_run,
        };
        saved(self.deed, (self.base, text.clone()), |dry_run| {
            put(asked(dry_run))
        })
        .await
    }
}

/// Saves a text that was made from an edition, or says what that would change, by `put`, which is told whether only to look.
///
/// # Errors
/// When the server fails; a refusal is shown beside what was typed.
pub(in crate::web) async fn saved<T: Into<Kept>>(
    deed: Deed,
    (base, text): (u64, String),
    put: impl Fn(bool) -> BoxFuture<'static, Result<T, Error>>,
) -> Result<Came, Error> {
    let is_preview = deed == Deed::Preview;
    let done = match put(is_preview).await {
        Err(Error::Refused {
            code: "plan-contradicts",
            ..
        }) => put(true).await,
        other => other,
    };
    match done.map(Into::into) {
        Ok(kept) if !is_preview && (kept.saved || kept.is_same()) => Ok(Came::Saved),
        Ok(kept) => Ok(kept.shown()),
        Err(error) => {
            let saving = Saving {
                problem: Some(Problem::of(error)?),
                ..Saving::default()
            };
            Ok(Came::Shown(Box::new(saving), base, text))
        }
    }
}

/// What saving came to, or would come to.
#[derive(Debug)]
pub(in crate::web) struct Kept {
    pub(in crate::web) saved: bool,
    text: String,
    would: Would,
}

impl Kept {
    /// Whether nothing would change.
    pub(in crate::web) fn is_same(&self) -> bool {
        self.would.is_same()
    }

    /// It is shown as what saving would come to, with the text that it would be.
    pub(in crate::web) fn shown(self) -> Came {
        let edition = self.would.edition;
        let saving = Saving {
            would: Some(self.would),
            ..Saving::default()
        };
        Came::Shown(Box::new(saving), edition, self.text)
    }
}

impl From<PlanSavedView> for Kept {
    fn from(view: PlanSavedView) -> Self {
        let or_nothing = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
        let changed = |it: tidegate_protocol::api::Difference| Changed {
            path: it.path,
            before: or_nothing(it.before),
            after: or_nothing(it.after),
        };
        let changes = view.differences.into_iter().map(changed).collect();
        Self {
            saved: view.saved,
            text: view.text,
            would: Would {
                changes,
                late: view.newly_late.join(", "),
                ..Would::of(view.edition, view.conflicts, view.merged)
            },
        }
    }
}

impl From<RunbookSavedView> for Kept {
    fn from(view: RunbookSavedView) -> Self {
        Self {
            saved: view.saved,
            text: view.text,
            would: Would {
                told: view.changes.iter().map(|it| Prose::of(it)).collect(),
                lost: view.lost.iter().map(|it| Prose::of(it)).collect(),
                ..Would::of(view.edition, view.conflicts, view.merged)
            },
        }
    }
}

impl From<ProcedureSavedView> for Kept {
    fn from(view: ProcedureSavedView) -> Self {
        Self {
            saved: view.saved,
            text: view.body,
            would: Would {
                told: view.changes.iter().map(|it| Prose::of(it)).collect(),
                ..Would::of(view.version.into(), view.conflicts, view.merged)
            },
        }
    }
}

/// A plan to save.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Save {
    base: u64,
    text: String,
    deed: Deed,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::web) enum Deed {
    /// Show what would change.
    #[default]
    Preview,
    /// Save it.
    Save,
}

/// Why something is not saved.
#[derive(Debug)]
struct Problem {
    sentence: Prose,
    hint: Option<Prose>,
}

/// What saving would change.
#[derive(Debug)]
struct Would {
    edition: u64,
    merged: bool,
    conflicts: Vec<Both>,
    /// What changes, part by part.
    changes: Vec<Changed>,
    /// What changes, in words.
    told: Vec<Prose>,
    /// What has lost its place, in words.
    lost: Vec<Prose>,
    late: String,
}

/// What two people changed in different ways.
#[derive(Debug)]
struct Both {
    path: String,
    base: String,
    theirs: String,
    mine: String,
}

/// What is one way and would be another.
#[derive(Debug)]
struct Changed {
    path: String,
    before: String,
    after: String,
}

impl Problem {
    /// A refusal, to be shown beside what was typed. A failure is a page of its own.
    fn of(error: Error) -> Result<Self, Error> {
        match error {
            Error::Refused { detail, hint, .. } => Ok(Self {
                sentence: Prose::of(&detail),
                hint: hint.map(|hint| Prose::of(&hint)),
            }),
            other @ (Error::Store(_) | Error::Registry(_) | Error::Broken(_)) => Err(other),
        }
    }
}

impl Would {
    fn of(edition: u64, conflicts: Vec<PlanConflictView>, merged: bool) -> Self {
        let or_nothing = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
        let both = |it: PlanConflictView| Both {
            path: it.path,
            base: or_nothing(it.base),
            theirs: or_nothing(it.theirs),
            mine: or_nothing(it.mine),
        };
        Self {
            edition,
            merged,
            conflicts: conflicts.into_iter().map(both).collect(),
            changes: Vec::new(),
            told: Vec::new(),
            lost: Vec::new(),
            late: String::new(),
        }
    }

    fn is_same(&self) -> bool {
        let is_settled = self.conflicts.is_empty() && self.lost.is_empty();
        is_settled && self.changes.is_empty() && self.told.is_empty()
    }

    fn title(&self) -> &'static str {
        match (
            &self.lost[..],
            &self.conflicts[..],
            self.is_same(),
            self.merged,
        ) {
            ([_, ..], _, _, _) => "Steps have lost their place",
            ([], [_, ..], _, _) => "Both changed the same",
            ([], [], true, _) => "Nothing would change",
            ([], [], false, true) => {
                "Saving would change this, and keep what others saved in between"
            }
            ([], [], false, false) => "Saving would change this",
        }
    }
}
