//! The full reference of the command line as a snapshot, so that no change of it goes unseen: scripts rely on it.

use crate::Program;
use clap::{Command, CommandFactory as _};
use std::fmt::Write as _;

/// Lines are as long as a person with a wide terminal sees them.
const WIDTH: usize = 100;

#[test]
fn the_reference_is_as_it_was() {
    let mut program = Program::command().term_width(WIDTH);
    program.build();
    let mut reference = String::new();
    describe(&program, "", &mut reference);
    insta::assert_snapshot!("commands", reference);
}

/// The long help of a command and, below it, of all that it contains, but not of what is hidden from people.
fn describe(command: &Command, parents: &str, reference: &mut String) {
    let name = format!("{parents}{}", command.get_name());
    // What is set in the environment of whoever runs the test is not in the reference.
    let shown = command.clone().mut_args(|arg| arg.hide_env_values(true));
    let help = shown.term_width(WIDTH).render_long_help().to_string();
    write!(reference, "# {name}\n\n{}\n\n", help.trim_end()).expect("a text grows");
    let inner = command.get_subcommands();
    for inner in inner.filter(|inner| !inner.is_hide_set() && inner.get_name() != "help") {
        describe(inner, &format!("{name} "), reference);
    }
}
