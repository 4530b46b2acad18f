//! Which commits touch paths: a component's part of a repository with several.
//!
//! A commit touches a path if what is there differs from what its first parent has there. A merge therefore touches what it
//! brought to the line that it stands on, and not what that line had already.

use crate::{
    fault::Fault,
    object::{Objects, broken},
    walk::Walk,
};
use gix::{ObjectId, objs::tree::EntryMode};
use std::collections::HashMap;

/// Paths from the top of the tree, by their names.
pub(crate) struct Paths(Vec<Vec<String>>);

/// What a tree has at each path.
type Found = Vec<Option<(ObjectId, EntryMode)>>;

impl Paths {
    /// Reads `a/b`.
    pub(crate) fn read(texts: &[String]) -> Result<Self, Fault> {
        let read = |text: &String| {
            let names: Vec<String> = text
                .trim_matches('/')
                .split('/')
                .map(str::to_owned)
                .collect();
            let is_odd =
                |name: &String| matches!(name.as_str(), "" | "." | "..") || name.contains('\0');
            match text.starts_with('/') || names.len() > 100 || names.iter().any(is_odd) {
                true => Err(Fault::Path(text.chars().take(80).collect())),
                false => Ok(names),
            }
        };
        texts.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Keeps of the wanted commits those that touch any of the paths; all if there are none.
    pub(crate) fn keep(&self, walk: &mut Walk, objects: &mut Objects<'_>) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (mut trees, mut kept) = (HashMap::new(), Vec::new());
        for at in &walk.wanted {
            let own = walk.nodes[*at].tree;
            let parent = walk.nodes[*at].parents.first().and_then(|parent| parent.at);
            let before = parent.map(|at| walk.nodes[at].tree);
            if before == Some(own) {
                continue;
            }
            let own = self.at(own, &mut trees, objects)?;
            let before = match before {
                Some(tree) => self.at(tree, &mut trees, objects)?,
                None => vec![None; self.0.len()],
            };
            if own != before {
                kept.push(*at);
            }
        }
        walk.wanted = kept;
        Ok(())
    }

    fn at(
        &self,
        tree: ObjectId,
        trees: &mut HashMap<ObjectId, Found>,
        objects: &mut Objects<'_>,
    ) -> Result<Found, Fault> {
        if let Some(found) = trees.get(&tree) {
            return Ok(found.clone());
        }
        let found: Found = self
            .0
            .iter()
            .map(|path| look_up(tree, path, objects))
            .collect::<Result<_, _>>()?;
        trees.insert(tree, found.clone());
        Ok(found)
    }
}

fn look_up(
    tree: ObjectId,
    path: &[String],
    objects: &mut Objects<'_>,
) -> Result<Option<(ObjectId, EntryMode)>, Fault> {
    let mut at = tree;
    for (number, name) in path.iter().enumerate() {
        let is_last = number + 1 == path.len();
        let mut entry = None;
        for found in objects.tree(at)? {
            let found = found.map_err(|error| broken("tree", at, error))?;
            if found.filename == name.as_bytes() {
                entry = Some((found.oid.to_owned(), found.mode));
            }
        }
        match entry {
            Some((id, mode)) if !is_last && mode.is_tree() => at = id,
            Some(found) if is_last => return Ok(Some(found)),
            Some(_) | None => return Ok(None),
        }
    }
    Ok(None)
}
