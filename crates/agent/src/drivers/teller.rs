//! How a driver's task says what it sees: each thing once, because whoever collects it need not hear the same again.

use tokio::sync::mpsc;

/// Who reports, to whom, and what was said last.
#[derive(Debug)]
pub(crate) struct Teller<Key, Report> {
    key: Key,
    reports: mpsc::Sender<(Key, Report)>,
    said: Option<Report>,
}

impl<Key: Clone, Report: Clone + PartialEq> Teller<Key, Report> {
    /// One that has said nothing yet.
    pub(crate) const fn new(key: Key, reports: mpsc::Sender<(Key, Report)>) -> Self {
        Self {
            key,
            reports,
            said: None,
        }
    }

    /// Whatever comes next is said, even if it is the same again.
    pub(crate) fn forget(&mut self) {
        self.said = None;
    }

    /// Says it unless it is what was said last.
    pub(crate) async fn say(&mut self, report: Report) {
        if self.said.as_ref() != Some(&report) {
            self.said = Some(report.clone());
            // Closed only while the agent is ending.
            self.reports.send((self.key.clone(), report)).await.ok();
        }
    }
}
