import { UsageError } from "../errors.ts";
import { digestOf } from "../identity/value-digest.ts";
import { type KeyedConcurrency, type Rate, rateWanted, readRate } from "../run/keyed-limits.ts";
import { shown } from "../run/option-checks.ts";

/** A limit that a run needs, as the server gets it. */
export interface RunLimit {
  readonly name: string;
  readonly limit: number;
  /** Above 0 for a rate. */
  readonly slotsPerSecond: number;
}

/** What shares a limit: all runs of the flow, or of the task, with this name. */
export interface Owner {
  readonly kind: "flow" | "task";
  readonly name: string;
}

export interface LimitsOfRun {
  readonly concurrency?: number | KeyedConcurrency<never> | undefined;
  readonly rate?: Rate | undefined;
}

/** Longer keys are told apart by their digest. */
const maxKeyLength = 120;

/** The limits that a run shares with other processes, in the order in which it takes their slots: a rate last, so that the run begins with it. */
export function limitsOfRun({ concurrency, rate }: LimitsOfRun, owner: Owner, args: unknown): readonly RunLimit[] {
  const limits: RunLimit[] = [];
  if (concurrency !== undefined) {
    const keyed = typeof concurrency === "number" ? { limit: concurrency } : concurrency;
    limits.push(keyedLimit(keyed as KeyedConcurrency<unknown>, owner, args));
  }
  if (rate !== undefined) limits.push(rateLimit(rate, owner));
  return limits;
}

function keyedLimit<A>({ key, limit }: KeyedConcurrency<A>, owner: Owner, args: A): RunLimit {
  const name = key === undefined ? nameOf(owner) : `${nameOf(owner)}:${keyText(key(args))}`;
  return { name, limit, slotsPerSecond: 0 };
}

function rateLimit(rate: Rate, owner: Owner): RunLimit {
  const read = readRate(rate);
  if (read === undefined) throw new UsageError(`${shown(rate)} is not ${rateWanted}`);
  return {
    name: `rate:${nameOf(owner)}`,
    limit: Math.max(1, Math.floor(read.limit)),
    slotsPerSecond: read.limit / read.seconds,
  };
}

/** Without a colon in the name itself: what follows a colon is the key. */
function nameOf({ kind, name }: Owner): string {
  return `${kind}:${name.replaceAll("%", "%25").replaceAll(":", "%3A")}`;
}

/** Equal keys give equal text. That of a short string, of a number and the like can be read. */
function keyText(key: unknown): string {
  const text =
    typeof key === "object" || typeof key === "function" || typeof key === "symbol" ? undefined : String(key);
  if (key === null || (text !== undefined && text.length <= maxKeyLength)) return String(key);
  const digest = digestOf(key)?.text;
  if (digest === undefined) {
    throw new UsageError(
      `The key of the concurrency limit is ${shown(key)}, which can't be compared with others. Give a string, a number, or plain data.`,
    );
  }
  return digest;
}
