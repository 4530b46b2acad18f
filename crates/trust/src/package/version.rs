//! Which of two versions is newer, by the rules of the ecosystem that they come from.
//!
//! Start with [`Order`]. Every order takes any text: what its rules do not understand is older than everything they
//! do. Numbers are compared as digits, so none is too large. Maven's rules contradict themselves on odd texts such as
//! `-a0` and `a`; so nothing may sort by an order, which could panic: look for the greatest instead.

mod alpine;
mod debian;
mod gem;
mod maven;
mod numbers;
mod order;
mod pep440;
mod rpm;
mod semver;
mod words;

pub use order::Order;

#[cfg(test)]
mod tests;
