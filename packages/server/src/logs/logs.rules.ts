import { csvField, type Timestamp, toTimestamp } from "@ostinato/core";
import type { Log, LogFilter } from "@ostinato/protocol";
import { parseTextQuery, textMatches } from "../kernel/text-query.ts";

/** The longest message that is kept, in characters. */
const maxMessageLength = 1024 * 1024;

export function boundedMessage(message: string): string {
  if (message.length <= maxMessageLength) return message;
  return `${message.slice(0, maxMessageLength)}… (${message.length - maxMessageLength} more characters were cut)`;
}

/** Whether a line meets the criteria, as the query decides it in the database. */
export function logMatcher(filter: LogFilter): (log: Log) => boolean {
  const parts = Object.entries(matchers).flatMap(([key, matcher]) => {
    const asked = filter[key as keyof typeof matchers];
    return given(asked) ? [(matcher as (asked: object) => Matcher)(asked)] : [];
  });
  if (parts.length === 0) return () => true;
  return filter.operator === "or_"
    ? (log) => parts.some((meets) => meets(log))
    : (log) => parts.every((meets) => meets(log));
}

type Matcher = (log: Log) => boolean;

/** One for each part of the filter. Every line meets a part that does not ask for anything. */
const matchers: {
  readonly [K in Exclude<keyof LogFilter, "operator">]-?: (asked: NonNullable<LogFilter[K]>) => Matcher;
} = {
  level:
    ({ ge_, le_ }) =>
    ({ level }) =>
      level >= (ge_ ?? level) && level <= (le_ ?? level),
  timestamp({ before_, after_ }) {
    const before = moment(before_, Number.POSITIVE_INFINITY);
    const after = moment(after_, Number.NEGATIVE_INFINITY);
    return ({ timestamp }) => {
      const at = toTimestamp(timestamp);
      return at >= after && at <= before;
    };
  },
  flow_run_id: ({ any_ }) => oneOf("flow_run_id", any_),
  task_run_id({ any_, is_null_ }) {
    const isOne = oneOf("task_run_id", any_);
    return (log) => isOne(log) && (!given(is_null_) || (log.task_run_id === null) === is_null_);
  },
  text(asked) {
    const query = parseTextQuery(asked.query);
    return ({ message, name }) => textMatches(query, [message, name]);
  },
};

function moment(value: string | number | null | undefined, otherwise: number): Timestamp {
  return given(value) ? toTimestamp(value) : (otherwise as Timestamp);
}

function oneOf(key: "flow_run_id" | "task_run_id", ids: readonly string[] | null | undefined): Matcher {
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
