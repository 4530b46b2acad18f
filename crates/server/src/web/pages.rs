//! One file per page: its view model, how it is filled, and its handlers.

pub(super) mod approvals;
pub(super) mod artifact;
pub(super) mod artifacts;
pub(super) mod calendar;
pub(super) mod changes;
pub(super) mod controls;
pub(super) mod deployment;
pub(super) mod deployments;
pub(super) mod group_run;
pub(super) mod journal;
pub(super) mod overview;
pub(super) mod password;
pub(super) mod people;
pub(super) mod plan;
pub(super) mod proposals;
pub(super) mod provider;
pub(super) mod rehearsal;
pub(super) mod release;
pub(super) mod release_plan;
pub(super) mod release_scope;
pub(super) mod releases;
pub(super) mod sign_in;
pub(super) mod train;
pub(super) mod trains;
pub(super) mod waivers;
pub(super) mod work;
