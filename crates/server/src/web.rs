//! The pages. A page is a typed view beside its template; what it shows comes from `app::query`, what it does is one
//! use-case.
//!
//! Pages work without JavaScript: links and forms first. Templates branch on ready-made values and never compute. No
//! page carries inline script or style; status codes are named in `http::error` only.
//!
//! Start at [`router`]; one file per page in `pages`, its HTML in `templates`.

mod assets;
mod confirm;
mod fault;
mod frame;
mod live;
mod marked;
mod moment;
mod offer;
mod once;
mod outward;
mod pages;
mod parts;
mod router;
mod state;
mod telling;
mod visitor;

pub(crate) use fault::refused;
pub(crate) use router::router;
