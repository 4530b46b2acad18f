//! Asks suppliers for their versions: addresses and registries through the guarded way out, and programs that whoever runs the
//! server put into one directory.
//!
//! What comes back is bounded in time and size, and read by [`Probe::read`]. Nothing here decides what it means. Start at
//! [`Prober::ask`].

mod program;
mod tag;

use crate::outgoing::{Bounds, Outgoing, OutgoingError};
use std::{path::PathBuf, time::Duration};
use tidegate_domain::supplier::{
    Line, Probe, Sighting,
    probe::{Answer, Http, Means, ProbeFault, Unanswered},
};

/// Asks suppliers.
#[derive(Debug)]
pub struct Prober {
    outgoing: Outgoing,
    /// Where the programs lie that may be run.
    programs: Option<PathBuf>,
}

impl Prober {
    /// By this way out, and with the programs of this directory.
    pub(crate) const fn new(outgoing: Outgoing, programs: Option<PathBuf>) -> Self {
        Self { outgoing, programs }
    }

    /// What a component runs, or why nobody can say.
    ///
    /// # Errors
    /// Why nobody can say.
    pub(crate) async fn ask(&self, probe: &Probe) -> Result<Sighting, ProbeFault> {
        let late = || ProbeFault::Unanswered(Unanswered::TimedOut(probe.timeout));
        let time = probe.timeout.as_duration();
        let asked = tokio::time::timeout(time, self.asked(probe, time));
        asked.await.unwrap_or_else(|_| Err(late()))
    }

    async fn asked(&self, probe: &Probe, time: Duration) -> Result<Sighting, ProbeFault> {
        let bounds = Bounds {
            time,
            bytes: Probe::ANSWER_MAX,
        };
        match &probe.by {
            Means::Header(header) => {
                // Its page may be long, and nobody wants it.
                let answer = self.outgoing.headers(header.url.as_str(), time).await;
                read(probe, answer.map(|it| it.map(|()| Vec::new())))
            }
            Means::Json(json) => read(probe, self.outgoing.get(json.url.as_str(), bounds).await),
            Means::Tag(tag) => match tag::manifest(&self.outgoing, tag, bounds).await {
                Ok(digest) => probe.read(Ok(Answer::Manifest(digest))),
                Err(fault) => Err(fault),
            },
            Means::Command(command) => {
                let programs = self.programs.as_deref();
                let output = program::run(programs, command).await?;
                probe.read(Ok(Answer::Output(output.as_answer())))
            }
            Means::Webhook(_) => Err(ProbeFault::OtherAnswer),
        }
    }
}

fn read(
    probe: &Probe,
    answer: Result<http::Response<Vec<u8>>, OutgoingError>,
) -> Result<Sighting, ProbeFault> {
    let answer = answer.map_err(|why| fault(probe, &why))?;
    let headers: Vec<(String, Vec<u8>)> = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    probe.read(Ok(Answer::Http(Http {
        status: answer.status().as_u16(),
        headers: &headers,
        body: answer.body(),
    })))
}

fn fault(probe: &Probe, why: &OutgoingError) -> ProbeFault {
    match why {
        OutgoingError::Late(_) => ProbeFault::Unanswered(Unanswered::TimedOut(probe.timeout)),
        OutgoingError::Long(_) => ProbeFault::TooLarge,
        OutgoingError::Address(_)
        | OutgoingError::Inner { .. }
        | OutgoingError::Unreachable(_)
        | OutgoingError::Broken(_) => unreachable(&why.to_string()),
    }
}

fn unreachable(why: &str) -> ProbeFault {
    ProbeFault::Unanswered(Unanswered::Unreachable(Line::of(why)))
}
