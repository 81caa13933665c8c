import { csvField, toTimestamp } from "@ostinato/core";
import type { Log, LogFilter } from "@ostinato/protocol";
import { type MatcherLeaf, matcherOf, momentOf } from "../kernel/matcher.ts";
import { parseTextQuery, textMatches } from "../kernel/text-query.ts";

/** The longest message that is kept, in characters. */
const maxMessageLength = 1024 * 1024;

export function boundedMessage(message: string): string {
  if (message.length <= maxMessageLength) return message;
  return `${message.slice(0, maxMessageLength)}… (${message.length - maxMessageLength} more characters were cut)`;
}

/** Whether a line meets the criteria, as the query decides it in the database. */
export function logMatcher(filter: LogFilter): (log: Log) => boolean {
  return matcherOfLogs(filter) ?? (() => true);
}

const matcherOfLogs = matcherOf<LogFilter, Log>({
  level: {
    ge_: (least) => (log) => log.level >= least,
    le_: (most) => (log) => log.level <= most,
  },
  timestamp: {
    before_(limit) {
      const before = toTimestamp(limit);
      return ({ timestamp }) => momentOf(timestamp) <= before;
    },
    after_(limit) {
      const after = toTimestamp(limit);
      return ({ timestamp }) => momentOf(timestamp) >= after;
    },
  },
  flow_run_id: { any_: oneOf("flow_run_id") },
  task_run_id: {
    any_: oneOf("task_run_id"),
    is_null_: (expected) => (log) => (log.task_run_id === null) === expected,
  },
  text: {
    query(asked) {
      const query = parseTextQuery(asked);
      return ({ message, name }) => textMatches(query, [message, name]);
    },
  },
});

/** An empty list selects no line. */
function oneOf(key: "flow_run_id" | "task_run_id"): MatcherLeaf<readonly string[], Log> {
  return (ids) => {
    const wanted = new Set(ids.map((id) => id.toLowerCase()));
    return (log) => log[key] !== null && wanted.has(log[key]);
  };
}

const csvColumns = ["timestamp", "level", "flow_run_id", "task_run_id", "message"] as const;

export const csvHead = `${csvColumns.join(",")}\r\n`;

export function csvRecord(log: Log): string {
  return `${csvColumns.map((column) => csvField(log[column])).join(",")}\r\n`;
}
