//! What components and jobs write, asked of the agents beside them.

use super::desk::Silent;
use crate::app::{App, Error, Kind, Request};
use futures::FutureExt;
use tidegate_domain::{access::Action, converge::Slot, name::Name};
use tidegate_protocol::agent::{LogChunk, LogRequest};
use tidegate_store::TargetKey;

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

impl Output {
    /// As an agent is asked for it.
    pub(super) fn request(self, request: u64) -> LogRequest {
        LogRequest {
            request,
            product: self.product,
            component: self.component,
            slot: self.slot,
            instance: self.instance,
            job: self.job,
            lines: self.lines,
        }
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
        let answer = self.output.ask(&self.bus, &target, output).await;
        answer.map_err(|Silent| {
            let after = Silent::AFTER;
            let detail = format!("the agent of {target} did not answer within {after} s");
            Error::refused(Kind::NotReady, "agent-silent", detail)
                .hint("see whether it runs: `tidegate target list`")
        })
    }
}
