//! The walk from what a cause concerns to all that need it, the worst first.

use super::{Cause, Graph, Harm, Path, Step, graph::Edge};
use crate::{catalog::Need, name::Name};
use std::{cmp::Reverse, collections::BinaryHeap};

/// What a change means in the environments that were looked at.
#[derive(Debug)]
pub struct Impact<'a> {
    graphs: &'a [Graph<'a>],
    /// For each graph: how each of its nodes was reached first, which is how it is touched worst.
    reached: Vec<Vec<Option<Reached<'a>>>>,
    /// The components that are touched, the worst first.
    pub touched: Vec<Touched<'a>>,
    /// Where nobody can say whether something is touched: environment, product, and why not.
    pub unknown: Vec<(&'a Name, &'a Name, &'a str)>,
}

/// A component of ours that is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched<'a> {
    /// Where.
    pub environment: &'a Name,
    /// Of which product.
    pub product: &'a Name,
    /// Which.
    pub component: &'a Name,
    /// How badly.
    pub harm: Harm,
    /// How many needs lie between: 1 for who needs the supplier itself.
    pub distance: usize,
    pub(super) graph: usize,
    node: usize,
}

#[derive(Debug, Clone, Copy)]
struct Reached<'a> {
    harm: Harm,
    distance: usize,
    giver: usize,
    need: &'a Need,
}

/// An edge by its number, to be followed: the worst first, then the nearest, then to whom comes first by name.
type Next = (Harm, Reverse<usize>, Reverse<usize>, Reverse<usize>);

impl<'a> Impact<'a> {
    /// What a cause means where these graphs are of.
    pub fn of(graphs: &'a [Graph<'a>], cause: &Cause<'_>) -> Self {
        let reached: Vec<_> = graphs.iter().map(|graph| walk(graph, cause)).collect();
        let mut touched = Vec::new();
        for (number, (graph, reached)) in graphs.iter().zip(&reached).enumerate() {
            let all = reached.iter().enumerate();
            touched.extend(all.filter_map(|(node, reached)| {
                let Reached { harm, distance, .. } = (*reached)?;
                Some(Touched {
                    environment: graph.environment,
                    product: graph.nodes[node].owner,
                    component: graph.nodes[node].name,
                    harm,
                    distance,
                    graph: number,
                    node,
                })
            }));
        }
        touched.sort_by_key(|it| (Reverse(it.harm), it.graph, it.distance, it.node));
        let unknown = |graph: &'a Graph<'a>| {
            let all = graph.unknown.iter();
            all.map(|(product, why)| (graph.environment, *product, *why))
        };
        Self {
            graphs,
            touched,
            unknown: graphs.iter().flat_map(unknown).collect(),
            reached,
        }
    }

    /// Where it was looked at.
    pub(super) const fn graphs(&self) -> &'a [Graph<'a>] {
        self.graphs
    }

    /// Through whom a component is touched, from it to the supplier.
    pub fn path(&self, touched: &Touched<'_>) -> Path<'a> {
        let (graph, reached) = (&self.graphs[touched.graph], &self.reached[touched.graph]);
        let (mut node, mut steps) = (touched.node, Vec::new());
        // Each step leads to a node that was reached before, so that this ends.
        while let Some(Reached { giver, need, .. }) = reached[node] {
            let (one, other) = (&graph.nodes[node], &graph.nodes[giver]);
            steps.push(Step {
                component: (one.owner, one.name),
                need,
                giver: (other.owner, other.name),
            });
            node = giver;
        }
        Path(steps)
    }
}

fn walk<'a>(graph: &Graph<'a>, cause: &Cause<'_>) -> Vec<Option<Reached<'a>>> {
    let mut reached: Vec<Option<Reached<'a>>> = vec![None; graph.nodes.len()];
    let concerned = graph.concerned(cause);
    let direct = concerned.iter().flat_map(|it| graph.dependents(*it));
    let mut next: BinaryHeap<Next> = direct
        .map(|number| {
            let edge = graph.edge(number);
            let harm = graph.judge(edge.need, cause, &concerned);
            (harm, Reverse(1), Reverse(edge.dependent), Reverse(number))
        })
        .collect();
    while let Some((harm, Reverse(distance), Reverse(node), Reverse(number))) = next.pop() {
        if reached[node].is_some() {
            continue;
        }
        let Edge { giver, need, .. } = graph.edge(number);
        reached[node] = Some(Reached {
            harm,
            distance,
            giver,
            need,
        });
        for number in graph.dependents(node) {
            let Edge {
                dependent, need, ..
            } = graph.edge(number);
            let harm = match need.optional {
                true => harm.min(Harm::DoesWithout),
                false => harm,
            };
            if reached[dependent].is_none() {
                let further = Reverse(distance + 1);
                next.push((harm, further, Reverse(dependent), Reverse(number)));
            }
        }
    }
    reached
}
