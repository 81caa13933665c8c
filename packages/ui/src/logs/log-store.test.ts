import fc from "fast-check";
import { expect, test } from "vitest";
import type { Log, LogWindow } from "../api/types.ts";
import { type LogAnchor, type LogFilter, LogStore } from "./log-store.ts";

const filter: LogFilter = { run: { flow_run_id: "run" }, level: undefined, text: undefined };
const windowSize = 4;

function line(second: number, id: number, level = 20): Log {
  const fraction = second % 2 === 0 ? "" : ".500000";
  const timestamp = `2026-01-01T00:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")}${fraction}Z`;
  return {
    id: String(id).padStart(6, "0"),
    timestamp,
    name: "test",
    level,
    message: `line ${id}`,
    flow_run_id: "run",
    task_run_id: null,
  } as Log;
}

/** A log that grows while it is read: answers and what is told arrive when the test says. */
class GrowingLog {
  readonly #answers: (() => void)[] = [];
  readonly #untold: Log[] = [];
  committed: Log[] = [];

  commit(log: Log): void {
    this.committed = [...this.committed, log].sort((a, b) => moment(a) - moment(b) || (a.id < b.id ? -1 : 1));
    this.#untold.push(log);
  }

  /** What was committed and not told yet: the first `count` lines. */
  told(count: number): Log[] {
    return this.#untold.splice(0, count);
  }

  readonly read = ({ level }: LogFilter, where: LogAnchor & { readonly limit: number }): Promise<LogWindow> => {
    const all = this.committed.filter((log) => level === undefined || log.level >= level);
    const numberOf = (log: Log) => this.committed.indexOf(log) + 1;
    const opensAt =
      "line" in where
        ? all.findIndex((log) => numberOf(log) >= where.line)
        : "offset" in where
          ? where.offset
          : all.length - 1;
    const offset = Math.max(0, "offset" in where ? where.offset : Math.min(opensAt - 1, all.length - where.limit));
    const logs = all.slice(offset, offset + where.limit);
    const window = {
      logs,
      position: Math.min(offset, all.length),
      total: all.length,
      numbers: level === undefined ? null : logs.map(numberOf),
      opens_at: Math.max(0, opensAt),
      error_count: all.filter((log) => log.level >= 40).length,
    };
    const { promise, resolve } = Promise.withResolvers<LogWindow>();
    this.#answers.push(() => resolve(window as unknown as LogWindow));
    return promise;
  };

  async answer(index: number): Promise<void> {
    const [answer] = this.#answers.splice(index % Math.max(1, this.#answers.length), 1);
    answer?.();
    await settle();
  }

  get isAsked(): boolean {
    return this.#answers.length > 0;
  }

