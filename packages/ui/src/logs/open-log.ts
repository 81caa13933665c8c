import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useLive } from "../api/live.ts";
import type { LiveTopic } from "../api/types.ts";
import type { LogSearch } from "./log-search.ts";
import { type LogFilter, LogStore } from "./log-store.ts";
import { askForLogWindow } from "./log-window.ts";

/** The filtered log of a run, opened and kept up to date while it is shown. */
export function useOpenLog(options: {
  readonly run: LogFilter["run"];
  readonly topic: LiveTopic;
  readonly live: boolean;
  readonly failed: boolean;
  readonly search: LogSearch;
}) {
  const { run, search, live, failed } = options;
  const withSubflows = search.lines === "with-subflows";
  const runKey = JSON.stringify(run);
  const [generation, setGeneration] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a generation is another store of the same filter
  const store = useMemo(
    () =>
      new LogStore(
        {
          run: JSON.parse(runKey) as LogFilter["run"],
          level: levelOf(search),
          text: search.text,
          subflows: withSubflows,
        },
        askForLogWindow,
      ),
    [runKey, search.level, search.text, withSubflows, generation],
  );
  const firstLine = useRef(search.line);
  const [heard, setHeard] = useState<string>();
  // The log of an unfinished run is read after its subscription starts, so that no line falls in between.
  const readable = !live || heard === runKey;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run that fails while one reads its log must not jump
  useEffect(() => {
    if (!readable) return undefined;
    const line = Number(firstLine.current);
    void store.open(Number.isInteger(line) && line > 0 ? line - 1 : undefined, failed);
    return () => store.close();
  }, [store, readable]);
  useLive(options.topic, {
    onChanges: (changes) => store.append(changes.flatMap((change) => (change.kind === "log" ? [change.row] : []))),
    onResync: () => setGeneration((before) => before + 1),
    onSubscribed: () => setHeard(runKey),
  });
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot);
  const { stale } = snapshot;
  useEffect(() => {
    if (stale) setGeneration((before) => before + 1);
  }, [stale]);
  return { store, snapshot, generation, readAgain: () => setGeneration((before) => before + 1) };
}

function levelOf(search: LogSearch): number | undefined {
  const level = Number(search.level);
  return Number.isInteger(level) && level > 0 ? level : undefined;
}
