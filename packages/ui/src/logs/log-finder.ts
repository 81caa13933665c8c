import { useEffect, useState } from "react";
import { count } from "../format.ts";
import type { LogFilter, LogStore } from "./log-store.ts";
import { askForLogLine, type LineSearch } from "./log-window.ts";

/** A line that is to be brought into sight. */
export interface Jump {
  readonly to: number;
}

export interface LogFinder {
  readonly find: (search: Omit<LineSearch, "from"> & { readonly anew?: boolean }) => void;
  /** Which of how many was found: `error 2 of 13`. */
  readonly said: string;
}

/** Goes from error to error, or from match to match, from the marked line or from what is in sight. */
export function useLogFinder(options: {
  readonly filter: LogFilter;
  readonly store: LogStore;
  /** The position from which to go on. */
  readonly position: () => number;
  readonly onFound: (line: number, jump: Jump) => void;
}): LogFinder {
  const { filter, store, position, onFound } = options;
  const [said, setSaid] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was found among other lines says nothing about these
  useEffect(() => setSaid(""), [filter]);
  const find: LogFinder["find"] = ({ find: text, direction, anew = false }) => {
    const from = anew ? undefined : store.line(position());
    const noun = text === undefined ? "error" : "match";
    askForLogLine(filter, { find: text, direction, from })
      .then(({ found, total }) => {
        setSaid(found === null ? `no ${noun}` : `${noun} ${count(found.index)} of ${count(total)}`);
        if (found !== null) onFound(found.line, { to: found.position });
      })
      .catch(() => setSaid("The server did not answer."));
  };
  return { find, said };
}
