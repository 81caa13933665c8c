/** The types that pages read, under the pages' own names. All of them come from the contracts. */
import type {
  automationFirings,
  countEventsOverTime,
  Dashboard,
  filterEvents,
  listAutomations,
  listBlocks,
  listConcurrencyLimits,
  listDeployments,
  listEvents,
  listFlowRuns,
  listTaskResults,
  listTaskRuns,
  listVariables,
  listWebhooks,
  listWorkPools,
  ReplyOf,
  readAutomationChoices,
  readAutomationPage,
  readLogWindow,
  search,
} from "@ostinato/protocol";

export type { StateType } from "@ostinato/core";
export type {
  ActionOutcome,
  ActionPreview,
  Artifact,
  ArtifactContent,
  ArtifactPage,
  ArtifactRow,
  ArtifactVersion,
  Automation,
  AutomationFiring,
  AutomationRow,
  AutomationTest,
  BackgroundRun,
  BackgroundTaskRow,
  BackgroundTasksPage,
  BlockDocument,
  BlockPage,
  BlockRow,
  BlockTypePage,
  BlockTypeRow,
  ConcurrencyLimitPage,
  Dashboard,
  Deployment,
  DeploymentPage,
  DeploymentRow,
  DeploymentVersion,
  Event,
  FailedTaskRun,
  Failure,
  FailureGroup,
  FiringMark,
  FlowPage,
  FlowRow,
  FlowRunPage,
  FlowRunPoint,
  FlowRunRow,
  LimitHolder,
  LimitKind,
  LimitRow,
  LiveChange,
  LiveTopic,
  Log,
  MadeEvent,
  NamedThing,
  NextRun,
  OrchestrationResult,
  PersistedResult,
  PlaceHolder,
  PlaceStatus,
  PostMark,
  Question,
  QuestionInList,
  QuestionPage,
  ResultView,
  RunAssets,
  RunBar,
  RunComparison,
  RunCriteria,
  SavedSearch,
  ScheduleInPage,
  SlotHolder,
  SlotUser,
  StartProblem,
  State,
  StateCounts,
  TablePreview,
  TaskResult,
  TaskRun,
  TaskRunPage,
  TaskRunRow,
  TaskWorkerRow,
  Timeline,
  ValuePreview,
  VariablePage,
  VariableRow,
  VariableSort,
  Waiting,
  WaitingTaskRun,
  Webhook,
  WebhookRow,
  WebhookTemplate,
  WorkerPage,
  WorkerRow,
  WorkPoolPage,
  WorkPoolRow,
  WorkQueuePage,
  WorkQueueRow,
} from "@ostinato/protocol";

export type AutomationChoices = ReplyOf<typeof readAutomationChoices>;
export type AutomationFirings = ReplyOf<typeof automationFirings>;
export type AutomationList = ReplyOf<typeof listAutomations>;
export type AutomationWithNames = ReplyOf<typeof readAutomationPage>;
export type BlockList = ReplyOf<typeof listBlocks>;
export type DashboardFlow = Dashboard["flows"][number];
export type DeploymentList = ReplyOf<typeof listDeployments>;
export type EventCounts = ReplyOf<typeof countEventsOverTime>;
export type EventList = ReplyOf<typeof listEvents>;
export type EventPage = ReplyOf<typeof filterEvents>;
export type TaskResultPage = ReplyOf<typeof listTaskResults>;
export type FlowRunList = ReplyOf<typeof listFlowRuns>;
export type TaskRunList = ReplyOf<typeof listTaskRuns>;
export type LimitList = ReplyOf<typeof listConcurrencyLimits>;
export type LogWindow = ReplyOf<typeof readLogWindow>;
export type SearchHit = ReplyOf<typeof search>["hits"][number];
export type VariableList = ReplyOf<typeof listVariables>;
export type WebhookList = ReplyOf<typeof listWebhooks>;
export type WorkPoolList = ReplyOf<typeof listWorkPools>;
