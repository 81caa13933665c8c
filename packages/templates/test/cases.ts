import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@ostinato/core";
import { Moment, renderField, Span } from "../src/index.ts";

export interface Case {
  readonly template: string;
  /** What Prefect gives; null where it refuses the template. */
  readonly answer: string | null;
  readonly error: string | undefined;
}

const vectors = join(import.meta.dirname, "vectors");

export const cases: readonly Case[] = readFileSync(join(vectors, "answers.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as readonly [string, string | null, string?])
  .map(([template, answer, error]) => ({ template, answer, error }));

const hour = 3_600_000_000;
const moment = (text: string) => new Moment(Date.parse(text) * 1000);

/** The values of `context.json`, and those beside them that `make.py` names. */
const context = {
  ...(parseJson(readFileSync(join(vectors, "context.json"), "utf8")) as Readonly<Record<string, unknown>>),
  when: moment("2026-11-01T05:30:00Z"),
  exact: new Moment(moment("2026-03-07T18:04:09Z").time + 123_456),
  took: new Span(2 * hour + 3 * 60_000_000 + 4_500_000),
  long_ago: new Span(400 * 24 * hour + 7_000_000),
};

export function given(template: string): string {
  return renderField(template, { context, now: moment("2026-11-28T12:00:00Z").time });
}
