import type { Database } from "../db/dialect.ts";
import { callersOf } from "./lineage.queries.ts";

/** Which runs called which, as far as it was read. A run's callers never change. */
export interface Lineage {
  /** The run with those that called it, itself first; undefined where it was not read yet. */
  of(flowRunId: string): readonly string[] | undefined;
  /** Reads the callers of these runs. Runs that are not stored stay unknown. */
  read(db: Database, flowRunIds: Iterable<string>): Promise<void>;
  forget(): void;
}

/** If more runs are known, all are forgotten and read again. */
const maxKnown = 20_000;
const maxIdsPerQuery = 500;

export function createLineage(): Lineage {
  const callers = new Map<string, string | null>();

  function lineOf(flowRunId: string): readonly string[] | undefined {
    const line: string[] = [];
    let id: string | null | undefined = flowRunId;
    while (id !== null) {
      line.push(id);
      id = callers.get(id);
      if (id === undefined) return undefined;
    }
    return line;
  }

  return {
    of: lineOf,
    async read(db, flowRunIds) {
      const unknown = [...new Set(flowRunIds)].filter((id) => lineOf(id) === undefined);
      if (callers.size + unknown.length > maxKnown) callers.clear();
      for (let at = 0; at < unknown.length; at += maxIdsPerQuery)
        for (const { id, caller } of await callersOf(db, unknown.slice(at, at + maxIdsPerQuery)))
          callers.set(id, caller);
    },
    forget: () => callers.clear(),
  };
}
