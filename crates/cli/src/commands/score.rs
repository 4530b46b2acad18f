//! `tidegate score`.

use super::Context;
use crate::{Error, ExitStatus, client::query, ui::table};
use clap::{Args, Subcommand};
use tidegate_protocol::api::{AucView, DeploymentScoreView, ScoreBacktestView, ScoreTermView};

/// Say how large and how risky a deployment is, what that comes from, and what would lower it.
#[derive(Debug, Subcommand)]
pub enum ScoreCommand {
    Show(ShowArgs),
    /// Say whether the scores of past deployments ranked those that failed above the others.
    Backtest {
        /// Of this product only.
        #[arg(long)]
        product: Option<String>,
    },
}

/// Show the score of a deployment with its terms.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The product.
    product: String,
    /// The release.
    version: String,
    /// Where it would go; the last environment of the promotion path unless given.
    #[arg(long, value_name = "ENVIRONMENT")]
    to: Option<String>,
    /// When it would begin, such as `2026-12-04T15:00:00Z`; now unless given.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Take weights that are learnt from the product's past, instead of the written formula.
    #[arg(long)]
    learnt: bool,
}

impl ScoreCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::Show(args) => args.run(context).await?,
            Self::Backtest { product } => {
                let asked = query([("product", product.as_deref())]);
                let path = format!("/api/v1/score/backtest?{asked}");
                let view: ScoreBacktestView = context.client.get(&path).await?;
                context.ui.data(&view, judged);
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl ShowArgs {
    async fn run(self, context: &Context<'_>) -> Result<(), Error> {
        let Self {
            product, version, ..
        } = &self;
        let asked = query([
            ("environment", self.to.as_deref()),
            ("at", self.at.as_deref()),
            ("learnt", self.learnt.then_some("true")),
        ]);
        let path = format!("/api/v1/products/{product}/releases/{version}/score?{asked}");
        let view: DeploymentScoreView = context.client.get(&path).await?;
        context.ui.data(&view, told);
        Ok(())
    }
}

fn told(view: &DeploymentScoreView) -> String {
    let rows = |terms: &[ScoreTermView]| {
        let row = |it: &ScoreTermView| {
            let lowers = it.lowers.map(|by| format!("-{by}: "));
            let remedy = it.remedy.clone().unwrap_or_default();
            vec![
                it.points.to_string(),
                it.told.clone(),
                lowers.unwrap_or_default() + &remedy,
            ]
        };
        terms.iter().map(row).collect::<Vec<_>>()
    };
    let mut text = format!("{}\n", view.sentence);
    if view.learnt {
        text.push_str("the risk is that of learnt weights; the points below are those of the written formula\n");
    }
    for (title, terms) in [("SIZE", &view.size_terms), ("RISK", &view.risk_terms)] {
        text.push('\n');
        text.push_str(&table(&[title, "WHY", "WHAT WOULD LOWER IT"], rows(terms)));
    }
    text
}

fn judged(view: &ScoreBacktestView) -> String {
    let row = |what: &str, auc: &Option<AucView>| {
        let told = auc
            .as_ref()
            .map(|it| format!("{:.2} ± {:.2}", it.area, it.error));
        vec![
            what.to_owned(),
            told.unwrap_or_else(|| "too few".to_owned()),
        ]
    };
    let rows = [
        row("the written formula", &view.written),
        row("the same, over the newer half", &view.written_newer),
        row(
            "learnt from the older half, over the newer half",
            &view.learnt,
        ),
    ];
    format!("{}\n\n{}", view.sentence, table(&["SCORE", "AUC"], rows))
}
