import { isPlainObject, pythonString } from "@ostinato/core";
import { JobTemplateError } from "./job-template-error.ts";
import { type JsonObject, objectOf } from "./json.ts";
import { valueAt } from "./key-path.ts";
import {
  blockPrefix,
  type Placeholder,
  placeholdersIn,
  replacePlaceholders,
  variablePrefix,
  wholePlaceholder,
} from "./placeholders.ts";

/** Where the blocks and variables come from that templates and job variables refer to. */
export interface References {
  /** The data of the block `{{ prefect.blocks.TYPE.NAME }}`. Throws where there is none. */
  readonly block: (type: string, name: string) => Promise<JsonObject>;
  /** The data of the block `{"$ref": {"block_document_id": "…"}}`. Throws where there is none. */
  readonly blockById: (id: string) => Promise<JsonObject>;
  /** The value of `{{ prefect.variables.NAME }}`; undefined where there is none, which a text then leaves out. */
  readonly variable: (name: string) => Promise<unknown>;
}

/** For callers without a server: each reference is an error that says so. */
export const noReferences: References = {
  block: (type, name) => Promise.reject(missing(`the block ${JSON.stringify(`${type}/${name}`)}`)),
  blockById: (id) => Promise.reject(missing(`the block with the id ${JSON.stringify(id)}`)),
  variable: (name) => Promise.reject(missing(`the variable ${JSON.stringify(name)}`)),
};

function missing(what: string): JobTemplateError {
  return new JobTemplateError(
    "references",
    `This refers to ${what}, and there is no server here to read it from: write the value into the job variables, or give it as an environment variable.`,
  );
}

/**
 * The filled template with the values of the blocks and variables that it refers to. A text that is one placeholder becomes the value itself;
 * in any other text it is written as Python writes it. Blocks come first, so that their values may refer to variables.
 */
export async function resolveReferences(filled: unknown, references: References): Promise<unknown> {
  const known = remembered(references);
  const withBlocks = await resolved(
    filled,
    { kind: "block", read: (one, text) => blockValue(one, text, known) },
    known,
  );
  return resolved(withBlocks, {
    kind: "variable",
    read: ({ name }) => known.variable(name.slice(variablePrefix.length)),
  });
}

interface Resolving {
  readonly kind: "block" | "variable";
  readonly read: (placeholder: Placeholder, text: string) => Promise<unknown>;
}

/** Objects that are references to blocks are replaced where `blocks` are given. */
async function resolved(template: unknown, resolving: Resolving, blocks?: References): Promise<unknown> {
  const inner = (part: unknown) => resolved(part, resolving, blocks);
  if (typeof template === "string") return resolvedText(template, resolving);
  if (Array.isArray(template)) return Promise.all(template.map(inner));
  if (!isPlainObject(template)) return template;
  const id = blocks === undefined ? undefined : objectOf(template.$ref).block_document_id;
  if (id && blocks !== undefined) return blocks.blockById(String(id));
  const entries = Object.entries(template).map(async ([name, part]) => [name, await inner(part)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function resolvedText(text: string, { kind, read }: Resolving): Promise<unknown> {
  const whole = wholePlaceholder(text);
  if (whole?.kind === kind) return present(await read(whole, text));
  const found = placeholdersIn(text).filter((placeholder) => placeholder.kind === kind);
  if (found.length === 0) return text;
  const values = new Map<string, string>();
  for (const placeholder of found)
    values.set(placeholder.text, written(await read(placeholder, text), placeholder, text));
  return replacePlaceholders(text, (placeholder) => values.get(placeholder.text));
}

/** A variable that is not there leaves an empty text. */
function present(value: unknown): unknown {
  return value === undefined ? "" : value;
}

function written(value: unknown, { kind, text: placeholder }: Placeholder, text: string): string {
  if (kind === "block" && (Array.isArray(value) || isPlainObject(value))) {
    throw new JobTemplateError(
      placeholder,
      `${placeholder} in ${JSON.stringify(text)} is ${Array.isArray(value) ? "a list" : "an object"}, which can't stand inside a text: name one of its values, or let the placeholder stand alone.`,
    );
  }
  return pythonString(present(value));
}

async function blockValue({ name, text }: Placeholder, within: string, references: References): Promise<unknown> {
  const [type, block, ...keys] = name.slice(blockPrefix.length).split(".");
  if (!type || !block) {
    throw new JobTemplateError(text, `${text} doesn't name a block: write {{ ${blockPrefix}TYPE.NAME }}.`);
  }
  const data = await references.block(type, block);
  const inner = isOneValue(data) ? data.value : data;
  if (keys.length === 0) return inner;
  const path = keys.join(".");
  const value = valueAt(/^value(?:$|[.[])/.test(path) ? data : objectOf(inner), path);
  if (value !== undefined) return value;
  throw new JobTemplateError(
    text,
    `${text} in ${JSON.stringify(within)} leads nowhere: the block "${type}/${block}" has ${Object.keys(data).join(", ")}.`,
  );
}

/** Blocks of one value, such as secrets, are that value. */
function isOneValue(data: JsonObject): boolean {
  const [name, ...others] = Object.keys(data);
  return name === "value" && others.length === 0;
}

/** Each block and variable is read once. */
function remembered(references: References): References {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    const answer = answers.get(key) ?? read();
    answers.set(key, answer);
    return answer as Promise<T>;
  };
  return {
    block: (type, name) => once(`block ${type}.${name}`, () => references.block(type, name)),
    blockById: (id) => once(`id ${id}`, () => references.blockById(id)),
    variable: (name) => once(`variable ${name}`, () => references.variable(name)),
  };
}
