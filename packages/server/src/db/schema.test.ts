import { systemClock } from "@ostinato/core";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actualColumns, schemaDump } from "../../test/schema-dump.ts";
import { readConfig } from "../kernel/config.ts";
import type { Columns } from "./columns.ts";
import type { Database } from "./dialect.ts";
import { migrate, statementsOf } from "./migrate.ts";
import { migrations } from "./migrations/index.ts";
import type { MigrationStep } from "./migrations/step.ts";
import { openDatabase } from "./open.ts";
import { tables } from "./tables.ts";

describeOnEachDatabase("the schema", (underTest) => {
  let database: Database;
  beforeAll(async () => {
    const clock = systemClock({ keepAlive: true });
    database = await openDatabase(readConfig({ OSTINATO_DATABASE_URL: underTest.url }), clock);
    await migrate(database, clock);
  });
  afterAll(() => database.close());

  test("has the tables and columns that the code knows, with the same types", async () => {
    const types: Readonly<Record<string, string>> = { ...database.types, text: "text" };
    const known = Object.entries<Columns>(tables).flatMap(([table, columns]) =>
      Object.entries(columns).map(([name, { type, nullable }]) =>
        line({ table, name, type: types[type] ?? "", nullable }),
      ),
    );
    expect((await actualColumns(database)).map(line).toSorted()).toEqual(known.toSorted());
  });

  test("equals the generated dump: `npm run generate` rewrites it", async () => {
    await expect(await schemaDump(database)).toMatchFileSnapshot(`./schema.${underTest.name}.sql`);
  });
});

function line(column: { table: string; name: string; type: string; nullable: boolean }): string {
  return `${column.table}.${column.name} ${column.type.toLowerCase()}${column.nullable ? "" : " NOT NULL"}`;
}

test("a compatible migration only adds, and its additions may be left out of inserts", () => {
  const types = {
    ...{ uuid: "T", moment: "T", integer: "T", real: "T", flag: "T", json: "T", searchableJson: "T" },
    ...{ sequence: "T", transaction: "T", ownTransaction: "T" },
  };
  // The triggers count what is written, and change none of it.
  const allowed =
    /^(CREATE (UNIQUE )?INDEX|DROP INDEX|CREATE TABLE|UPDATE|INSERT INTO event_count |CREATE TRIGGER event_(added|removed) AFTER |CREATE OR REPLACE FUNCTION count_events\(|ALTER TABLE \w+ ADD COLUMN (?!.*NOT NULL(?! DEFAULT)))/;
  const refused = migrations
    .filter(({ breaking }) => !breaking)
    .flatMap(({ name, up }) =>
      up(types)
        .flatMap(statementsOfAll)
        .map((step) => `${name}: ${step}`),
    )
    .filter((step) => !allowed.test(step.slice(step.indexOf(": ") + 2)));
  expect(refused).toEqual([]);
});

function statementsOfAll(step: MigrationStep): readonly string[] {
  if (typeof step === "function") return [String(step)];
  return [...statementsOf(step, "sqlite"), ...statementsOf(step, "postgresql")];
}
