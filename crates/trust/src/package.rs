//! Packages as the world names them: where they come from, what they are called, which version is newer.
//!
//! Start with [`PackageUrl`]; [`Ecosystem`] says how names compare, and [`Order`] how versions do.

mod ecosystem;
mod release;
mod url;
mod version;

pub use ecosystem::Ecosystem;
pub use release::Release;
pub use url::{PackageUrl, PackageUrlError};
pub use version::Order;
