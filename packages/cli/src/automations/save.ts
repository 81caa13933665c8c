import type { Client } from "@ostinato/client";
import { automationDefaults, jsonText } from "@ostinato/core";
import { type Automation, createAutomation, readAutomation, replaceAutomation } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError, sentenceOf, usageError } from "../errors.ts";
import { say, sayJson } from "../output/output.ts";
import { findAutomation } from "./find.ts";
import { type AutomationFields, type GivenAutomation as Given, readGiven } from "./given.ts";

export interface GivenAutomation extends Given {
  readonly json?: boolean;
}

export async function create(options: GivenAutomation): Promise<void> {
  const all = await readGiven(options);
  await withServer(async ({ client }) => {
    const made: Automation[] = [];
    for (const automation of all) made.push(await createOne(client, automation, made));
    if (options.json) sayJson(made);
    else for (const { name, id } of made) say(`Created ${name} (${id})`);
  });
}

/** Says which were made before one fails: they stay. */
async function createOne(
  client: Client,
  automation: AutomationFields,
  before: readonly Automation[],
): Promise<Automation> {
  try {
    return await client.call(createAutomation, { encodedBody: encoded(automation) });
  } catch (error) {
    const made =
      before.length === 0 ? "" : ` Created before: ${before.map(({ name, id }) => `${name} (${id})`).join(", ")}.`;
    throw new CliError(
      `Automation ${JSON.stringify(automation.name)} could not be created: ${sentenceOf(error)}${made}`,
      {
        cause: error,
      },
    );
  }
}

export async function update(wanted: string, options: GivenAutomation): Promise<void> {
  const [automation, ...more] = await readGiven(options);
  if (automation === undefined || more.length > 0) throw usageError("Give one automation: update replaces one.");
  const { owner_resource: _, ...fields } = automation;
  await withServer(async ({ client }) => {
    const { id, name, enabled } = await findAutomation(client, wanted);
    // A file without a name or a switch leaves those that the automation has.
    const whole = { ...automationDefaults, name, enabled, ...fields };
    await client.call(replaceAutomation, { params: { id }, encodedBody: encoded(whole) });
    const changed = await client.call(readAutomation, { params: { id } });
    if (options.json) sayJson(changed);
    else say(`Updated ${changed.name} (${id})`);
  });
}

function encoded(automation: AutomationFields): string {
  return jsonText(automation) ?? "";
}
