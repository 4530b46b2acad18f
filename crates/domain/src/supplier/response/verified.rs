//! When a product was verified again beside a supplier's change, without anybody's word.

use super::{Response, ResponseEvent, ResponseStatus, What};
use crate::{
    deployment::{Deployment, Purpose, Status},
    name::Name,
    supplier::{Notice, Observation, Supplier},
};
use jiff::Timestamp;

/// That a re-verification is done, by a deployment.
///
/// It brought the product to where it is verified, began when the change was there and the re-verification was decided, and succeeded.
/// `arrived` is since when the change is there, if it is.
pub fn verified(
    response: &Response,
    arrived: Option<Timestamp>,
    deployment: &Deployment,
    by: Name,
) -> Option<ResponseEvent> {
    let environment = response.verifies_in()?;
    let is_there = deployment.product == response.product && deployment.environment == *environment;
    let since = arrived?.max(response.at);
    // What goes back shows nothing of it: it may do so because of the change.
    let succeeded = deployment.purpose == Purpose::Promotion
        && matches!(deployment.status, Status::Succeeded { .. });
    (is_there && succeeded && deployment.requested_at >= since).then(|| ResponseEvent::Done {
        by,
        note: format!(
            "deployment {} brought {} {} to {environment} and succeeded, beside {} of the supplier",
            deployment.id, deployment.product, deployment.release, response.about
        ),
    })
}

impl Response {
    /// Where the product is to be verified again, as long as that is to be done.
    pub fn verifies_in(&self) -> Option<&Name> {
        match &self.what {
            What::Reverify { environment } if self.status == ResponseStatus::Open => {
                Some(environment)
            }
            What::Reverify { .. } | What::Hold { .. } | What::Inform { .. } | What::Accept => None,
        }
    }
}

impl Notice {
    /// Since when what it announces is in an environment: once it was seen of each component that somebody watches there, and by all
    /// that was observed of the supplier, the newest first, nothing of it was changed since.
    pub fn arrived_in(
        &self,
        environment: &Name,
        (supplier, all): (&Supplier, &[Observation]),
    ) -> Option<Timestamp> {
        let left = self.left(supplier);
        if left.iter().any(|(_, awaited)| *awaited == environment) {
            return None;
        }
        let seen = self.seen().iter();
        let there = seen.filter(|it| it.environment == *environment);
        let still = there.map(|seen| {
            let observed = all.iter().find(|it| it.id == seen.by)?;
            observed.arrived_in(environment, all).map(|_| seen.at)
        });
        let still: Option<Vec<Timestamp>> = still.collect();
        still?.into_iter().max()
    }
}

