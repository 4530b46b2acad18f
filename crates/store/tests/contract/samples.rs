//! Domain values that tests write and read back: real ones, with every optional part filled.

mod communications;
pub(crate) mod handovers;
pub(crate) mod issues;
pub(crate) mod lifecycle;
mod planning;
pub(crate) mod preflights;
pub(crate) mod procedures;
pub(crate) mod reviews;
pub(crate) mod runbooks;
mod scopes;
mod suppliers;
mod trains;

pub(crate) use communications::{
    bounce, deliveries, delivery, left_out, message, messages, opt_ins,
};
pub(crate) use planning::{booked, plan_edition, plan_with_all_ready, release_template, task};
pub(crate) use scopes::{adjustments, wordings, work_item};
pub(crate) use suppliers::{
    grants, incident, notice, notices, observation, observations, questioned, response, responses,
    supplier_task, supplier_tasks, watch,
};
pub(crate) use trains::{train, train_plan, train_statuses};

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use tidegate_domain::{
    access::{Action, Level, Proposal, ProposedChange, Scope, Trust},
    canonical,
    catalog::{Document, Environment, Kind, Policy, Product, Target},
    converge::{
        ActiveComponent, Attestation, Balancer, DesiredState, Health, ObservedState, Portion,
        PrepareState, Prepared, Route, RouteReport, RouteState, Server, Slot,
    },
    deployment::{AskedReturn, Deployment, Purpose, Stage, Status, TargetRun, facts::Report},
    digest::Digest,
    drill::{Drill, Leg, LegKind},
    duration::Millis,
    generation::{Generation, Incarnation, Instruction},
    id::{DeploymentId, DrillId, PersonId, ProposalId, RehearsalId, SnapshotNumber},
    journal::Entry,
    name::Name,
    plan::{Fleet, Limits, PartHashes, Rolling, Share, Strategy, compile},
    rehearsal::{Exposure, Fault, Forecast, Forecasted, Rehearsal, Spread},
    release::{Content, Contents, Release, Snapshot},
    revision::{
        ComponentRevision, DriverSettings, HealthCheck, Probe, Revision, RevisionId,
        ServiceSettings, StopSettings, StopSignal,
    },
};
use tidegate_store::{Repository, TargetKey};

/// 2026-01-02T03:04:05.678901Z plus so many seconds; to the microsecond, as it is stored.
pub(crate) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_microsecond(1_767_323_045_678_901).unwrap() + SignedDuration::from_secs(seconds)
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub(crate) fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

/// A person's identifier that is the same in each run.
pub(crate) fn person_id(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

pub(crate) fn repository(text: &str) -> Repository {
    text.parse().unwrap()
}

/// What a service account trusts, with every optional part.
pub(crate) fn trust() -> Trust {
    Trust {
        name: name("ci"),
        issuer: "https://ci.example".to_owned(),
        audience: "tidegate".to_owned(),
        claims: [("repository".to_owned(), "org/*".to_owned())].into(),
        keys: Some(serde_json::json!({ "keys": [] })),
        level: Level::Apply,
        scope: Scope {
            product: Some(name("storefront")),
            component: Some(name("web")),
            actions: Some([Action::Push].into()),
        },
        minutes: 15,
    }
}

/// `ENVIRONMENT/TARGET`.
pub(crate) fn key(text: &str) -> TargetKey {
    text.parse().unwrap()
}

/// A document as a person writes it, in JSON.
pub(crate) fn product(title: &str) -> Product {
    let text = format!(
        r#"{{"name": "storefront", "title": "{title}", "programme": "retail", "team": "shop",
            "path": ["testing", "live"], "vars": {{"color": "blue", "port": 8080}},
            "environments": {{"live": {{"vars": {{"color": "green"}}}}}},
            "components": [{{"name": "web", "driver": "service", "service": {{
                "command": ["./web", "--port", "${{vars.port}}"],
                "environment": {{"KEY": "${{secret.key}}"}}, "files": {{"etc/web.conf": "color=${{vars.color}}"}},
                "listen": ["127.0.0.1:${{vars.port}}"],
                "health": {{"http": {{"path": "/healthz", "port": "${{vars.port}}"}}, "interval": "500ms"}},
                "stop": {{"signal": "TERM", "grace": "10s"}}}}}}]}}"#
    );
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn environment(text: &str) -> Environment {
    let json = serde_json::json!({"name": text, "after": "testing", "vars": {"region": "eu"}});
    serde_json::from_value(json).unwrap()
}

/// Target `ENVIRONMENT/TARGET`.
pub(crate) fn target(text: &str) -> Target {
    let TargetKey {
        environment,
        target,
    } = key(text);
    let json =
        serde_json::json!({"name": target, "environment": environment, "vars": {"port": 18101}});
    serde_json::from_value(json).unwrap()
}

