import { fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../harness.ts";
import { filtersOf, filterWith } from "./leaves.ts";
import type { Kind, Search, SortKey } from "./searches.ts";
import { addWorld, makeWorld, type World, worldNow } from "./world.ts";

type Criteria = Readonly<Record<string, object | null | undefined>>;

/**
 * What every search must hold to, on both databases, beside an oracle: each leaf of the schemas of its filters by itself, each
 * pair of kinds of criteria, and criteria of all kinds, sorted and paged, by chance; and the same leaves in every other operation
 * that takes these criteria.
 */
export function describeSearch<R extends { readonly id: string }>(
  title: string,
  /** The kinds of criteria whose leaves are tested here: others are tested with the search of their own noun. */
  ownKinds: readonly string[],
  searchIn: (world: World) => Search<R>,
): void {
  const world = makeWorld();
  const search = searchIn(world);
  const { path, rows, kinds, selects, sorts } = search;
  describeOnEachDatabase(title, (database) => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startTestServer(database.url, { clock: fakeClock(worldNow) });
      await addWorld(server.context, world);
    });
    afterAll(() => server.stop());

    async function found(body: object): Promise<readonly string[]> {
      const reply = await server.call<Readonly<Record<string, string>>[]>("POST", `${path}/filter`, body);
      expect(reply, JSON.stringify([body, reply.body])).toMatchObject({ status: 200 });
      return reply.body.map((row) => row[search.idField] as string);
    }

    /** The ids that the oracle selects; checked against those that the database finds. */
    async function check(criteria: Criteria): Promise<number> {
      const expected = rows.filter((row) => selects(criteria, row)).map(({ id }) => id);
      expect([...(await found(criteria))].sort(), JSON.stringify(criteria)).toEqual(expected.sort());
      return expected.length;
    }

    describe.each(ownKinds)("each leaf of %s", (kind) => {
      test.each((kinds[kind]?.leaves ?? []).map((leaf) => [leaf.path.join("."), leaf] as const))(
        "%s selects what it says, and some of its values select some rows and not others",
        async (_, leaf) => {
          const counts: number[] = [];
          for (const value of leaf.samples) counts.push(await check({ [kind]: filterWith(leaf.path, value) }));
          const tells = counts.some((count) => count > 0 && count < rows.length);
          expect(tells).toBe(!search.alike.includes(leaf.path.join(".")));
        },
      );

      test("null, a part without a leaf and a filter without a part do not ask for anything", async () => {
        const all = await check({ [kind]: {} });
        for (const { path, samples } of kinds[kind]?.leaves ?? []) {
          const empty = filterWith(path.slice(0, -1), {});
          if (isAsked(path)) continue;
          expect(await check({ [kind]: empty })).toBe(all);
          expect(await check({ [kind]: filterWith(path, null) })).toBe(all);
          expect(await check({ [kind]: { operator: "or_", ...empty } })).toBe(all);
          for (const value of samples.slice(0, 2)) {
            await check({ [kind]: { operator: "or_", ...filterWith(path, value), ...emptyBeside(kind, path) } });
          }
        }
      });
    });

    /** A leaf that its part can't be without. */
    function isAsked(path: readonly string[]): boolean {
      return path.at(-1) === "query";
    }

    function emptyBeside(kind: string, path: readonly string[]): object {
      const other = kinds[kind]?.leaves.find((leaf) => leaf.path[0] !== path[0] && !isAsked(leaf.path));
      return other === undefined ? {} : filterWith(other.path.slice(0, 1), {});
    }

    const pairs = Object.keys(kinds).flatMap((one, index) =>
      Object.keys(kinds)
        .slice(index + 1)
        .map((other) => [one, other] as const),
    );
    test.each(pairs)("criteria of %s and of %s together", async (one, other) => {
      for (const first of telling(one))
        for (const second of telling(other)) await check({ [one]: first, [other]: second });
    });

    /** Filters that tell rows apart: by the first ids and names, and none that asks for anything. */
    function telling(kind: string): readonly object[] {
      const asked = (kinds[kind]?.leaves ?? []).filter(({ path }) =>
        /^(latest_)?(id|name)\.any_$/.test(path.join(".")),
      );
      const filters = asked.flatMap(({ path, samples }) =>
        samples
          .filter((value) => (value as readonly unknown[]).length > 0)
          .slice(0, 5)
          .map((value) => filterWith(path, value)),
      );
      return [{}, ...filters, ...filters.slice(0, 1).map((filter) => ({ operator: "or_", ...filter }))];
    }

    const criteria = fc
      .subarray(Object.keys(kinds), { minLength: 1, maxLength: Math.min(2, Object.keys(kinds).length) })
      .chain((some) => fc.record(Object.fromEntries(some.map((kind) => [kind, filtersOf(kinds[kind] as Kind)]))));
    const page = fc.record({
      sort: fc.constantFrom(...Object.keys(sorts)),
      limit: fc.constantFrom(0, 1, 5, 200),
      offset: fc.constantFrom(0, 1, 4, 50),
    });

    test("criteria by chance, sorted, in pages and counted", async () => {
      let telling = 0;
      await fc.assert(
        fc.asyncProperty(criteria, page, async (asked, { sort, limit, offset }) => {
          const sorted = rows.filter((row) => selects(asked, row)).toSorted(bySort(sorts[sort] as never));
          const expected = sorted.slice(offset, offset + limit).map(({ id }) => id);
          expect(await found({ ...asked, sort, limit, offset })).toEqual(expected);
          if (sorted.length > 0 && sorted.length < rows.length) telling += 1;
          if (!search.counts) return;
          expect((await server.call("POST", `${path}/count`, asked)).body).toBe(sorted.length);
        }),
        { numRuns: 150 },
      );
      expect(telling).toBeGreaterThan(10);
    });

    const ownLeaves = ownKinds.flatMap((kind) => (kinds[kind]?.leaves ?? []).map((leaf) => ({ kind, ...leaf })));
    test.each(search.readings.map((reading) => [reading.path, reading] as const))(
      "%s answers by each leaf of its criteria",
      async (path, { body, found, expected }) => {
        const answer = async (asked: Criteria) => {
          const reply = await server.call("POST", path, { ...asked, ...body });
          expect(reply, JSON.stringify([asked, reply.body])).toMatchObject({ status: 200 });
          return found(reply.body as never);
        };
        expect(await answer({})).toEqual(expected(rows));
        for (const leaf of ownLeaves) {
          const asked = leaf.samples
            .map((value): Criteria => ({ [leaf.kind]: filterWith(leaf.path, value) }))
            .map((criteria) => ({ criteria, selected: rows.filter((row) => selects(criteria, row)) }))
            .find(({ selected }) => selected.length > 0 && selected.length < rows.length);
          if (asked === undefined) continue;
          expect(await answer(asked.criteria), JSON.stringify(asked.criteria)).toEqual(expected(asked.selected));
        }
      },
    );

    test.each(search.list?.sorts ?? [])(`${search.list?.path} sorted by %s, page by page`, async (sort) => {
      const pages: string[] = [];
      let cursor: string | null | undefined;
      do {
        const reply = await server.call<ListPage>("POST", search.list?.path ?? "", { sort, limit: 7, cursor });
        expect(reply).toMatchObject({ status: 200 });
        pages.push(...reply.body.results.map(({ id }) => id));
        cursor = reply.body.next_cursor;
      } while (cursor !== null);
      expect(pages).toEqual(rows.toSorted(bySort(sorts[sort] as never)).map(({ id }) => id));
    });

    test.each(Object.keys(sorts))("sorted by %s, page by page", async (sort) => {
      const expected = rows.toSorted(bySort(sorts[sort] as never)).map(({ id }) => id);
      const pages: string[] = [];
      for (let offset = 0; offset < expected.length; offset += 7)
        pages.push(...(await found({ sort, limit: 7, offset })));
      expect(pages).toEqual(expected);
    });
  });
}

interface ListPage {
  readonly results: readonly { readonly id: string }[];
  readonly next_cursor: string | null;
}

function bySort<R>(keysOf: (row: R) => readonly SortKey[]): (one: R, other: R) => number {
  return (one, other) => {
    const others = keysOf(other);
    for (const [index, key] of keysOf(one).entries()) {
      const order = compare(key, others[index] as SortKey);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compare(one: SortKey, other: SortKey): number {
  if (typeof one === "object") return typeof other === "object" ? compare(other.down, one.down) : 0;
  if (one === other) return 0;
  return one < (other as typeof one) ? -1 : 1;
}
