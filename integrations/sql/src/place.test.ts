import { expect, test } from "vitest";
import { database } from "./index.ts";
import { componentsOf, placeOf, shownPlace } from "./place.ts";

test.each([
  [
    "postgresql+psycopg2://app:p%40ss@db.example:5433/shop?sslmode=require",
    {
      driver: "postgresql+psycopg2",
      username: "app",
      password: "p@ss",
      host: "db.example",
      port: 5433,
      database: "shop",
      query: { sslmode: "require" },
    },
  ],
  ["postgres://db/shop", { driver: "postgresql", host: "db", database: "shop" }],
  [
    "postgresql://app@[::1]:5432/shop",
    { driver: "postgresql", username: "app", host: "::1", port: 5432, database: "shop" },
  ],
  [
    "postgresql:///shop?host=/var/run/postgresql",
    { driver: "postgresql", database: "shop", query: { host: "/var/run/postgresql" } },
  ],
  [
    "mysql+pymysql://root:a:b@db/shop?charset=utf8mb4",
    {
      driver: "mysql+pymysql",
      username: "root",
      password: "a:b",
      host: "db",
      database: "shop",
      query: { charset: "utf8mb4" },
    },
  ],
  ["sqlite://", { driver: "sqlite" }],
  ["sqlite+aiosqlite:///a folder/shop.db", { driver: "sqlite+aiosqlite", database: "a folder/shop.db" }],
  ["sqlite:////var/shop.db", { driver: "sqlite", database: "/var/shop.db" }],
  ["duckdb:///:memory:", { driver: "duckdb", database: ":memory:" }],
])("%s is read as SQLAlchemy reads it", (url, components) => {
  expect(componentsOf(url)).toEqual(components);
});

test.each([
  "not a url hunter2",
  "postgresql://app:hunter2@db:port/shop",
  "postgresql://app:hunter2%@db/shop",
  "oracle://app:hunter2@db/shop",
])("a URL that cannot be used is refused without its password", (url) => {
  expect(() => database(url)).toThrow(/URL of a|driver of a database is "oracle"/);
  expect(() => database(url)).not.toThrow(/hunter2/);
});

test("a place is shown without its password", () => {
  expect(shownPlace(placeOf(componentsOf("mysql+aiomysql://app:hunter2@db:3306/shop")))).toBe(
    "mysql://app@db:3306/shop",
  );
  expect(database("sqlite+pysqlite:///shop.db").url).toBe("sqlite:///shop.db");
});