  async answerAll(): Promise<void> {
    while (this.#answers.length > 0) await this.answer(0);
  }
}

/** Whatever promises that are kept lead to has happened. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const moment = (log: Log) => Date.parse(log.timestamp);

const contentOf = (store: LogStore) =>
  Array.from({ length: store.snapshot().total }, (_, position) => store.line(position)?.message);

/** Looks at every line until nothing more is asked for. */
async function readWhole(store: LogStore, log: GrowingLog): Promise<void> {
  do {
    await log.answerAll();
    store.want(0, Number.MAX_SAFE_INTEGER);
  } while (log.isAsked && !store.snapshot().stale);
}

const numbersOf = (store: LogStore) =>
  Array.from({ length: store.snapshot().total }, (_, position) => store.number(position));

test("lines told while the first window is on its way are kept, once each", async () => {
  const log = new GrowingLog();
  for (let id = 0; id < 3; id += 1) log.commit(line(id, id));
  log.told(3);
  const store = new LogStore(filter, log.read, windowSize);
  void store.open(undefined, false);
  for (let id = 3; id < 9; id += 1) log.commit(line(id, id));
  store.append(log.told(4));
  await log.answerAll();
  store.append(log.told(2));
  expect(contentOf(store)).toEqual(log.committed.map(({ message }) => message));
});

test("a log shows where it opens before its end has come", async () => {
  const log = new GrowingLog();
  for (let id = 0; id < 20; id += 1) log.commit(line(id, id));
  const store = new LogStore(filter, log.read, windowSize);
  void store.open(5, false);
  await log.answer(0);
  expect(store.snapshot()).toMatchObject({ state: "ready", total: 20, opensAt: 4 });
  expect(store.line(4)?.message).toBe("line 4");
  expect(store.line(19)).toBeUndefined();
  await log.answerAll();
  expect(store.line(19)?.message).toBe("line 19");
});

test("a line of a whole second comes before those of the same second with a fraction", async () => {
  const log = new GrowingLog();
  log.commit(line(5, 1));
  log.told(1);
  const store = new LogStore(filter, log.read, windowSize);
  void store.open(undefined, false);
  await log.answerAll();
  log.commit({ ...line(4, 2), timestamp: "2026-01-01T00:00:05Z" });
  store.append(log.told(1));
  expect(contentOf(store)).toEqual(["line 2", "line 1"]);
});

test("a line that belongs before the known end makes the log stale instead of standing at a wrong place", async () => {
  const log = new GrowingLog();
  for (let id = 0; id < 20; id += 1) log.commit(line(id + 10, id));
  log.told(20);
  const store = new LogStore(filter, log.read, windowSize);
  void store.open(undefined, false);
  await log.answerAll();
  log.commit(line(0, 99));
  store.append(log.told(1));
  expect(store.snapshot()).toMatchObject({ stale: true, total: 20 });
});

test("a line of a task that is not known yet waits until it is", async () => {
  const log = new GrowingLog();
  const store = new LogStore({ ...filter, taskKey: "fit" }, log.read, windowSize);
  void store.open(undefined, false);
  await log.answerAll();
  store.append([{ ...line(1, 1), task_run_id: "early" }, { ...line(2, 2), task_run_id: "other" }, line(3, 3)]);
  expect(contentOf(store)).toEqual([]);
  store.knowTasks((id) => ({ early: "fit", other: "read" })[id]);
  expect(contentOf(store)).toEqual(["line 1"]);
  store.append([{ ...line(0, 4), task_run_id: "early" }]);
  expect(contentOf(store)).toEqual(["line 4", "line 1"]);
});

test("the log of an attempt takes only lines of its time", async () => {
  const log = new GrowingLog();
  const [since, until] = [line(3, 0).timestamp, "2026-01-01T00:00:06.250000Z"];
  const store = new LogStore({ ...filter, since, until }, log.read, windowSize);
  void store.open(undefined, false);
  await log.answerAll();
  store.append(Array.from({ length: 10 }, (_, id) => line(id, id)));
  expect(contentOf(store)).toEqual(["line 3", "line 4", "line 5", "line 6"]);
});

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("commit" as const),
      back: fc.integer({ min: 0, max: 3 }),
      level: fc.constantFrom(20, 40),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("tell" as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("answer" as const), index: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("look" as const), at: fc.nat(30) }) },
);

test.each([
  ["whole log", undefined],
  ["filtered log", 40],
])(
  "whatever the order of commits, answers and what is told, the %s is the server's, or is known to be stale",
  async (_, level) => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(12),
        fc.option(fc.nat(12), { nil: undefined }),
        fc.array(step, { maxLength: 40 }),
        async (before, at, steps) => {
          const log = new GrowingLog();
          let id = 0;
          for (; id < before; id += 1) log.commit(line(id + 5, id, id % 3 === 0 ? 40 : 20));
          log.told(before);
          const store = new LogStore({ ...filter, level }, log.read, windowSize);
          void store.open(at, false);
          for (const next of steps) {
            if (next.kind === "commit") {
              log.commit(line(id + 5 - next.back, id, next.level));
              id += 1;
            }
            if (next.kind === "tell") store.append(log.told(next.count));
            if (next.kind === "answer") await log.answer(next.index);
            if (next.kind === "look") store.want(next.at, next.at + 2);
          }
          await log.answerAll();
          store.append(log.told(Number.MAX_SAFE_INTEGER));
          await readWhole(store, log);
          const passing = log.committed.filter((line) => level === undefined || line.level >= level);
          if (store.snapshot().stale) {
            expect(steps.some((next) => next.kind === "commit" && next.back > 0)).toBe(true);
            return;
          }
          expect(contentOf(store)).toEqual(passing.map(({ message }) => message));
          expect(numbersOf(store)).toEqual(passing.map((line) => log.committed.indexOf(line) + 1));
          expect(store.snapshot().errorCount).toBe(passing.filter((line) => line.level >= 40).length);
        },
      ),
      { numRuns: 500 },
    );
  },
);
