//! A scope as it is shown.

use super::{
    super::{App, Error, Request},
    gather::{Put, aside},
};
use tidegate_domain::scope::{
    Act, Adjustment, Change, ChangeRef, Commit, Group, Links, Relation, Standing,
};
use tidegate_protocol::api::{
    ContributorView, ScopeChangeView, ScopeGroupView, ScopeItemView, ScopeLostView, ScopeSinceView,
    ScopeUnmatchedView, ScopeUnreadView, ScopeView,
};

impl App {
    /// The scope of a release for an environment, or the last of its promotion path; under each heading at most `most` changes.
    ///
    /// # Errors
    /// When there is no such release or environment. A source that cannot be read is told in the answer.
    pub async fn scope(
        &self,
        request: &Request,
        of: (&str, &str),
        (environment, most): (Option<&str>, usize),
    ) -> Result<ScopeView, Error> {
        let put = self.put_scope(request, of, environment).await?;
        aside(move || view(&put, most)).await
    }
}

pub(super) fn view(put: &Put, most: usize) -> ScopeView {
    let gathered = &put.gathered;
    let scope = &put.scope;
    let links = Links::new(&gathered.trackers);
    let counting = scope.changes().iter().filter(|it| it.counts());
    let breaking = counting.clone().filter(|it| it.meaning.breaking.is_some());
    let (changes, breaking) = (counting.count(), breaking.count());
    let items = scope.items(&links, &put.catalogue);
    let item = |it: &tidegate_domain::scope::LinkedItem<'_>| ScopeItemView {
        tracker: it.key.tracker.to_string(),
        key: it.key.key.clone(),
        title: it.item.map(|item| item.title.clone()),
        state: it.item.map(|item| item.state.clone()),
        url: it.url.clone(),
        closes: it.relation == Relation::Closes,
        changes: count(it.changes.len()),
    };
    let contributors = scope.contributors();
    ScopeView {
        product: gathered.of.0.to_string(),
        version: gathered.of.1.to_string(),
        environment: gathered.environment.as_ref().map(ToString::to_string),
        environments: gathered.path.iter().map(ToString::to_string).collect(),
        since: gathered.base.as_ref().map(|base| ScopeSinceView {
            version: base.release.to_string(),
            deployment: base.deployment.0,
            at: base.at,
        }),
        releases: put.releases.iter().map(ToString::to_string).collect(),
        sentence: sentence(put, (changes, breaking, items.len())),
        changes: count(changes),
        breaking: count(breaking),
        groups: scope
            .groups()
            .iter()
            .map(|it| group(put, it, most))
            .collect(),
        items: items.iter().map(item).collect(),
        contributors: contributors
            .into_iter()
            .map(|it| ContributorView {
                name: it.author.name,
                changes: it.changes,
            })
            .collect(),
        left_out: count(put.left_out),
        lost: put.lost.iter().map(lost).collect(),
        unmatched: scope
            .unmatched()
            .iter()
            .map(|it| ScopeUnmatchedView {
                change: named(&it.adjustment),
                by: it.adjustment.decision.by.to_string(),
                why: it.why.word().to_owned(),
            })
            .collect(),
        unread: unread(put),
    }
}

fn unread(put: &Put) -> Vec<ScopeUnreadView> {
    let failed = put.unread.iter().map(|(component, why)| ScopeUnreadView {
        component: component.to_string(),
        why: why.why.clone(),
        hint: why.hint.clone(),
    });
    let unsourced = put.gathered.unsourced.iter().map(|it| ScopeUnreadView {
        component: it.to_string(),
        why: "it does not say where its history is read".to_owned(),
        hint: "declare `source:` with a `repository:` for it".to_owned(),
    });
    failed.chain(unsourced).collect()
}

fn group(put: &Put, group: &Group<'_>, most: usize) -> ScopeGroupView {
    ScopeGroupView {
        title: group.heading.title().to_owned(),
        count: count(group.changes.len()),
        changes: group
            .changes
            .iter()
            .take(most)
            .map(|change| change_view(put, change))
            .collect(),
    }
}

