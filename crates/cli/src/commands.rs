//! The commands, one per file.

mod about_plan;
mod advisories;
mod apply;
mod approve;
mod artifact;
mod attach;
mod audience;
mod backup;
mod bounce;
mod calendar;
mod can;
mod change;
mod channel;
mod comment;
mod completions;
mod controls;
mod delegation;
mod deploy;
mod deployment;
mod doctor;
mod drill;
mod drills;
mod duty;
mod enrolment;
mod evidence;
mod explain;
mod group_run;
mod handover;
mod incarnation;
mod issue;
mod journal;
mod lifecycle;
mod logs;
mod man;
mod message;
mod news;
mod notices;
mod parts;
mod password;
mod person;
mod plan;
mod plan_file;
mod policy;
mod preflight;
mod preflights;
mod procedure;
mod product;
mod push;
mod rehearsal;
mod rehearse;
mod release;
mod remove;
mod review;
mod rollback;
mod runbook;
mod score;
mod secret;
mod session;
mod sign_in;
mod status;
mod steer;
mod step;
mod supplier;
mod target;
mod task;
mod token;
mod tracker;
mod train;
mod vulnerabilities;
mod waiver;
mod watch;

pub use completions::CompletionsArgs;
pub use man::ManArgs;

use crate::{Client, Connection, Error, ExitStatus, Output, Ui};
use clap::{Args, Subcommand};
use tidegate_domain::{name::Name, version::Version};

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Globals {
    /// Which server, and as whom.
    #[command(flatten)]
    pub connection: Connection,
    /// How data is written.
    #[arg(long, value_enum, default_value_t, global = true)]
    pub output: Output,
}

