import {
  addSeconds,
  type Duration,
  durationSeconds,
  formatTimestamp,
  type Timestamp,
  toTimestamp,
} from "@ostinato/core";
import {
  type RemovedCounts,
  type RetainedKind,
  type RetentionCutoffs,
  type RetentionRule,
  retainedKinds,
} from "@ostinato/protocol";
import { type Config, type Keep, settings } from "../kernel/config.ts";

const settingOf = {
  runs: "retentionRuns",
  logs: "retentionLogs",
  events: "retentionEvents",
  artifacts: "retentionArtifacts",
  latest_artifacts: "retentionLatestArtifacts",
  results: "retentionResults",
} as const satisfies Readonly<Record<RetainedKind, keyof Config>>;

type RetentionConfig = Pick<Config, (typeof settingOf)[RetainedKind]>;

/** Data that ended, or was made, before this time is too old; null if age removes nothing. */
export type Cutoffs = Readonly<Record<RetainedKind, Timestamp | null>>;

export function cutoffsAt(config: RetentionConfig, now: Timestamp): Cutoffs {
  const at = (kind: RetainedKind) => {
    const seconds = secondsOf(config[settingOf[kind]]);
    return seconds === null ? null : addSeconds(now, -seconds);
  };
  const artifacts = at("artifacts");
  const latest = at("latest_artifacts");
  return {
    runs: at("runs"),
    logs: at("logs"),
    events: at("events"),
    artifacts,
    // The newest version never goes before those that it replaced.
    latest_artifacts: artifacts === null || latest === null ? null : (Math.min(artifacts, latest) as Timestamp),
    results: at("results"),
  };
}

export function writtenDown(cutoffs: Cutoffs): RetentionCutoffs {
  return changedEach(cutoffs, formatTimestamp);
}

export function readCutoffs(written: RetentionCutoffs): Cutoffs {
  return changedEach(written, toTimestamp);
}

function changedEach<From, To>(
  values: Readonly<Record<RetainedKind, From | null>>,
  change: (value: From) => To,
): Record<RetainedKind, To | null> {
  const changed = (kind: RetainedKind) => {
    const value = values[kind];
    return value === null ? null : change(value);
  };
  return Object.fromEntries(retainedKinds.map((kind) => [kind, changed(kind)])) as Record<RetainedKind, To | null>;
}

export function rulesOf(config: RetentionConfig): RetentionRule[] {
  return Object.entries(settingOf).map(([kind, name]) => ({
    kind: kind as RetainedKind,
    kept: config[name],
    seconds: secondsOf(config[name]),
    variable: settings[name].variable,
    about: settings[name].about,
  }));
}

function secondsOf(keep: Keep): number | null {
  return keep === "never" ? null : durationSeconds(keep as Duration);
}

export const nothingRemoved: RemovedCounts = {
  flow_runs: 0,
  task_runs: 0,
  logs: 0,
  events: 0,
  artifacts: 0,
  results: 0,
  cache_entries: 0,
};

/** Why a result of a kept run has no data any more. */
export function reasonForRemoval(keep: Keep): string {
  return `Its data was removed after ${keep} (OSTINATO_RETENTION_RESULTS).`;
}
