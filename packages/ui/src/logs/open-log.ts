import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useLive } from "../api/live.ts";
import type { LiveTopic } from "../api/types.ts";
import type { LogSearch } from "./log-search.ts";
import { type LogFilter, LogStore, type TaskKeyOf } from "./log-store.ts";
import { askForLogWindow } from "./log-window.ts";

export interface LogSource {
  readonly run: LogFilter["run"];
  /** The topic that has the run's own lines. */
  readonly topic: LiveTopic;
  readonly live: boolean;
  readonly failed: boolean;
  /** When each attempt began, oldest first. */
  readonly attempts: readonly string[];
  readonly taskKeyOf?: TaskKeyOf | undefined;
  /** Whether lines of subflows are shown, unless the reader leaves them out. */
  readonly subflows?: boolean;
  readonly search: LogSearch;
}

/** The filtered log of a run, opened and kept up to date while it is shown. */
export function useOpenLog(options: LogSource) {
  const { run, search, live, failed, taskKeyOf } = options;
  const filterKey = JSON.stringify(filterOf(options));
  const [generation, setGeneration] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a generation is another store of the same filter
  const { store, filter } = useMemo(() => {
    const wanted = JSON.parse(filterKey) as LogFilter;
    return { store: new LogStore(wanted, askForLogWindow), filter: wanted };
  }, [filterKey, generation]);
  const topic: LiveTopic =
    filter.subflows === true && "flow_run_id" in run ? { kind: "log", flow_run_id: run.flow_run_id } : options.topic;
  const topicKey = JSON.stringify(topic);
  const [heard, setHeard] = useState<string>();
  // The log of an unfinished run is read after its subscription starts, so that no line falls in between.
  const readable = !live || heard === topicKey;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that fails while one reads its log must not jump
  useEffect(() => {
    if (!readable) return undefined;
    const line = Number(search.line);
    void store.open(Number.isInteger(line) && line > 0 ? line : undefined, failed);
    return () => store.close();
  }, [store, readable]);
  useEffect(() => {
    if (taskKeyOf !== undefined) store.knowTasks(taskKeyOf);
  }, [store, taskKeyOf]);
  useLive(topic, {
    onChanges: (changes) => store.append(changes.flatMap((change) => (change.kind === "log" ? [change.row] : []))),
    onResync: () => setGeneration((before) => before + 1),
    onSubscribed: () => setHeard(topicKey),
  });
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot);
  const { stale } = snapshot;
  useEffect(() => {
    if (stale) setGeneration((before) => before + 1);
  }, [stale]);
  return { store, filter, snapshot, readAgain: () => setGeneration((before) => before + 1) };
}

/**
 * An attempt lasts until the next one begins; what came before the first one belongs to it. The tasks to choose from are the run's own, so
 * one of them has no lines of subflows.
 */
function filterOf({ run, search, attempts, subflows = false }: LogSource): LogFilter {
  const level = Number(search.level);
  const attempt = Number(search.attempt);
  const isAttempt = Number.isInteger(attempt) && attempt > 0 && attempt <= attempts.length;
  return {
    run,
    level: Number.isInteger(level) && level > 0 ? level : undefined,
    text: search.around === "all" ? undefined : search.text,
    subflows: subflows && search.lines !== "own" && search.logTask === undefined,
    taskKey: search.logTask,
    since: isAttempt && attempt > 1 ? attempts[attempt - 1] : undefined,
    until: isAttempt ? attempts[attempt] : undefined,
    attempt: isAttempt && attempt < attempts.length ? attempt : undefined,
  };
}
