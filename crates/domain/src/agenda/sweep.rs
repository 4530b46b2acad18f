//! Which of many spans overlap: one walk along time, for the entries that have one thing in common.

use super::Entry;

/// On which side of a question an entry stands: it is asked about with those of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// One.
    One,
    /// The other.
    Other,
    /// Either: it is asked about with everybody.
    Either,
}

/// Asks about each two entries that overlap and stand on different sides, once. Takes n log n steps and one for each pair; ends
/// when `meet` answers false.
pub(super) fn sweep(
    items: &mut [(usize, Side)],
    entries: &[Entry],
    mut meet: impl FnMut(usize, usize) -> bool,
) -> bool {
    items.sort_by_key(|(index, side)| (entries[*index].span.start, *index, *side));
    let mut active: [Vec<usize>; 3] = Default::default();
    for (index, side) in items.iter() {
        let entry = &entries[*index];
        for against in sides(*side) {
            let there = &mut active[*against as usize];
            there.retain(|it| entries[*it].span.end > entry.span.start);
            for other in there.iter() {
                let is_apart = entries[*other].meets(entry).is_none();
                if !is_apart && !meet((*other).min(*index), (*other).max(*index)) {
                    return false;
                }
            }
        }
        active[*side as usize].push(*index);
    }
    true
}

const fn sides(side: Side) -> &'static [Side] {
    match side {
        Side::One => &[Side::Other, Side::Either],
        Side::Other => &[Side::One, Side::Either],
        Side::Either => &[Side::One, Side::Other, Side::Either],
    }
}
