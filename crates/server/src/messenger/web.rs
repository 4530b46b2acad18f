//! Requests that carry messages: signed ones to programs, and those that rooms show.

use super::Messenger;
use crate::outgoing::{Bounds, OutgoingError};
use jiff::Timestamp;
use std::time::Duration;
use tidegate_domain::communication::{
    WebAddress,
    delivery::{
        Outcome, Repeats,
        http::{Answer, outcome},
    },
    signature::{SigningSecret, sign},
};

/// How long an answer is waited for, and how much of it is read: nobody needs any of it.
const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(20),
    bytes: 1024 * 1024,
};

impl Messenger {
    /// Tells a program.
    pub(crate) async fn tell(
        &self,
        url: &WebAddress,
        (id, body): (&str, &str),
        secrets: &[SigningSecret],
    ) -> Outcome {
        let now = Timestamp::now();
        let signed = sign(id, body.as_bytes(), secrets, now);
        let headers = [
            ("webhook-id", signed.id),
            ("webhook-timestamp", signed.timestamp),
            ("webhook-signature", signed.signature),
        ];
        let answer = self.post(url, &headers, body).await;
        outcome(answer, Repeats::Recognised, now)
    }

    /// Shows something in a room.
    pub(crate) async fn show(&self, url: &WebAddress, body: &str) -> Outcome {
        let answer = self.post(url, &[], body).await;
        outcome(answer, Repeats::Shown, Timestamp::now())
    }

    async fn post(&self, url: &WebAddress, headers: &[(&str, String)], body: &str) -> Answer {
        let mut request =
            http::Request::post(url.as_str()).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = match request.body(body.as_bytes().to_vec()) {
            Ok(request) => request,
            Err(why) => return Answer::NotSent(why.to_string()),
        };
        match self.outgoing.send(request, BOUNDS).await {
            Ok(answered) => Answer::Status {
                code: answered.status().as_u16(),
                retry_after: answered
                    .headers()
                    .get(http::header::RETRY_AFTER)
                    .and_then(|it| it.to_str().ok())
                    .map(str::to_owned),
            },
            Err(why) => not_answered(&why),
        }
    }
}

fn not_answered(why: &OutgoingError) -> Answer {
    let words = why.to_string();
    match why {
        OutgoingError::Address(_) | OutgoingError::Inner { .. } | OutgoingError::Unreachable(_) => {
            Answer::NotSent(words)
        }
        OutgoingError::Broken(_) | OutgoingError::Late(_) | OutgoingError::Long(_) => {
            Answer::Silence(words)
        }
    }
}
