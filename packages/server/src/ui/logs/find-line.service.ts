import { parseTimestamp } from "@ostinato/core";
import type { BodyOf, findLogLine, ReplyOf } from "@ostinato/protocol";
import type { Context } from "../../kernel/context.ts";
import { present } from "../../logs/logs.service.ts";
import { requestedLines } from "./log-criteria.service.ts";
import * as queries from "./log-window.queries.ts";

/** The next or the previous error, or line with a text, and which one it is of all of them. */
export async function findLine(
  { db }: Context,
  body: BodyOf<typeof findLogLine>,
): Promise<ReplyOf<typeof findLogLine>> {
  const { criteria, whole, isWhole } = await requestedLines(db, body);
  const errors = body.find === null || body.find === undefined;
  const sought = errors ? { errors } : { find: body.find };
  const direction = body.direction === "next" ? "forward" : "backward";
  const read = async (from: queries.LogPosition | undefined) =>
    (await queries.logsFrom(db, { ...criteria, ...sought }, { direction, from, limit: 1 }))[0];
  const total = await queries.countLogs(db, { ...criteria, ...sought });
  const log = total === 0 ? undefined : ((await read(startOf(body))) ?? (await read(undefined)));
  if (log === undefined) return { found: null, total };
  const [position, before, earlier] = await Promise.all([
    queries.countLogs(db, criteria, log),
    isWhole ? undefined : queries.countLogs(db, whole, log),
    queries.countLogs(db, { ...criteria, ...sought }, log),
  ]);
  return { found: { log: present(log), position, line: (before ?? position) + 1, index: earlier + 1 }, total };
}

function startOf({ from }: BodyOf<typeof findLogLine>): queries.LogPosition | undefined {
  const timestamp = from === null || from === undefined ? undefined : parseTimestamp(from.timestamp);
  return timestamp === undefined || !from ? undefined : { timestamp, id: from.id.toLowerCase() };
}
