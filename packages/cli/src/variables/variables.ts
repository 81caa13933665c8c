import { ApiError, type Client, isNotFound } from "@ostinato/client";
import { didYouMean, jsonText, parseJson } from "@ostinato/core";
import {
  createVariable,
  deleteVariableByName,
  filterVariables,
  readVariableByName,
  updateVariableByName,
  type Variable,
} from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { confirmed } from "../output/confirm.ts";
import { ago, localTime } from "../output/moments.ts";
import { note, say, sayFields, sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { oneLine, paint } from "../output/text.ts";
import { pageRows, readPages } from "../pages.ts";

export interface VariableListOptions {
  readonly limit: number;
  readonly tag?: readonly string[];
  readonly json?: boolean;
}

export interface SetVariableOptions {
  readonly overwrite?: boolean;
  readonly tag?: readonly string[];
  readonly json?: boolean;
}

interface Sure {
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function list({ limit, tag, json }: VariableListOptions): Promise<void> {
  const variables = tag === undefined ? null : { tags: { all_: [...tag] } };
  return withServer(async ({ client }) => {
    const rows = await readPages(limit, (page) => client.call(filterVariables, { body: { ...page, variables } }));
    if (json) sayJson(rows);
    else sayTable(rows, columns, 'There are no variables. "ostinato variable set threshold 0.8" makes one.');
  });
}

const columns: readonly Column<Variable>[] = [
  { title: "NAME", value: ({ name }) => name },
  { title: "VALUE", value: ({ value }) => oneLine(valueText(value)), flexible: true },
  { title: "TAGS", value: ({ tags }) => tags.join(", ") },
  { title: "CHANGED", value: ({ updated }) => ago(updated) },
];

export function get(name: string): Promise<void> {
  return withServer(async ({ client }) => say(valueText((await find(client, name)).value)));
}

export function inspect(name: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const variable = await find(client, name);
    if (json) return sayJson(variable);
    sayFields([
      ["Variable", `${paint("bold", oneLine(variable.name))}  ${variable.id}`],
      ["Value", valueText(variable.value)],
      ["Tags", variable.tags.length === 0 ? null : variable.tags.join(", ")],
      ["Created", localTime(variable.created)],
      ["Changed", localTime(variable.updated)],
    ]);
  });
}

export function set(name: string, text: string, { overwrite = false, tag, json }: SetVariableOptions): Promise<void> {
  const body = { value: readValue(text), ...(tag === undefined ? {} : { tags: [...tag] }) };
  return withServer(async ({ client }) => {
    try {
      await client.call(createVariable, { body: { name, ...body } });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      if (!overwrite) throw new CliError(`There is a variable ${name} already. Add --overwrite to replace its value.`);
      await client.call(updateVariableByName, { params: { name }, body });
    }
    if (json) sayJson(await find(client, name));
    else say(`Set ${name}`);
  });
}

export function unset(names: readonly string[], { yes, json }: Sure): Promise<void> {
  return withServer(async ({ client }) => {
    for (const name of names) await find(client, name);
    const question = `${names.join(", ")} will be deleted. Programs and templates that read it fail then.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    for (const name of names) await client.call(deleteVariableByName, { params: { name } });
    if (json) sayJson({ deleted: names });
    else say(`Deleted: ${names.join(", ")}`);
  });
}

async function find(client: Client, name: string): Promise<Variable> {
  try {
    return await client.call(readVariableByName, { params: { name } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const variables = await client.call(filterVariables, { body: { limit: pageRows } });
  const near = didYouMean(
    name,
    variables.map((variable) => variable.name),
  );
  throw new CliError(`There is no variable ${JSON.stringify(name)}.${near || ' "ostinato variable ls" lists them.'}`);
}

/** A text that is not JSON is itself. */
function readValue(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : (jsonText(value) ?? "");
}
