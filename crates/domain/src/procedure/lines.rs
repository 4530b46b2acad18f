//! Texts line by line: what became of one, and two people's changes of one put together.
//!
//! Nothing is overwritten silently: what both changed in different ways is a [`Clash`] that a person settles.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The most lines of a text. Comparing takes the product of lines and differences.
pub const LINES_MAX: usize = 3_000;

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What became of it.
    pub mark: Mark,
    /// Its text.
    pub text: String,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It stayed.
    Same,
    /// It is gone.
    Gone,
    /// It is new.
    New,
}

/// Two people's changes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// All changes that go together; mine where there is a clash.
    pub text: String,
    /// What a person has to settle.
    pub clashes: Vec<Clash>,
}

/// Lines that both changed in different ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The first of them in the text of the others, counted from 1.
    pub line: usize,
    /// As they were before either. Likewise below.
    pub base: String,
    /// As the others made them.
    pub theirs: String,
    /// As I made them.
    pub mine: String,
}

impl Mark {
    /// As comparisons have it at the beginning of a line.
    pub const fn sign(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Gone => '-',
            Self::New => '+',
        }
    }
}

/// Every line of both texts, in order: those that stayed once, and of a place that differs the old before the new.
pub fn compare(before: &str, after: &str) -> Vec<Line> {
    let (before, after) = (lines(before), lines(after));
    let mut all = Vec::new();
    let mut add = |mark, lines: &[&str]| {
        let line = |text: &&str| Line {
            mark,
            text: (*text).to_owned(),
        };
        all.extend(lines.iter().map(line));
    };
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let (old, new) = (&before[op.old_range()], &after[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => add(Mark::Same, new),
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                add(Mark::Gone, old);
                add(Mark::New, new);
            }
        }
    }
    all
}

/// What became of a text, in words: `2 lines are new, 1 is gone`; nothing where nothing did.
pub fn told(lines: &[Line]) -> Option<String> {
    let count = |mark| lines.iter().filter(|it| it.mark == mark).count();
    let words = |count: usize, what: &str| match count {
        1 => format!("1 line is {what}"),
        many => format!("{many} lines are {what}"),
    };
    match (count(Mark::New), count(Mark::Gone)) {
        (0, 0) => None,
        (new, 0) => Some(words(new, "new")),
        (0, gone) => Some(words(gone, "gone")),
        (new, gone) => Some(format!("{}, {}", words(new, "new"), words(gone, "gone"))),
    }
}

/// Puts together what others and I made of `base`.
pub fn merge(base: &str, theirs: &str, mine: &str) -> Merged {
    let three = Three {
        base: lines(base),
        theirs: lines(theirs),
        mine: lines(mine),
    };
    let (kept_by_them, kept_by_me) = (
        kept(&three.base, &three.theirs),
        kept(&three.base, &three.mine),
    );
    let mut merged = (Vec::new(), Vec::new());
    let mut from = [0, 0, 0];
    let both = kept_by_them.iter().zip(&kept_by_me).enumerate();
    for (place, it) in both {
        if let (Some(theirs), Some(mine)) = it {
            let to = [place, *theirs, *mine];
            three.settle(&mut merged, from, to);
            merged.0.push(three.base[place]);
            from = to.map(|it| it + 1);
        }
    }
    let ends = [three.base.len(), three.theirs.len(), three.mine.len()];
    three.settle(&mut merged, from, ends);
    let (all, clashes) = merged;
    let mut text = all.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    Merged { text, clashes }
}

/// The lines of all three texts.
struct Three<'a> {
    base: Vec<&'a str>,
    theirs: Vec<&'a str>,
    mine: Vec<&'a str>,
}