/// One document of each kind, with its kind.
pub(crate) fn documents() -> Vec<(Kind, Document)> {
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let of = serde_json::from_value::<tidegate_domain::catalog::Team>;
    let team = of(json(
        r#"{"name": "shop", "title": "The shop", "members": ["ada"]}"#,
    ))
    .unwrap();
    let organisation = serde_json::from_str(r#"{"name": "acme", "title": "Acme"}"#).unwrap();
    let programme = serde_json::from_str(r#"{"name": "retail", "title": "Retail"}"#).unwrap();
    let ring = r#"{"name": "early", "environment": "live", "targets": ["live-1"]}"#;
    let strategy = r#"{"name": "careful", "title": "Careful", "phased": {"rings": [{"ring": "early", "bake": 60000,
        "success": "90%", "failures": 0, "then": "sign-off"}]}, "limits": {"failures_max": 1}}"#;
    let window = r#"{"name": "office-hours", "title": "Office hours", "environment": "live", "every": {
        "starts": "2026-01-05T09:00", "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH", "lasts": "8h",
        "time_zone": "Europe/Berlin"}, "reason": "People look after it", "in_flight": "finish"}"#;
    let freeze = r#"{"name": "year-end", "title": "Year-end closing", "product": "storefront", "once": {
        "from": "2026-12-20T18:00", "to": "2027-01-04T08:00", "time_zone": "UTC"}, "reason": "The books are closed"}"#;
    let role = r#"{"name": "captain", "title": "Release captains", "members": ["ada"], "groups": ["captains"]}"#;
    let policy = r#"{"name": "live-captains", "title": "Captains deploy to live", "document": "Since the outage.",
        "policy": "forbid (principal, action, resource) unless { principal in Role::\"captain\" };"}"#;
    let control = r#"{"name": "no-fridays", "title": "No Fridays", "document": "Nobody is there.", "owner": "ada",
        "severity": "high", "mode": "observe", "evidence": ["patience"], "environments": ["live"], "products": ["storefront"],
        "policy": "permit (principal, action, resource);"}"#;
    let template = r#"{"name": "routine", "title": "A routine update", "document": "Nothing new.", "risk": "low",
        "products": ["storefront"], "environments": ["live"]}"#;
    let key_set = r#"{"name": "release-keys", "title": "Who lets go", "products": ["storefront"], "purpose": "build",
        "signers": {"threshold": 1, "keys": []}}"#;
    let tracker = r#"{"name": "tickets", "system": "jira", "projects": ["SHOP"],
        "url": "https://tickets.example.com/browse/{key}"}"#;
    let mut all = vec![
        Document::Organisation(organisation),
        Document::Team(team),
        Document::Role(serde_json::from_str(role).unwrap()),
        Document::Policy(serde_json::from_str(policy).unwrap()),
        Document::Control(serde_json::from_str(control).unwrap()),
        Document::ChangeTemplate(serde_json::from_str(template).unwrap()),
        Document::KeySet(serde_json::from_str(key_set).unwrap()),
        Document::ReleaseTemplate(Box::new(release_template())),
        Document::Tracker(serde_json::from_str(tracker).unwrap()),
        Document::Programme(programme),
        Document::Product(Box::new(product("Store front"))),
        Document::Environment(environment("live")),
        Document::Target(target("live/live-1")),
        Document::Ring(serde_json::from_str(ring).unwrap()),
        Document::Strategy(serde_json::from_str(strategy).unwrap()),
        Document::Window(serde_json::from_str(window).unwrap()),
        Document::Freeze(serde_json::from_str(freeze).unwrap()),
    ];
    all.extend(communications::documents());
    all.push(suppliers::document());
    all.push(procedures::document());
    all.push(handovers::document());
    all.into_iter()
        .map(|document| (document.kind(), document))
        .collect()
}

pub(crate) fn snapshot(title: &str) -> Snapshot {
    let mut product = product("Store front");
    product.vars.insert(
        "title".into(),
        tidegate_domain::catalog::Scalar(title.into()),
    );
    let live = environment("live");
    Snapshot::take(&product, &BTreeMap::from([(live.name.clone(), live)]))
}

pub(crate) fn release(number: u64) -> Release {
    let version = format!("1.{number}.0").parse().unwrap();
    let content = Content {
        version,
        digest: digest("artifact"),
    };
    let draft = Release {
        product: name("storefront"),
        version: format!("1.{number}.0").parse().unwrap(),
        number,
        contents: Contents::from([(name("web"), content)]),
        sealed: None,
        reconfigured: Vec::new(),
        blocked: None,
        created_at: time(0),
        created_by: name("ada"),
    };
    let sealed = draft.seal(
        (&snapshot("first"), SnapshotNumber(1)),
        &name("ada"),
        time(1),
    );
    Release {
        reconfigured: vec![SnapshotNumber(2)],
        ..sealed.unwrap()
    }
}

