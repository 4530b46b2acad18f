//! The routes of `/api/v1`, one file per noun.

mod approvals;
mod artifacts;
mod calendar;
mod catalog;
mod controls;
mod deployments;
mod drills;
mod group_runs;
mod guidance;
mod handovers;
mod histories;
mod hurdles;
mod issues;
mod journal;
mod lifecycle;
mod logs;
mod messages;
mod people;
mod plan_filter;
mod planning;
mod policies;
mod preflights;
mod procedures;
mod rehearsals;
mod releases;
mod reviews;
mod runbooks;
mod scope;
mod scores;
mod status;
mod stream;
mod suppliers;
mod talk;
mod tasks;
mod tokens;
mod trains;
mod trusts;

use crate::app::SharedApp;
use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

pub(super) fn router() -> Router<SharedApp> {
    Router::new()
        .merge(approvals::router())
        .merge(artifacts::router())
        .merge(calendar::router())
        .merge(catalog::router())
        .merge(controls::router())
        .merge(deployments::router())
        .merge(drills::router())
        .merge(group_runs::router())
        .merge(guidance::router())
        .merge(handovers::router())
        .merge(histories::router())
        .merge(hurdles::router())
        .merge(issues::router())
        .merge(journal::router())
        .merge(lifecycle::router())
        .merge(logs::router())
        .merge(messages::router())
        .merge(planning::router())
        .merge(people::router())
        .merge(policies::router())
        .merge(procedures::router())
        .merge(preflights::router())
        .merge(rehearsals::router())
        .merge(releases::router())
        .merge(reviews::router())
        .merge(runbooks::router())
        .merge(scope::router())
        .merge(scores::router())
        .merge(status::router())
        .merge(suppliers::router())
        .merge(talk::router())
        .merge(tasks::router())
        .merge(tokens::router())
        .merge(trains::router())
        .merge(trusts::router())
        .route(
            "/api/openapi.json",
            axum::routing::get(async || axum::Json(openapi())),
        )
}

