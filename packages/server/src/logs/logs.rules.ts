import { csvField, type Timestamp, toTimestamp } from "@ostinato/core";
import type { Log, LogFilter } from "@ostinato/protocol";
import { parseTextQuery, textMatches } from "../kernel/text-query.ts";

/** The longest message that is kept, in characters. */
const maxMessageLength = 1024 * 1024;

export function boundedMessage(message: string): string {
  if (message.length <= maxMessageLength) return message;
  return `${message.slice(0, maxMessageLength)}… (${message.length - maxMessageLength} more characters were cut)`;
}

/** Whether a line meets the criteria: the same that the query decides in the database. */
export function logMatcher(filter: LogFilter): (log: Log) => boolean {
  const criteria = [...criteriaOf(filter)];
  if (criteria.length === 0) return () => true;
  return filter.operator === "or_"
    ? (log) => criteria.some((criterion) => criterion(log))
    : (log) => criteria.every((criterion) => criterion(log));
}

type Criterion = (log: Log) => boolean;

/** One for each part that is there: a part that asks nothing is met by every line. */
function* criteriaOf({ level, timestamp, flow_run_id, task_run_id, text }: LogFilter): Generator<Criterion> {
  if (given(level)) yield ({ level: at }) => at >= (level.ge_ ?? at) && at <= (level.le_ ?? at);
  if (given(timestamp)) yield within(timestamp);
  if (given(flow_run_id)) yield oneOf("flow_run_id", flow_run_id.any_);
  if (given(task_run_id)) {
    const { any_, is_null_ } = task_run_id;
    const isOne = oneOf("task_run_id", any_);
    yield (log) => isOne(log) && (!given(is_null_) || (log.task_run_id === null) === is_null_);
  }
  if (given(text)) {
    const query = parseTextQuery(text.query);
    if (query.some.length + query.all.length + query.none.length > 0)
      yield (log) => textMatches(query, [log.message, log.name]);
  }
}

function within({ before_, after_ }: NonNullable<LogFilter["timestamp"]>): Criterion {
  const before = moment(before_, Number.POSITIVE_INFINITY);
  const after = moment(after_, Number.NEGATIVE_INFINITY);
  return ({ timestamp }) => {
    const at = toTimestamp(timestamp);
    return at >= after && at <= before;
  };
}

function moment(value: string | number | null | undefined, otherwise: number): Timestamp {
  return given(value) ? toTimestamp(value) : (otherwise as Timestamp);
}

function oneOf(key: "flow_run_id" | "task_run_id", ids: readonly string[] | null | undefined): Criterion {
  if (!given(ids)) return () => true;
  const wanted = new Set(ids.map((id) => id.toLowerCase()));
  return (log) => log[key] !== null && wanted.has(log[key]);
}

function given<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

const csvColumns = ["timestamp", "level", "flow_run_id", "task_run_id", "message"] as const;

export const csvHead = `${csvColumns.join(",")}\r\n`;

export function csvRecord(log: Log): string {
  return `${csvColumns.map((column) => csvField(log[column])).join(",")}\r\n`;
}