impl<'a> Three<'a> {
    /// What stands between two lines that both kept.
    fn settle(
        &self,
        (all, clashes): &mut (Vec<&'a str>, Vec<Clash>),
        from: [usize; 3],
        to: [usize; 3],
    ) {
        let base = &self.base[from[0]..to[0]];
        let theirs = &self.theirs[from[1]..to[1]];
        let mine = &self.mine[from[2]..to[2]];
        if mine == base {
            all.extend(theirs);
            return;
        }
        if theirs != base && theirs != mine {
            clashes.push(Clash {
                line: from[1] + 1,
                base: base.join("\n"),
                theirs: theirs.join("\n"),
                mine: mine.join("\n"),
            });
        }
        all.extend(mine);
    }
}

/// Where each line of `before` is in `after`, if it stayed.
fn kept(before: &[&str], after: &[&str]) -> Vec<Option<usize>> {
    let mut places = vec![None; before.len()];
    for op in capture_diff_slices(Algorithm::Myers, before, after) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            for (place, at) in places[old_index..old_index + len]
                .iter_mut()
                .zip(new_index..)
            {
                *place = Some(at);
            }
        }
    }
    places
}

/// Its lines, without what is blank at the end.
fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_became_of_a_text_is_told_line_by_line() {
        let found = compare("a\nb\nc\n", "a\nB\nc\nd");
        let signs: Vec<String> = found
            .iter()
            .map(|it| format!("{}{}", it.mark.sign(), it.text))
            .collect();
        assert_eq!(signs, [" a", "-b", "+B", " c", "+d"]);
        assert_eq!(
            told(&found).as_deref(),
            Some("2 lines are new, 1 line is gone")
        );
        assert_eq!(told(&compare("a\r\nb", "a\nb\n\n")), None);
    }

    #[test]
    fn what_two_people_change_in_different_places_goes_together() {
        let merged = merge("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nd\ne");
        assert_eq!(merged.text, "A\nb\nc\nd\ne\n");
        assert_eq!(merged.clashes, []);
    }

    #[test]
    fn what_both_changed_in_different_ways_is_named_and_mine_until_it_is_settled() {
        let merged = merge("a\nb\nc\n", "x\na\ntheirs\nc\n", "a\nmine\nc\n");
        assert_eq!(merged.text, "x\na\nmine\nc\n");
        let clash = Clash {
            line: 3,
            base: "b".to_owned(),
            theirs: "theirs".to_owned(),
            mine: "mine".to_owned(),
        };
        assert_eq!(merged.clashes, [clash]);
    }

    fn texts() -> impl Strategy<Value = String> {
        proptest::collection::vec("[a-c]", 0..9).prop_map(|lines| {
            let mut text = lines.join("\n");
            if !text.is_empty() {
                text.push('\n');
            }
            text
        })
    }

    proptest! {
        /// The old lines in order are the old text, and the new ones the new.
        #[test]
        fn a_comparison_holds_both_texts(before in texts(), after in texts()) {
            let of = |without: Mark| {
                let found = compare(&before, &after);
                let kept = found.into_iter().filter(|it| it.mark != without);
                kept.map(|it| it.text + "\n").collect::<String>()
            };
            prop_assert_eq!(of(Mark::New), before.clone());
            prop_assert_eq!(of(Mark::Gone), after.clone());
        }

        /// Whoever changed nothing takes what the other made, alike changes are no clash, and both sides see the same clashes.
        #[test]
        fn one_sided_changes_win_and_both_sides_clash_alike(
            base in texts(), theirs in texts(), mine in texts()
        ) {
            let clean = |text: &str| Merged { text: text.to_owned(), clashes: Vec::new() };
            prop_assert_eq!(merge(&base, &theirs, &base), clean(&theirs));
            prop_assert_eq!(merge(&base, &base, &mine), clean(&mine));
            prop_assert_eq!(merge(&base, &mine, &mine), clean(&mine));
            let (one, other) = (merge(&base, &theirs, &mine), merge(&base, &mine, &theirs));
            prop_assert_eq!(one.clashes.len(), other.clashes.len());
        }
    }
}
