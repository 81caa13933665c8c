import { rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { type Group, repeat } from "../row.ts";

/** What the databases do by themselves, without a server before them: the most that a row can hope for. */
export const limits: Group = {
  name: "limits",
  rows: [
    "the database alone: single-row commits",
    "the database alone: rows in one transaction",
    "the database alone: point reads",
  ],
  async *measure(target, { runs, scale }) {
    const bare =
      target.name === "sqlite" ? bareSqlite(`${target.home}/bare.db`) : await barePostgres(target.databaseUrl);
    const where = target.name;
    const count = Math.ceil(5000 * scale);
    const how = `${bare.name}, one connection, rows of 300 bytes, ${count} a run`;
    const rate = async (work: () => Promise<void>) => {
      const begun = performance.now();
      await work();
      return count / ((performance.now() - begun) / 1000);
    };
    const measured = (row: string, samples: readonly number[]) => ({ row, where, unit: "/s", samples, how }) as const;
    yield measured("the database alone: single-row commits", await repeat(runs, () => rate(() => bare.commits(count))));
    yield measured(
      "the database alone: rows in one transaction",
      await repeat(runs, () => rate(() => bare.together(count))),
    );
    yield measured("the database alone: point reads", await repeat(runs, () => rate(() => bare.reads(count))));
    await bare.close();
  },
};

interface Bare {
  readonly name: string;
  commits(count: number): Promise<void>;
  together(count: number): Promise<void>;
  reads(count: number): Promise<void>;
  close(): Promise<void>;
}

const text = "x".repeat(300);

function bareSqlite(file: string): Bare {
  const database = new DatabaseSync(file);
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE bare (id integer PRIMARY KEY, body text)",
  );
  const insert = database.prepare("INSERT INTO bare (body) VALUES (?)");
  const read = database.prepare("SELECT * FROM bare WHERE id = ?");
  return {
    name: "node:sqlite",
    async commits(count) {
      for (let index = 0; index < count; index += 1) insert.run(text);
    },
    async together(count) {
      database.exec("BEGIN");
      for (let index = 0; index < count; index += 1) insert.run(text);
      database.exec("COMMIT");
    },
    async reads(count) {
      for (let index = 0; index < count; index += 1) read.get(index + 1);
    },
    async close() {
      database.close();
      await rm(file, { force: true });
    },
  };
}

async function barePostgres(url: string): Promise<Bare> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE TABLE bare (id bigserial PRIMARY KEY, body text)");
  const insert = () => client.query({ name: "insert", text: "INSERT INTO bare (body) VALUES ($1)", values: [text] });
  return {
    name: "pg",
    async commits(count) {
      for (let index = 0; index < count; index += 1) await insert();
    },
    async together(count) {
      await client.query("BEGIN");
      for (let index = 0; index < count; index += 1) await insert();
      await client.query("COMMIT");
    },
    async reads(count) {
      for (let index = 0; index < count; index += 1) {
        await client.query({ name: "read", text: "SELECT * FROM bare WHERE id = $1", values: [index + 1] });
      }
    },
    async close() {
      await client.query("DROP TABLE bare");
      await client.end();
    },
  };
}
