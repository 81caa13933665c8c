import type { Log, LogWindow } from "../api/types.ts";

export interface LogFilter {
  readonly run: { readonly flow_run_id: string } | { readonly task_run_id: string };
  readonly level: number | undefined;
  readonly text: string | undefined;
  /** Whether lines of subflows are included. */
  readonly subflows?: boolean;
}

export interface LogSnapshot {
  readonly state: "loading" | "ready" | "failed";
  readonly error?: unknown;
  readonly total: number;
  /** Position of the line at which the log opens: the first error, or the end. */
  readonly opensAt: number;
  readonly firstError: number | null;
  /** A line belongs before the known tail, so its position is unknown: the log must be read again. */
  readonly stale: boolean;
  /** Increases with every change, so that views render again. */
  readonly version: number;
}

/** The start of a window. */
export type LogAnchor = { readonly anchor: "first-error" | "tail" } | { readonly offset: number };

/** Reads a window of at most `limit` lines of the filtered log. */
export type ReadLogWindow = (
  filter: LogFilter,
  where: LogAnchor & { readonly limit: number },
  signal: AbortSignal,
) => Promise<LogWindow>;

const defaultWindowSize = 500;

/**
 * A log of any length, by position: windows are read where they are viewed, and cached. The tail is always known, so that new lines find
 * their place by time and id, whether they arrive before or after the answers to reads.
 */
export class LogStore {
  readonly #filter: LogFilter;
  readonly #read: ReadLogWindow;
  readonly #windowSize: number;
  readonly #lines = new Map<number, Log>();
  readonly #known = new Set<string>();
  readonly #pending = new Set<number>();
  readonly #listeners = new Set<() => void>();
  /** Lines that arrived before the first window. */
  #early: Log[] = [];
  /** Every line is known from this position on. */
  #tailFrom = 0;
  #abort = new AbortController();
  #snapshot: LogSnapshot = { state: "loading", total: 0, opensAt: 0, firstError: null, stale: false, version: 0 };

  constructor(filter: LogFilter, read: ReadLogWindow, windowSize = defaultWindowSize) {
    this.#filter = filter;
    this.#read = read;
    this.#windowSize = windowSize;
  }

  readonly snapshot = (): LogSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  line(position: number): Log | undefined {
    return this.#lines.get(position);
  }

  /**
   * Reads the tail, and the window at which the log opens: at a line, at the first error, or at the end. Lines committed after the read
   * must come by `append`, so call it once changes of the run are being received.
   */
  async open(at: number | undefined, failed: boolean): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const first = await this.#window(
        at === undefined ? { anchor: failed ? "first-error" : "tail" } : { offset: Math.max(0, at - 50) },
      );
      const tail = reachesEnd(first) ? first : await this.#window({ anchor: "tail" });
      if (abort.signal.aborted) return;
      this.#keep(first);
      this.#keep(tail);
      this.#tailFrom = tail.position;
      const { total, first_error_position: firstError } = tail;
      const opensAt = at ?? (failed && firstError !== null ? firstError : Math.max(0, total - 1));
      this.#change({ state: "ready", total, opensAt, firstError });
      const early = this.#early;
      this.#early = [];
      this.append(early);
    } catch (error) {
      if (!abort.signal.aborted) this.#change({ state: "failed", error });
    }
  }

  /** Loads the lines between two positions unless they are known. */
  want(from: number, to: number): void {
    for (let position = from; position <= to && position < this.#tailFrom; position += 1) {
      if (this.#lines.has(position)) continue;
      const offset = Math.floor(position / this.#windowSize) * this.#windowSize;
      if (this.#pending.has(offset)) continue;
      this.#pending.add(offset);
      this.#window({ offset })
        .then((window) => {
          this.#keep(window);
          this.#change({});
        })
        .catch(() => {})
        .finally(() => this.#pending.delete(offset));
    }
  }

  /** Adds new lines, in any order; known ones are ignored. */
  append(logs: readonly Log[]): void {
    if (this.#snapshot.state !== "ready") {
      this.#early.push(...logs);
      return;
    }
    let { total, stale } = this.#snapshot;
    for (const log of logs) {
      if (this.#known.has(log.id) || !this.#passes(log)) continue;
      const position = this.#positionOf(log, total);
      if (position === undefined) {
        stale = true;
        continue;
      }
      this.#insert(log, position, total);
      total += 1;
    }
    if (total !== this.#snapshot.total || stale !== this.#snapshot.stale) this.#change({ total, stale });
  }

  close(): void {
    this.#abort.abort();
  }

  #window(where: LogAnchor): Promise<LogWindow> {
    return this.#read(this.#filter, { ...where, limit: this.#windowSize }, this.#abort.signal);
  }

  /** Does not overwrite lines of the tail, which may have moved since the window was read. */
  #keep(window: LogWindow): void {
    const ready = this.#snapshot.state === "ready";
    window.logs.forEach((log, index) => {
      const position = window.position + index;
      if (ready && (position >= this.#tailFrom || this.#known.has(log.id))) return;
      this.#lines.set(position, log);
      this.#known.add(log.id);
    });
  }

  /** The position of a line in the known tail; undefined where it belongs before that. */
  #positionOf(log: Log, total: number): number | undefined {
    let position = total;
    while (position > this.#tailFrom && isBefore(log, this.#lines.get(position - 1))) position -= 1;
    return position === this.#tailFrom && position > 0 ? undefined : position;
  }

  #insert(log: Log, position: number, total: number): void {
    for (let at = total; at > position; at -= 1) {
      const moved = this.#lines.get(at - 1);
      if (moved !== undefined) this.#lines.set(at, moved);
    }
    this.#lines.set(position, log);
    this.#known.add(log.id);
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

function reachesEnd({ position, logs, total }: LogWindow): boolean {
  return position + logs.length >= total;
}

/** The server's order: by time, then by id. */
function isBefore(log: Log, other: Log | undefined): boolean {
  if (other === undefined) return false;
  const [time, otherTime] = [sortable(log.timestamp), sortable(other.timestamp)];
  return time === otherTime ? log.id < other.id : time < otherTime;
}

/** Timestamps on a whole second have no fraction, which would sort them after the rest of their second. */
function sortable(timestamp: string): string {
  return timestamp.length === "2024-01-01T00:00:00Z".length ? `${timestamp.slice(0, -1)}.000000Z` : timestamp;
}
