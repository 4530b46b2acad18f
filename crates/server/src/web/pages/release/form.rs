//! The form that deploys: what is left empty is as usual.

use crate::app::{Error, field};
use serde::Deserialize;
use tidegate_protocol::api::DeploymentRequest;

/// What the form holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Wanted {
    environment: String,
    strategy: String,
    batch: String,
    bake: String,
    max_unavailable: String,
    failures_max: String,
    minimum_healthy: String,
    progress_deadline: String,
    on_failure: String,
    supersede: bool,
    confirm: String,
}

impl Wanted {
    /// What was typed to confirm.
    pub(super) fn confirm(&self) -> &str {
        &self.confirm
    }

    /// The deployment that is wanted of a release.
    ///
    /// # Errors
    /// When something that counts targets is not a number.
    pub(in crate::web) fn read(
        self,
        product: String,
        release: String,
    ) -> Result<DeploymentRequest, Error> {
        let is_rolling = self.strategy == "rolling";
        let number = |name: &str, text: &str| {
            let text = filled(text);
            text.map(|text| field::<u32>(name, &text)).transpose()
        };
        Ok(DeploymentRequest {
            max_unavailable: number("most targets down at once", &self.max_unavailable)?,
            failures_max: number("failed targets that are borne", &self.failures_max)?,
            product,
            release,
            environment: self.environment,
            batch: filled(&self.batch).filter(|_| is_rolling),
            bake: filled(&self.bake).filter(|_| is_rolling),
            minimum_healthy: filled(&self.minimum_healthy),
            progress_deadline: filled(&self.progress_deadline),
            on_failure: filled(&self.on_failure),
            change: None,
            supersede: self.supersede,
            leave_behind: false,
            strategy: filled(&self.strategy),
        })
    }
}

/// What was typed, if anything was.
fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: Wanted) -> Result<DeploymentRequest, Error> {
        form.read("shop".into(), "1.0.0".into())
    }

    #[test]
    fn what_is_left_empty_is_as_usual() {
        let wanted = read(Wanted {
            strategy: "rolling".into(),
            bake: " 30s ".into(),
            failures_max: "2".into(),
            ..Wanted::default()
        });
        let wanted = wanted.unwrap();
        assert_eq!(wanted.bake.as_deref(), Some("30s"));
        assert_eq!((wanted.batch, wanted.max_unavailable), (None, None));
        assert_eq!(wanted.failures_max, Some(2));
    }

    #[test]
    fn all_at_once_has_neither_waves_nor_a_bake_time() {
        let wanted = read(Wanted {
            strategy: "all-at-once".into(),
            batch: "1".into(),
            bake: "30s".into(),
            ..Wanted::default()
        });
        let wanted = wanted.unwrap();
        assert_eq!((wanted.batch, wanted.bake), (None, None));
    }

    #[test]
    fn targets_are_counted_in_numbers() {
        let wanted = read(Wanted {
            max_unavailable: "few".into(),
            ..Wanted::default()
        });
        assert!(wanted.is_err());
    }
}
