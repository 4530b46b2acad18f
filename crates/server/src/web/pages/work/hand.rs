//! Who stands in for the visitor, what they pass on at the end of a shift, what they have seen, and how often they
//! are mailed.

use super::super::super::{
    fault::Fault,
    visitor::{Path, Submitted, Visitor},
};
use crate::{app::Error, http::access::State};
use axum::response::Redirect;
use serde::Deserialize;
use tidegate_protocol::api::{DelegationRequest, NewsMailRequest, PassOnRequest, SeenRequest};

/// What a person says.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Word {
    #[serde(default)]
    to: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    up_to: u64,
    #[serde(default)]
    often: String,
}

pub(in crate::web) async fn act(
    app: State,
    Visitor(request): Visitor,
    Path(deed): Path<String>,
    Submitted(word): Submitted<Word>,
) -> Result<Redirect, Fault> {
    let here = "/work";
    let back = |error: Error| Fault::back(error, here);
    match deed.as_str() {
        "seen" => {
            let wanted = SeenRequest { up_to: word.up_to };
            app.see_news(request, &wanted).await.map_err(back)?;
        }
        "mail" => {
            let wanted = NewsMailRequest { often: word.often };
            app.choose_news_mail(request, &wanted).await.map_err(back)?;
            return Ok(Redirect::to("/work#mailed"));
        }
        "lend" => {
            let wanted = DelegationRequest {
                to: word.to.trim().to_owned(),
                until: last_moment(word.until.trim()),
                reason: word.note,
            };
            app.delegate(request, &wanted).await.map_err(back)?;
        }
        "take-back" => {
            app.end_delegation(request).await.map_err(back)?;
        }
        "pass-on" => {
            let wanted = PassOnRequest {
                to: word.to.trim().to_owned(),
                note: word.note.replace("\r\n", "\n"),
                tasks: None,
                issues: None,
                dry_run: false,
            };
            app.pass_on(request, &wanted).await.map_err(back)?;
        }
        other => {
            let missing = Error::not_found("deed-not-found", "thing to do with work", other);
            return Err(back(missing));
        }
    }
    Ok(Redirect::to(here))
}

/// The end of a day, in UTC; anything else is left for whoever reads it to refuse.
fn last_moment(day: &str) -> String {
    match day.parse::<jiff::civil::Date>() {
        Ok(day) => format!("{day}T23:59:59Z"),
        Err(_) => day.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lasts_until_its_end() {
        assert_eq!(last_moment("2026-12-01"), "2026-12-01T23:59:59Z");
        assert_eq!(last_moment("soon"), "soon");
    }
}
