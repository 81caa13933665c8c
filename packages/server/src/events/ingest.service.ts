import { type Event, type EventCreate, eventLimits } from "@ostinato/protocol";
import { isRefusalOfValues, isUniqueViolation } from "../db/constraint.ts";
import * as heartbeats from "../heartbeats/heartbeats.service.ts";
import type { Context } from "../kernel/context.ts";
import { invalid, inWords, type Problem, RequestError } from "../kernel/errors.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as taskRuns from "../task-run-events/task-run-events.service.ts";
import { type NewEvent, problemOfSize, type ReadEvent, readEvent, readValidEvent } from "./events.rules.ts";
import * as events from "./events.service.ts";

/** An event from a client, read and not yet kept. */
export interface Incoming {
  readonly event: NewEvent;
  readonly report: taskRuns.ReportedState | undefined;
  /** Characters of its JSON, about. */
  readonly size: number;
}

/**
 * Writes the events of all clients. Events that arrive during one transaction make up the next one, so that under load more
 * events share a commit.
 */
export interface Ingest {
  /** Resolves when the events are durable, with the ids of those that the database would not take. */
  accept(incoming: readonly Incoming[]): Promise<readonly string[]>;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

/** A bound on the events, and on their characters, in one transaction: others wait for it on SQLite. */
const eventsPerBatch = 256;
const charactersPerBatch = 4 * 1024 * 1024;
const attempts = 3;

interface Waiting {
  readonly incoming: readonly Incoming[];
  readonly resolve: (refused: readonly string[]) => void;
  readonly reject: (error: unknown) => void;
}

export function createIngest(context: Context): Ingest {
  const queue: Waiting[] = [];
  const onceIdle: (() => void)[] = [];
  let draining = false;

  async function drain(): Promise<void> {
    draining = true;
    // Frames received in the same turn of the event loop join the same transaction.
    await nextTurn();
    for (let batch = take(queue); batch.length > 0; batch = take(queue)) {
      await settle(context, batch);
      await nextTurn();
    }
    draining = false;
    for (const resolve of onceIdle.splice(0)) resolve();
  }

  return {
    accept(incoming) {
      if (incoming.length === 0) return Promise.resolve([]);
      return new Promise((resolve, reject) => {
        queue.push({ incoming, resolve, reject });
        if (!draining) void drain();
      });
    },
    idle: () => (draining ? new Promise((resolve) => onceIdle.push(resolve)) : Promise.resolve()),
  };
}

export interface ReadIncoming {
  /** Undefined if the frame holds no valid event. */
  readonly incoming: Incoming | undefined;
  readonly problems: readonly Problem[];
}

/** Reads the events of one frame of so many characters. An invalid state of a task run is left out. */
export function readFrame(values: readonly unknown[], characters: number): readonly ReadIncoming[] {
  return values.map((value) => incomingOf(readEvent(value), characters, values.length));
}

/** Writes the events of a request of so many characters; none if one is invalid. */
export async function acceptPosted(
  { context, ingest }: { readonly context: Context; readonly ingest: Ingest },
  posted: readonly EventCreate[],
  characters: number,
): Promise<void> {
  const read = posted.map((event) => incomingOf(readValidEvent(event), characters, posted.length));
  const wrong = read.flatMap(({ incoming, problems }, index) =>
    incoming === undefined ? problems.map(({ loc, ...problem }) => ({ ...problem, loc: ["body", index, ...loc] })) : [],
  );
  if (wrong.length > 0) throw invalid(wrong);
  const notUnderstood = read.flatMap(({ problems }) => problems);
  if (notUnderstood.length > 0) {
    context.log.warn({ problem: inWords(notUnderstood) }, "states of task runs are not understood and were left out");
  }
  const refused = await ingest.accept(read.flatMap(({ incoming }) => incoming ?? []));
  if (refused.length > 0) throw new RequestError("INTERNAL_ERROR", { exception_message: "Internal Server Error" });
}

function incomingOf(read: ReadEvent, characters: number, count: number): ReadIncoming {
  if (!read.ok) return { incoming: undefined, problems: read.problems };
  const reported = taskRuns.readReportedState(read.event);
  const event = reported === undefined ? read.event : withoutValues(read.event);
  const report = reported?.kind === "report" ? reported.report : undefined;
  const problems = reported?.problems ?? [];
  const size = characters / count;
  const tooLarge = characters > eventLimits.characters ? problemOfSize(event) : undefined;
  if (tooLarge === undefined) return { incoming: { event, report, size }, problems };
  if (report === undefined) return { incoming: undefined, problems: [tooLarge] };
  return { incoming: { ...cutTogether(event, report), size }, problems };
}

/** A state is kept whatever its size, with its details cut. */
function cutTogether(event: NewEvent, whole: taskRuns.ReportedState): Pick<Incoming, "event" | "report"> {
  const cut = taskRuns.cutToSize(event, eventLimits.characters);
  const read = taskRuns.readReportedState(cut);
  if (read?.kind !== "report") return { event: cut, report: undefined };
  const { taskKey, dynamicKey, values } = whole;
  return { event: cut, report: { ...read.report, taskKey, dynamicKey, values } };
}

function withoutValues(event: NewEvent): NewEvent {
  if (event.payload.ostinato === undefined) return event;
  const { ostinato: _values, ...payload } = event.payload;
  return { ...event, payload };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Takes whole frames, at least one. */
function take(queue: Waiting[]): readonly Waiting[] {
  let count = 0;
  let events = 0;
  let characters = 0;
  for (const { incoming } of queue) {
    events += incoming.length;
    characters += incoming.reduce((sum, { size }) => sum + size, 0);
    if (count > 0 && (events > eventsPerBatch || characters > charactersPerBatch)) break;
    count += 1;
  }
  return queue.splice(0, count);
}

async function settle(context: Context, batch: readonly Waiting[]): Promise<void> {
  try {
    const refused = new Set(
      await keep(
        context,
        batch.flatMap(({ incoming }) => incoming),
      ),
    );
    for (const { incoming, resolve } of batch) {
      resolve(refused.size === 0 ? [] : incoming.flatMap(({ event }) => (refused.has(event.id) ? event.id : [])));
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

/** Keeps the events and gives the ids of those that could not be kept. Throws when the database can't be used now. */
async function keep(context: Context, incoming: readonly Incoming[]): Promise<readonly string[]> {
  try {
    await keepTogether(context, incoming);
    return [];
  } catch (error) {
    if (!isRefusalOfValues(error) && !isOwnMistake(error)) throw error;
    return keepApart(context, incoming, error);
  }
}

/** An error of our code rather than of the database, which has a code: the event that leads to it would lead to it again. */
function isOwnMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

/** One event that the database does not take must not take the others with it: halves are tried, and halves of these. */
async function keepApart(context: Context, incoming: readonly Incoming[], error: unknown): Promise<readonly string[]> {
  const [only, ...others] = incoming;
  if (only === undefined) return [];
  if (others.length > 0) {
    const half = Math.ceil(incoming.length / 2);
    return [...(await keep(context, incoming.slice(0, half))), ...(await keep(context, incoming.slice(half)))];
  }
  const { event, report } = only;
  if (report === undefined) {
    context.log.error({ err: error, event: event.event, id: event.id }, "an event could not be kept");
    return [event.id];
  }
  context.log.error(
    { err: error, event: event.event, id: event.id, task_run: report.taskRunId },
    "a task run's state could not be kept, its event is kept without it",
  );
  return keep(context, [{ ...only, report: undefined }]);
}

async function keepTogether(context: Context, incoming: readonly Incoming[]): Promise<void> {
  const { missingFlowRuns } = await written(context, incoming);
  for (const id of missingFlowRuns) {
    context.log.warn({ flow_run: id }, "task runs of a flow run that does not exist here were left out");
  }
}

/** Two servers may add the same task run at once; the second one then finds it. */
async function written(context: Context, incoming: readonly Incoming[]): Promise<taskRuns.Recorded> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await unit(context, (unit) => write(unit, incoming));
    } catch (error) {
      if (!isUniqueViolation(error) || attempt >= attempts) throw error;
    }
  }
}

async function write(unit: Unit, incoming: readonly Incoming[]): Promise<taskRuns.Recorded> {
  const { context } = unit;
  const fresh = await events.record(
    unit,
    incoming.map(({ event }) => event),
  );
  await heartbeats.record(unit, fresh);
  const reports = reportsOf(fresh, incoming);
  for (const { flowRunId } of reports) if (flowRunId !== null) context.activity.note(flowRunId);
  return taskRuns.record(unit, reports);
}

function reportsOf(fresh: readonly Event[], incoming: readonly Incoming[]): readonly taskRuns.ReportedState[] {
  const byEvent = new Map(incoming.map(({ event, report }) => [event.id, report]));
  return fresh.flatMap(({ id }) => byEvent.get(id) ?? []);
}
