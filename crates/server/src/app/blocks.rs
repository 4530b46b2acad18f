//! Keeping a release from being deployed, everywhere and at once.

use super::{App, Error, Request, field, releases, steer::read_reason};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    name::Name,
    release::{Block, Release},
    version::Version,
};
use tidegate_store::Tx;

impl App {
    /// Blocks a release for a reason: no deployment of it begins, nobody may ask to go back to it, and what deploys it
    /// holds before it activates anything more.
    ///
    /// # Errors
    /// When there is no such release, or no reason.
    pub async fn block_release(
        &self,
        request: Request,
        (product, version): (&str, &str),
        reason: &str,
    ) -> Result<Release, Error> {
        let reason = read_reason(reason)?;
        if reason.is_empty() {
            let why = "say why: whoever wants to deploy it reads that";
            return Err(Error::invalid("reason", why));
        }
        self.set_block(request, (product, version), Some(reason))
            .await
    }

    /// Lets a release be deployed again.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn unblock_release(
        &self,
        request: Request,
        which: (&str, &str),
    ) -> Result<Release, Error> {
        let release = self.set_block(request, which, None).await?;
        self.settle_latecomers(&release.product).await?;
        Ok(release)
    }

    async fn set_block(
        &self,
        request: Request,
        (product, version): (&str, &str),
        reason: Option<String>,
    ) -> Result<Release, Error> {
        let which: (Name, Version) = (field("product", product)?, field("version", version)?);
        let release = self
            .store
            .write((request, which, reason), |tx, (request, which, reason)| {
                set(tx, request, which, reason.as_deref()).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(release)
    }
}

async fn set(
    tx: &mut Tx,
    request: &Request,
    (product, version): &(Name, Version),
    reason: Option<&str>,
) -> Result<Release, Error> {
    let action = match reason {
        Some(_) => Action::BlockRelease,
        None => Action::UnblockRelease,
    };
    request.permit_product(tx, action, product).await?;
    let mut release = releases::find(tx, product, version).await?;
    release.blocked = reason.map(|reason| Block {
        by: request.actor.name.clone(),
        at: tx.now(),
        reason: reason.to_owned(),
    });
    tx.record_release(&release).await?;
    let (action, detail) = match reason {
        Some(reason) => ("release.blocked", serde_json::json!({ "reason": reason })),
        None => ("release.unblocked", serde_json::json!({})),
    };
    let subject = releases::subject(&release);
    request.journal(tx, action, &subject, &detail).await?;
    Ok(release)
}
