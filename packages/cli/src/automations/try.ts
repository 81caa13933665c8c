import { jsonText, parseJson } from "@ostinato/core";
import { type Automation, runAutomationActions, type TestedFiring, testAutomation } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { usageError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { localTime } from "../output/moments.ts";
import { say, sayJson } from "../output/output.ts";
import { oneLine } from "../output/text.ts";
import { findAutomation } from "./find.ts";
import { type GivenAutomation, readGiven } from "./given.ts";
import { outcomeWords } from "./history.ts";

export interface TestOptions extends GivenAutomation {
  readonly days: number;
  readonly json?: boolean;
}

/** Says how often an automation would have fired over the last days, without doing anything. */
export async function tryAutomation(wanted: string | undefined, { days, json, ...given }: TestOptions): Promise<void> {
  const hasGiven = given.fromFile !== undefined || given.fromJson !== undefined;
  if ((wanted === undefined) !== hasGiven)
    throw usageError("Give the name of an automation, or --from-file, or --from-json.");
  const [fromGiven, ...more] = hasGiven ? await readGiven(given) : [];
  if (more.length > 0) throw usageError("Give one automation: test replays one.");
  await withServer(async ({ client }) => {
    const automation = fromGiven ?? fieldsOf(await findAutomation(client, wanted ?? ""));
    const tested = await client.call(testAutomation, { encodedBody: jsonText({ automation, days }) ?? "" });
    if (json) return sayJson(tested);
    const { count, since, events_read, events_matched, complete, until, firings } = tested;
    const times = count === 1 ? "once" : `${count} times`;
    say(
      `It would have fired ${count === 0 ? "not at all" : times} since ${localTime(since)}. Of ${events_read} events it counts ${events_matched}.`,
    );
    if (!complete) say(`The replay ends at ${localTime(until)}, since there are too many events.`);
    for (const firing of firings) sayFiring(firing);
  });
}

function sayFiring({ triggered, events, actions }: TestedFiring): void {
  const cause = events.at(-1);
  say(
    `  ${localTime(triggered)}  ${cause === undefined ? "what did not come" : `${oneLine(cause.event)} of ${oneLine(cause.resource["prefect.resource.id"] ?? "")}`}`,
  );
  for (const { type, target, problem } of actions) {
    say(`    ${type}${target === null ? "" : ` on ${target}`}${problem === null ? "" : `: ${oneLine(problem)}`}`);
  }
}

/** Runs the actions of an automation once, with the latest event that its trigger takes, or another one. */
export function runActions(
  wanted: string,
  { event, json }: { readonly event?: string; readonly json?: boolean },
): Promise<void> {
  return withServer(async ({ client }) => {
    const { id } = await findAutomation(client, wanted);
    const body = event === undefined ? {} : { event_id: event };
    const { actions, event: used } = await client.call(runAutomationActions, { params: { id }, body });
    if (json) sayJson({ event: used, actions });
    else {
      say(used === null ? "Without an event:" : `With ${oneLine(used.event)} (${used.id}):`);
      for (const action of actions) say(`  ${outcomeWords(action)}`);
    }
    if (actions.some(({ outcome }) => outcome === "FAILED")) process.exitCode = exitCodes.failed;
  });
}

function fieldsOf({ id: _, created: __, updated: ___, ...fields }: Automation): object {
  return parseJson(jsonText(fields) ?? "{}") as object;
}
