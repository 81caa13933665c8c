import { formatTimestamp } from "@ostinato/core";
import type { BodyOf, listVariables, ReplyOf, VariablePage } from "@ostinato/protocol";
import { readPlainJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import * as variables from "../../variables/variables.service.ts";
import { hasWord, usesOf } from "../uses/uses.service.ts";
import * as queries from "./variable-pages.queries.ts";

const maxTags = 200;

export async function list(
  { db }: Context,
  body: BodyOf<typeof listVariables>,
): Promise<ReplyOf<typeof listVariables>> {
  const text = body.text?.trim() ?? "";
  const query = {
    text: text === "" ? undefined : text,
    tags: body.tags ?? [],
    sort: body.sort ?? ("NAME_ASC" as const),
    limit: body.limit ?? 100,
    offset: body.offset ?? 0,
  };
  const [rows, count, tagLists] = await Promise.all([
    queries.variablesInList(db.read, query),
    queries.countVariables(db.read, query),
    queries.tagLists(db.read),
  ]);
  return {
    results: rows.map((row) => ({
      ...row,
      created: formatTimestamp(row.created),
      updated: formatTimestamp(row.updated),
      tags: readPlainJson<string[]>(row.tags),
      characters: Number(row.characters),
    })),
    count,
    tags: [...new Set(tagLists.flatMap((list) => readPlainJson<string[]>(list)))].toSorted().slice(0, maxTags),
  };
}

/** Throws a 404 where there is no such variable. */
export async function variablePage(context: Context, name: string): Promise<VariablePage> {
  const variable = await variables.read(context, { name });
  const placeholder = `prefect.variables.${name}`;
  const recipe = `"variable_name":"${name}"`;
  const isIn = (text: string) => text.includes(recipe) || hasWord(text, placeholder);
  const inTemplates = mentionsInTemplates(name);
  return { variable, uses: await usesOf(context.db, { words: [placeholder, recipe], isIn, inTemplates }) };
}

/** `{{ variables.name }}`, and with brackets. The texts are JSON, in which a quotation mark is escaped. */
function mentionsInTemplates(name: string) {
  const dotted = `variables.${name}`;
  const indexed = [`variables['${name}']`, `variables[\\"${name}\\"]`];
  return {
    words: [dotted, ...indexed],
    isIn: (text: string) => hasWord(text, dotted) || indexed.some((word) => text.includes(word)),
  };
}
