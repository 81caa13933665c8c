import type { Client } from "@ostinato/client";
import {
  type ConsumerStatus,
  type DeadLetter,
  discardDeadLetters,
  readConsumers,
  readDeadLetters,
  retryDeadLetters,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { usageError } from "../errors.ts";
import { ago, spanText } from "../output/moments.ts";
import { note, say, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";

/** Shows the consumers of committed changes, and how far each has come. */
export function showConsumers({ json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const consumers = await client.call(readConsumers, {});
    if (json) return sayJson(consumers);
    sayTable(consumers, consumerColumns, "No consumers handle committed changes.");
    if (consumers.some(({ dead_letters }) => dead_letters > 0))
      note('"ostinato server dead-letters" lists the changes that they gave up on.');
  });
}

const consumerColumns: readonly Column<ConsumerStatus>[] = [
  { title: "CONSUMER", value: ({ name }) => name },
  { title: "BEHIND", value: ({ lag_seconds }) => (lag_seconds === 0 ? "" : spanText(lag_seconds)) },
  { title: "BACKLOG", value: ({ backlog }) => String(backlog) },
  { title: "RETRYING", value: ({ retrying }) => String(retrying) },
  { title: "DEAD LETTERS", value: ({ dead_letters }) => String(dead_letters) },
];

export interface DeadLettersOptions {
  readonly retry?: boolean;
  readonly discard?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Lists dead letters, retries some, or discards them. */
export function deadLetters(ids: readonly string[], options: DeadLettersOptions): Promise<void> {
  const { retry = false, discard = false, all = false, json } = options;
  if (retry && discard) throw usageError("--retry and --discard exclude each other: give one of them.");
  if (!retry && !discard) {
    if (ids.length > 0 || all) throw usageError("Say what to do with the dead letters: --retry or --discard.");
    return listDeadLetters(json);
  }
  if (ids.length > 0 === all) throw usageError("Name the dead letters by their ids, or give --all.");
  const chosen = all ? null : [...ids];
  return withServer(async ({ client }) => {
    const { count } = await (retry ? retryOn(client, chosen) : discardOn(client, chosen));
    if (json) return sayJson({ count });
    const what = count === 1 ? "dead letter" : "dead letters";
    say(retry ? `${count} ${what} will be retried.` : `${count} ${what} discarded.`);
  });
}

function retryOn(client: Client, ids: string[] | null) {
  return client.call(retryDeadLetters, { body: { ids } });
}

function discardOn(client: Client, ids: string[] | null) {
  return client.call(discardDeadLetters, { body: { ids } });
}

function listDeadLetters(json: boolean | undefined): Promise<void> {
  return withServer(async ({ client }) => {
    const letters = await client.call(readDeadLetters, {});
    if (json) return sayJson(letters);
    sayTable(letters, letterColumns, "There are no dead letters.");
    if (letters.length > 0) note('Once the cause is gone: "ostinato server dead-letters --retry --all".');
  });
}

const letterColumns: readonly Column<DeadLetter>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "CHANGE", value: ({ change, ref }) => `${change} ${ref}` },
  { title: "CONSUMER", value: ({ consumer }) => consumer },
  { title: "ATTEMPTS", value: ({ attempts }) => String(attempts) },
  { title: "LAST", value: ({ last_failed }) => ago(last_failed) },
  { title: "REASON", value: ({ reason }) => reason },
];
