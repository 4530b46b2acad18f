//! Which commits one has behind it and others have not: `git rev-list to ^since`.
//!
//! From all ends at once, the newest commit first: what is behind a commit that is left out is left out as well, also if it
//! was seen before. When only commits to leave out are open, none behind them can be wanted unless clocks were wrong; git then
//! looks at a handful more, we at [`BEYOND_MAX`].

use crate::{
    commit::Raw,
    fault::Fault,
    object::{Objects, parsed},
    revision::domain_id,
};
use gix::ObjectId;
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
};

/// The most commits that are looked at for one history.
pub const WALK_MAX: usize = 2_000_000;
/// How many commits to leave out are looked at after no other is open.
const BEYOND_MAX: usize = 10_000;
/// How many bytes of commits that are wanted are kept, so that they need not be read again.
const KEPT_MAX: usize = 256 << 20;

/// A commit that was looked at.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: ObjectId,
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<Parent>,
    /// Its bytes, if it is wanted and there was room.
    pub(crate) bytes: Option<Box<[u8]>>,
    time: i64,
    is_left_out: bool,
    is_open: bool,
}

/// A parent; its place is known when the child was gone through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    pub(crate) id: ObjectId,
    pub(crate) at: Option<usize>,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) nodes: Vec<Node>,
    /// The places of the commits that are wanted, newest first.
    pub(crate) wanted: Vec<usize>,
}

/// Goes through the history.
pub(crate) struct Walker<'a> {
    objects: Objects<'a>,
    shallow: HashSet<ObjectId>,
    nodes: Vec<Node>,
    places: HashMap<ObjectId, usize>,
    /// Newest first; of one time, those found first.
    queue: BinaryHeap<(i64, Reverse<usize>)>,
    /// How many in the queue are wanted.
    wanted_open: usize,
    /// How many bytes more are kept.
    room: usize,
}

impl<'a> Walker<'a> {
    pub(crate) fn new(objects: Objects<'a>, shallow: HashSet<ObjectId>) -> Self {
        Self {
            objects,
            shallow,
            nodes: Vec::new(),
            places: HashMap::new(),
            queue: BinaryHeap::new(),
            wanted_open: 0,
            room: KEPT_MAX,
        }
    }

    /// The commits behind one and not behind others.
    pub(crate) fn walk(mut self, to: ObjectId, since: &[ObjectId]) -> Result<Walk, Fault> {
        self.reach(to, false)?;
        for id in since {
            self.reach(*id, true)?;
        }
        let mut order = Vec::new();
        while self.wanted_open > 0
            && let Some(at) = self.pop()
        {
            if !self.nodes[at].is_left_out {
                order.push(at);
            }
            self.expand(at)?;
        }
        self.look_beyond();
        order.retain(|at| !self.nodes[*at].is_left_out);
        Ok(Walk {
            nodes: self.nodes,
            wanted: order,
        })
    }

    fn pop(&mut self) -> Option<usize> {
        let (_, Reverse(at)) = self.queue.pop()?;
        let node = &mut self.nodes[at];
        node.is_open = false;
        self.wanted_open -= usize::from(!node.is_left_out);
        Some(at)
    }

    /// Goes on to the parents.
    fn expand(&mut self, at: usize) -> Result<(), Fault> {
        if self.shallow.contains(&self.nodes[at].id) {
            let commit = domain_id(self.nodes[at].id)?;
            return Err(Fault::Shallow { commit });
        }
        let is_left_out = self.nodes[at].is_left_out;
        for number in 0..self.nodes[at].parents.len() {
            let id = self.nodes[at].parents[number].id;
            let place = self.reach(id, is_left_out)?;
            self.nodes[at].parents[number].at = Some(place);
        }
        Ok(())
    }

    /// A commit is reached, by a way that leaves it out or does not.
    fn reach(&mut self, id: ObjectId, is_left_out: bool) -> Result<usize, Fault> {
        if let Some(at) = self.places.get(&id).copied() {
            if is_left_out {
                self.leave_out(at);
            }
            return Ok(at);
        }
        if self.nodes.len() == WALK_MAX {
            return Err(Fault::Long);
        }
        let bytes = self.objects.commit(id)?;
        let mut node = node(id, parsed(id, bytes)?, is_left_out);
        if !is_left_out && let Some(room) = self.room.checked_sub(bytes.len()) {
            self.room = room;
            node.bytes = Some(bytes.into());
        }
        let at = self.nodes.len();
        self.queue.push((node.time, Reverse(at)));
        self.nodes.push(node);
        self.places.insert(id, at);
        self.wanted_open += usize::from(!is_left_out);
        Ok(at)
    }

    /// A commit, and all that is known to be behind it.
    fn leave_out(&mut self, at: usize) {
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            let node = &mut self.nodes[at];
            if std::mem::replace(&mut node.is_left_out, true) {
                continue;
            }
            self.wanted_open -= usize::from(node.is_open);
            self.room += node.bytes.take().map_or(0, |bytes| bytes.len());
            open.extend(node.parents.iter().filter_map(|parent| parent.at));
        }
    }

    /// Commits to leave out may have wanted ones behind them that claim to be newer. What is missing or broken there was not
    /// asked for.
    fn look_beyond(&mut self) {
        for _ in 0..BEYOND_MAX {
            let Some(at) = self.pop() else { break };
            if self.expand(at).is_err() {
                continue;
            }
        }
    }
}

fn node(id: ObjectId, commit: Raw<'_>, is_left_out: bool) -> Node {
    Node {
        id,
        tree: commit.tree,
        time: commit.seconds(),
        parents: commit
            .parents
            .into_iter()
            .map(|id| Parent { id, at: None })
            .collect(),
        bytes: None,
        is_left_out,
        is_open: true,
    }
}
