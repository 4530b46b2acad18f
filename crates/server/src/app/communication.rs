//! What people are told about releases: written, read by others, sanctioned, sent when its time has come, and recorded.
//!
//! People's deeds are in [`begin`], [`deeds`] and [`settle`]; what they see is in [`shown`], [`preview`], [`notices`] and
//! [`status_page`]. [`step`] is what happens to messages by themselves, [`outbox`] what happens to deliveries: an attempt is kept
//! before it is made. [`news`] is mails of what is new for people. [`invite`] asks stakeholders, [`recipients`] finds whom a message reaches. Nothing here sends, and nothing
//! that is deployed waits for any of it.

mod audiences;
mod begin;
mod bounces;
mod channels;
mod declared;
mod deeds;
mod feed;
mod invite;
mod lost;
mod news;
mod notices;
mod occasions;
pub(crate) mod outbox;
pub(crate) mod parcel;
mod planned;
mod preview;
mod recipients;
mod settle;
mod shown;
mod status_page;
mod step;
mod values;
mod wording;

pub(super) use begin::draft;
pub(crate) use deeds::MessageDeed;
pub(crate) use invite::Invited;
pub(super) use lost::give_up;
pub(super) use outbox::NO_MESSAGE;
pub(super) use planned::{all_about, is_cancelled, written};
pub(crate) use settle::DeliveryDeed;
pub(super) use shown::found;
pub(crate) use shown::{MessagesOf, Part};
pub(super) use values::product_of;
