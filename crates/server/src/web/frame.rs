//! What surrounds every page: title, navigation, who is signed in, and the page's twins in API and command line.

use super::{
    assets::{Addresses, addresses},
    fault::Fault,
    marked,
};
use crate::app::{Error, Request};
use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

/// Where in the navigation a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// What runs where.
    Overview,
    /// What moves and moved.
    Deployments,
    /// What goes out together.
    Trains,
    /// What others change under us.
    Suppliers,
    /// Whom one tells, and by what.
    Audiences,
    /// What was learnt.
    Reviews,
    /// What goes out when.
    Calendar,
    /// What awaits deployment.
    Artifacts,
    /// What is asked before anything goes out.
    Controls,
    /// How things are done, and who has read that.
    Procedures,
    /// What is to do.
    Work,
    /// What is wanted to change, and who agreed.
    Changes,
    /// Who may come in.
    People,
    /// Who did what.
    Journal,
    /// Signed in, under none of them.
    Elsewhere,
    /// Not signed in.
    Outside,
}

/// What surrounds a page.
#[derive(Debug)]
pub(super) struct Frame {
    /// Of the window.
    pub title: String,
    /// Empty for those outside.
    pub navigation: Vec<Entry>,
    /// Who is signed in.
    pub person: Option<String>,
    /// The address of the same data in the API.
    pub twin: Option<String>,
    /// The command that shows the same.
    pub command: Option<String>,
    /// Style, scripts, icon.
    pub assets: &'static Addresses,
}

/// What stands in the navigation: a page, or several in a menu that opens without a script.
#[derive(Debug)]
pub(super) struct Entry {
    /// What the pages of a menu have in common; none of a page that stands alone.
    pub menu: Option<&'static str>,
    /// The pages.
    pub links: Vec<Link>,
}

/// One link of the navigation.
#[derive(Debug)]
pub(super) struct Link {
    /// Where to.
    pub href: &'static str,
    /// In words.
    pub label: &'static str,
    /// Behind `g`, as a shortcut.
    pub key: &'static str,
    /// Whether the page stands there.
    pub current: bool,
}

/// A page: where it stands, its address, its label, its key.
type Known = (Section, &'static str, &'static str, &'static str);

/// The pages that are looked at all the time stand alone.
const PAGES: [Known; 3] = [
    (Section::Overview, "/", "Overview", "o"),
    (Section::Work, "/work", "Work", "w"),
    (Section::Deployments, "/deployments", "Deployments", "d"),
];
const MENUS: [(&str, &[Known]); 3] = [
    (
        "Planning",
        &[
            (Section::Trains, "/trains", "Trains", "t"),
            (Section::Calendar, "/calendar", "Calendar", "c"),
            (Section::Changes, "/changes", "Changes", "h"),
            (Section::Reviews, "/reviews", "Reviews", "v"),
            (Section::Audiences, "/audiences", "Audiences", "u"),
        ],
    ),
    (
        "Supply",
        &[
            (Section::Artifacts, "/artifacts", "Artifacts", "a"),
            (Section::Suppliers, "/suppliers", "Suppliers", "s"),
        ],
    ),
    (
        "Governance",
        &[
            (Section::Controls, "/controls", "Controls", "r"),
            (Section::Procedures, "/procedures", "Procedures", "e"),
            (Section::People, "/people", "People", "p"),
            (Section::Journal, "/journal", "Journal", "j"),
        ],
    ),
];

impl Frame {
    /// Around a page for whoever asks.
    pub(super) fn new(title: &str, section: Section, request: &Request) -> Self {
        Self {
            person: Some(request.actor.name.to_string()),
            ..Self::anonymous(title, section)
        }
    }

    /// Around a page for nobody in particular.
    pub(super) fn anonymous(title: &str, section: Section) -> Self {
        let navigation = match section {
            Section::Outside => Vec::new(),
            Section::Overview
            | Section::Work
            | Section::Deployments
            | Section::Trains
            | Section::Suppliers
            | Section::Audiences
            | Section::Reviews
            | Section::Calendar
            | Section::Artifacts
            | Section::Controls
            | Section::Procedures
            | Section::Changes
            | Section::People
            | Section::Journal
            | Section::Elsewhere => navigation(section),
        };
        Self {
            title: title.to_owned(),
            navigation,
            person: None,
            twin: None,
            command: None,
            assets: addresses(),
        }
    }

    /// The same data elsewhere: its address in the API, behind its method where a browser cannot open it, and the command that shows it.
    #[must_use]
    pub(super) fn twins(mut self, twin: impl Into<String>, command: impl Into<String>) -> Self {
        self.twin = Some(twin.into());
        self.command = Some(command.into());
        self
    }
}

fn navigation(section: Section) -> Vec<Entry> {
    let link = |(own, href, label, key): &Known| Link {
        href,
        label,
        key,
        current: *own == section,
    };
    let pages = PAGES.iter().map(|it| Entry {
        menu: None,
        links: vec![link(it)],
    });
    let menus = MENUS.iter().map(|(label, pages)| Entry {
        menu: Some(label),
        links: pages.iter().map(link).collect(),
    });
    pages.chain(menus).collect()
}

impl Entry {
    /// The page of it that is shown now.
    pub(super) fn current(&self) -> Option<&'static str> {
        let current = self.links.iter().find(|it| it.current);
        current.map(|it| it.label)
    }
}

/// A page as an answer. Browsers ask again each time, because what is shown moves.
pub(super) fn answer(page: &impl Template) -> Result<Response, Fault> {
    let html = marked::html(page)
        .map_err(|why| Error::Broken(format!("a page cannot be rendered: {why}")))?;
    let keep = HeaderValue::from_static("private, no-cache");
    Ok(([(header::CACHE_CONTROL, keep)], Html(html)).into_response())
}

/// What is seen by a link that is a secret: nobody on the way keeps it, and no other site is told the address.
pub(super) fn unkept() -> [(header::HeaderName, HeaderValue); 2] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_says_which_of_its_pages_is_shown() {
        let current = |section| {
            let all = navigation(section);
            all.iter().find_map(Entry::current)
        };
        assert_eq!(current(Section::Suppliers), Some("Suppliers"));
        assert_eq!(current(Section::Elsewhere), None);
        assert!(
            Frame::anonymous("x", Section::Outside)
                .navigation
                .is_empty()
        );
        let mut keys: Vec<&str> = PAGES.iter().map(|it| it.3).collect();
        keys.extend(MENUS.iter().flat_map(|(_, all)| all.iter().map(|it| it.3)));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "each has its own key");
    }
}
