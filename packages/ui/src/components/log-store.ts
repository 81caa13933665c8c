import type { readLogWindow } from "@ostinato/protocol";
import { call } from "../api/api.ts";
import type { Log, LogWindow } from "../api/types.ts";

export interface LogFilter {
  readonly run: { readonly flow_run_id: string } | { readonly task_run_id: string };
  readonly level: number | undefined;
  readonly text: string | undefined;
  /** Also the lines of the run's subflows. */
  readonly subflows?: boolean;
}

export interface LogSnapshot {
  readonly state: "loading" | "ready" | "failed";
  readonly error?: unknown;
  readonly total: number;
  /** Position of the line at which the log opens: the first error, or the end. */
  readonly opensAt: number;
  readonly firstError: number | null;
  /** Grows with every change, so that a view knows when to look again. */
  readonly version: number;
}

const windowSize = 500;

/**
 * A log of any length, by position: lines are read in windows where somebody looks, and stay. New lines of a run that
 * goes on are added at the end.
 */
export class LogStore {
  readonly #filter: LogFilter;
  readonly #lines = new Map<number, Log>();
  readonly #known = new Set<string>();
  readonly #pending = new Set<number>();
  readonly #listeners = new Set<() => void>();
  #abort = new AbortController();
  #snapshot: LogSnapshot = { state: "loading", total: 0, opensAt: 0, firstError: null, version: 0 };

  constructor(filter: LogFilter) {
    this.#filter = filter;
  }

  readonly snapshot = (): LogSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  line(position: number): Log | undefined {
    return this.#lines.get(position);
  }

  /** Reads the window at which the log opens: at a line, or at the first error, or at the end. */
  async open(at: number | undefined, failed: boolean): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const window = await this.#read(
        at === undefined ? { anchor: failed ? "first-error" : "tail" } : { offset: Math.max(0, at - 50) },
      );
      this.#keep(window);
      const firstError = window.first_error_position;
      const opensAt = at ?? (failed && firstError !== null ? firstError : Math.max(0, window.total - 1));
      this.#change({ state: "ready", total: window.total, opensAt, firstError });
    } catch (error) {
      if (!abort.signal.aborted) this.#change({ state: "failed", error });
    }
  }

  /** Makes sure that the lines between two positions are there, or come. */
  want(from: number, to: number): void {
    for (let position = from; position <= to && position < this.#snapshot.total; position += 1) {
      if (this.#lines.has(position)) continue;
      const offset = Math.floor(position / windowSize) * windowSize;
      if (this.#pending.has(offset)) continue;
      this.#pending.add(offset);
      this.#read({ offset })
        .then((window) => {
          this.#keep(window);
          this.#change({ total: Math.max(window.total, this.#snapshot.total) });
        })
        .catch(() => {})
        .finally(() => this.#pending.delete(offset));
    }
  }

  /** Lines that came to be just now. */
  append(logs: readonly Log[]): void {
    let total = this.#snapshot.total;
    for (const log of logs) {
      if (this.#known.has(log.id) || !this.#passes(log)) continue;
      this.#known.add(log.id);
      this.#lines.set(total, log);
      total += 1;
    }
    if (total !== this.#snapshot.total && this.#snapshot.state === "ready") this.#change({ total });
  }

  close(): void {
    this.#abort.abort();
  }

  #read(where: { readonly anchor: "first-error" | "tail" } | { readonly offset: number }): Promise<LogWindow> {
    const { run, level, text, subflows } = this.#filter;
    return call<typeof readLogWindow>("POST /ui/logs", {
      body: {
        ...run,
        limit: windowSize,
        ...where,
        ...(level === undefined ? {} : { level }),
        ...(text === undefined ? {} : { text }),
        ...(subflows === true ? { subflows } : {}),
      },
      signal: this.#abort.signal,
    });
  }

  #keep(window: LogWindow): void {
    window.logs.forEach((log, index) => {
      this.#lines.set(window.position + index, log);
      this.#known.add(log.id);
    });
  }

  #passes(log: Log): boolean {
    const { run, level, text } = this.#filter;
    if ("task_run_id" in run ? log.task_run_id !== run.task_run_id : log.flow_run_id !== run.flow_run_id) return false;
    if (level !== undefined && log.level < level) return false;
    return text === undefined || log.message.toLowerCase().includes(text.toLowerCase());
  }

  #change(next: Partial<LogSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...next, version: this.#snapshot.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}
