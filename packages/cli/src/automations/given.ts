import { readFileSync } from "node:fs";
import { parseJson } from "@ostinato/core";
import { sentenceOf, usageError } from "../errors.ts";

/** Where an automation is given: in a file of YAML or JSON, or as JSON. */
export interface GivenAutomation {
  readonly fromFile?: string;
  readonly fromJson?: string;
}

export type AutomationFields = Readonly<Record<string, unknown>>;

/** What an answer of the server has and a request does not. */
const answerOnly: readonly string[] = ["id", "created", "updated"];

/** The automations that are given: one, a list of them, or a list under `automations`. What is wrong with them is told by the server. */
export async function readGiven({ fromFile, fromJson }: GivenAutomation): Promise<readonly AutomationFields[]> {
  if (fromFile === undefined && fromJson === undefined) throw usageError("Give --from-file, or --from-json.");
  const where = fromFile ?? "--from-json";
  const value = fromFile === undefined ? readJson(fromJson ?? "") : await readFile(fromFile);
  const listed = isRecord(value) && Array.isArray(value.automations) ? value.automations : value;
  const all: readonly unknown[] = Array.isArray(listed) ? listed : [listed];
  if (all.length === 0) throw usageError(`${where} has no automations.`);
  return all.map((one, index) => {
    if (!isRecord(one))
      throw usageError(`${where}: automation ${index + 1} is ${JSON.stringify(one)}; give an object.`);
    return Object.fromEntries(Object.entries(one).filter(([field]) => !answerOnly.includes(field)));
  });
}

async function readFile(file: string): Promise<unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`${file} can't be read: ${sentenceOf(error)}`);
  }
  if (file.endsWith(".json")) return readJson(text, file);
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { merge: true });
  const [mistake] = document.errors;
  if (mistake !== undefined) throw usageError(`${file} is not YAML: ${mistake.message.split("\n")[0]}`);
  return document.toJS({ maxAliasCount: 1000 });
}

function readJson(text: string, where = "--from-json"): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw usageError(`${where} is not valid JSON: ${sentenceOf(error)}`);
  }
}

function isRecord(value: unknown): value is AutomationFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
