//! The HTTP API under `/api/v1`.
//!
//! Names, versions, digests and lengths of time are texts here; they are parsed at the border, and the inside cannot
//! hold an invalid one. One file per noun.

mod agenda;
mod artifact;
mod calendar;
mod catalog;
mod check;
mod control;
mod deployment;
mod drill;
mod group_run;
mod handover;
mod history;
mod hurdle;
mod issue;
mod journal;
mod lifecycle;
mod logs;
mod message;
mod people;
mod planning;
mod policy;
mod preflight;
mod problem;
mod procedure;
mod rehearsal;
mod release;
mod review;
mod review_report;
mod runbook;
mod scope;
mod score;
mod status;
mod supplier;
mod supplier_change;
mod talk;
mod train;
mod workload;

pub use agenda::{AgendaConflictView, AgendaEntryView, AgendaView, WhatIfRequest, WhatIfView};
pub use artifact::{
    ArtifactCheckRequest, ArtifactCheckView, ArtifactView, AttachedView, BillPartView,
    BillPartsView, BillView, ImportView, PlaceView, QuarantineLackView, QuarantineView,
    RepositoryView, RetentionRequest, RetiredView, SignatureView, StatementView, TaggedView,
    TestsView, VulnerabilitiesView, VulnerabilityView, VulnerableView,
};
pub use calendar::{CalendarEntryView, CalendarView, ClosedView, FeedView, OpeningView, SpanView};
pub use catalog::{
    ApplyRequest, ApplyResponse, CatalogChange, Difference, InstructionKeyView, ProductView,
    RemoveRequest, RotationRequest, RotationView, SecretRequest, SecretView, SourceFile,
    TargetView,
};
pub use check::{CheckView, JudgedView, LookBackRequest, MeasurementView};
pub use control::{
    ApprovalRequest, ApprovalsView, ApprovedContentView, BacktestRequest, BacktestView,
    ChangeRequest, ChangeView, ClearanceView, ControlView, EvidenceRequest, EvidenceView,
    FindingView, LackView, PartView, ReturnView, SaidView, StoppedView, WaiverRequest, WaiverView,
};
pub use deployment::{
    AskedRollbackView, DeclineRequest, DeploymentEvent, DeploymentRequest, DeploymentView, JobView,
    OverrideRequest, PlanView, PlannedCheckView, PlannedJobView, PlannedWaveView, ReturnRequest,
    RollbackRequest, SignOffRequest, SteerRequest, SuperviseRequest, TargetRunView, WaitingView,
    WaveView, WordRequest,
};
pub use drill::{DrillLegView, DrillRequest, DrillView};
pub use group_run::{GroupMemberRequest, GroupMemberView, GroupRunRequest, GroupRunView};
pub use handover::{
    AvailabilityView, HandoverDeedRequest, HandoverItemRequest, HandoverItemView, HandoverLineView,
    HandoverRequest, HandoverView, HandoverWordView, HandoversView, KnownErrorView, LessonView,
    RejectedItemView, SheetContactView, SheetLinkView, SheetView, WaitingHandoverView,
};
pub use history::{
    BackupMarkView, BeginningView, HistoryRequest, HistoryView, Standing, StandingView,
};
pub use hurdle::{HurdleView, HurdlesView};
pub use issue::{HappenedView, IssueDeedRequest, IssueRequest, IssueView, IssuesView};
pub use journal::{
    CheckpointView, ConsistencyView, EntryView, ExportLine, InclusionView, JournalPage,
};
pub use lifecycle::{
    FactHeardView, FactRequest, FactView, FactsHeardView, LifecycleStageView, LifecycleView,
    RunView, ShownView, TestsTold,
};
pub use logs::{LogLineView, LogsView};
pub use message::{
    AddressedView, AudienceView, BounceRequest, BounceView, ChannelSecretRequest, ChannelView,
    DeliveriesView, DeliveryView, InvitedView, LeftOutView, MessageDeedRequest, MessagePreviewView,
    MessageRequest, MessageSanctionView, MessageView, NoticeView, TallyView, WritingRequest,
};
pub use people::{
    EnrolmentRequest, EnrolmentView, ExternalIdentity, ListedTokenView, PasswordChange,
    PersonChange, PersonRequest, PersonView, SessionView, TokenRequest, TokenView,
};
pub use planning::{
    BookingView, ContentsRequest, InvolvedView, MilestoneView, OverloadView, PhaseView,
    PlanBeginRequest, PlanConflictView, PlanEditionView, PlanSaveRequest, PlanSavedView,
    PreparedView, ReleasePlanView, SupervisedView, TaskDeedRequest, TaskRequest, TaskView,
    WorkView,
};
pub use policy::{CanRequest, CanView, PolicyNote, ProposalView};
pub use preflight::{DutyRequest, DutyView, PreflightFindingView, PreflightView};
pub use problem::Problem;
pub use procedure::{
    NamedProcedureView, OldProcedureView, ProcedureDifferenceView, ProcedureGapView,
    ProcedureLineChangeView, ProcedureLineView, ProcedureReadRequest, ProcedureReaderView,
    ProcedureRequest, ProcedureReviewRequest, ProcedureSavedView, ProcedureSettingsRequest,
    ProcedureVersionView, ProcedureView, ProcedureWorkView,
};
pub use rehearsal::{
    ExposureView, RehearsalRequest, RehearsalView, ScenarioView, SpreadView, WaitedView,
};
pub use release::{BlockRequest, ContentView, ReleaseRequest, ReleaseView};
pub use review::{
    ChangedSinceView, DueReviewView, HeardView, ObjectiveView, ParticipantView, RetrospectiveView,
    ReviewActionRequest, ReviewActionView, ReviewConclusionRequest, ReviewDeedRequest,
    ReviewGroupRequest, ReviewGroupView, ReviewNoteRequest, ReviewNoteView, ReviewObjectiveRequest,
    ReviewParticipantRequest, ReviewRequest, ReviewRowView, ReviewView, ReviewVotesRequest,
    ReviewsView, ThemeView,
};
pub use review_report::{
    DepartureTakenView, ExceptionView, FailureView, HandoverSaidView, HandoverTakenView,
    IssueTakenView, MetricsView, MomentView, ReportView, StepTakenView, SupplierEventView,
    TaskTakenView, ToldView, TrainMomentView, TrainTakenView,
};
pub use runbook::{
    ConductedView, ContactView, RiskView, RunbookEditionView, RunbookRequest, RunbookSavedView,
    RunbookView, StepDeedRequest, StepView, StepsView, TimelineView, WaitingStepView,
};
pub use scope::{
    AdjustmentRequest, ContributorView, ItemsImportedView, ItemsRequest, NotesChapterView,
    NotesLineView, NotesView, ScopeChangeView, ScopeGroupView, ScopeItemView, ScopeLostView,
    ScopeSinceView, ScopeUnmatchedView, ScopeUnreadView, ScopeView, TrackerView, UnwordedView,
    WordingRequest, WorkItemView,
};
pub use score::{AucView, DeploymentScoreView, ScoreBacktestView, ScoreTermView};
pub use status::{
    ComponentStatus, DeploymentInProgress, DoctorView, EnvironmentStatus, ProductStatus,
    StatusView, TargetStatus,
};
pub use supplier::{
    IncidentRequest, IncidentView, ScoreView, SupplierContactView, SupplierDeedRequest,
    SupplierLineView, SupplierLinkRequest, SupplierLinkView, SupplierPlaceView,
    SupplierScorecardView, SupplierTaskRequest, SupplierTaskView, SupplierToldView, SupplierView,
};
pub use supplier_change::{
    AffectedView, ConcernView, ImpactView, ObservationView, ReceivedNoticeView, ResponseRequest,
    ResponseView, SuggestedView, SupplierImportRequest, SupplierImportView, SupplierNoticeRequest,
    SupplierNoticeView,
};
pub use talk::{
    CommentRequest, CommentView, DelegationRequest, DelegationView, DelegationsView, FollowRequest,
    LentView, NewsMailRequest, NewsMailView, NewsView, PassOnRequest, PassedOnView, SeenRequest,
    TalkView,
};
pub use train::{
    DepartureView, IntegrationView, TrainAmendmentView, TrainBillView, TrainDropRequest,
    TrainFindingView, TrainMemberView, TrainOrderView, TrainPartView, TrainReasonRequest,
    TrainReplaceRequest, TrainSummary, TrainTaskView, TrainView, TrainWaitView,
};
pub use workload::{TrustRequest, TrustView, WorkloadTokenRequest, WorkloadTokenView};
