//! What people may say of a step, by the words of addresses and commands.

use super::{Kind, Run, RunError, Runbook, Step, StepEvent, run::Happened};
use jiff::Timestamp;

/// What somebody says of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepDeed {
    /// They begin.
    Start,
    /// It is done.
    Finish,
    /// It does not go as it should.
    Fail,
    /// Of a decision: it goes on.
    Go,
    /// Of a decision: it does not.
    NoGo,
    /// It is left out.
    Skip,
    /// It has to be done after all, or again.
    Reopen,
}

impl StepDeed {
    /// All of them, by their words.
    pub const ALL: [(&'static str, Self); 7] = [
        ("start", Self::Start),
        ("finish", Self::Finish),
        ("fail", Self::Fail),
        ("go", Self::Go),
        ("no-go", Self::NoGo),
        ("skip", Self::Skip),
        ("reopen", Self::Reopen),
    ];

    /// The deed of that word.
    pub fn of(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(it, _)| *it == word);
        found.map(|(_, deed)| *deed)
    }

    /// What happens to a step by it.
    ///
    /// # Errors
    /// When it is not said of a step of that kind.
    pub fn event(self, step: &Step, note: &str) -> Result<StepEvent, RunError> {
        let is_decision = matches!(step.kind, Kind::Decision(_));
        let note = note.to_owned();
        match (self, is_decision) {
            (Self::Finish | Self::Fail, true) => Err(RunError::Decision(step.name.clone())),
            (Self::Go | Self::NoGo, false) => Err(RunError::NoDecision(step.name.clone())),
            (Self::Start, _) => Ok(StepEvent::Started),
            (Self::Finish, false) | (Self::Go, true) => Ok(StepEvent::Finished { note }),
            (Self::Fail, false) | (Self::NoGo, true) => Ok(StepEvent::Failed { issue: note }),
            (Self::Skip, _) => Ok(StepEvent::Skipped { reason: note }),
            (Self::Reopen, _) => Ok(StepEvent::Reopened),
        }
    }
}

impl Run {
    /// The words of what somebody could say of a step now.
    pub fn offers(&self, runbook: &Runbook, step: &Step) -> Vec<&'static str> {
        let (anybody, at) = (step.name.clone(), Timestamp::UNIX_EPOCH);
        let is_possible = |deed: StepDeed| {
            let Ok(event) = deed.event(step, "a note") else {
                return false;
            };
            let step = step.name.clone();
            let happened = Happened { step, event };
            let by = (Some(&anybody), at);
            self.clone().apply(runbook, &happened, by).is_ok()
        };
        let all = StepDeed::ALL.iter().filter(|(_, deed)| is_possible(*deed));
        all.map(|(word, _)| *word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{forward, plan, step, with};
    use super::*;
    use crate::name::Name;
    use serde_json::json;

    #[test]
    fn what_is_offered_can_be_said_and_nothing_else() {
        let call = json!({"name": "call", "owner": "ada", "takes": "5m", "before": "wave-2"});
        let go = json!({"name": "go", "owner": "ada", "takes": "5m", "before": "wave-2",
            "decision": "30m", "otherwise": "hold"});
        let runbook = with(forward(&plan(&[])), [call, go]);
        let at = Timestamp::UNIX_EPOCH;
        let mut run = Run::new(at);
        let offers = |run: &Run, name: &str| {
            let step = runbook.step(&name.parse().unwrap()).unwrap();
            run.offers(&runbook, step)
        };
        assert_eq!(offers(&run, "prepare"), [""; 0], "the engine does it");
        assert_eq!(offers(&run, "go"), [""; 0], "its turn has not come");
        assert_eq!(offers(&run, "call"), ["skip"], "nor has that of the call");
        for name in ["call", "go"] {
            let step = name.parse().unwrap();
            let event = StepEvent::Ready;
            let ready = Happened { step, event };
            run.apply(&runbook, &ready, (None, at)).unwrap();
        }
        assert_eq!(offers(&run, "call"), ["start", "finish", "fail", "skip"]);
        assert_eq!(offers(&run, "go"), ["go", "no-go"]);
        let go = runbook.step(&"go".parse().unwrap()).unwrap();
        let event = StepDeed::NoGo.event(go, "too slow").unwrap();
        let step = go.name.clone();
        let ada: Name = "ada".parse().unwrap();
        run.apply(&runbook, &Happened { step, event }, (Some(&ada), at))
            .unwrap();
        assert_eq!(offers(&run, "go"), ["reopen"]);
    }

    #[test]
    fn each_word_is_for_its_kind_of_step() {
        let call = step(json!({"name": "call", "owner": "team:shop"}));
        let go =
            step(json!({"name": "go", "owner": "ada", "decision": "30m", "otherwise": "hold"}));
        assert_eq!(
            StepDeed::Go.event(&call, "").unwrap_err().to_string(),
            "step `call` is no decision: start or finish it"
        );
        assert!(StepDeed::Finish.event(&go, "").is_err());
        for (word, deed) in StepDeed::ALL {
            assert_eq!(StepDeed::of(word), Some(deed));
        }
        assert_eq!(StepDeed::of("leave"), None);
    }
}