/// The OpenAPI 3.1 document of the API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Api::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Tidegate", description = "Software releases, and their deployment."),
    modifiers(&Token, &Names),
    security(("token" = [])),
    paths(
        artifacts::check,
        artifacts::retention,
        artifacts::list, artifacts::show,
        artifacts::parts,
        artifacts::vulnerabilities,
        artifacts::import,
        calendar::show, calendar::entries, calendar::what_if, calendar::address, calendar::feed,
        catalog::apply, catalog::remove, catalog::products, catalog::targets, catalog::rotate_secrets,
        catalog::set_secret,
        catalog::revoke_agent, catalog::renew_key,
        handovers::all, handovers::list, handovers::begin, handovers::show, handovers::save, handovers::say, handovers::act,
        lifecycle::list, lifecycle::tell, lifecycle::hear, lifecycle::report,
        hurdles::of_release, hurdles::of_train,
        histories::show, histories::begin, histories::back_up,
        deployments::start, deployments::list, deployments::show, deployments::pause, deployments::resume,
        deployments::cancel, deployments::take_back, deployments::sign_off, deployments::look_back, deployments::roll_back, deployments::plan,
        approvals::show, approvals::approve, approvals::turn_down, approvals::supervise, approvals::decline, approvals::changes,
        approvals::change, approvals::create, approvals::approve_change, approvals::turn_down_change,
        approvals::close_change,
        controls::list, controls::schema, controls::shipped, controls::backtest, controls::acknowledge_all,
        controls::acknowledge, controls::check, controls::waivers, controls::ask, controls::sign, controls::end,
        controls::evidence, controls::add_evidence,
        drills::start, drills::list, drills::show, drills::cancel,
        guidance::retry, guidance::ignore, guidance::exclude, guidance::override_calendar,
        group_runs::start, group_runs::list, group_runs::show, group_runs::take_back, group_runs::cancel,
        guidance::retry_check, guidance::accept_check, guidance::retry_job, guidance::accept_job,
        issues::list, issues::raise, issues::show, issues::start, issues::assign, issues::rate, issues::resolve,
        issues::dismiss, issues::reopen, issues::of_release,
        journal::page, journal::checkpoint, journal::export, journal::inclusion, journal::consistency,
        logs::read,
        messages::list, messages::begin, messages::show, messages::edit, messages::preview, messages::deliveries,
        messages::submit, messages::send_back, messages::sanction, messages::send, messages::cancel, messages::settle,
        messages::resend, messages::notices, messages::audiences, messages::audience, messages::invite, messages::bounces,
        messages::report_bounce, messages::confirm, messages::channels, messages::feed_address, messages::feed, messages::set_secret,
        planning::show, planning::begin, planning::save, planning::editions,
        people::create, people::list, people::change, people::remove, people::unlink, people::invite, people::enrol,
        people::change_password,
        procedures::list, procedures::show, procedures::save, procedures::versions, procedures::version,
        procedures::difference, procedures::acknowledge, procedures::reviewed, procedures::retire, procedures::gap,
        procedures::old, procedures::gaps, procedures::all_old,
        policies::can, policies::list, policies::schema, policies::shipped,
        policies::proposals, policies::agree, policies::turn_down,
        trains::list, trains::show, trains::save, trains::editions, trains::close, trains::drop_member, trains::replace,
        trains::hold, trains::resume, trains::cancel,
        tokens::create, tokens::list, tokens::revoke, tokens::sessions, tokens::end_session, tokens::sign_in_link,
        trusts::set, trusts::list, trusts::end, trusts::exchange,
        preflights::make, preflights::again, preflights::list, preflights::show,
        preflights::duties, preflights::confirm, preflights::leave,
        rehearsals::make, rehearsals::list, rehearsals::show,
        releases::create, releases::contents,
        releases::evidence_file, releases::list, releases::show, releases::seal, releases::reconfigure, releases::block,
        releases::unblock,
        reviews::all, reviews::show, reviews::begin, reviews::advance, reviews::write, reviews::take_back, reviews::group,
        reviews::regroup, reviews::vote, reviews::judge, reviews::conclude, reviews::invite, reviews::excuse, reviews::agree,
        runbooks::show, runbooks::begin, runbooks::save, runbooks::renew, runbooks::editions, runbooks::steps, runbooks::say,
        scope::show, scope::adjust, scope::notes, scope::word, scope::trackers, scope::items, scope::import_items, scope::address, scope::hear,
        scores::show, scores::backtest,
        talk::show, talk::say, talk::withdraw, talk::follow, talk::news, talk::seen, talk::news_mail, talk::choose_news_mail,
        talk::delegations, talk::delegate,
        talk::end_delegation, talk::pass_on,
        tasks::list, tasks::show, tasks::create, tasks::take, tasks::assign, tasks::start, tasks::finish, tasks::skip,
        tasks::reopen,
        status::show,
        status::examine,
        suppliers::list, suppliers::show, suppliers::scorecard, suppliers::announce, suppliers::import, suppliers::ask,
        suppliers::report, suppliers::links, suppliers::give, suppliers::take_back, suppliers::hear, suppliers::notice,
        suppliers::do_notice, suppliers::impact, suppliers::observed_impact, suppliers::respond, suppliers::do_response,
        suppliers::do_task,
        stream::deployment,
    )
)]
struct Api;

struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Names each operation after its noun and its verb, such as `deployments_list`: names are unique in the document.
struct Names;

impl Modify for Names {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for item in openapi.paths.paths.values_mut() {
            let all = [
                &mut item.get,
                &mut item.put,
                &mut item.post,
                &mut item.delete,
                &mut item.patch,
            ];
            for operation in all.into_iter().flatten() {
                let noun = operation.tags.iter().flatten().next();
                let verb = operation.operation_id.take().unwrap_or_default();
                let noun = noun.map_or("", String::as_str);
                operation.operation_id = Some(format!("{noun}_{verb}"));
            }
        }
    }
}
