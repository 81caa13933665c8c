import { formatTimestamp, type Timestamp } from "@ostinato/core";
import type { Log } from "@ostinato/protocol";
import { describe, expect, test } from "vitest";
import { filterWith } from "../../test/criteria/leaves.ts";
import { logSearch } from "../../test/criteria/searches.ts";
import { describeSearch } from "../../test/criteria/suite.ts";
import { makeWorld, type Row } from "../../test/criteria/world.ts";
import { logMatcher } from "../logs/logs.rules.ts";

describeSearch("logs", ["logs"], logSearch);

/** Subscribers of `/logs/out` get the lines that the matcher lets pass, without a look into the database. */
describe("the matcher of log lines", () => {
  const { rows, kinds, selects } = logSearch(makeWorld());
  const leaves = kinds.logs?.leaves ?? [];

  function check(filter: object): number {
    const passing = rows.map(lineOf).filter(logMatcher(filter));
    const expected = rows.filter((row) => selects({ logs: filter }, row));
    expect(idsOf(passing), JSON.stringify(filter)).toEqual(idsOf(expected));
    return passing.length;
  }

  test.each(leaves.map((leaf) => [leaf.path.join("."), leaf] as const))(
    "lets pass by %s what the database finds, and by some of its values some lines and not others",
    (_, { path, samples }) => {
      const counts = samples.map((value) => check(filterWith(path, value)));
      expect(counts.some((count) => count > 0 && count < rows.length)).toBe(true);
      // The one part of a search that it can't be without.
      if (path.at(-1) !== "query") expect(check(filterWith(path, null))).toBe(rows.length);
    },
  );

  test("lets pass by two parts what meets both, or in the other way one of them", () => {
    for (const one of leaves)
      for (const other of leaves.filter(({ path }) => path[0] !== one.path[0]))
        for (const operator of ["and_", "or_"]) {
          const [first, second] = [one, other].map(({ path, samples }) => filterWith(path, samples.at(-1)));
          check({ operator, ...first, ...second });
        }
  });
});

function lineOf({ created, timestamp, ...row }: Row<"log">): Log {
  const [at, made] = [timestamp, created].map((micros) => formatTimestamp(micros as Timestamp));
  return { ...row, created: made, updated: made, timestamp: at } as Log;
}

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}