pub(crate) fn revision(port: u16) -> Revision {
    let http = Probe::Http {
        host: "127.0.0.1".into(),
        port,
        path: "/healthz".into(),
    };
    let health = HealthCheck {
        probe: http,
        interval: Millis(500),
        timeout: Millis(1000),
        healthy_after: 2,
        unhealthy_after: 3,
        deadline: Millis::from_secs(20),
    };
    let service = ServiceSettings {
        command: vec!["./web".into(), "--port".into(), port.to_string()],
        environment: BTreeMap::from([("KEY".into(), "${secret:key@1}".into())]),
        files: BTreeMap::from([("etc/web.conf".into(), "color=green".into())]),
        listen: vec![([127, 0, 0, 1], port).into()],
        health: Some(health),
        stop: StopSettings {
            signal: StopSignal::Term,
            grace: Millis::from_secs(10),
        },
    };
    let component = ComponentRevision {
        component: name("web"),
        version: "1.1.0".parse().unwrap(),
        artifact: digest("artifact"),
        driver: DriverSettings::Service(service),
        instances: 1,
        jobs: vec![],
    };
    Revision {
        product: name("storefront"),
        release: "1.1.0".parse().unwrap(),
        snapshot: SnapshotNumber(2),
        components: vec![component],
    }
}

/// A deployment of two targets in two waves, asked for and not begun.
pub(crate) fn deployment(id: u64, environment: &str) -> Deployment {
    let targets = ["live-1", "live-2"].map(name);
    let strategy = Strategy::Rolling(Rolling {
        batch: Share::Count(1),
        bake: Millis(50),
    });
    let fleet = Fleet {
        targets: targets.to_vec(),
        ..Fleet::default()
    };
    let plan = compile((strategy, Vec::new()), &fleet, &Limits::default(), None).unwrap();
    let environment = name(environment);
    let contents = release(1).contents;
    let configuration = snapshot("first").digest();
    let parts = PartHashes::of(&contents, configuration, &environment, &plan);
    let run = |(wave, target): (u32, Name)| TargetRun {
        target,
        wave,
        before: Some(RevisionId(canonical::hash(&"before"))),
        proved: None,
        after: revision(8080).id(),
        slot: Slot::Blue,
        slot_before: Slot::Blue,
        addresses: BTreeMap::new(),
        addresses_before: BTreeMap::new(),
        grown: 0,
        fresh: None,
        stage: Stage::Waiting,
    };
    Deployment {
        id: DeploymentId(id),
        product: name("storefront"),
        environment,
        release: "1.1.0".parse().unwrap(),
        snapshot: SnapshotNumber(2),
        purpose: Purpose::Promotion,
        plan,
        parts,
        requested_by: name("ada"),
        requested_at: time(id.cast_signed()),
        status: Status::Requested,
        sign_offs: vec![],
        overrides: vec![],
        checks: vec![],
        jobs: vec![],
        trials: vec![],
        inherited: None,
        return_signed: None,
        membership: None,
        balancers: vec![],
        traffic: None,
        fast_track: false,
        change: None,
        supervision: None,
        targets: (0..).zip(targets).map(run).collect(),
    }
}

/// A change of a policy that nobody has agreed to.
pub(crate) fn proposal(id: u64) -> Proposal {
    let policy = Policy {
        name: name("live-captains"),
        title: "Captains deploy to live".to_owned(),
        document: String::new(),
        policy: "permit (principal, action, resource);".to_owned(),
    };
    Proposal {
        id: ProposalId(id),
        change: ProposedChange::Policy { policy },
        base: Some(digest("as it was")),
        by: name("ada"),
        human: person_id(1),
        at: time(2),
        settled: None,
    }
}

/// A drill in staging with a leg of each kind; the last is under way.
pub(crate) fn drill(id: u64) -> Drill {
    let kinds = [LegKind::Deploy, LegKind::RollBack, LegKind::DeployAgain];
    let leg = |(number, kind): (i64, LegKind)| Leg {
        kind,
        deployment: DeploymentId(number.cast_unsigned()),
        began_at: time(number),
        ended_at: (kind != LegKind::DeployAgain).then(|| time(number + 1)),
    };
    Drill {
        id: DrillId(id),
        product: name("storefront"),
        release: "1.1.0".parse().unwrap(),
        environment: name("staging"),
        strategy: Some(name("careful")),
        requested_by: name("ada"),
        requested_at: time(0),
        legs: (5..).zip(kinds).map(leg).collect(),
        ended: None,
    }
}

