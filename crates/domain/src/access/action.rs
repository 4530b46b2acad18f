//! Everything that can be asked of the authorizer, with the least level of each.

use super::Level;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Makes the enum, the list of all, the words that policies use, the least level and the words for people of one table.
macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $variant:ident $word:literal $level:ident $speech:literal;)+) => {
        /// Everything that can be asked of the authorizer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Action {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $variant,)+
        }

        impl Action {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As policies, tokens and the command line name it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The least level that may do this by the shipped policies.
            pub const fn least_level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)+ }
            }

            const fn speech(self) -> &'static str {
                match self { $(Self::$variant => $speech,)+ }
            }
        }
    };
}

actions! {
    /// Read what all teams share: environments, targets, windows, freezes.
    ReadShared "read-shared" Assist "reading what all teams share";
    /// Read any page or record of what it is about.
    Read "read" Assist "reading";
    /// Read components' output.
    ReadLogs "read-logs" Assist "reading logs";
    /// Fetch artifacts.
    Pull "pull" Assist "pulling artifacts";
    /// Ask for a deployment or a way back that somebody of level 3 or above has to release.
    Assist "assist" Assist "asking for a supervised deployment";
    /// Begin and finish tasks that fall to oneself.
    WorkTask "work-task" Assist "working on a task";
    /// Write notes and votes in a review that one takes part in.
    TakePart "take-part" Assist "taking part in a review";
    /// Say that something is wrong with a release, or still is.
    RaiseIssue "raise-issue" Assist "raising an issue";
    /// Say something about anything that one may see.
    Comment "comment" Assist "commenting";
    /// Bring artifacts.
    Push "push" Apply "pushing artifacts";
    /// Write what release notes say.
    WordNotes "word-notes" Apply "wording release notes";
    /// Bring what trackers know of work items.
    ImportItems "import-items" Apply "importing work items";
    /// Fetch what is in quarantine, to examine it.
    Examine "examine" Apply "examining what is in quarantine";
    /// Try on a simulated fleet what a deployment would come to.
    Rehearse "rehearse" Apply "rehearsing a deployment";
    /// Deploy a release, take it back and deploy it again, to see that going back works.
    Drill "drill" Apply "drilling a rollback";
    /// Start a deployment.
    Deploy "deploy" Apply "deploying";
    /// Release what somebody of level 2 asked for.
    Supervise "supervise" Apply "releasing a supervised deployment";
    /// Pause, resume or cancel a deployment.
    SteerDeployment "steer-deployment" Apply "steering a deployment";
    /// Try a failed target again, or a check.
    RetryTarget "retry-target" Apply "retrying a target, a check or a job";
    /// Keep a release from being deployed anywhere.
    BlockRelease "block-release" Apply "blocking a release";
    /// Go back.
    RollBack "roll-back" Apply "rolling back";
    /// Approve somebody else's deployment, or turn it down.
    Approve "approve" Apply "approving a deployment";
    /// Ask for a change, or for an exception from a control.
    RequestChange "request-change" Apply "asking for a change or a waiver";
    /// Keep evidence with a release, such as the customer's word.
    AddEvidence "add-evidence" Apply "keeping evidence with a release";
    /// Bring tasks up, say who does them, and that one is not needed.
    AssignTask "assign-task" Apply "assigning tasks";
    /// Say whom an issue falls to, how bad it is, and that it is resolved or none.
    SettleIssue "settle-issue" Apply "settling an issue";
    /// Begin handovers, see to what is handed over, and offer it.
    HandOver "hand-over" Apply "handing a release over";
    /// Accept what is handed over, or reject it.
    TakeOver "take-over" Apply "accepting or rejecting a handover";
    /// Write messages, and ask others to read them.
    WriteMessage "write-message" Apply "writing a message";
    /// Send a message that waits for a person, stop one, and say what became of deliveries of which nobody knows.
    SendMessage "send-message" Apply "sending or stopping a message";
    /// Write down what suppliers announce, deploy and break, and ask them for tasks.
    RecordSupplier "record-supplier" Apply "writing down what a supplier does";
    /// Keep a product from being deployed somewhere because of a supplier's change.
    HoldForSupplier "hold-for-supplier" Apply "holding deployments for a supplier's change";
    /// Make tokens for oneself.
    CreateToken "create-token" Apply "creating a token";
    /// Draft and seal releases.
    CreateRelease "create-release" Enable "creating a release";
    /// Write the plan of a release.
    PlanRelease "plan-release" Enable "planning a release";
    /// Lead the review of a release: begin it, move it on, judge objectives, conclude.
    LeadReview "lead-review" Enable "leading a review";
    /// Say that exactly a message that others wrote may go out.
    SanctionMessage "sanction-message" Enable "sanctioning a message";
    /// Ask those who have no account whether they want to be told, and clear up who bounced.
    Invite "invite" Enable "inviting stakeholders";
    /// Accept a supplier's change, and say that what was to be done about it is done or not needed.
    AnswerSupplier "answer-supplier" Enable "deciding about a supplier's change";
    /// Let a contact of a supplier see and do a little by a signed link.
    GrantSupplier "grant-supplier" Enable "letting a supplier's contact in";
    /// Declare products, environments, targets…
    ApplyCatalog "apply-catalog" Enable "changing the catalog";
    /// Set a secret.
    SetSecret "set-secret" Enable "setting a secret";
    /// Find the waves of a deployment good, where its plan asks for that.
    SignOff "sign-off" Enable "signing off a wave, or a way back";
    /// Let a failed target not count, or take one out of a deployment's scope.
    ExcludeTarget "exclude-target" Enable "ignoring or excluding a target";
    /// Ask to deploy against the calendar, or be the second person who agrees.
    OverrideCalendar "override-calendar" Enable "deploying against the calendar";
    /// Let a blocked release be deployed again.
    UnblockRelease "unblock-release" Enable "unblocking a release";
    /// Let agents join.
    Enrol "enrol" Enable "enrolling agents";
    /// Approve somebody else's change request, turn it down, or close it.
    ApproveChange "approve-change" Enable "approving a change request";
    /// Remove artifacts.
    DeleteArtifact "delete-artifact" Ensure "deleting artifacts";
    /// Go on although a check did not pass.
    AcceptCheck "accept-check" Ensure "accepting a check or a job that did not succeed";
    /// Set what releases have to satisfy.
    ManageControls "manage-controls" Ensure "changing controls";
    /// Sign an exception from a control off, or end one.
    GrantWaiver "grant-waiver" Ensure "granting a waiver";
    /// Say who belongs to a team, and at which level.
    ManageTeam "manage-team" Ensure "changing who belongs to a team";
    /// Add, change and remove people.
    ManagePeople "manage-people" Initiate "administering people";
    /// Take a copy of everything that is kept.
    BackUp "back-up" Initiate "backing up";
    /// Let the server go on after a backup was put back, or number what targets are told anew.
    BeginHistory "begin-history" Initiate "beginning a history";
    /// Set who may do what.
    ManagePolicies "manage-policies" Initiate "changing policies";
}

/// The text names no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no action; `tidegate policy actions` lists them")]
pub struct ActionError(String);

impl FromStr for Action {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Self, ActionError> {
        let found = Self::ALL.iter().find(|action| action.word() == text);
        found
            .copied()
            .ok_or_else(|| ActionError(text.chars().take(80).collect()))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.speech())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_read_as_it_is_written() {
        for action in Action::ALL {
            assert_eq!(action.word().parse(), Ok(*action));
            let json = serde_json::to_string(action).unwrap();
            assert_eq!(json, format!("\"{}\"", action.word()));
        }
        assert!("delete-everything".parse::<Action>().is_err());
    }
}
