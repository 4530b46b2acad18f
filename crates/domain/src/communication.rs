//! What people are told about releases: by whom, by which means, when, and whether it arrived.
//!
//! Declared are [`Audience`]s, [`Channel`]s, [`Stakeholder`]s and [`MessageTemplate`]s. A template comes to a [`Writing`], which
//! people edit; a [`Message`](message::Message) is that on its way from a draft, over another person's sanction, to its time.
//! [`Recipients`] are found then, and each gets one [`Delivery`], which is tried until its end is known.
//! [`Letter`], [`payload`], [`atom`](atom::atom) and [`signature`] are what goes out. [`status_page`] is what outsiders see.
//!
//! Nothing here sends, and nothing that is deployed waits for a message.

mod address;
pub mod atom;
mod audience;
mod channel;
pub mod delivery;
mod draft;
mod language;
mod letter;
mod markdown;
pub mod message;
pub mod payload;
mod placeholder;
mod quiet;
mod recipients;
mod schedule;
pub mod signature;
mod stakeholder;
pub mod status_page;
mod template;
mod variable;
mod writing;

pub use address::{AddressError, MailAddress, WebAddress};
pub use audience::{Audience, AudienceError};
pub use channel::{Channel, Chat, Mail, Means, Webhook};
pub use delivery::{Delivery, DeliveryKey, DeliveryState, Tells, Word};
pub use draft::{DraftError, DraftFault, Part};
pub use language::{Language, LanguageError};
pub use letter::{Letter, LetterParts, NewsParts};
pub use placeholder::{Filled, Filling, Placeholder, PlaceholderError};
pub use quiet::{Day, Opens, QuietError, QuietHours};
pub use recipients::{Addressed, Bounce, Known, LeftOut, Omission, Recipient, Recipients};
pub use schedule::{Awaited, Moment, Occasion, Occasions, Schedule, ScheduleError};
pub use stakeholder::{Answer, NotTheirs, OptIn, Stakeholder, Wish};
pub use status_page::StatusPage;
pub use template::{Begun, MessageTemplate, TemplateError, TemplateFault};
pub use variable::{Values, Variable};
pub use writing::{Rendered, Writing, WritingError};

/// A document in Markdown as part of a page; HTML in it is text.
pub fn document_html(source: &str) -> String {
    markdown::document(source)
}
