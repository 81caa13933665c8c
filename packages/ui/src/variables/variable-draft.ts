import { isNumber, parseJson } from "@ostinato/core";
import { maxVariableBytes } from "@ostinato/protocol/limits";
import { variableNames } from "@ostinato/protocol/name-rules";
import { messageOf } from "../components/failure.tsx";
import { amount } from "../format.ts";
import { isObject } from "../forms/form-data.ts";

/** How the value is written: as JSON, or as a text that is kept as it is typed. */
export type ValueKind = "json" | "text";

/** What is typed of a variable. */
export interface VariableDraft {
  readonly name: string;
  readonly kind: ValueKind;
  readonly text: string;
  /** Separated by commas. */
  readonly tags: string;
}

export const emptyDraft: VariableDraft = { name: "", kind: "json", text: "", tags: "" };

export function draftOf(variable: {
  readonly name: string;
  readonly value: unknown;
  readonly tags: readonly string[];
}): VariableDraft {
  const { name, value, tags } = variable;
  const isText = typeof value === "string";
  return {
    name,
    kind: isText ? "text" : "json",
    text: isText ? value : JSON.stringify(value, null, 2),
    tags: tags.join(", "),
  };
}

export type WrittenValue = { readonly value: unknown; readonly kept: string } | { readonly problem: string };

/** The value that the draft says, and in words what is kept; or what is wrong with it. */
export function valueIn({ kind, text }: VariableDraft): WrittenValue {
  const read = kind === "text" ? { value: text } : readJson(text);
  if ("problem" in read) return read;
  const bytes = new TextEncoder().encode(JSON.stringify(read.value)).length;
  if (bytes > maxVariableBytes) return { problem: tooLarge(bytes) };
  return { value: read.value, kept: valueInWords(read.value) };
}

function readJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  if (text.trim() === "") return { problem: "Write a value: a number, a text in quotes, a list or an object." };
  try {
    return { value: parseJson(text) };
  } catch (error) {
    return { problem: `This is not JSON yet: ${messageOf(error)}` };
  }
}

function tooLarge(bytes: number): string {
  const megabytes = (bytes / (1024 * 1024)).toFixed(1);
  return `This value takes ${megabytes} MB, and a variable holds 1 MB at most. Keep a file or an artifact, and its address in the variable.`;
}

/** `a number`, `a text of 5 characters`, `an object with 2 fields`. */
export function valueInWords(value: unknown): string {
  if (typeof value === "string") return `a text of ${amount([...value].length, "character")}`;
  if (typeof value === "boolean") return "yes or no";
  if (isNumber(value)) return "a number";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (!isObject(value)) return "nothing (null)";
  return `an object with ${amount(Object.keys(value).length, "field")}`;
}

/** Whether a text looks like a value of JSON that somebody may have meant. */
export function looksLikeJson({ kind, text }: VariableDraft): boolean {
  if (kind === "json" || text.trim() === "") return false;
  const read = readJson(text);
  return "value" in read && typeof read.value !== "string";
}

/** The server's sentence, before it is asked. */
export function nameProblem(name: string): string | undefined {
  const { pattern, maxCharacters, refusal } = variableNames;
  if (!pattern.test(name)) return refusal;
  return name.length > maxCharacters ? `A name has at most ${maxCharacters} characters.` : undefined;
}

export function tagsIn({ tags }: VariableDraft): string[] {
  return [...new Set(tags.split(",").flatMap((tag) => (tag.trim() === "" ? [] : [tag.trim()])))];
}
