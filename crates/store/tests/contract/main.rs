//! The contract of the store: one suite of test bodies, run on SQLite and on a real PostgreSQL.
//!
//! A body takes an empty [`tidegate_store::Store`] and is listed once in the `contract!` table below; the table makes a
//! test of it for each database. [`durability`] and [`records`] are about one database or none and stand apart.
//! PostgreSQL is started by the test itself; where its programs are absent the tests fail.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[macro_use]
mod steps;

mod access;
mod asked_returns;
mod catalog;
mod communications;
mod configuration;
mod controls;
mod deployments;
mod drills;
mod dump;
mod durability;
mod group_runs;
mod handovers;
mod issues;
mod journal;
mod leases;
mod lifecycle;
mod measurements;
mod planning;
mod preflights;
mod procedures;
mod proposals;
mod quarantine;
mod records;
mod registry;
mod rehearsals;
mod releases;
mod reviews;
mod runbooks;
mod samples;
mod scopes;
mod sequencer;
mod suppliers;
mod targets;
mod trains;
mod transactions;
mod trust;
mod wakes;

/// Makes a test of each body for each database.
macro_rules! contract {
    ($($area:ident { $($body:ident)* })*) => {
        mod on_sqlite {
            $(mod $area { $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $body() {
                    let directory = tempfile::tempdir().unwrap();
                    let store = tidegate_store::Store::open_sqlite(directory.path()).await.unwrap();
                    crate::$area::$body(&store).await;
                }
            )* })*
        }
        mod on_postgres {
            $(mod $area { $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $body() {
                    let postgres = test_postgres::Postgres::start();
                    let store = tidegate_store::Store::open_postgres(&postgres.address()).await.unwrap();
                    crate::$area::$body(&store).await;
                }
            )* })*
        }
    };
}

