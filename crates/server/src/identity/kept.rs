//! What somebody outside said when they were asked: used for a while, and asked for again no more often than is decent.
//!
//! It does not know how they are asked. Start at [`Kept::get`].

use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How old what was said gets, and how often somebody is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// What is older is not used, also where there is nothing else.
    pub(super) kept: Duration,
    /// Who answered is left alone for so long, whatever is wanted.
    pub(super) asked_every: Duration,
    /// Who did not is left alone for so long: a crowd does not wait for them one after the other.
    pub(super) left_alone: Duration,
}

/// What one of them said.
#[derive(Debug)]
pub(super) struct Kept<T> {
    pace: Pace,
    last: Mutex<Last<T>>,
}

#[derive(Debug)]
struct Last<T> {
    /// Until when they are left alone.
    alone_until: Option<Instant>,
    /// What they said, and when.
    said: Option<(T, Instant)>,
}

impl<T: Clone + Send> Kept<T> {
    pub(super) fn new(pace: Pace) -> Self {
        let last = Last {
            alone_until: None,
            said: None,
        };
        Self {
            pace,
            last: Mutex::new(last),
        }
    }

    /// What they said less than `young` ago, or else what they say when they are asked. Who asks too soon after another goes
    /// on with what is known.
    ///
    /// # Errors
    /// Why there is nothing.
    pub(super) async fn get(
        &self,
        young: Duration,
        ask: impl Future<Output = Result<T, String>> + Send,
    ) -> Result<T, String> {
        let mut last = self.last.lock().await;
        if let Some(said) = last.younger(young) {
            return Ok(said);
        }
        if last.alone_until.is_some_and(|until| Instant::now() < until) {
            let known = last.younger(self.pace.kept);
            return known.ok_or_else(|| "it did not answer a moment ago".to_owned());
        }
        let said = ask.await;
        // The answer may have taken a while.
        let now = Instant::now();
        let pause = match said {
            Ok(_) => self.pace.asked_every,
            Err(_) => self.pace.left_alone,
        };
        last.alone_until = now.checked_add(pause);
        last.said = match &said {
            Ok(said) => Some((said.clone(), now)),
            Err(_) => last.said.take(),
        };
        said
    }
}

impl<T: Clone> Last<T> {
    fn younger(&self, limit: Duration) -> Option<T> {
        let (said, told) = self.said.as_ref()?;
        (told.elapsed() < limit).then(|| said.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    const EVER: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn who_does_not_answer_takes_nothing_away_and_is_left_alone() {
        let asked = AtomicU32::new(0);
        let ask = async |says: Result<u32, &str>| {
            asked.fetch_add(1, Ordering::Relaxed);
            says.map_err(str::to_owned)
        };
        let kept = Kept::new(Pace {
            kept: EVER,
            asked_every: Duration::ZERO,
            left_alone: EVER,
        });
        let now = Duration::ZERO;
        assert_eq!(kept.get(now, ask(Ok(1))).await, Ok(1));
        assert_eq!(kept.get(EVER, ask(Ok(2))).await, Ok(1), "it is young");
        assert_eq!(kept.get(now, ask(Err("down"))).await, Err("down".into()));
        assert_eq!(kept.get(now, ask(Ok(3))).await, Ok(1), "what is known");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
