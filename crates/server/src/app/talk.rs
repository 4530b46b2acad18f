//! What people say about anything, whom that reaches, who stands in for whom, and what is passed on.
//!
//! Every subject is asked of the authorizer by its kind ([`about`]): whoever may not see something neither reads what is said
//! about it nor is told of it, though they are named.

mod about;
mod delegate;
mod mail;
mod news;
mod pass_on;
mod remind;
mod say;

pub(super) use delegate::view as delegation_view;
pub(super) use mail::{
    begin_by as begin_news_by, begin_for as begin_news_for, give_up as give_up_news,
};
pub(super) use news::{Told, people_of, tell, unseen, unseen_behind};
pub(super) use say::comments;
