//! `tidegate logs`.

use super::Context;
use crate::{Error, ExitStatus, client::query};
use clap::Args;
use tidegate_domain::{converge::Slot, name::Name};
use tidegate_protocol::api::LogsView;

/// Show what a component, or a job of it, wrote on a target.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// `PRODUCT/COMPONENT`.
    #[arg(value_name = "PRODUCT/COMPONENT")]
    component: String,
    /// `ENVIRONMENT/TARGET`.
    #[arg(long = "on", value_name = "ENVIRONMENT/TARGET")]
    target: String,
    /// The slot where it runs, `blue` or `green`.
    #[arg(long, conflicts_with = "job")]
    slot: Option<Slot>,
    /// Which instance of the component, counted from 1.
    #[arg(long, conflicts_with = "job", value_name = "NUMBER")]
    instance: Option<u32>,
    /// A job of the component, such as `migrate`.
    #[arg(long)]
    job: Option<Name>,
    /// How many lines, the last ones.
    #[arg(long, short = 'n', default_value_t = 100)]
    lines: u32,
}

impl LogsArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let split = |text: &str, form: &str| match text.split_once('/') {
            Some((first, second)) => Ok((first.to_owned(), second.to_owned())),
            None => Err(Error::Usage(format!("`{text}` is not {form}"))),
        };
        let (product, component) = split(&self.component, "PRODUCT/COMPONENT")?;
        let (environment, target) = split(&self.target, "ENVIRONMENT/TARGET")?;
        let wanted = query([
            ("product", Some(product.as_str())),
            ("component", Some(&component)),
            ("environment", Some(&environment)),
            ("target", Some(&target)),
            ("slot", self.slot.map(|slot| slot.to_string()).as_deref()),
            (
                "instance",
                self.instance.map(|number| number.to_string()).as_deref(),
            ),
            ("job", self.job.as_ref().map(Name::as_str)),
            ("lines", Some(&self.lines.to_string())),
        ]);
        let view: LogsView = context
            .client
            .get(&format!("/api/v1/logs?{wanted}"))
            .await?;
        context.ui.data(&view, text);
        Ok(ExitStatus::Done)
    }
}

fn text(view: &LogsView) -> String {
    let line = |line: &tidegate_protocol::api::LogLineView| {
        format!("{} {:6} {}", line.time, line.stream, plain(&line.text))
    };
    view.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A component's output must not steer the terminal of whoever reads it.
fn plain(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() && c != '\t' {
            '\u{FFFD}'
        } else {
            c
        }
    };
    text.chars().map(shown).collect()
}
