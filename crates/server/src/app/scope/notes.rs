//! Notes as they are shown.

use super::{
    super::{App, Error, Request},
    gather::{Put, aside},
    shown::{self, short},
    word::{audience, subject_text},
};
use std::collections::BTreeMap;
use tidegate_domain::scope::{Audience, ChangeKey, Line, Links, Materials, Notes};
use tidegate_protocol::api::{NotesChapterView, NotesLineView, NotesView, ScopeView, UnwordedView};

impl App {
    /// What an audience is told about a release that goes to an environment, or the last of its promotion path.
    ///
    /// # Errors
    /// When there is no such release, environment or audience.
    pub async fn notes(
        &self,
        request: &Request,
        of: (&str, &str),
        (whom, environment): (&str, Option<&str>),
    ) -> Result<NotesView, Error> {
        let whom = audience(whom)?;
        let put = self.put_scope(request, of, environment).await?;
        aside(move || view(&put, whom)).await
    }

    /// The same, for what is put together of it.
    ///
    /// # Errors
    /// When there is no such release or environment, or no sources are read.
    pub(in crate::app) async fn domain_notes(
        &self,
        request: &Request,
        of: (&str, &str),
        (whom, environment): (Audience, Option<&str>),
    ) -> Result<Notes, Error> {
        let put = self.put_scope(request, of, environment).await?;
        aside(move || notes(&put, whom)).await
    }

    /// Both the scope of a release and what an audience is told about it.
    ///
    /// # Errors
    /// As those of each.
    pub async fn scope_with_notes(
        &self,
        request: &Request,
        of: (&str, &str),
        (environment, most, whom): (Option<&str>, usize, &str),
    ) -> Result<(ScopeView, NotesView), Error> {
        let whom = audience(whom)?;
        let put = self.put_scope(request, of, environment).await?;
        aside(move || (shown::view(&put, most), view(&put, whom))).await
    }
}

fn notes(put: &Put, audience: Audience) -> Notes {
    let links = Links::new(&put.gathered.trackers);
    let materials = Materials {
        links: &links,
        catalogue: &put.catalogue,
        wordings: &put.wordings,
    };
    Notes::of(&put.scope, audience, materials)
}

fn view(put: &Put, audience: Audience) -> NotesView {
    let gathered = &put.gathered;
    let notes = notes(put, audience);
    let chapters = notes.chapters.iter().map(|chapter| NotesChapterView {
        title: chapter.heading.title().to_owned(),
        lines: chapter.lines.iter().map(line).collect(),
    });
    NotesView {
        product: gathered.of.0.to_string(),
        version: gathered.of.1.to_string(),
        environment: gathered.environment.as_ref().map(ToString::to_string),
        since: gathered.base.as_ref().map(|base| base.release.to_string()),
        audience: audience.word().to_owned(),
        markdown: notes.markdown(),
        introduction: notes.introduction.as_ref().map(|it| it.text.clone()),
        chapters: chapters.collect(),
        unworded: unworded(put, &notes.unworded),
        unplaced: notes.unplaced.iter().map(subject_text).collect(),
        writers: notes.writers.iter().map(ToString::to_string).collect(),
        written: written(put),
    }
}

/// How often somebody wrote something of the release itself.
fn written(put: &Put) -> u64 {
    let own = put.gathered.said.last().map_or(0, |it| it.wordings.len());
    u64::try_from(own).unwrap_or(u64::MAX)
}

fn line(line: &Line) -> NotesLineView {
    NotesLineView {
        subject: line.subject.as_ref().map(subject_text).unwrap_or_default(),
        area: line.area.clone(),
        text: line.text.clone(),
        detail: line.detail.clone(),
        remark: line.remark.clone(),
        written_by: line.written_by.iter().map(ToString::to_string).collect(),
    }
}

fn unworded(put: &Put, keys: &[ChangeKey]) -> Vec<UnwordedView> {
    let changes = put.scope.changes().iter();
    let by_key: BTreeMap<&ChangeKey, _> = changes.map(|it| (&it.key, it)).collect();
    let found = keys.iter().filter_map(|key| by_key.get(key));
    found
        .map(|change| UnwordedView {
            change: change.key.to_string(),
            short: short(change),
            description: change.meaning.description.clone(),
        })
        .collect()
}
