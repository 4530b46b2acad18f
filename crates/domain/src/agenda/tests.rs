//! Entries in each other's way: each rule by itself, what moving changes, and random agendas against a slow reading of the rules.

mod random;
mod sample;
mod stories;
