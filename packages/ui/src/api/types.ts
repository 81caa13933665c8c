/** The shapes that pages read, under the names by which pages speak of them. All of them come from the contracts. */
import type {
  Dashboard,
  filterEvents,
  listFlowRuns,
  listTaskResults,
  ReplyOf,
  readLogWindow,
  search,
} from "@ostinato/protocol";

export type { StateType } from "@ostinato/core";
export type {
  Artifact,
  ArtifactPage,
  ArtifactRow,
  ArtifactVersion,
  Dashboard,
  Failure,
  FlowPage,
  FlowRow,
  FlowRunPage,
  FlowRunPoint,
  FlowRunRow,
  LiveChange,
  LiveTopic,
  Log,
  OrchestrationResult,
  RunBar,
  RunCriteria,
  SavedSearch,
  State,
  StateCounts,
  TablePreview,
  TaskResult,
  TaskRun,
  TaskRunPage,
  Timeline,
  ValuePreview,
  Waiting,
} from "@ostinato/protocol";

export type DashboardFlow = Dashboard["flows"][number];
export type EventPage = ReplyOf<typeof filterEvents>;
export type TaskResultPage = ReplyOf<typeof listTaskResults>;
export type FlowRunList = ReplyOf<typeof listFlowRuns>;
export type LogWindow = ReplyOf<typeof readLogWindow>;
export type SearchHit = ReplyOf<typeof search>["hits"][number];
