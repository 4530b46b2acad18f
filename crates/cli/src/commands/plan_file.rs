//! Plans in files: written with the edition that they were made from, changed in the editor, and saved.

use super::Context;
use crate::{
    Error,
    ui::{ago, table},
};
use serde::{Serialize, de::DeserializeOwned};
use std::path::{Path, PathBuf};
use tidegate_protocol::api::{PlanEditionView, PlanSaveRequest, PlanSavedView};

/// The first line of a plan in a file, with the number of the edition that it was made from.
const EDITION: &str = "# edition ";

/// A plan in a file, with its edition in the first line.
pub(super) fn file(edition: u64, of: &str, text: &str) -> String {
    format!("{EDITION}{edition} of {of}; leave this line as it is\n{text}")
}

/// The edition that a file says it was made from.
fn base(text: &str) -> Option<u64> {
    let first = text.lines().next()?.strip_prefix(EDITION)?;
    first.split_whitespace().next()?.parse().ok()
}

/// A plan in a file, as it was read.
pub(super) struct PlanFile<'a> {
    path: &'a Path,
    text: String,
}

impl<'a> PlanFile<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn read(path: &'a Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|why| Error::Usage(format!("{} cannot be read: {why}", path.display())))?;
        Ok(Self { path, text })
    }

    /// The edition that it says it was made from.
    pub(super) fn base(&self) -> Option<u64> {
        base(&self.text)
    }

    /// That nobody says which edition it was made from; there is `newest`.
    pub(super) fn no_base(&self, newest: &str) -> Error {
        let path = self.path.display();
        Error::Usage(format!(
            "{path} does not say which edition it was made from: `--base EDITION`, {newest}"
        ))
    }

    /// What saving it asks for.
    pub(super) fn request(self, base: u64, dry_run: bool) -> PlanSaveRequest {
        PlanSaveRequest {
            base,
            text: self.text,
            dry_run,
        }
    }
}

/// Saves a plan, or says what that would change, as `told` says it.
pub(super) async fn save<T: Serialize + DeserializeOwned>(
    context: &Context<'_>,
    address: &str,
    request: &PlanSaveRequest,
    told: fn(&T) -> String,
) -> Result<(), Error> {
    let view: T = context.client.put(address, request).await?;
    context.ui.data(&view, told);
    Ok(())
}

/// What a person made of a plan in the editor.
pub(super) struct Edited {
    request: PlanSaveRequest,
    is_same: bool,
    kept: PathBuf,
}

/// Opens the person's editor on a plan of some edition.
///
/// # Errors
/// When there is no editor, or it fails.
pub(super) fn edited(text: &str, name: &str, edition: u64) -> Result<Edited, Error> {
    let (edited, kept) = in_editor(text, name, ".yaml")?;
    Ok(Edited {
        is_same: edited == text,
        request: PlanSaveRequest {
            base: base(&edited).unwrap_or(edition),
            text: edited,
            dry_run: false,
        },
        kept,
    })
}

/// Opens the person's editor on a text that is not saved yet: to leave it as it is changes something, too.
///
/// # Errors
/// When there is no editor, or it fails.
pub(super) fn changed(text: &str, name: &str, edition: u64) -> Result<Edited, Error> {
    let edited = edited(text, name, edition)?;
    Ok(Edited {
        is_same: false,
        ..edited
    })
}

impl Edited {
    /// Saves it. What is refused stays in its file.
    pub(super) async fn save<T: Serialize + DeserializeOwned>(
        &self,
        context: &Context<'_>,
        address: &str,
        told: fn(&T) -> String,
    ) -> Result<(), Error> {
        if self.is_same {
            context.ui.say("nothing was changed");
            drop(std::fs::remove_file(&self.kept));
            return Ok(());
        }
        let saved = save(context, address, &self.request, told).await;
        match &saved {
            Ok(()) => drop(std::fs::remove_file(&self.kept)),
            Err(_) => context.ui.say(format_args!(
                "what you wrote is kept in {}",
                self.kept.display()
            )),
        }
        saved
    }
}

