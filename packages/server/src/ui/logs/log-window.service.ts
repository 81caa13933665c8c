import type { Timestamp } from "@ostinato/core";
import type { BodyOf, ReplyOf, readLogWindow } from "@ostinato/protocol";
import type { Database } from "../../db/dialect.ts";
import type { Context } from "../../kernel/context.ts";
import { present } from "../../logs/logs.service.ts";
import { readCursor, writeCursor } from "../lists/keyset.ts";
import { causeOf, causeOfAttempt } from "../runs/cause.service.ts";
import { requestedLines } from "./log-criteria.service.ts";
import * as queries from "./log-window.queries.ts";

type LogWindowRequest = BodyOf<typeof readLogWindow>;

/** A window on the lines of a run, opened at a position of the caller's choice. Its cost does not grow with the position. */
export async function logWindow({ db }: Context, body: LogWindowRequest): Promise<ReplyOf<typeof readLogWindow>> {
  const { criteria, whole, isWhole } = await requestedLines(db, body);
  const firstError = await errorOf(db, criteria, "forward");
  const { rows, begins, ends, at } = await opened({ db, criteria, whole, body, firstError });
  const [first] = rows;
  const last = rows.at(-1);
  const [counted, total, errorPosition, errorCount, numbers, opensAt] = await Promise.all([
    begins ?? (first === undefined ? undefined : queries.countLogs(db, criteria, first)),
    ends ?? queries.countLogs(db, criteria),
    firstError === undefined ? null : queries.countLogs(db, criteria, firstError),
    firstError === undefined ? 0 : queries.countLogs(db, { ...criteria, errors: true }),
    isWhole ? null : queries.numbersOf(db, whole, rows),
    typeof at === "object" ? queries.countLogs(db, criteria, at) : at,
  ]);
  const position = counted ?? total;
  return {
    logs: rows.map(present),
    position,
    total,
    numbers,
    opens_at: opensAt === "end" ? Math.max(0, total - 1) : (opensAt ?? position),
    before: first === undefined || position === 0 ? null : cursorOf(first),
    after: last === undefined || position + rows.length >= total ? null : cursorOf(last),
    first_error_id: firstError?.id ?? null,
    first_error_position: errorPosition,
    error_count: errorCount,
  };
}

/** The first error, or backward the last one. */
async function errorOf(
  db: Database,
  criteria: queries.LogCriteria,
  direction: queries.LogRange["direction"],
): Promise<queries.LogRow | undefined> {
  const [row] = await queries.logsFrom(db, { ...criteria, errors: true }, { direction, limit: 1 });
  return row;
}

/** The last error of the task run that brought the flow run down, which may be of a subflow. */
async function errorOfCause(
  db: Database,
  criteria: queries.LogCriteria,
  { flow_run_id: flowRunId, attempt }: LogWindowRequest,
): Promise<queries.LogRow | undefined> {
  if (flowRunId === undefined || flowRunId === null) return undefined;
  const id = flowRunId.toLowerCase();
  const cause = await (attempt === null || attempt === undefined ? causeOf(db, id) : causeOfAttempt(db, id, attempt));
  if (cause?.task === undefined || !criteria.flowRunIds.includes(cause.run.id)) return undefined;
  return errorOf(db, { ...criteria, taskRunId: cause.task.task_run_id }, "backward");
}

interface WindowSource {
  readonly db: Database;
  readonly criteria: queries.LogCriteria;
  readonly whole: queries.LogCriteria;
  readonly body: LogWindowRequest;
  readonly firstError: queries.LogRow | undefined;
}

/**
 * `begins` is the position of the first line and `ends` the number of all lines, if the query reveals them; else they are
 * counted. `at` is where the window opens, unless that is its first line.
 */
interface Opened {
  readonly rows: readonly queries.LogRow[];
  readonly begins?: number;
  readonly ends?: number;
  readonly at?: queries.LogPosition | "end";
}

async function opened({ db, criteria, whole, body, firstError }: WindowSource): Promise<Opened> {
  const limit = body.limit ?? 200;
  const read: Read = (range) => queries.logsFrom(db, criteria, range);
  const before = readPosition(body.before);
  const after = readPosition(body.after);
  if (after !== undefined) return { rows: await read({ direction: "forward", from: after, limit }) };
  if (before !== undefined) return { rows: await read({ direction: "backward", from: before, limit }) };
  if (body.offset !== null && body.offset !== undefined) {
    const total = await queries.countLogs(db, criteria);
    return atOffset(read, { offset: body.offset, limit, total });
  }
  const line = await anchorOf({ db, criteria, whole, body, firstError });
  if (line !== undefined) return { rows: await around(read, line, limit), at: line };
  if (opensAtEnd(body)) return atEnd(db, criteria, await read({ direction: "backward", limit }), limit);
  return { rows: await read({ direction: "forward", limit }), begins: 0 };
}

/** The line at which the window opens with what led to it; undefined where there is none. */
async function anchorOf(source: WindowSource): Promise<queries.LogPosition | undefined> {
  const { db, criteria, whole, body, firstError } = source;
  if (body.line !== null && body.line !== undefined) {
    const [line] = await queries.logsFrom(db, whole, { direction: "forward", offset: body.line - 1, limit: 1 });
    return line;
  }
  if (body.anchor === "failure" && firstError !== undefined)
    return (await errorOfCause(db, criteria, body)) ?? (await errorOf(db, criteria, "backward"));
  return body.anchor === "first-error" ? firstError : undefined;
}

/** A line or an error that is not there leads to the end. */
function opensAtEnd({ line, anchor }: LogWindowRequest): boolean {
  if (line !== null && line !== undefined) return true;
  return anchor !== null && anchor !== undefined && anchor !== "head";
}

type Read = (range: queries.LogRange) => Promise<queries.LogRow[]>;

/** The total follows from the lines that were read: while a run writes, a separate count would be of another time. */
async function atEnd(
  db: Database,
  criteria: queries.LogCriteria,
  rows: readonly queries.LogRow[],
  limit: number,
): Promise<Opened> {
  const [first] = rows;
  const begins = first === undefined || rows.length < limit ? 0 : await queries.countLogs(db, criteria, first);
  return { rows, begins, ends: begins + rows.length, at: "end" };
}

interface Offset {
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
}

/** A position in the later half is reached from the end. */
async function atOffset(read: Read, { offset, limit, total }: Offset): Promise<Opened> {
  if (offset >= total) return { rows: [], begins: total, ends: total };
  const fromEnd = Math.max(0, total - offset - limit);
  const rows = await (offset <= fromEnd
    ? read({ direction: "forward", offset, limit })
    : read({ direction: "backward", offset: fromEnd, limit: Math.min(limit, total - offset) }));
  return { rows, begins: offset, ends: total };
}

/** The line with some of what led to it: a third of the window before, the rest from it on. */
async function around(read: Read, line: queries.LogPosition, limit: number): Promise<queries.LogRow[]> {
  const before = Math.floor(limit / 3);
  const [earlier, later] = await Promise.all([
    before === 0 ? [] : read({ direction: "backward", from: line, limit: before }),
    read({ direction: "forward", from: line, inclusive: true, limit: limit - before }),
  ]);
  return [...earlier, ...later];
}

const order = "logs";

function cursorOf({ timestamp, id }: queries.LogPosition): string {
  return writeCursor(order, { value: timestamp, id });
}

function readPosition(cursor: string | null | undefined): queries.LogPosition | undefined {
  const position = readCursor(order, cursor);
  return position && { timestamp: Number(position.value) as Timestamp, id: position.id };
}
