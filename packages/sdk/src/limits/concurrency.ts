import { context } from "../context.ts";
import { UsageError } from "../errors.ts";
import { aBoolean, aDuration, checkOptions, type Rule, type Rules } from "../run/option-checks.ts";
import { session } from "../session/session.ts";
import { holderAt } from "./holder.ts";
import type { ConcurrencySlotOptions, ConcurrencySlots, SlotOptions } from "./slot-options.ts";

const aCount: Rule = (value) =>
  Number.isInteger(value) && (value as number) >= 1 ? undefined : "a whole number, 1 or more";
const rules: Rules = { slots: aCount, timeout: aDuration, strict: aBoolean };

/**
 * Takes slots of concurrency limits that all programs of the server share, in TypeScript and in Python, and waits in line until they are
 * free. Rejects with `ConcurrencyUnavailable` after the timeout.
 *
 * ```ts
 * import { concurrency } from "ostinato";
 *
 * await using _slot = await concurrency("database", { timeout: "30s" });
 * ```
 *
 * Give the limit to the server before: `ostinato concurrency-limit create database --limit 2`.
 */
export async function concurrency(
  names: string | readonly string[],
  options: ConcurrencySlotOptions = {},
): Promise<ConcurrencySlots> {
  checkOptions("concurrency()", options, { ...rules, lease: aDuration });
  const request = { names: namesOf("concurrency()", names), ...options, holder: holderAt(context.getStore()) };
  const [{ holdSlots }, opened] = await Promise.all([import("./slot-holding.ts"), session()]);
  return await holdSlots(opened, request);
}

/**
 * Waits until the rates with these names allow one more, or `slots` more. A rate is a concurrency limit whose slots become free by
 * themselves: `ostinato concurrency-limit create api --limit 10 --decay 0.5` allows one in 2 s, and 10 at once after a rest.
 */
export async function rateLimit(names: string | readonly string[], options: SlotOptions = {}): Promise<void> {
  checkOptions("rateLimit()", options, rules);
  const request = { names: namesOf("rateLimit()", names), ...options, holder: holderAt(context.getStore()) };
  const [{ passRate }, opened] = await Promise.all([import("./slot-holding.ts"), session()]);
  await passRate(opened, request);
}

function namesOf(what: string, names: unknown): readonly string[] {
  const list = typeof names === "string" ? [names] : names;
  if (Array.isArray(list) && list.length > 0 && list.every((name) => typeof name === "string" && name !== "")) {
    return list;
  }
  throw new UsageError(`${what} needs the name of a concurrency limit, or a list of names: concurrency("database")`);
}