fn change_view(put: &Put, change: &Change) -> ScopeChangeView {
    let origins: Vec<_> = put.scope.origins_of(change).collect();
    let mut components: Vec<String> = origins.iter().map(|it| it.component.to_string()).collect();
    let mut releases: Vec<String> = origins.iter().map(|it| it.release.to_string()).collect();
    components.dedup();
    releases.dedup();
    let (standing, told) = standing(&change.standing);
    ScopeChangeView {
        change: change.key.to_string(),
        short: short(change),
        area: change.meaning.area.clone(),
        description: change.meaning.description.clone(),
        breaking: change.meaning.breaking.clone(),
        authors: change.authors(),
        at: change.commit.as_ref().map(|commit| commit.time),
        items: change
            .links
            .iter()
            .map(|link| link.item.key.clone())
            .collect(),
        components,
        releases,
        standing: standing.to_owned(),
        told,
    }
}

/// What people call a change.
pub(super) fn short(change: &Change) -> String {
    let commit = change.key.commit();
    commit.map_or_else(|| change.key.to_string(), |id| id.short())
}

fn standing(standing: &Standing) -> (&'static str, Option<String>) {
    match standing {
        Standing::Counts => ("counts", None),
        Standing::Added(it) => ("added", Some(format!("added by {}: {}", it.by, it.reason))),
        Standing::TakenOut(it) => {
            let told = format!("taken out by {}: {}", it.by, it.reason);
            ("taken-out", Some(told))
        }
        Standing::Undone { by } => (
            "cancelled-out",
            Some(format!("taken back by {}", by.short())),
        ),
        Standing::Undoes { commits } => {
            let commits: Vec<String> = commits.iter().map(|it| it.short()).collect();
            let told = format!("takes back {}", commits.join(", "));
            ("cancelled-out", Some(told))
        }
    }
}

fn named(adjustment: &Adjustment) -> String {
    match &adjustment.act {
        Act::TakeOut(named) => named.to_string(),
        Act::Add(commit) => commit.id.short(),
        Act::Write { name, .. } => ChangeRef::Written(name.clone()).to_string(),
    }
}

fn lost(
    (component, commits, more): &(tidegate_domain::name::Name, Vec<Commit>, usize),
) -> ScopeLostView {
    let line = |commit: &Commit| {
        let first = commit.message.lines().next().unwrap_or_default();
        format!("{} {first}", commit.id.short())
    };
    ScopeLostView {
        component: component.to_string(),
        commits: commits.iter().map(line).collect(),
        more: count(*more),
    }
}

/// What a scope comes to, as a person would say it.
fn sentence(put: &Put, (changes, breaking, items): (usize, usize, usize)) -> String {
    let gathered = &put.gathered;
    let version = &gathered.of.1;
    let place = match &gathered.environment {
        Some(environment) => format!(" to {environment}"),
        None => String::new(),
    };
    let since = match (&gathered.base, &gathered.environment) {
        (Some(base), _) if base.release == *version => {
            let place = gathered.environment.as_ref().map(ToString::to_string);
            return format!("{version} is what {} has.", place.unwrap_or_default());
        }
        (Some(base), _) => format!(", since {}", base.release),
        (None, Some(_)) => ", where nothing was deployed yet".to_owned(),
        (None, None) => String::new(),
    };
    let known = match put.unread.len() + gathered.unsourced.len() {
        0 => "",
        _ if changes == 0 && put.scope.origins().is_empty() => {
            return format!("It is not known what {version} brings{place}{since}.");
        }
        _ => ", as far as is known",
    };
    let breaking = match breaking {
        0 => String::new(),
        n => format!(", {n} of them breaking"),
    };
    let items = match items {
        0 => String::new(),
        n => format!(", for {}", counted(n, "work item")),
    };
    let changes = counted(changes, "change");
    format!("{version} brings {changes}{place}{since}{breaking}{items}{known}.")
}

fn counted(n: usize, noun: &str) -> String {
    match n {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