contract! {
    access {
        people_are_unique_by_name_and_listed_in_order
        a_token_is_good_until_it_expires_or_is_revoked
        a_token_is_worth_no_more_than_its_person
        a_session_ends_when_told_or_when_its_time_is_over
        a_link_is_used_once_however_many_try
        a_replaced_secret_counts_for_a_moment_and_ends_with_its_session
        who_is_removed_holds_nothing_open_and_neither_do_their_programs
        a_person_is_found_by_what_a_provider_calls_them
        what_a_token_made_ends_with_it
        a_password_that_changed_ends_the_other_sessions
        tries_are_counted_by_subject_and_forgotten_after_a_day
        a_trust_is_replaced_by_name_and_its_tokens_end_with_it
        what_was_lent_is_forgotten_once_it_is_over
    }
    asked_returns {
        what_was_asked_last_of_a_deployment_is_kept_and_found_until_it_is_answered
    }
    catalog {
        documents_are_replaced_and_listed_by_key
        every_kind_of_document_comes_back
        windows_and_freezes_are_listed_apart_and_removed
        targets_are_those_of_the_environment_and_counted_as_people_count
    }
    configuration {
        the_same_configuration_keeps_its_number
        a_secret_gets_a_new_version_each_time
        concurrent_secrets_get_different_versions
        a_key_is_kept_first_come_first_served
    }
    releases {
        releases_are_kept_changed_and_paged
        a_revision_is_kept_under_its_hash
        what_a_target_says_is_kept_apart_and_is_not_much
    }
    deployments {
        a_deployment_comes_back_as_it_was_written
        numbers_are_never_given_twice
        the_database_refuses_a_second_running_deployment_in_a_place
        of_many_that_check_and_ask_at_once_one_deployment_is_kept
        listings_are_newest_first_and_of_one_place
    }
    leases {
        a_lease_is_held_by_one_and_renewed_by_its_holder
        an_expired_lease_passes_on_with_a_higher_epoch
        of_many_that_ask_at_once_one_gets_the_lease
    }
    targets {
        a_generation_only_grows_and_moves_the_cursor
        a_renewal_that_another_overtook_is_seen_in_vain
        a_revoked_agent_stays_so_until_another_is_enrolled
        keys_of_instructions_are_kept_in_order_and_never_replaced
        generations_are_never_given_twice
        environments_do_not_see_each_others_targets
        the_last_revision_that_proved_itself_is_kept
        after_a_restore_nobody_was_heard_and_nothing_is_proved
        what_is_forgotten_of_a_product_leaves_the_others
        the_last_report_counts
        a_connection_is_written_only_when_it_changes
        an_enrolment_is_used_as_often_as_it_says
    }
    measurements {
        the_first_answer_counts_and_waves_are_apart
    }
    group_runs {
        what_runs_is_found_and_what_ended_stays
    }
    lifecycle {
        a_fact_is_kept_once_and_found_by_the_artifacts_of_its_run
        what_waits_for_an_artifact_is_forgotten_unless_it_came
    }
    handovers {
        every_edition_stays_and_the_newest_is_how_it_is
    }
    suppliers {
        a_notice_is_one_by_the_suppliers_own_number
        what_is_known_of_a_component_is_kept_with_the_deployments_observed
        responses_count_while_they_are_to_be_done_or_accept
        tasks_and_incidents_are_a_suppliers_own
        a_grant_is_found_by_its_nonce_and_a_request_counts_once
    }
    communications {
        a_message_is_kept_as_it_is_now_and_found_by_what_it_is_about
        a_delivery_is_one_of_a_message_and_a_recipient
        deliveries_are_found_by_their_turn_and_counted_by_what_they_came_to
        what_stakeholders_said_is_found_by_the_link_that_only_they_have
        a_recipient_bounces_until_somebody_confirms_it
    }
    controls {
        a_control_gets_a_version_whenever_it_differs
        waivers_are_found_by_product_until_they_expire
        approvals_and_changes_are_listed_by_place_the_newest_first
        evidence_and_judgements_come_back_in_their_order
        what_was_found_of_returns_comes_back_deployment_by_deployment
    }
    proposals {
        proposals_are_listed_until_they_are_settled
        every_change_of_the_catalog_is_counted
    }
    planning {
        every_edition_of_a_plan_stays_and_no_number_is_given_twice
        what_is_booked_is_found_by_time_and_replaced_as_a_whole
        tasks_are_found_by_whom_they_fall_to_the_most_urgent_first
    }
    trains {
        a_train_is_kept_as_it_is_and_found_while_it_is_open
        every_saving_of_a_trains_plan_stays
    }
    reviews {
        a_review_is_kept_as_it_is_and_its_reports_by_their_hash
        actions_are_found_apart_from_what_releases_need
    }
    issues {
        an_issue_is_kept_as_it_is_and_the_worst_are_found_first
        what_is_said_is_found_by_its_subject_and_whoever_follows_stays
        what_was_seen_is_not_told_again
        what_no_mail_tells_is_found_for_those_who_have_an_address
        people_are_reminded_once_of_each_moment
        one_stands_in_for_somebody_until_a_time
    }
    procedures {
        every_version_stays_and_the_newest_of_each_is_found
        who_has_read_what_is_kept_once_by_its_newest
        what_names_procedures_is_found_by_its_newest_edition
        what_becomes_of_a_procedure_is_replaced
    }
    runbooks {
        every_edition_stays_and_both_ways_are_apart
        what_a_deployment_runs_by_is_replaced_and_found_while_it_is_open
    }
    scopes {
        what_people_decide_and_write_of_a_release_stays_in_its_order
        a_work_item_is_kept_once_and_found_by_key
    }
    drills {
        a_drill_runs_alone_in_its_place_and_is_found_by_release
    }
    preflights {
        preflights_are_found_by_plan_and_place
        a_question_about_a_host_is_handed_out_once_and_answered_by_its_target
        who_is_on_duty_is_who_said_so_last
        whether_a_preflight_passed_is_told_without_what_it_found
    }
    rehearsals {
        rehearsals_are_found_by_plan_and_place
    }
    registry {
        a_blob_is_visible_only_where_it_is_linked
        a_manifest_keeps_its_tags_and_what_it_names
        tags_and_repositories_are_paged_in_byte_order
        referrers_are_filtered_and_paged
        a_pin_holds_a_manifest_all_it_names_and_its_tag
        tags_are_told_with_whether_they_are_needed_and_go_as_they_were_seen
        garbage_is_only_what_nobody_needs
        what_is_attached_by_a_tag_stays_when_the_tag_moves_on
        what_is_attached_is_listed_as_it_came
    }
    dump {
        what_one_database_held_another_holds
        what_breaks_off_leaves_an_empty_database
        a_history_begins_by_a_person_and_confirms_what_was_put_back
    }
    trust {
        what_is_attached_waits_until_it_was_read
        a_manifest_speaks_of_several_artifacts
        a_name_as_long_as_a_bill_may_have_one_is_kept
        parts_are_found_as_long_as_their_bill_is_attached
        advisories_are_replaced_and_found_by_package
    }
    quarantine {
        what_the_journal_was_told_of_quarantine_is_kept_until_the_artifact_goes
        all_that_name_a_blob_are_found_and_those_in_quarantine_last
        what_trust_rests_on_is_counted_when_it_changes
        an_artifact_is_whole_unless_another_names_it
        what_is_attached_is_what_it_was_read_as
        what_changed_is_looked_at_until_it_was
    }
    journal {
        entries_are_numbered_without_gaps_and_the_tree_follows
        entries_are_listed_forwards_backwards_and_by_subject
        tiles_are_those_of_the_leaves_at_every_width
        proofs_lead_from_the_tiles_to_the_root
        tiles_that_an_earlier_version_did_not_keep_are_made_good
        many_writers_leave_no_gap
    }
    transactions {
        a_refusal_leaves_nothing
        a_panic_leaves_nothing
        a_statement_that_failed_spoils_its_transaction
        an_attempt_that_fails_is_taken_back_alone
        an_attempt_that_conflicts_is_run_again_with_all_around_it
        neighbours_of_a_failure_survive
        transactions_that_conflict_are_both_applied
        reading_changes_nothing
        the_time_stands_still_in_a_transaction
    }
}
