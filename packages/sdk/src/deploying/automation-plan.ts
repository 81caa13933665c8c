import { createHash } from "node:crypto";
import { isNotFound } from "@ostinato/client";
import { jsonText } from "@ostinato/core";
import type {
  Automation,
  AutomationDeploy,
  deleteAutomation,
  filterAutomationDeploys,
  keepAutomationDeploy,
  readAutomation,
} from "@ostinato/protocol";
import { automationDefinition, type Automation as GivenAutomation } from "../automations/automation.ts";
import {
  type AutomationFields,
  automationFields,
  isSameField,
  presentFields,
  wantedFields,
} from "../automations/comparing.ts";
import type { AutomationDefinition } from "../automations/definition.ts";
import type { Expected } from "../automations/resolving.ts";
import { findAutomation, resolvedLists, writeNew, writeOver } from "../automations/saving.ts";
import { UsageError } from "../errors.ts";
import type { Api } from "../session/roles.ts";
import type { FieldChange, KeptField, Written } from "./deployment-differences.ts";
import type { Plan } from "./plan.ts";

type Server = Pick<Api, "client" | "server">;

export interface AutomationPlanOptions {
  readonly overwrite: boolean;
  readonly project: string;
  /** The deployments that the same deploy makes: an automation may name one that is not there yet. */
  readonly deployments: readonly string[];
}

/** Compares the automations of a project with the server's, and changes nothing. Throws a `UsageError` for what can't be made. */
export async function planAutomation(
  api: Server,
  given: GivenAutomation,
  options: AutomationPlanOptions,
): Promise<Plan> {
  const definition = automationDefinition(given);
  const existing = await findAutomation(api, definition.name);
  const isExpected: Expected = ({ kind, name }) => kind === "deployment" && options.deployments.includes(name);
  const found = await resolvedLists(api, definition, isExpected);
  const wanted = wantedFields(definition, found, existing);
  const planned = { definition, wanted, options };
  return existing === undefined ? creation(api, planned) : await changeOf(api, planned, existing);
}

interface Planned {
  readonly definition: AutomationDefinition;
  readonly wanted: AutomationFields;
  readonly options: AutomationPlanOptions;
}

function creation(api: Server, { definition, wanted, options }: Planned): Plan {
  const { name } = definition;
  const said = automationFields.filter((field) => jsonText(wanted[field]) !== "[]" && wanted[field] !== "");
  return {
    name: shownName(name),
    action: "create",
    changes: said.map((field) => ({ field, before: undefined, after: wanted[field] })),
    kept: [],
    async apply() {
      const fields = wantedFields(definition, await resolvedLists(api, definition), undefined);
      const { id } = await writeNew(api, { name, fields });
      await keepRecord(api, id, { project: options.project, written: digestsOf(fields) });
    },
  };
}

async function changeOf(api: Server, planned: Planned, existing: Automation): Promise<Plan> {
  const { definition, wanted, options } = planned;
  const { id, name } = existing;
  const record = await recordOf(api, id);
  const present = presentFields(existing);
  const { changes, kept } = differences({ wanted, present, record, overwrite: options.overwrite });
  return {
    name: shownName(name),
    action: changes.length === 0 ? "unchanged" : "change",
    changes,
    kept,
    async apply() {
      // Deployments that were missing when the plan was made are there now.
      const resolved = wantedFields(definition, await resolvedLists(api, definition), existing);
      const isKept = (field: string) => kept.some((each) => each.field === field);
      const chosen = (field: keyof AutomationFields) => (isKept(field) ? present[field] : resolved[field]);
      const fields = Object.fromEntries(automationFields.map((field) => [field, chosen(field)])) as AutomationFields;
      if (changes.length > 0) await writeOver(api, id, { name, fields });
      const digests = digestsOf(resolved);
      // What somebody has changed is still compared with what was written before that.
      const written = Object.fromEntries(
        automationFields.flatMap((field) => {
          const digest = isKept(field) ? record?.written[field] : digests[field];
          return digest === undefined ? [] : [[field, digest] as const];
        }),
      );
      if (record?.project !== options.project || !isSameField(record.written, written)) {
        await keepRecord(api, id, { project: options.project, written });
      }
    },
  };
}

interface Comparing {
  readonly wanted: AutomationFields;
  readonly present: AutomationFields;
  readonly record: AutomationDeploy | undefined;
  readonly overwrite: boolean;
}

function differences({ wanted, present, record, overwrite }: Comparing) {
  const changes: FieldChange[] = [];
  const kept: KeptField[] = [];
  const before = digestsOf(present);
  for (const field of automationFields) {
    if (isSameField(wanted[field], present[field])) continue;
    const isChangedByOthers = record !== undefined && before[field] !== record.written[field];
    if (isChangedByOthers && !overwrite) kept.push({ field, value: present[field], wanted: wanted[field] });
    else changes.push({ field, before: present[field], after: wanted[field] });
  }
  return { changes, kept };
}

function digestsOf(fields: AutomationFields): Written {
  const digest = (value: unknown) =>
    createHash("sha256")
      .update(jsonText(value) ?? "")
      .digest("hex")
      .slice(0, 16);
  return Object.fromEntries(automationFields.map((field) => [field, digest(sorted(fields[field]))]));
}

/** With its keys in one order, since the server has its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

/** Undefined where no deploy has written it, and on Prefect's servers, which keep no records. */
async function recordOf({ client, server }: Server, id: string): Promise<AutomationDeploy | undefined> {
  if (server === undefined) return undefined;
  const [record] = await client.call<typeof filterAutomationDeploys>("POST /automations/deploys/filter", {
    body: { automation_id: id },
  });
  return record;
}

async function keepRecord(
  { client, server }: Server,
  id: string,
  body: { readonly project: string; readonly written: Written },
): Promise<void> {
  if (server === undefined) return;
  await client.call<typeof keepAutomationDeploy>("PUT /automations/{id}/deploy", {
    params: { id },
    body: { project: body.project, written: { ...body.written } },
  });
}

const pageSize = 200;

/** The plans to delete the automations of the project that it does not have any more. */
export async function automationDeletions(
  { client, server }: Server,
  project: string,
  wanted: readonly string[],
): Promise<readonly Plan[]> {
  if (server === undefined) return [];
  const found: Plan[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const records = await client.call<typeof filterAutomationDeploys>("POST /automations/deploys/filter", {
      body: { project, limit: pageSize, offset },
    });
    for (const { automation_id: id } of records) {
      const { name } = await client.call<typeof readAutomation>("GET /automations/{id}", { params: { id } });
      if (!wanted.includes(name)) found.push(deletion({ client }, { id, name }));
    }
    if (records.length < pageSize) return found;
  }
}

function deletion({ client }: Pick<Api, "client">, { id, name }: { readonly id: string; readonly name: string }): Plan {
  return {
    name: shownName(name),
    action: "delete",
    changes: [],
    kept: [],
    async apply() {
      await client
        .call<typeof deleteAutomation>("DELETE /automations/{id}", { params: { id } })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    },
  };
}

function shownName(name: string): string {
  return `automation "${name}"`;
}

/** Throws where two automations of a config have one name. */
export function refuseEqualAutomations(what: string, automations: readonly GivenAutomation[]): void {
  const names = automations.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${what} has two automations "${twice}"; give each another name`);
}