impl Observation {
    /// Since when what was observed is in an environment, by all that was observed of the supplier, the newest first. What went back
    /// there is not there.
    pub fn arrived_in(&self, environment: &Name, all: &[Self]) -> Option<Timestamp> {
        let own = &self.deployed;
        let is_there = |it: &&Self| {
            it.deployed.component == own.component && it.deployed.environment == *environment
        };
        let newest = all.iter().find(is_there)?;
        (newest.deployed.change.to == own.change.to).then_some(newest.deployed.change.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        deployment::sample,
        id::{DeploymentId, ObservationId},
        supplier::notice::Seen,
    };
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    /// The shop is to be verified again in staging before it goes to live, as was decided in the third hour.
    fn response(status: &Value) -> Response {
        serde_json::from_value(json!({
            "id": 1, "about": {"notice": 1}, "product": "shop", "environment": "live",
            "what": {"reverify": {"environment": "staging"}}, "reason": "Another API", "by": "ada", "at": at(3), "status": status,
        }))
        .unwrap()
    }

    fn deployment(environment: &str, hour: i64, succeeded: bool) -> Deployment {
        let status = match succeeded {
            true => Status::Succeeded { at: at(hour + 1) },
            false => Status::Cancelling {
                since: at(hour + 1),
                by: name("ada"),
            },
        };
        Deployment {
            environment: name(environment),
            requested_at: at(hour),
            status,
            ..sample::requested(sample::plan(2, 1, &[]))
        }
    }

    fn observed(
        id: u64,
        (component, place): (&str, &str),
        (from, to): (&str, &str),
        hour: i64,
    ) -> Observation {
        serde_json::from_value(json!({
            "id": id, "matched": {"is": "surprise"}, "deployed": {
                "supplier": "acme", "component": component, "environment": place,
                "change": {"from": {"version": from}, "to": {"version": to}, "after": at(hour - 1), "by": at(hour), "is_back": false}},
        }))
        .unwrap()
    }

    #[test]
    fn a_deployment_that_succeeds_beside_the_change_is_the_verification() {
        let open = response(&json!({"is": "open"}));
        let is_verified = |arrived: Option<i64>, deployment: &Deployment| {
            verified(&open, arrived.map(at), deployment, name("tidegate")).is_some()
        };
        for (arrived, environment, hour, succeeded, expect) in [
            (Some(2), "staging", 4, true, true),
            (Some(5), "staging", 6, true, true),
            // Before the change was there, or before anybody decided that it is to be verified.
            (Some(5), "staging", 4, true, false),
            (Some(1), "staging", 2, true, false),
            (None, "staging", 4, true, false),
            (Some(2), "staging", 4, false, false),
            (Some(2), "live", 4, true, false),
        ] {
            let deployment = deployment(environment, hour, succeeded);
            let case = format!("{arrived:?} {environment} {hour} {succeeded}");
            assert_eq!(is_verified(arrived, &deployment), expect, "{case}");
        }
        let other = Deployment {
            product: name("bank"),
            ..deployment("staging", 4, true)
        };
        assert!(!is_verified(Some(2), &other));
        let back = Deployment {
            purpose: Purpose::Rollback {
                of: DeploymentId(1),
            },
            ..deployment("staging", 4, true)
        };
        assert!(!is_verified(Some(2), &back));
        let done = response(&json!({"is": "dropped", "by": "ada", "at": at(4), "reason": "no"}));
        let deployment = deployment("staging", 4, true);
        assert_eq!(
            verified(&done, Some(at(2)), &deployment, name("tidegate")),
            None
        );
        let event = verified(&open, Some(at(2)), &deployment, name("tidegate"));
        assert_eq!(
            serde_json::to_value(event).unwrap()["note"],
            "deployment 1 brought shop 1.1.0 to staging and succeeded, beside notice 1 of the supplier"
        );
    }

    #[test]
    fn a_notice_is_there_once_all_that_is_watched_there_was_seen() {
        let probe = json!({"probe": {"by": {"webhook": {"secret": "acme"}}}});
        let acme: Supplier = serde_json::from_value(json!({"name": "acme", "components": [
            {"name": "gateway", "environments": {"live": probe, "staging": probe}},
            {"name": "ledger", "environments": {"staging": probe}},
        ]}))
        .unwrap();
        let notice: Notice = serde_json::from_value(json!({
            "id": 1, "supplier": "acme", "number": "CHG1", "status": {"is": "announced", "since": at(0)}, "editions": [{
                "edition": 1, "announcement": {"kind": "change", "title": "2.5.0"}, "sequence": 1, "stamp": null,
                "source": {"api": {"by": "ada"}}, "at": at(0)}],
        }))
        .unwrap();
        let seen = |notice: &Notice, (by, component): (u64, &str), hour: i64| {
            notice.seen_in(Seen {
                component: name(component),
                environment: name("staging"),
                by: ObservationId(by),
                at: at(hour),
            })
        };
        let all = [
            observed(2, ("ledger", "staging"), ("1.0.0", "2.5.0"), 5),
            observed(1, ("gateway", "staging"), ("2.4.0", "2.5.0"), 2),
        ];
        let arrived = |notice: &Notice, place: &str| notice.arrived_in(&name(place), (&acme, &all));
        assert_eq!(arrived(&notice, "staging"), None);
        let one = seen(&notice, (1, "gateway"), 2);
        assert_eq!(arrived(&one, "staging"), None, "the ledger is awaited");
        let both = seen(&one, (2, "ledger"), 5);
        assert_eq!(arrived(&both, "staging"), Some(at(5)));
        assert_eq!(arrived(&both, "live"), None);
        assert_eq!(arrived(&both, "testing"), None, "nobody watches there");
        let back = observed(3, ("gateway", "staging"), ("2.5.0", "2.4.0"), 6);
        let all = [&[back][..], &all].concat();
        let arrived = both.arrived_in(&name("staging"), (&acme, &all));
        assert_eq!(arrived, None, "the gateway went back");
    }

    #[test]
    fn an_observed_version_is_there_while_it_is_what_was_seen_last() {
        let seen = |id, place, versions, hour| observed(id, ("gateway", place), versions, hour);
        let live = seen(3, "live", ("2.4.0", "2.5.0"), 9);
        let staging = seen(2, "staging", ("2.4.0", "2.5.0"), 4);
        let arrived = |all: &[Observation]| live.arrived_in(&name("staging"), all);
        assert_eq!(arrived(std::slice::from_ref(&live)), None);
        assert_eq!(arrived(&[live.clone(), staging.clone()]), Some(at(4)));
        let back = seen(4, "staging", ("2.5.0", "2.4.0"), 10);
        assert_eq!(arrived(&[back, live.clone(), staging]), None);
        assert_eq!(
            live.arrived_in(&name("live"), std::slice::from_ref(&live)),
            Some(at(9))
        );
    }
}
