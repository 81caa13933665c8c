import { expect, it } from "vitest";
import type { Measurement } from "./row.ts";
import { ratiosOf } from "./table.ts";

const read = { row: "read", unit: "/s", how: "" } as const;
const start = { row: "start", unit: "ms", how: "" } as const;
const sqlite = { where: "sqlite", database: "sqlite", peer: false } as const;
const postgresql = { where: "postgresql", database: "postgresql", peer: false } as const;
const prefectSqlite = { where: "prefect sqlite", database: "sqlite", peer: true } as const;
const prefectPostgresql = { where: "prefect postgresql", database: "postgresql", peer: true } as const;
const dbos = { where: "dbos", database: "postgresql", peer: true } as const;

it("compares medians with those of every peer on the same database", () => {
  const measured: readonly Measurement[] = [
    { ...read, ...sqlite, samples: [80, 1000, 100] },
    { ...read, ...prefectSqlite, samples: [10] },
    { ...read, ...postgresql, samples: [60] },
    { ...read, ...dbos, samples: [30] },
    { ...read, ...prefectPostgresql, samples: [4] },
  ];
  expect(ratiosOf(measured)).toEqual([
    { row: "read", where: "sqlite", peer: "prefect sqlite", times: 10 },
    { row: "read", where: "postgresql", peer: "dbos", times: 2 },
    { row: "read", where: "postgresql", peer: "prefect postgresql", times: 15 },
  ]);
});

it("is above 1 for what is better, whether more is better or less", () => {
  const measured: readonly Measurement[] = [
    { ...read, ...sqlite, samples: [30] },
    { ...read, ...prefectSqlite, samples: [10] },
    { ...start, ...sqlite, samples: [10] },
    { ...start, ...prefectSqlite, samples: [30] },
  ];
  expect(ratiosOf(measured).map(({ times }) => times)).toEqual([3, 3]);
});

it("says nothing of rows that only one side has", () => {
  const measured: readonly Measurement[] = [
    { ...read, ...sqlite, samples: [1] },
    { ...start, ...prefectSqlite, samples: [1] },
    { ...read, ...prefectPostgresql, samples: [1] },
  ];
  expect(ratiosOf(measured)).toEqual([]);
});
