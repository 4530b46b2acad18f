//! What an agent does about the difference between desired and observed.
