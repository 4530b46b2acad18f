//! What runs once on the way, and what a person can say of it.

use super::super::super::state::State;
use tidegate_protocol::api::{DeploymentView, JobView};

/// One job.
#[derive(Debug)]
pub(super) struct Job {
    pub name: String,
    /// The name, as a part of an id.
    pub id: String,
    pub state: State,
    /// When, where, and which try, in words.
    pub place: String,
    /// Whether it can be undone, in words.
    pub reversible: String,
    pub reason: Option<String>,
    /// Whether a person can have it run again, or accept it as done.
    pub is_open: bool,
}

/// Every job of the plan.
pub(super) fn of(view: &DeploymentView, goes_forward: bool) -> Vec<Job> {
    view.jobs
        .iter()
        .map(|job| shown(job, goes_forward))
        .collect()
}

fn shown(job: &JobView, goes_forward: bool) -> Job {
    let when = match job.when.as_str() {
        "before" => "before the first target changes",
        _ => "after the last wave",
    };
    let on = job.target.as_ref().map(|target| match job.tries {
        0 | 1 => format!(", on {target}"),
        tries => format!(", on {target}, try {tries}"),
    });
    Job {
        name: job.job.clone(),
        id: job.job.replace('/', "-"),
        state: State::of_job(&job.state),
        place: format!("{when}{}", on.unwrap_or_default()),
        reversible: match job.reversible.as_str() {
            "yes" => "what ran before runs after it, too".to_owned(),
            "no" => "it cannot be undone".to_owned(),
            until => format!("it can be undone {until} after its end"),
        },
        reason: job.reason.clone(),
        is_open: goes_forward && matches!(job.state.as_str(), "failed" | "unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(state: &str, reversible: &str) -> JobView {
        JobView {
            job: "web/migrate".into(),
            when: "before".into(),
            reversible: reversible.into(),
            state: state.into(),
            reason: None,
            target: Some("live-1".into()),
            tries: 2,
        }
    }

    #[test]
    fn a_job_is_told_in_words() {
        let shown = shown(&job("failed", "until 30 min"), true);
        assert_eq!(
            shown.place,
            "before the first target changes, on live-1, try 2"
        );
        assert_eq!(
            shown.reversible,
            "it can be undone until 30 min after its end"
        );
        assert!(shown.is_open);
    }

    #[test]
    fn what_is_through_or_over_offers_nothing() {
        assert!(!shown(&job("done", "no"), true).is_open);
        assert!(!shown(&job("failed", "no"), false).is_open);
    }
}
