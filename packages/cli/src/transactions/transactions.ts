import { keyOfLock } from "@ostinato/core";
import {
  forgetTransactionKey,
  type LimitRow,
  listConcurrencyLimits,
  readTransactionKey,
  type SlotUser,
  type TransactionKey,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { confirmed } from "../output/confirm.ts";
import { ago, localTime } from "../output/moments.ts";
import { note, say, sayFields, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { oneLine, paint } from "../output/text.ts";
import { readPages } from "../pages.ts";

interface Json {
  readonly json?: boolean;
}

interface KeyUnderWay {
  readonly key: string;
  readonly waiting: number;
  readonly waiting_since: string | null;
}

/** Keys are limits of their own, which stay for a while after their last transaction. */
const maxKeys = 10_000;

export function list({ json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const rows = await readPages(maxKeys, async ({ limit, offset }) => {
      const body = { kinds: ["key" as const], text: "transaction:", limit, offset };
      return (await client.call(listConcurrencyLimits, { body })).results;
    });
    const keys = rows.flatMap(underWay);
    if (json) sayJson(keys);
    else sayTable(keys, columns, "No transaction with a key is under way.");
  });
}

function underWay({ name, active_slots, waiting, waiting_since }: LimitRow): readonly KeyUnderWay[] {
  const key = keyOfLock(name);
  return key === undefined || (active_slots === 0 && waiting === 0) ? [] : [{ key, waiting, waiting_since }];
}

const columns: readonly Column<KeyUnderWay>[] = [
  { title: "KEY", value: ({ key }) => oneLine(key), flexible: true },
  { title: "WAITING", value: ({ waiting }) => String(waiting) },
  { title: "SINCE", value: ({ waiting_since }) => (waiting_since === null ? "" : ago(waiting_since)) },
];

export function inspect(key: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const found = await client.call(readTransactionKey, { query: { key } });
    if (json) return sayJson(found);
    const { holder, waiting, waiting_count } = found;
    sayFields([
      ["Key", paint("bold", oneLine(key))],
      ["Committed", committedText(found)],
      ["Held by", holder === null ? "nobody" : userText(holder)],
      ["Waiting", waiting_count === 0 ? null : `${waiting_count}: ${waiting.map(userText).join("\n")}`],
    ]);
  });
}

function committedText({ committed }: TransactionKey): string {
  if (committed === null) return "no";
  const until = committed.expires === null ? "" : `, until ${localTime(committed.expires)}`;
  const where = committed.location === null ? "" : `, in ${oneLine(committed.location)}`;
  return `${localTime(committed.created)}${until}${where}`;
}

function userText({ flow_run_name, task_run_name, since }: SlotUser): string {
  const task = task_run_name === null ? "" : ` (task ${oneLine(task_run_name)})`;
  const who = flow_run_name === null ? "a program" : `${oneLine(flow_run_name)}${task}`;
  return `${who}, since ${localTime(since)}`;
}

export function forget(key: string, { yes, json }: Json & { readonly yes?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const { committed } = await client.call(readTransactionKey, { query: { key } });
    if (committed === null) throw new CliError(`The key ${JSON.stringify(key)} is not committed.`);
    const question = `The next transaction with the key ${JSON.stringify(key)} will be executed, though what it does was committed ${ago(committed.created ?? "")}.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    const { forgotten } = await client.call(forgetTransactionKey, { body: { key } });
    if (json) sayJson({ forgotten });
    else say(`Forgotten: ${key}`);
  });
}
