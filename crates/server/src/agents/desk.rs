//! The desk where people wait for logs. Servers never call agents: a request rides on the next answer to a long poll.

use crate::app::{App, Error, Kind, Request};
use futures::FutureExt;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tidegate_domain::{access::Action, converge::Slot, name::Name};
use tidegate_protocol::agent::{LogChunk, LogRequest};
use tidegate_store::TargetKey;
use tokio::sync::oneshot;

/// A person waits this long for an agent's answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who waits for what.
#[derive(Debug, Default)]
pub struct LogDesk {
    next: AtomicU64,
    waiting: Mutex<BTreeMap<u64, Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    target: TargetKey,
    request: LogRequest,
    handed_out: bool,
    answer: oneshot::Sender<LogChunk>,
}

impl LogDesk {
    /// The requests that a target has not been handed yet.
    pub fn hand_out(&self, target: &TargetKey) -> Vec<LogRequest> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = waiting
            .values_mut()
            .filter(|w| w.target == *target && !w.handed_out);
        fresh
            .map(|w| {
                w.handed_out = true;
                w.request.clone()
            })
            .collect()
    }

    /// An agent's answer. One that nobody waits for any more, or that is another target's, is dropped.
    pub fn answer(&self, target: &TargetKey, request: u64, chunk: LogChunk) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.get(&request).is_some_and(|w| w.target == *target)
            && let Some(found) = waiting.remove(&request)
        {
            // Whoever waited may have left in this moment.
            drop(found.answer.send(chunk));
        }
    }

    fn ask(&self, target: TargetKey, output: Output) -> (u64, oneshot::Receiver<LogChunk>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        let request = LogRequest {
            request: number,
            product: output.product,
            component: output.component,
            slot: output.slot,
            instance: output.instance,
            job: output.job,
            lines: output.lines,
        };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert(
            number,
            Waiting {
                target,
                request,
                handed_out: false,
                answer,
            },
        );
        (number, answered)
    }

    fn forget(&self, request: u64) {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&request);
    }
}

/// Whose output is wanted.
#[derive(Debug, Clone)]
pub struct Output {
    /// The product.
    pub product: Name,
    /// The component.
    pub component: Name,
    /// Where it runs.
    pub slot: Slot,
    /// Which instance, counted from 1.
    pub instance: u32,
    /// A job of it, instead of the component itself.
    pub job: Option<Name>,
    /// The last so many lines.
    pub lines: u32,
}

/// Takes a request off the desk however the waiting ends, also when the person leaves.
struct Forget<'a> {
    desk: &'a LogDesk,
    number: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.desk.forget(self.number);
    }
}

impl App {
    /// The last lines that a component or one of its jobs wrote on a target, asked of its agent.
    ///
    /// # Errors
    /// When the asker may not, or the agent does not answer in time.
    pub async fn logs(
        &self,
        request: &Request,
        target: TargetKey,
        output: Output,
    ) -> Result<LogChunk, Error> {
        let input = (request.clone(), target.clone(), output.product.clone());
        let known = self
            .store
            .read(input, |tx, (request, key, product)| {
                async move {
                    let place = (product, &key.environment);
                    request.permit_place(tx, Action::ReadLogs, place).await?;
                    Ok::<_, Error>(tx.agent(key).await?)
                }
                .boxed()
            })
            .await?;
        if known.is_none() {
            return Err(Error::not_found(
                "agent-not-found",
                "agent of target",
                &target,
            ));
        }
        let (number, answered) = self.desk.ask(target.clone(), output);
        let _forget = Forget {
            desk: &self.desk,
            number,
        };
        self.bus.wake_target(&target);
        let answer = tokio::time::timeout(PATIENCE, answered).await;
        match answer {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(_)) | Err(_) => {
                let detail = format!(
                    "the agent of {target} did not answer within {} s",
                    PATIENCE.as_secs()
                );
                Err(Error::refused(Kind::NotReady, "agent-silent", detail)
                    .hint("see whether it runs: `tidegate target list`"))
            }
        }
    }
}
