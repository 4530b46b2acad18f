//! The procedure that a step, a task or a control names: which version goes with it, and whether the visitor should read it.

use askama::{Template, filters::HtmlSafe};
use tidegate_protocol::api::NamedProcedureView;

/// It, in a paragraph.
#[derive(Debug, Template)]
#[template(path = "parts/named_procedure.html")]
pub(in crate::web) struct NamedProcedure {
    view: NamedProcedureView,
}

impl HtmlSafe for NamedProcedure {}

impl From<NamedProcedureView> for NamedProcedure {
    fn from(view: NamedProcedureView) -> Self {
        Self { view }
    }
}
