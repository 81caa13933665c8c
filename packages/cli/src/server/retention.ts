import type { Client } from "@ostinato/client";
import {
  previewRetention,
  type RemovedCounts,
  type Retention,
  type RetentionPass,
  type RetentionRule,
  readRetention,
  runRetention,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError, usageError } from "../errors.ts";
import { ago } from "../output/moments.ts";
import { note, say, sayJson, sayTable } from "../output/output.ts";
import { sizeText } from "../output/sizes.ts";
import type { Column } from "../output/table.ts";
import { openLiveBlock } from "../progress/live-block.ts";

export interface RetentionOptions {
  readonly run?: boolean;
  readonly confirm?: boolean;
  readonly json?: boolean;
}

/** Shows retention periods and what would be removed now, or removes it. */
export function showRetention({ run = false, confirm = false, json }: RetentionOptions): Promise<void> {
  if (confirm && !run) throw usageError("--confirm says that what is too old may go: give it together with --run.");
  return withServer(async ({ client }) => {
    if (run) return sayPass(await wholePass(client, confirm), json);
    const [retention, counts] = [await client.call(readRetention, {}), await client.call(previewRetention, {})];
    if (json) return sayJson({ ...retention, would_remove: counts });
    sayTable(retention.rules, ruleColumns, "");
    say();
    say(
      `Now ${Object.values(counts).some((count) => count > 0) ? "would be removed" : "nothing would be removed"}${listed(counts, ": ")}.`,
    );
    sayLast(retention);
    if (retention.waiting !== null) note(retention.waiting);
    if (Object.values(counts).some((count) => count > 0)) note('Remove it with "ostinato server retention --run".');
  });
}

const nouns: Readonly<Record<RetentionRule["kind"], string>> = {
  runs: "finished runs",
  logs: "log lines",
  events: "events",
  artifacts: "artifacts, all but the newest of each key",
  latest_artifacts: "artifacts, the newest of each key",
  results: "data of results",
};

const ruleColumns: readonly Column<RetentionRule>[] = [
  { title: "WHAT", value: ({ kind }) => nouns[kind] },
  { title: "KEPT", value: ({ kept }) => (kept === "never" ? "never removed" : kept) },
  { title: "SETTING", value: ({ variable }) => variable },
];

function listed(counts: RemovedCounts, before = ""): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const text = parts.map(([kind, count]) => `${count.toLocaleString("en")} ${kind.replace("_", " ")}`).join(", ");
  return text === "" ? "" : before + text;
}

function sayLast({ last, running, database_size_bytes }: Retention): void {
  const size = database_size_bytes === null ? "" : `The database takes ${sizeText(database_size_bytes)}. `;
  const when = running
    ? "A pass is under way"
    : last === null
      ? "No pass yet"
      : `The last pass was ${ago(last.finished)}`;
  say(`${size}${when}${last === null ? "" : listed(last.removed, " and removed ")}.`);
}

const betweenLooksMillis = 200;

/** The server continues the pass even if this process ends. */
async function wholePass(client: Client, confirmed: boolean): Promise<Passed> {
  const before = (await client.call(runRetention, { body: { confirmed } })).last?.started;
  const block = process.stderr.isTTY ? openLiveBlock() : undefined;
  try {
    for (;;) {
      const { running, last, waiting } = await client.call(readRetention, {});
      if (!running) return { pass: last?.started === before ? null : last, waiting };
      block?.show(["Removing expired data, in small steps …"]);
      await new Promise((resolve) => setTimeout(resolve, betweenLooksMillis));
    }
  } finally {
    block?.show([]);
    block?.close();
  }
}

interface Passed {
  /** Null where the pass did not finish. */
  readonly pass: RetentionPass | null;
  readonly waiting: string | null;
}

function sayPass({ pass, waiting }: Passed, json: boolean | undefined): void {
  if (waiting !== null) note(waiting);
  if (pass === null) {
    if (waiting !== null) throw new CliError("Nothing was removed.");
    throw new CliError("The pass did not finish; the server's log says why. Data that it removed stays removed.");
  }
  if (json) {
    sayJson(pass);
    return;
  }
  const removed = listed(pass.removed);
  const given =
    pass.bytes_given_back === 0 ? "" : ` The file of the database became ${sizeText(pass.bytes_given_back)} smaller.`;
  say(removed === "" ? `There was nothing to remove.${given}` : `Removed ${removed}.${given}`);
}
