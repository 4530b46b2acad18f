//! A supplier announces a pause near by: what it means, and what is done about it.

use super::{
    plan,
    scene::{Scene, holds},
};
use crate::demo::DemoError;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tidegate_protocol::api::{
    ImpactView, ReceivedNoticeView, ResponseRequest, ResponseView, SupplierDeedRequest,
    SupplierNoticeRequest,
};

/// The notice, and the decision about it.
#[derive(Debug)]
pub(super) struct Told {
    notice: u64,
    response: u64,
}

/// What became of the notice.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    notice: u64,
    touches: String,
    response: String,
    status: String,
}

pub(super) async fn tell(scene: &Scene<'_>, target: Timestamp) -> Result<Told, DemoError> {
    scene.act("A supplier announces a pause near by", "/suppliers/acme");
    let notice = announced(scene, target).await?;
    let impact = impact(scene, notice).await?;
    for it in &impact.products {
        let place = (&it.product, &it.environment);
        scene.line(format_args!("{} in {}: {}", place.0, place.1, it.told));
    }
    let request = ResponseRequest {
        notice: Some(notice),
        product: "payments".to_owned(),
        environment: "live".to_owned(),
        what: "inform".to_owned(),
        audience: Some("customers".to_owned()),
        reason: "Nobody can pay by card for an hour.".to_owned(),
        ..ResponseRequest::default()
    };
    let ada = &scene.people.ada;
    let response: ResponseView = ada.post("/api/v1/supplier-responses", &request).await?;
    scene.line(format_args!("ada decides: {}", response.what));
    Ok(Told {
        notice,
        response: response.id,
    })
}

/// Ben writes down what they announced.
async fn announced(scene: &Scene<'_>, target: Timestamp) -> Result<u64, DemoError> {
    let from = target - SignedDuration::from_mins(30);
    let until = target + SignedDuration::from_mins(30);
    let request = SupplierNoticeRequest {
        number: Some("CHG-7".to_owned()),
        kind: "maintenance".to_owned(),
        title: "The acceptor pauses".to_owned(),
        components: vec!["acceptor".to_owned()],
        environments: vec!["live".to_owned()],
        from: Some(plan::local(from)),
        until: Some(plan::local(until)),
        time_zone: Some("UTC".to_owned()),
        ..SupplierNoticeRequest::default()
    };
    let path = "/api/v1/suppliers/acme/notices";
    let received: ReceivedNoticeView = scene.people.ben.post(path, &request).await?;
    Ok(received.notice.id)
}

/// Customers know: what was to be done is done.
pub(super) async fn answered(scene: &Scene<'_>, told: &Told) -> Result<(), DemoError> {
    let deed = SupplierDeedRequest {
        deed: "done".to_owned(),
        note: "It is told with the news of the release.".to_owned(),
    };
    let path = format!("/api/v1/supplier-responses/{}/deeds", told.response);
    Ok(scene.people.ada.tell(&path, &deed).await?)
}

async fn impact(scene: &Scene<'_>, notice: u64) -> Result<ImpactView, DemoError> {
    let path = format!("/api/v1/supplier-notices/{notice}/impact");
    Ok(scene.fleet.client().get(&path).await?)
}

/// The pause touches payments in live, and the decision about it is carried out.
pub(super) async fn check(scene: &Scene<'_>, told: &Told) -> Result<Fact, DemoError> {
    let impact = impact(scene, told.notice).await?;
    let mut products = impact.products.into_iter();
    let touched = products.find(|it| it.product == "payments" && it.environment == "live");
    let touched =
        touched.ok_or_else(|| DemoError::Fact("the pause touches payments".to_owned()))?;
    let mut responses = touched.responses.into_iter();
    let response = responses.find(|it| it.id == told.response);
    let response = response.ok_or_else(|| DemoError::Fact("it is decided about".to_owned()))?;
    holds(response.status == "done", || {
        format!("the decision about the pause is carried out: {response:?}")
    })?;
    Ok(Fact {
        notice: told.notice,
        touches: touched.told,
        response: response.what,
        status: response.status,
    })
}
