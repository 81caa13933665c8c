import type { Random } from "../chaos/random.ts";
import type { Draft } from "./request.ts";

/** Values that programs send by mistake; each is harmless. */
const oddValues: readonly unknown[] = [
  null,
  "",
  " ",
  "1",
  "true",
  "text",
  "ü€😀",
  "a/b%c",
  0,
  -1,
  1,
  1.5,
  3_000_000_000,
  true,
  false,
  [],
  {},
  [null],
  [[]],
  ["a", 1],
  { unknown: 1 },
  "2020-01-01",
  "2020-01-01T00:00:00",
  "yesterday",
  "00000000-0000-4000-8000-00000000dead",
  "00000000000040008000 00000000dead",
  "PT1H",
];

/** The request with one change in its body: a value replaced, a field left out, or an unknown field. */
export function oddly(random: Random, draft: Draft): Draft {
  if (draft.body === undefined) return { ...draft, body: random.pick(oddValues) };
  return { ...draft, body: changed(random, draft.body, 0) };
}

function changed(random: Random, value: unknown, depth: number): unknown {
  const stop = random.next() < ([0.05, 0.5, 0.6][depth] ?? 0.8);
  if (stop || typeof value !== "object" || value === null) return random.pick(oddValues);
  if (Array.isArray(value)) {
    if (value.length === 0) return [random.pick(oddValues)];
    const at = Math.floor(random.next() * value.length);
    return value.map((item, index) => (index === at ? changed(random, item, depth + 1) : item));
  }
  const record = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record).filter((key) => record[key] !== undefined);
  const chance = random.next();
  if (chance < 0.12 || keys.length === 0)
    return { ...record, [random.pick(["unknown", "id"])]: random.pick(oddValues) };
  const key = random.pick(keys);
  if (chance < 0.25) return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
  return { ...record, [key]: changed(random, record[key], depth + 1) };
}
