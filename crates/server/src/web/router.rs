//! The routes of the pages. Everything that changes something is a form's POST.

use super::{
    assets, fault, outward,
    pages::{
        approvals, artifact, artifacts, calendar, changes, controls, deployment, deployments,
        group_run, handover, issues, journal, overview, password, people, plan, preflight,
        procedures, proposals, provider, rehearsal, release, release_plan, release_scope, releases,
        reviews, runbook, score, sign_in, talk, trackers, train, trains, waivers, work,
    },
};
use crate::{
    app::SharedApp,
    http::{STRANGERS_BODY_MAX, session},
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use tower_http::compression::CompressionLayer;

pub(crate) fn router(app: &SharedApp) -> Router<SharedApp> {
    let renewing = middleware::from_fn_with_state(app.clone(), session::carry);
    let strangers = DefaultBodyLimit::max(STRANGERS_BODY_MAX);
    Router::new()
        .route("/", get(overview::show))
        .route("/live", get(overview::live))
        .route(
            "/sign-in",
            get(sign_in::show).post(sign_in::enter).layer(strangers),
        )
        .route("/sign-in/providers/{name}", get(provider::go))
        .route("/sign-in/providers/{name}/back", get(provider::back))
        .route("/sign-out", post(sign_in::leave))
        .route("/password", get(password::show).post(password::change))
        .route("/group-runs/{id}", get(group_run::show))
        .route("/group-runs/{id}/live", get(group_run::live))
        .route("/group-runs/{id}/{deed}", post(group_run::steer))
        .route("/trains", get(trains::show).post(trains::begin))
        .route("/trains/{train}", get(train::show))
        .route("/trains/{train}/live", get(train::live))
        .route("/trains/{train}/plan", post(train::save))
        .route("/trains/{train}/deeds/{deed}", post(train::steer))
        .route("/calendar", get(calendar::show))
        .route(
            "/calendar/addresses",
            get(calendar::addresses::show).post(calendar::addresses::make),
        )
        .route("/artifacts", get(artifacts::show))
        .route(
            "/artifacts/{product}/{component}/{reference}",
            get(artifact::show),
        )
        .route("/journal", get(journal::show))
        .route("/journal/{sequence}", get(journal::entry::show))
        .route("/assets/{hash}/{name}", get(assets::serve))
        .merge(released())
        .merge(runs())
        .merge(rules())
        .merge(planning())
        .merge(outward::router())
        .merge(reviewed())
        .merge(persons())
        .fallback(fault::unknown)
        .layer(renewing)
        .layer(CompressionLayer::new())
}

/// Releases, and what is known of their deployments beforehand.
fn released() -> Router<SharedApp> {
    Router::new()
        .route(
            "/products/{product}/releases",
            get(releases::show).post(release::draft),
        )
        .route("/products/{product}/releases/{version}", get(release::show))
        .route(
            "/products/{product}/releases/{version}/contents",
            post(release::set),
        )
        .route(
            "/products/{product}/releases/{version}/seal",
            post(release::seal),
        )
        .route(
            "/products/{product}/releases/{version}/deploy",
            post(release::deploy),
        )
        .route(
            "/products/{product}/releases/{version}/block",
            post(release::block),
        )
        .route(
            "/products/{product}/releases/{version}/unblock",
            post(release::unblock),
        )
        .route(
            "/products/{product}/releases/{version}/plan",
            get(plan::show),
        )
        .route(
            "/products/{product}/releases/{version}/preflight",
            post(release::preflight),
        )
        .route("/preflights/{id}", get(preflight::show))
        .route(
            "/deployments/{id}/preflight",
            post(preflight::of_deployment),
        )
        .route(
            "/products/{product}/releases/{version}/duties/{environment}",
            post(preflight::duty),
        )
        .route(
            "/products/{product}/releases/{version}/rehearse",
            post(release::rehearse),
        )
        .route("/rehearsals/{id}", get(rehearsal::show))
}

/// Deployments, and what people do to them.
fn runs() -> Router<SharedApp> {
    Router::new()
        .route("/deployments", get(deployments::show))
        .route("/deployments/{id}", get(deployment::show))
        .route("/deployments/{id}/live", get(deployment::live))
        .route(
            "/deployments/{id}/look-back",
            get(deployment::look_back::show),
        )
        .route("/deployments/{id}/approvals", get(approvals::show))
        .route(
            "/deployments/{id}/approvals/{verdict}",
            post(approvals::say),
        )
        .route("/deployments/{id}/{deed}", post(deployment::steer))
        .route(
            "/deployments/{id}/targets/{target}/{deed}",
            post(deployment::guide),
        )
        .route(
            "/deployments/{id}/jobs/{component}/{job}/{deed}",
            post(deployment::guide_job),
        )
        .route(
            "/deployments/{id}/steps/{way}/{step}/{deed}",
            post(deployment::say),
        )
        .route(
            "/deployments/{id}/checks/{check}/{deed}",
            post(deployment::guide_check),
        )
}

/// Controls, what is excepted from them, procedures, and change requests.
fn rules() -> Router<SharedApp> {
    Router::new()
        .route("/controls", get(controls::show).post(controls::acknowledge))
        .route("/controls/{name}", get(controls::control::show))
        .route(
            "/controls/{name}/acknowledge",
            post(controls::control::acknowledge),
        )
        .route(
            "/backtest",
            get(controls::backtest::show).post(controls::backtest::try_file),
        )
        .route("/procedures", get(procedures::show).post(procedures::begin))
        .route(
            "/procedures/{name}",
            get(procedures::procedure::show).post(procedures::procedure::save),
        )
        .route(
            "/procedures/{name}/versions/{number}",
            get(procedures::version::show),
        )
        .route(
            "/procedures/{name}/{deed}",
            post(procedures::procedure::carry_out),
        )
        .route("/proposals", get(proposals::show))
        .route("/proposals/{id}/{deed}", post(proposals::settle))
        .route("/waivers", get(waivers::show).post(waivers::ask))
        .route("/waivers/{id}", get(waivers::show_one))
        .route("/waivers/{id}/{deed}", post(waivers::settle))
        .route("/changes", get(changes::show).post(changes::ask))
        .route("/changes/{id}", get(changes::change::show))
        .route("/changes/{id}/{deed}", post(changes::change::settle))
}

/// Plans of releases, and tasks.
fn planning() -> Router<SharedApp> {
    Router::new()
        .route("/work", get(work::show))
        .route("/hands/{deed}", post(work::hand::act))
        .route("/talk/{deed}", post(talk::act))
        .route("/issues", get(issues::show))
        .route("/issues/{id}", get(issues::issue::show))
        .route("/issues/{id}/{deed}", post(issues::issue::carry_out))
        .route(
            "/products/{product}/releases/{version}/issues",
            get(issues::of_release).post(issues::raise),
        )
        .route("/tasks/{id}", get(work::task::show))
        .route("/tasks/{id}/{deed}", post(work::task::carry_out))
        .route(
            "/products/{product}/releases/{version}/planning",
            get(release_plan::show).post(release_plan::save),
        )
        .route(
            "/products/{product}/releases/{version}/planning/begin",
            post(release_plan::begin),
        )
        .route(
            "/products/{product}/releases/{version}/planning/tasks",
            post(release_plan::add_task),
        )
        .route(
            "/products/{product}/releases/{version}/runbooks",
            get(runbook::all::show),
        )
        .route(
            "/products/{product}/releases/{version}/runbooks/{environment}/{way}",
            get(runbook::show).post(runbook::save),
        )
        .route(
            "/products/{product}/releases/{version}/runbooks/{environment}/{way}/{deed}",
            post(runbook::generate),
        )
        .route(
            "/products/{product}/releases/{version}/handovers/{kind}",
            get(handover::show).post(handover::save),
        )
        .route(
            "/products/{product}/releases/{version}/handovers/{kind}/items/{item}/{deed}",
            post(handover::say),
        )
        .route(
            "/products/{product}/releases/{version}/handovers/{kind}/{deed}",
            post(handover::act),
        )
        .route("/trackers", get(trackers::show))
        .route("/trackers/{tracker}", get(trackers::tracker::show))
        .route("/trackers/{tracker}/hook", post(trackers::tracker::hook))
        .route("/trackers/{tracker}/items", post(trackers::tracker::import))
        .route(
            "/products/{product}/releases/{version}/scope",
            get(release_scope::show),
        )
        .route(
            "/products/{product}/releases/{version}/scope/adjustments",
            post(release_scope::adjust),
        )
        .route(
            "/products/{product}/releases/{version}/scope/wordings",
            post(release_scope::word),
        )
}

/// What was learnt.
fn reviewed() -> Router<SharedApp> {
    Router::new()
        .route("/reviews", get(reviews::show))
        .route("/score/backtest", get(score::backtest::show))
        .route(
            "/products/{product}/releases/{version}/score",
            get(score::show),
        )
        .route(
            "/products/{product}/releases/{version}/review",
            get(reviews::review::show),
        )
        .route(
            "/products/{product}/releases/{version}/review/{deed}",
            post(reviews::deeds::act),
        )
}

/// Who may come in.
fn persons() -> Router<SharedApp> {
    Router::new()
        .route("/people", get(people::show))
        .route("/people/{name}", get(people::person::show))
        .route("/people/{name}/level", post(people::person::change))
        .route("/people/{name}/remove", post(people::person::remove))
        .route(
            "/people/{name}/tokens/{token}/revoke",
            post(people::person::revoke),
        )
        .route(
            "/people/{name}/sessions/{session}/end",
            post(people::person::end),
        )
}
