//! `tidegate person trust`, `trusts` and `distrust`: whom a service account is lent to.

use crate::{Error, ExitStatus, commands::Context, ui::table};
use clap::Args;
use std::{collections::BTreeMap, path::PathBuf};
use tidegate_protocol::api::{TrustRequest, TrustView};

/// Lend a service account to programs, by the tokens that their CI or platform gives them.
///
/// Such a token is exchanged by `tidegate token exchange`. A trust of the same name is replaced, and what was lent by it ends.
#[derive(Debug, Args)]
pub struct TrustArgs {
    /// The service account.
    account: String,
    /// A name for the trust, unique within the account.
    name: String,
    /// Who makes the tokens, as their `iss` claim says it; its keys are found by OpenID Connect Discovery.
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// Whom the tokens are made for, as their `aud` claim says it.
    #[arg(long)]
    audience: String,
    /// What they must say besides, such as `repository=org/shop`; `*` stands for any characters. May be repeated.
    #[arg(long = "claim", value_name = "NAME=PATTERN", required = true)]
    claims: Vec<String>,
    /// The issuer's keys as a JSON Web Key Set, where the server cannot ask it.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// The level of what is lent; the account's unless set.
    #[arg(long, value_parser = clap::value_parser!(u8).range(2..=6))]
    level: Option<u8>,
    /// The only product that it is good for.
    #[arg(long)]
    product: Option<String>,
    /// The only repository that it is good for.
    #[arg(long, value_name = "PRODUCT/COMPONENT")]
    repository: Option<String>,
    /// An action that it is good for, such as `push`; may be repeated. All unless set.
    #[arg(long = "action", value_name = "ACTION")]
    actions: Vec<String>,
    /// How many minutes it is good for.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=60))]
    minutes: u32,
}

impl TrustArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        let path = path(&self.account, &self.name);
        let request = self.request()?;
        let view: TrustView = context.client.put(&path, &request).await?;
        context
            .ui
            .data(&view, |view| listed(std::slice::from_ref(view)));
        Ok(ExitStatus::Done)
    }

    fn request(self) -> Result<TrustRequest, Error> {
        let keys = self.keys.map(|path| {
            let text = std::fs::read_to_string(&path);
            let text = text.map_err(|source| Error::File {
                path: path.clone(),
                source,
            })?;
            let wrong = |why| Error::Usage(format!("{} is no JSON: {why}", path.display()));
            serde_json::from_str(&text).map_err(wrong)
        });
        let claim = |text: &String| {
            let pair = text.split_once('=');
            let wrong = || Error::Usage(format!("`{text}`: write a claim as NAME=PATTERN"));
            let (name, pattern) = pair.ok_or_else(wrong)?;
            Ok((name.to_owned(), pattern.to_owned()))
        };
        let claims: BTreeMap<_, _> = self
            .claims
            .iter()
            .map(claim)
            .collect::<Result<_, Error>>()?;
        Ok(TrustRequest {
            issuer: self.issuer,
            audience: self.audience,
            claims,
            keys: keys.transpose()?,
            level: self.level,
            product: self.product,
            repository: self.repository,
            actions: self.actions,
            minutes: self.minutes,
        })
    }
}

/// The address of a trust.
pub(super) fn path(account: &str, name: &str) -> String {
    format!("/api/v1/people/{account}/trusts/{name}")
}

pub(super) fn listed(trusts: &[TrustView]) -> String {
    let row = |trust: &TrustView| {
        let claims = trust.claims.iter();
        let claims = claims.map(|(name, pattern)| format!("{name}={pattern}"));
        let scope = trust.scope.clone();
        vec![
            trust.name.clone(),
            trust.issuer.clone(),
            trust.audience.clone(),
            claims.collect::<Vec<_>>().join(" "),
            trust.level.to_string(),
            scope.unwrap_or_else(|| "everything".to_owned()),
            format!("{} min", trust.minutes),
        ]
    };
    let head = [
        "trust", "issuer", "audience", "claims", "level", "good for", "for",
    ];
    table(&head, trusts.iter().map(row))
}
