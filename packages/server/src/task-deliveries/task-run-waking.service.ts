import { isTerminal } from "@ostinato/core";
import { type TaskRunEndMessage, TaskRunWaitingRequest } from "@ostinato/protocol";
import type { Change } from "../kernel/bus.ts";
import type { Context } from "../kernel/context.ts";
import { inWords } from "../kernel/errors.ts";
import { type Feed, feedTo } from "../kernel/feed.ts";
import { closeCodes, readMessage, type SocketConnection, type SocketHandlers } from "../kernel/socket.ts";
import { readAs } from "../kernel/validation.ts";
import { openAmong } from "./queue.queries.ts";

/** How often the runs that are waited for are looked at all the same: a change may be lost between servers. */
const lookEverySeconds = 20;

/** Tells those who wait for task runs when these have ended, on this server or another one. */
export function createTaskRunWaking(context: Context): (connection: SocketConnection) => SocketHandlers {
  const { bus, clock, db, log } = context;
  const waiting = new Map<string, Set<Feed>>();
  let leaveBus: (() => void) | undefined;
  let stopLooking: (() => void) | undefined;

  function onChange(change: Change): void {
    if (change.kind === "deleted" && change.noun === "task-run") tellEnded(change.ids);
    if (change.kind !== "changed" || change.noun !== "task-run" || !change.ids.some((id) => waiting.has(id))) return;
    const { rows } = change;
    if (rows === undefined) return void look(change.ids);
    tellEnded(rows.filter(({ state_type }) => state_type !== null && isTerminal(state_type)).map(({ id }) => id));
  }

  function tellEnded(ids: readonly string[]): void {
    const ended = new Map<Feed, string[]>();
    for (const id of ids) {
      for (const feed of waiting.get(id) ?? []) {
        const own = ended.get(feed) ?? [];
        ended.set(feed, own);
        own.push(id);
      }
      waiting.delete(id);
    }
    for (const [feed, task_run_ids] of ended) tell(feed, { type: "ended", task_run_ids });
  }

  async function look(ids: readonly string[]): Promise<void> {
    try {
      const open = new Set(await openAmong(db.read, ids));
      tellEnded(ids.filter((id) => !open.has(id)));
    } catch (err) {
      log.warn({ err }, "task runs that somebody waits for could not be read, it is tried again");
    }
  }

  function lookNowAndAgain(): void {
    stopLooking = clock.after(lookEverySeconds, () => {
      lookNowAndAgain();
      void look([...waiting.keys()]);
    });
  }

  function rest(): void {
    if (waiting.size > 0) return;
    leaveBus?.();
    leaveBus = undefined;
    stopLooking?.();
    stopLooking = undefined;
  }

  return (connection) => {
    const feed = feedTo(connection, context);
    const own = new Set<string>();
    const forget = () => {
      for (const id of own) {
        const feeds = waiting.get(id);
        feeds?.delete(feed);
        if (feeds?.size === 0) waiting.delete(id);
      }
      own.clear();
    };
    return {
      message(text) {
        const { problems, value } = readAs(TaskRunWaitingRequest, readMessage(text) ?? {});
        if (problems.length > 0) return connection.close(closeCodes.protocolError, inWords(problems));
        if (value.type === "subscribe") forget();
        const ids = [...new Set(value.task_run_ids.map((id) => id.toLowerCase()))];
        for (const id of ids) {
          own.add(id);
          waiting.set(id, (waiting.get(id) ?? new Set()).add(feed));
        }
        leaveBus ??= bus.subscribe(onChange);
        if (stopLooking === undefined) lookNowAndAgain();
        // After the subscription, so that no end is missed.
        void look(ids);
      },
      closed() {
        forget();
        rest();
      },
    };
  };
}

function tell(feed: Feed, message: TaskRunEndMessage): void {
  feed.send(JSON.stringify(message));
}