/// What a person can do against a server.
#[derive(Debug, Subcommand)]
pub enum Command {
    Apply(apply::ApplyArgs),
    Remove(remove::RemoveArgs),
    Push(push::PushArgs),
    #[command(subcommand)]
    Attach(attach::AttachCommand),
    #[command(subcommand)]
    Artifact(artifact::ArtifactCommand),
    Evidence(evidence::EvidenceArgs),
    Parts(parts::PartsArgs),
    Vulnerabilities(vulnerabilities::VulnerabilitiesArgs),
    #[command(subcommand)]
    Advisories(advisories::AdvisoriesCommand),
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    #[command(subcommand)]
    Release(release::ReleaseCommand),
    #[command(subcommand)]
    Lifecycle(lifecycle::LifecycleCommand),
    #[command(subcommand)]
    Score(score::ScoreCommand),
    #[command(subcommand)]
    Review(review::ReviewCommand),
    #[command(subcommand)]
    Procedure(procedure::ProcedureCommand),
    #[command(subcommand)]
    Runbook(runbook::RunbookCommand),
    #[command(subcommand)]
    Handover(handover::HandoverCommand),
    #[command(subcommand)]
    Step(step::StepCommand),
    #[command(subcommand)]
    Task(task::TaskCommand),
    #[command(subcommand)]
    Issue(issue::IssueCommand),
    #[command(subcommand)]
    Comment(comment::CommentCommand),
    News(news::NewsArgs),
    #[command(subcommand)]
    Delegation(delegation::DelegationCommand),
    #[command(subcommand)]
    Tracker(tracker::TrackerCommand),
    #[command(subcommand)]
    Train(train::TrainCommand),
    #[command(subcommand)]
    Supplier(supplier::SupplierCommand),
    #[command(subcommand)]
    Message(message::MessageCommand),
    #[command(subcommand)]
    Audience(audience::AudienceCommand),
    #[command(subcommand)]
    Channel(channel::ChannelCommand),
    #[command(subcommand)]
    Bounce(bounce::BounceCommand),
    Notices(notices::NoticesArgs),
    Preflight(preflight::PreflightArgs),
    #[command(subcommand)]
    Preflights(preflights::PreflightsCommand),
    #[command(subcommand)]
    Duty(duty::DutyCommand),
    Rehearse(rehearse::RehearseArgs),
    Drill(drill::DrillArgs),
    #[command(subcommand)]
    Drills(drills::DrillsCommand),
    #[command(subcommand)]
    Rehearsal(rehearsal::RehearsalCommand),
    Deploy(deploy::DeployArgs),
    #[command(subcommand)]
    GroupRun(group_run::GroupRunCommand),
    Watch(watch::WatchArgs),
    Rollback(rollback::RollbackArgs),
    Pause(steer::PauseArgs),
    Resume(steer::ResumeArgs),
    Cancel(steer::CancelArgs),
    SignOff(steer::SignOffArgs),
    Approve(approve::ApproveArgs),
    TurnDown(approve::TurnDownArgs),
    Approvals(approve::ApprovalsArgs),
    Supervise(approve::SuperviseArgs),
    #[command(subcommand)]
    Change(change::ChangeCommand),
    #[command(subcommand)]
    Controls(controls::ControlsCommand),
    #[command(subcommand)]
    Waiver(waiver::WaiverCommand),
    Status(status::StatusArgs),
    Calendar(calendar::CalendarArgs),
    Explain(explain::ExplainArgs),
    Doctor(doctor::DoctorArgs),
    Logs(logs::LogsArgs),
    #[command(subcommand)]
    Deployment(deployment::DeploymentCommand),
    #[command(subcommand)]
    Product(product::ProductCommand),
    #[command(subcommand)]
    Target(target::TargetCommand),
    #[command(subcommand)]
    Enrolment(enrolment::EnrolmentCommand),
    #[command(subcommand, visible_alias = "secrets")]
    Secret(secret::SecretCommand),
    #[command(subcommand)]
    Person(person::PersonCommand),
    #[command(subcommand)]
    Token(token::TokenCommand),
    #[command(subcommand)]
    Session(session::SessionCommand),
    Can(can::CanArgs),
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    SignIn(sign_in::SignInArgs),
    Password(password::PasswordArgs),
    Journal(journal::JournalArgs),
    Backup(backup::BackupArgs),
    #[command(subcommand)]
    Incarnation(incarnation::IncarnationCommand),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// Why it did not do what it was asked.
    #[expect(clippy::too_many_lines, reason = "one line for each command")]
    pub async fn run(self, globals: &Globals, ui: &Ui) -> Result<ExitStatus, Error> {
        let client = Client::new(&globals.connection)?;
        let context = Context { client, ui };
        match self {
            Self::Apply(args) => args.run(&context).await,
            Self::Remove(args) => args.run(&context).await,
            Self::Push(args) => args.run(&context).await,
            Self::Attach(command) => command.run(&context).await,
            Self::Artifact(command) => command.run(&context).await,
            Self::Evidence(args) => args.run(&context).await,
            Self::Parts(args) => args.run(&context).await,
            Self::Vulnerabilities(args) => args.run(&context).await,
            Self::Advisories(command) => command.run(&context).await,
            Self::Release(command) => command.run(&context).await,
            Self::Lifecycle(command) => command.run(&context).await,
            Self::Score(command) => command.run(&context).await,
            Self::Review(command) => command.run(&context).await,
            Self::Procedure(command) => command.run(&context).await,
            Self::Runbook(command) => command.run(&context).await,
            Self::Handover(command) => command.run(&context).await,
            Self::Step(command) => command.run(&context).await,
            Self::Task(command) => command.run(&context).await,
            Self::Issue(command) => command.run(&context).await,
            Self::Comment(command) => command.run(&context).await,
            Self::News(args) => args.run(&context).await,
            Self::Delegation(command) => command.run(&context).await,
            Self::Tracker(command) => command.run(&context).await,
            Self::Train(command) => command.run(&context).await,
            Self::Supplier(command) => command.run(&context).await,
            Self::Message(command) => command.run(&context).await,
            Self::Audience(command) => command.run(&context).await,
            Self::Channel(command) => command.run(&context).await,
            Self::Bounce(command) => command.run(&context).await,
            Self::Notices(args) => args.run(&context).await,
            Self::Drill(args) => args.run(&context).await,
            Self::Drills(command) => command.run(&context).await,
            Self::Preflight(args) => args.run(&context).await,
            Self::Preflights(command) => command.run(&context).await,
            Self::Duty(command) => command.run(&context).await,
            Self::Rehearse(args) => args.run(&context).await,
            Self::Rehearsal(command) => command.run(&context).await,
            Self::Deploy(args) => args.run(&context).await,
            Self::GroupRun(command) => command.run(&context).await,
            Self::Watch(args) => args.run(&context).await,
            Self::Rollback(args) => args.run(&context).await,
            Self::Pause(args) => args.run(&context).await,
            Self::Resume(args) => args.run(&context).await,
            Self::Cancel(args) => args.run(&context).await,
            Self::SignOff(args) => args.run(&context).await,
            Self::Plan(command) => command.run(&context).await,
            Self::Approve(args) => args.run(&context).await,
            Self::TurnDown(args) => args.run(&context).await,
            Self::Approvals(args) => args.run(&context).await,
            Self::Supervise(args) => args.run(&context).await,
            Self::Change(command) => command.run(&context).await,
            Self::Controls(command) => command.run(&context).await,
            Self::Waiver(command) => command.run(&context).await,
            Self::Status(args) => args.run(&context).await,
            Self::Calendar(args) => args.run(&context).await,
            Self::Explain(args) => args.run(&context).await,
            Self::Doctor(args) => args.run(&context).await,
            Self::Logs(args) => args.run(&context).await,
            Self::Deployment(command) => command.run(&context).await,
            Self::Product(command) => command.run(&context).await,
            Self::Target(command) => command.run(&context).await,
            Self::Enrolment(command) => command.run(&context).await,
            Self::Secret(command) => command.run(&context).await,
            Self::Person(command) => command.run(&context).await,
            Self::Token(command) => command.run(&context).await,
            Self::Session(command) => command.run(&context).await,
            Self::Can(args) => args.run(&context).await,
            Self::Policy(command) => command.run(&context).await,
            Self::SignIn(args) => args.run(&context).await,
            Self::Password(args) => args.run(&context).await,
            Self::Journal(args) => args.run(&context).await,
            Self::Backup(args) => args.run(&context).await,
            Self::Incarnation(command) => command.run(&context).await,
        }
    }
}

/// What a command works with.
#[derive(Debug)]
struct Context<'a> {
    client: Client,
    ui: &'a Ui,
}

/// Reads `PRODUCT/COMPONENT:VERSION`.
fn artifact_name(text: &str) -> Result<(Name, Name, Version), Error> {
    let wrong = || Error::Usage(format!("`{text}` is not PRODUCT/COMPONENT:VERSION"));
    let (repository, version) = text.split_once(':').ok_or_else(wrong)?;
    let (product, component) = repository.split_once('/').ok_or_else(wrong)?;
    Ok((
        argument("product", product)?,
        argument("component", component)?,
        argument("version", version)?,
    ))
}

/// Reads an argument.
fn argument<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, Error>
where
    T::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|why| Error::Usage(format!("{what}: {why}")))
}

/// Splits `NAME=VALUE` for clap.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}
