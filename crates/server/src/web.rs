//! The pages. A page is a typed view beside its template; what it shows comes from `app::query`.

use crate::app::SharedApp;
use axum::Router;

pub(crate) fn router() -> Router<SharedApp> {
    Router::new()
}
