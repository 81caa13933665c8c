import type { Readable, Writable } from "node:stream";
import { note } from "../output/output.ts";
import { paint } from "../output/text.ts";
import { type Parameters, readValue, typeText } from "../run/parameters.ts";
import { type AnswerField, fieldsOf } from "./given-answer.ts";
import type { Question } from "./question.ts";

export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Where a person is asked: the terminal, unless told otherwise. */
export interface Terminal {
  readonly input?: Readable;
  readonly output?: Writable;
}

/** Shows the question and asks for one field after the other. Undefined where the person gives up. */
export async function askAnswer(
  { title, description, schema }: Question,
  terminal: Terminal = {},
): Promise<Parameters | undefined> {
  if (title !== undefined) note(paint("bold", title));
  if (description !== undefined) note(description);
  const answer: Record<string, unknown> = {};
  for (const field of fieldsOf(schema)) {
    const given = await askField(field, terminal);
    if (given === undefined) return undefined;
    if (given.value !== undefined) answer[field.name] = given.value;
  }
  return answer;
}

export function sayProblem(reason: string): void {
  note(paint("red", reason));
}

interface Property {
  readonly title?: unknown;
  readonly description?: unknown;
  readonly default?: unknown;
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
}

/** The value of a field, undefined where it is left out. Undefined as a whole where the person gives up. */
async function askField(
  { name, property, isRequired }: AnswerField,
  terminal: Terminal,
): Promise<{ readonly value: unknown } | undefined> {
  const { confirm, isCancel, select, text } = await import("@clack/prompts");
  const { type, enum: choices, default: initial, description } = Object(property) as Property;
  const about = typeof description === "string" ? ` ${paint("dim", description)}` : "";
  const message = `${name}: ${typeText(property)}${isRequired ? "" : " (optional)"}${about}`;
  if (type === "boolean") {
    const said = await confirm({ ...terminal, message, initialValue: initial === true });
    return isCancel(said) ? undefined : { value: said };
  }
  if (choices !== undefined) {
    const options = choices.map((value, index) => ({ value: index, label: String(value) }));
    const initialValue = Math.max(0, choices.indexOf(initial));
    const said = await select({ ...terminal, message, options, initialValue });
    return isCancel(said) ? undefined : { value: choices[said] };
  }
  const initialValue = initial === undefined ? "" : typeof initial === "string" ? initial : JSON.stringify(initial);
  const validate = (given: string | undefined) =>
    isRequired && (given ?? "") === "" ? `${name} is needed.` : undefined;
  const said = await text({ ...terminal, message, initialValue, validate });
  if (isCancel(said)) return undefined;
  return { value: said === "" && !isRequired ? undefined : readValue(said, property) };
}
