import type { Log, LogWindow } from "../api/types.ts";
import { LineNumbers } from "./line-numbers.ts";

export interface LogFilter {
  readonly run: { readonly flow_run_id: string } | { readonly task_run_id: string };
  readonly level: number | undefined;
  readonly text: string | undefined;
  /** Whether lines of subflows are included. */
  readonly subflows?: boolean;
  /** Only lines of the runs of this task. */
  readonly taskKey?: string | undefined;
  /** Only lines from this moment on, and before that one. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** The earlier attempt to which these moments belong, counted from 1. */
  readonly attempt?: number | undefined;
}

/** Whether a filter leaves nothing out. */
export function isWholeLog({ since, until, ...filter }: LogFilter): boolean {
  return since === undefined && until === undefined && isWholeAttempt(filter);
}

/** Whether a filter leaves out no more than other attempts. */
export function isWholeAttempt({ level, text, taskKey }: Omit<LogFilter, "since" | "until">): boolean {
  return level === undefined && text === undefined && taskKey === undefined;
}

export interface LogSnapshot {
  readonly state: "loading" | "ready" | "failed";
  readonly error?: unknown;
  readonly total: number;
  /** Position of the line at which the log opens: a given line, the failure, or the end. */
  readonly opensAt: number;
  readonly errorCount: number;
  /** A line belongs before the known tail, so its position is unknown: the log must be read again. */
  readonly stale: boolean;
  /** Increases with every change, so that views render again. */
  readonly version: number;
}

/** The start of a window. */
export type LogAnchor =
  | { readonly anchor: "failure" | "tail" }
  | { readonly offset: number }
  | { readonly line: number };

/** Reads a window of at most `limit` lines of the filtered log. */
export type ReadLogWindow = (
  filter: LogFilter,
  where: LogAnchor & { readonly limit: number },
  signal: AbortSignal,
) => Promise<LogWindow>;

/** The key of a task run's task; undefined where it is not known yet. */
export type TaskKeyOf = (taskRunId: string) => string | undefined;

