import { homedir } from "node:os";
import { expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

test("without settings: SQLite in the home folder, on loopback", () => {
  expect(readConfig({})).toMatchObject({
    host: "127.0.0.1",
    port: 4200,
    database: { kind: "sqlite", file: `${homedir()}/.ostinato/ostinato.db` },
    basePath: "/",
  });
});

test.each([
  ["sqlite:////var/lib/o.db", { kind: "sqlite", file: "/var/lib/o.db" }],
  ["sqlite:///var/lib/o.db", { kind: "sqlite", file: "/var/lib/o.db" }],
  ["postgresql://u:p@db/ostinato", { kind: "postgresql", url: "postgresql://u:p@db/ostinato" }],
  ["postgres://u:p@db/ostinato", { kind: "postgresql", url: "postgresql://u:p@db/ostinato" }],
  ["postgresql+asyncpg://u:p@db/ostinato", { kind: "postgresql", url: "postgresql://u:p@db/ostinato" }],
])("reads the database address %s", (url, database) => {
  expect(readConfig({ OSTINATO_DATABASE_URL: url }).database).toEqual(database);
});

test.each([
  ["OSTINATO_SERVER_PORT", "eighty"],
  ["OSTINATO_SERVER_PORT", "70000"],
  ["OSTINATO_DATABASE_URL", "mysql://db"],
  ["OSTINATO_LOG_LEVEL", "loud"],
])("%s=%s is refused, with the variable, the value and what it is for", (variable, value) => {
  const read = () => readConfig({ [variable]: value });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(`${variable}="${value}"`);
});

test.each([
  ["", "/"],
  ["ostinato", "/ostinato/"],
  ["/a/b/", "/a/b/"],
])("the base path %j stands between slashes", (text, path) => {
  expect(readConfig({ OSTINATO_SERVER_BASE_PATH: text }).basePath).toBe(path);
});
