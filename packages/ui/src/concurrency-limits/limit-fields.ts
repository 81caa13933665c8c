import { tagPrefix } from "./limit-words.ts";

/** The fields of the form of a limit, as they are written. */
export interface LimitFields {
  readonly name: string;
  readonly limit: string;
  /** Seconds after which each slot is free again; empty where holders give slots back. */
  readonly seconds: string;
}

export type LimitProblems = { readonly [K in keyof LimitFields]?: string };

const maxSlots = 2_147_483_647;
/** Those that Prefect refuses as well. */
const forbidden = /[/%&<>]/;

/** What is wrong with each field, in words that say what to write. */
export function problemsOf({ name, limit, seconds }: LimitFields): LimitProblems {
  const problems = { name: problemOfName(name), limit: problemOfLimit(limit), seconds: problemOfSeconds(seconds) };
  return Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem !== undefined));
}

function problemOfName(text: string): string | undefined {
  const name = text.trim();
  if (name === "" || name === tagPrefix) return "Write a name.";
  const found = name.startsWith(tagPrefix) ? null : forbidden.exec(name);
  return found === null ? undefined : `A name can't have the character ${found[0]}, nor any of / % & < >.`;
}

function problemOfLimit(text: string): string | undefined {
  const limit = Number(text);
  if (text.trim() === "") return "Write how many slots there are.";
  if (!Number.isInteger(limit) || limit < 0) return "Write a whole number, 0 or more.";
  return limit > maxSlots ? "Write a number up to 2,147,483,647." : undefined;
}

function problemOfSeconds(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  const seconds = Number(text);
  return Number.isFinite(seconds) && seconds > 0 && Number.isFinite(1 / seconds)
    ? undefined
    : "Write a number of seconds above 0, or leave it empty.";
}

export function slotsPerSecondOf({ seconds }: LimitFields): number {
  return seconds.trim() === "" ? 0 : 1 / Number(seconds);
}

/** `2` for a rate of half a slot a second. */
export function secondsText(slotsPerSecond: number): string {
  return slotsPerSecond > 0 ? String(Number((1 / slotsPerSecond).toPrecision(6))) : "";
}