const defaultWindowSize = 500;
const errorLevel = 40;

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
  /** Lines that arrived before the tail, or before it was known whether they are of the task. */
  #waiting: Log[] = [];
  readonly #numbers: LineNumbers;
  /** Every line is known from this position on. */
  #tailFrom = 0;
  #knowsTail = false;
  #abort = new AbortController();
  #snapshot: LogSnapshot = { state: "loading", total: 0, opensAt: 0, errorCount: 0, stale: false, version: 0 };

  #taskKeyOf: TaskKeyOf = () => undefined;

  constructor(filter: LogFilter, read: ReadLogWindow, windowSize = defaultWindowSize) {
    this.#filter = filter;
    this.#read = read;
    this.#windowSize = windowSize;
    this.#numbers = new LineNumbers(isWholeLog(filter));
  }

  readonly snapshot = (): LogSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  line(position: number): Log | undefined {
    return this.#lines.get(position);
  }

  /** The number of a line in the whole log, counted from 1; undefined until the server has said it. */
  number(position: number): number | undefined {
    return this.#numbers.at(position, this.#lines.get(position));
  }

  /** The position of a known line by its number. */
  positionOf(number: number): number | undefined {
    for (const position of this.#lines.keys()) if (this.number(position) === number) return position;
    return undefined;
  }

  /** Says of which tasks the task runs are that write lines from now on, and those that wait for it. */
  knowTasks(taskKeyOf: TaskKeyOf): void {
    this.#taskKeyOf = taskKeyOf;
    this.append([]);
  }

  /**
   * Reads the window at which the log opens (at the line of a number, at the failure, or at the end), and the tail. Lines committed after the
   * read must come by `append`, so call it once changes of the run are being received. The window shows before the
   * tail is there; lines that arrive until then wait for it.
   */
  async open(line: number | undefined, failed: boolean): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const first = await this.#window(
        line === undefined ? { anchor: failed ? "failure" : "tail" } : { line: Math.max(1, line) },
      );
      if (!reachesEnd(first) && !abort.signal.aborted) {
        this.#keep(first);
        this.#tailFrom = first.total;
        this.#change({ state: "ready", total: first.total, opensAt: first.opens_at, errorCount: first.error_count });
      }
      const tail = reachesEnd(first) ? first : await this.#window({ anchor: "tail" });
      if (abort.signal.aborted) return;
      this.#keep(first);
      this.#keep(tail);
      this.#tailFrom = tail.position;
      this.#knowsTail = true;
      const { total, error_count: errorCount } = tail;
      this.#change({ state: "ready", total, opensAt: Math.min(first.opens_at, Math.max(0, total - 1)), errorCount });
      this.append([]);
    } catch (error) {
      if (!abort.signal.aborted) this.#change({ state: "failed", error });
    }
  }

  /** Loads the lines between two positions, and their numbers, unless they are known. */
  want(from: number, to: number): void {
    for (let position = from; position <= to && position < this.#snapshot.total; position += 1) {
      const offset = Math.floor(position / this.#windowSize) * this.#windowSize;
      if (this.#pending.has(offset)) continue;
      const log = this.#lines.get(position);
      if (log === undefined ? position >= this.#tailFrom : !this.#numbers.ask(log)) continue;
      this.#pending.add(offset);
      const isCurrent = this.#numbers.now();
      void this.#window({ offset })
        .finally(() => this.#pending.delete(offset))
        .then((window) => {
          // An answer that says nothing new must not lead to the same question again.
          if (this.#keep(window, isCurrent())) this.#change({});
        })
        .catch(() => {});
    }
  }

  /** Adds new lines, in any order; known ones are ignored. */
  append(logs: readonly Log[]): void {
    this.#waiting.push(...logs);
    if (!this.#knowsTail) return;
    const arrived = this.#waiting;
    this.#waiting = [];
    let { total, stale, errorCount } = this.#snapshot;
    let moved = false;
    for (const log of arrived) {
      if (this.#known.has(log.id)) continue;
      const passes = this.#passes(log);
      if (passes === undefined) this.#waiting.push(log);
      if (this.#forgetNumbersAfter(log, total)) moved = true;
      if (passes !== true) continue;
      const position = this.#positionOf(log, total);
      if (position === undefined) {
        stale = true;
        continue;
      }
      this.#insert(log, position, total);
      total += 1;
      if (log.level >= errorLevel) errorCount += 1;
    }
    const isChanged = moved || total !== this.#snapshot.total || stale !== this.#snapshot.stale;
    if (isChanged) this.#change({ total, stale, errorCount });
  }

  close(): void {
    this.#abort.abort();
  }

  #window(where: LogAnchor): Promise<LogWindow> {
    return this.#read(this.#filter, { ...where, limit: this.#windowSize }, this.#abort.signal);
  }

  /**
   * Returns whether anything was new. Does not overwrite lines of the tail, which may have moved since the window was read; numbers that
   * are out of date are to be asked for again.
   */
  #keep(window: LogWindow, numbersAreCurrent = true): boolean {
    let isNew = !numbersAreCurrent;
    window.logs.forEach((log, index) => {
      const position = window.position + index;
      if (this.#numbers.keep(log, numbersAreCurrent ? window.numbers?.[index] : undefined)) isNew = true;
      if (this.#knowsTail && (position >= this.#tailFrom || this.#known.has(log.id))) return;
      this.#lines.set(position, log);
      this.#known.add(log.id);
      isNew = true;
    });
    return isNew;
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

  /** A line that comes between known ones moves those after it, whether it is shown itself or not. Returns whether it does. */
  #forgetNumbersAfter(log: Log, total: number): boolean {
    let position = total - 1;
    while (position >= this.#tailFrom && isBefore(log, this.#lines.get(position))) {
      this.#numbers.forget(this.#lines.get(position));
      position -= 1;
    }
    if (position >= 0 && position < this.#tailFrom) this.#numbers.forgetAll();
    return position < total - 1;
  }

  /** Lines of subflows are told to those alone who asked for them. */
  #isOfRun(log: Log): boolean {
    const { run, subflows } = this.#filter;
    if ("task_run_id" in run) return log.task_run_id === run.task_run_id;
    return subflows === true || log.flow_run_id === run.flow_run_id;
  }

  /** Undefined where it is not known yet of which task the line is. */
  #passes(log: Log): boolean | undefined {
    const { level, text, taskKey, since, until } = this.#filter;
    if (!this.#isOfRun(log)) return false;
    if (level !== undefined && log.level < level) return false;
    if (since !== undefined && sortable(log.timestamp) < sortable(since)) return false;
    if (until !== undefined && sortable(log.timestamp) >= sortable(until)) return false;
    if (text !== undefined && !log.message.toLowerCase().includes(text.toLowerCase())) return false;
    if (taskKey === undefined) return true;
    if (log.task_run_id === null) return false;
    const key = this.#taskKeyOf(log.task_run_id);
    return key === undefined ? undefined : key === taskKey;
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
