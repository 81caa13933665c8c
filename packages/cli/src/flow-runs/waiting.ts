import { readWaiting, type Waiting } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { localTime } from "../output/moments.ts";
import { say, sayFields, sayJson } from "../output/output.ts";
import { harmless, oneLine, paint } from "../output/text.ts";
import { findFlowRun } from "./find.ts";

export function waiting(wanted: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const run = await findFlowRun(client, wanted);
    const found = await client.call(readWaiting, { params: { id: run.id } });
    if (json) return sayJson(found);
    if (found === null) return say(`Flow run ${oneLine(run.name)} does not wait: it is ${run.state_name ?? "new"}.`);
    sayWaiting(found);
  });
}

function sayWaiting({ reason, hint, since, until, line, also }: Waiting): void {
  sayFields([
    ["Waits", harmless(reason)],
    ["To do", hint],
    ["Since", localTime(since)],
    ["Until", localTime(until)],
    ["Line", line === null ? null : `${line.place} of ${line.length}`],
    ["Held by", line === null ? null : heldBy(line)],
  ]);
  for (const { reason, hint } of also) {
    say();
    say(`${paint("bold", "Also")}: ${harmless(reason)}`);
    if (hint !== null) say(paint("dim", harmless(hint)));
  }
}

function heldBy({ holders }: NonNullable<Waiting["line"]>): string | null {
  if (holders.length === 0) return null;
  return holders
    .map(({ flow_run_name, since }) => `${oneLine(flow_run_name ?? "a program")} since ${localTime(since)}`)
    .join("\n");
}
