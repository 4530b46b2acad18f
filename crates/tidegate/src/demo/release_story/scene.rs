//! What every act needs: what runs, who takes part, and somebody to tell it to.

use super::people::People;
use crate::demo::{DemoError, fleet::Fleet};
use std::{fmt::Display, time::Duration};
use tidegate_cli::Ui;
use tokio::time::{Instant, interval};

/// What is waited for is asked for so often.
const PACE: Duration = Duration::from_millis(200);
/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where an act takes place.
pub(super) struct Scene<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) people: People,
    pub(super) ui: &'a Ui,
}

impl Scene<'_> {
    /// Says what an act is about, and on which page it is seen.
    pub(super) fn act(&self, what: &str, page: &str) {
        let server = &self.fleet.connection().server;
        self.ui.say(format_args!("\n{what}: {server}{page}"));
    }

    /// Says what happened in it.
    pub(super) fn line(&self, what: impl Display) {
        self.ui.say(format_args!("  {what}"));
    }
}

/// Asks until there is an answer.
pub(super) async fn until<T>(
    claim: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>, DemoError>,
) -> Result<T, DemoError> {
    let begun = Instant::now();
    let mut pace = interval(PACE);
    loop {
        pace.tick().await;
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        let is_patient = begun.elapsed() < PATIENCE;
        holds(is_patient, || format!("{claim}, within a minute"))?;
    }
}

/// A claim that does not hold ends the story.
pub(super) fn holds(it: bool, claim: impl FnOnce() -> String) -> Result<(), DemoError> {
    match it {
        true => Ok(()),
        false => Err(DemoError::Fact(claim())),
    }
}