/// A rehearsal with a fault of each form.
pub(crate) fn rehearsal(id: u64, environment: &str) -> Rehearsal {
    let length = Spread {
        p50: Millis(840_000),
        p90: Millis(1_080_000),
    };
    let scenario = |fault| Forecasted {
        fault,
        outcomes: BTreeMap::from([("rolled_back".into(), 1), ("succeeded".into(), 19)]),
        took: length,
        exposure: vec![Exposure {
            at: Millis(20),
            usual: 1,
            most: 2,
        }],
        exposed_max: 2,
        unhealthy_max: 1,
        exposed_runs: 20,
        restored_runs: 1,
        restored: Some(length),
        rollback: Some(length),
        waited: vec![("bake".into(), Millis(50))],
    };
    let faults = Fault::USUAL.into_iter().map(Some);
    Rehearsal {
        id: RehearsalId(id),
        product: name("storefront"),
        release: "1.1.0".parse().unwrap(),
        snapshot: SnapshotNumber(2),
        environment: name(environment),
        plan: digest(environment),
        strategy: "rolling by 1".into(),
        requested_by: name("ada"),
        requested_at: time(1),
        forecast: Forecast {
            seed: 7,
            runs: 20,
            targets: 2,
            basis: vec!["assumed: the calendar is open all the time".into()],
            scenarios: std::iter::once(None).chain(faults).map(scenario).collect(),
        },
    }
}

pub(crate) fn instruction(generation: u64) -> Instruction {
    Instruction {
        incarnation: Incarnation(1),
        generation: Generation(generation),
    }
}

pub(crate) fn desired(port: u16) -> DesiredState {
    DesiredState {
        active: ActiveComponent::of(&revision(port), Slot::Blue, Portion::All).collect(),
        prepare: vec![revision(port + 1).id()],
        ..DesiredState::nothing(name("storefront"), Millis(0))
    }
}

pub(crate) fn report(detail: &str) -> Report {
    let active = Attestation {
        proved: false,
        component: name("web"),
        slot: Slot::Blue,
        revision: Some(revision(8080).id()),
        artifact: Some(digest("artifact")),
        instances: 1,
        health: Health::Healthy,
        detail: detail.into(),
        starts: 1,
    };
    let failed = PrepareState::Failed {
        reason: "disk full".into(),
    };
    let prepared = Prepared {
        revision: revision(8081).id(),
        state: failed,
    };
    let observed = ObservedState {
        product: name("storefront"),
        instruction: instruction(1),
        active: vec![active],
        prepared: vec![prepared],
        traffic: vec![],
        jobs: vec![],
        refused: None,
        contract: 0,
        history: None,
    };
    Report {
        observed,
        healthy_since: Some(time(5)),
        was_healthy: false,
    }
}

/// Through a balancer of each kind.
pub(crate) fn routes() -> Vec<Route> {
    let haproxy = Balancer::Haproxy {
        socket: "/run/haproxy/admin.sock".into(),
        backend: "web".into(),
    };
    let nginx = Balancer::Nginx {
        file: "/etc/nginx/conf.d/api.conf".into(),
        upstream: "api".into(),
        reload: ["nginx", "-s", "reload"].map(str::to_owned).into(),
    };
    let server = |(name, address, weight): (&str, &str, u16)| Server {
        name: name.into(),
        address: address.into(),
        weight,
    };
    let servers = [("old", "10.0.0.1:8080", 4), ("new", "10.0.0.2:8080", 1)];
    let route = |(component, balancer)| Route {
        component: name(component),
        balancer,
        servers: servers.map(server).into(),
    };
    [("web", haproxy), ("api", nginx)].map(route).into()
}

pub(crate) fn route_reports() -> Vec<RouteReport> {
    let servers = vec![("old".into(), 4), ("new".into(), 1)];
    let failed = RouteState::Failed {
        reason: "nobody listens".into(),
    };
    let report = |(component, state)| RouteReport {
        component: name(component),
        state,
    };
    [("web", RouteState::Applied { servers }), ("api", failed)]
        .map(report)
        .into()
}

pub(crate) fn entry(subject: &str, number: u64) -> Entry {
    Entry {
        v: 1,
        time: time(number.cast_signed()),
        actor: "ada".into(),
        action: "release.sealed".into(),
        subject: subject.into(),
        detail: serde_json::json!({"number": number, "text": "größer"}),
        request: Some("request-1".into()),
    }
}

/// A return that is asked for.
pub(crate) fn asked_return(deployment: u64) -> AskedReturn {
    AskedReturn {
        deployment: DeploymentId(deployment),
        newest: DeploymentId(deployment + 1),
        by: name("cy"),
        reason: "carts are empty".to_owned(),
        at: time(4),
        answer: None,
    }
}