/// Opens the person's editor on a text; answers what they made of it, and where it lies.
pub(super) fn in_editor(text: &str, name: &str, suffix: &str) -> Result<(String, PathBuf), Error> {
    let editor = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|it| std::env::var(it).ok());
    let editor = editor.filter(|it| !it.trim().is_empty()).ok_or_else(|| {
        Error::Usage(
            "no editor is set: set EDITOR, or `show --yaml` into a file, change it there, and save that file".to_owned(),
        )
    })?;
    let prefix = format!("tidegate-plan-{name}-");
    let made = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(suffix)
        .tempfile();
    let kept = made.and_then(|file| file.keep().map_err(|why| why.error));
    let wrong = |why: std::io::Error| Error::Usage(format!("a file for the editor: {why}"));
    let (_, path) = kept.map_err(wrong)?;
    std::fs::write(&path, text).map_err(wrong)?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = std::process::Command::new(program)
        .args(words)
        .arg(&path)
        .status()
        .map_err(|why| Error::Usage(format!("the editor `{editor}` cannot be run: {why}")))?;
    if !status.success() {
        return Err(Error::Usage(format!(
            "the editor `{editor}` ended with {status}; nothing was saved"
        )));
    }
    let edited = std::fs::read_to_string(&path).map_err(wrong)?;
    Ok((edited, path))
}

/// What saving changed, or would change, in words.
pub(super) fn saved(view: &PlanSavedView) -> String {
    let or_nothing = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
    let changed = view.differences.iter().map(|it| {
        let (before, after) = (or_nothing(&it.before), or_nothing(&it.after));
        format!("  {}: {before} → {after}", it.path)
    });
    let both = view.conflicts.iter().map(|it| {
        let (theirs, mine) = (or_nothing(&it.theirs), or_nothing(&it.mine));
        format!("! {}: {theirs} there, {mine} here", it.path)
    });
    let late = view
        .newly_late
        .iter()
        .map(|it| format!("! {it} would be late"));
    let merged = "what others saved in between is in it".to_owned();
    let lines = changed.chain(both).chain(late);
    let lines = lines
        .chain(view.merged.then_some(merged))
        .chain([came_to(view)]);
    lines.collect::<Vec<String>>().join("\n")
}

fn came_to(view: &PlanSavedView) -> String {
    let is_same = view.differences.is_empty();
    match (view.saved, view.conflicts.len(), is_same) {
        (true, _, _) => format!("edition {} is saved", view.edition),
        (false, 0, true) => format!("nothing differs from edition {}", view.edition),
        (false, 0, false) => "that would be changed".to_owned(),
        (false, many, _) => format!(
            "both changed the same in {many} places: settle that, and save on edition {}",
            view.edition
        ),
    }
}

/// The editions of a plan, a line each.
pub(super) fn history(editions: &[PlanEditionView]) -> String {
    let row = |it: &PlanEditionView| {
        let paths: Vec<&str> = it.differences.iter().map(|it| it.path.as_str()).collect();
        let more = match paths.len() {
            0..=4 => String::new(),
            many => format!(" and {} more", many - 4),
        };
        let shown: Vec<&str> = paths.into_iter().take(4).collect();
        vec![
            it.edition.to_string(),
            it.by.clone(),
            ago(it.at),
            format!("{}{more}", shown.join(", ")),
        ]
    };
    table(
        &["edition", "by", "saved", "changed"],
        editions.iter().map(row),
    )
}

/// How much room is left, in the unit that people would use.
pub(super) fn room(minutes: i64) -> String {
    let word = |minutes: i64| match minutes {
        0..=119 => format!("{minutes} min"),
        120..=2879 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
    };
    match minutes {
        0.. => word(minutes),
        late => format!("{} late", word(-late)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_which_edition_it_was_made_from() {
        assert_eq!(
            base("# edition 3 of shop 1.0.0; leave this line\ntasks: []"),
            Some(3)
        );
        assert_eq!(base("tasks: []\n# edition 3"), None);
        assert_eq!(base(""), None);
    }

    #[test]
    fn room_is_told_in_the_unit_people_would_use() {
        for (minutes, told) in [
            (0, "0 min"),
            (119, "119 min"),
            (180, "3 h"),
            (4320, "3 d"),
            (-90, "90 min late"),
        ] {
            assert_eq!(room(minutes), told);
        }
    }
}
