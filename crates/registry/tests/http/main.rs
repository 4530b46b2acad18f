//! The registry over HTTP: one suite of test bodies, run on SQLite and on a real PostgreSQL.
//!
//! A body takes a running registry with an empty store ([`world`]) and is listed once in the `contract!` table below; the
//! table makes a test of it for each database. What is about files alone stands apart, as a test of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod blobs;
mod garbage;
mod manifests;
mod scrub;
mod skopeo;
mod world;

/// Makes a test of each body for each database.
macro_rules! contract {
    ($($area:ident { $($body:ident)* })*) => {
        mod on_sqlite {
            $(mod $area { $(
                #[tokio::test]
                async fn $body() {
                    let world = crate::world::World::on_sqlite().await;
                    crate::$area::$body(&world).await;
                }
            )* })*
        }
        mod on_postgres {
            $(mod $area { $(
                #[tokio::test]
                async fn $body() {
                    let postgres = test_postgres::Postgres::start();
                    let world = crate::world::World::on_postgres(&postgres).await;
                    crate::$area::$body(&world).await;
                }
            )* })*
        }
    };
}

contract! {
    blobs {
        who_is_not_known_is_turned_away
        every_way_in_leads_to_the_same_blob
        what_is_wrong_is_refused_and_leaves_nothing
        a_sender_that_breaks_off_goes_on_where_it_stopped
        parts_are_read_as_asked
        big_blobs_come_back_whole
        a_blob_is_seen_only_where_it_is_linked
        what_is_withheld_is_neither_read_nor_mounted
        tricks_reach_no_file
    }
    garbage {
        what_nothing_needs_goes_after_a_day
    }
    manifests {
        a_manifest_is_read_back_byte_for_byte
        bad_manifests_are_refused
        lists_come_in_pages
        referrers_are_found_by_their_subject
        what_a_release_holds_stays
    }
    scrub {
        bent_bytes_are_never_sent_whole
        what_is_damaged_is_set_aside_told_and_mended
        what_cannot_be_read_is_told_and_passed_over
        of_several_servers_one_reads_what_is_due
    }
    skopeo {
        skopeo_copies_an_image_in_and_out
    }
}
