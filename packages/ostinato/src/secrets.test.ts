import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { subscribeToEvents } from "@ostinato/client/node";
import { createServer, readConfig } from "@ostinato/server";
import { textOf } from "@ostinato/testing/database-text";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { expect, it, vi } from "vitest";

// A program that does hundreds of things takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const secrets = {
  PASSWORD: `p@ss/w"ord horse's`,
  ACCOUNT_USER: "reader-of-all",
  ACCOUNT_PASSWORD: "Zwölf%20\\Boxkämpfer",
  DATABASE: "postgresql://app:s%3Acret+batt%2Fery@db.example/sales",
  SHORT: "q7",
  THREAD_KEY: "kept<by>a&thread",
};

const base64 = (text: string) => Buffer.from(text).toString("base64");
const json = (text: string) => JSON.stringify(text).slice(1, -1);

/** What must be nowhere: each secret in all spellings, without what stands around it where that can be cut off. */
function spellingsOf(text: string): readonly string[] {
  const spelled = [
    text,
    inspect(text).slice(1, -1),
    encodeURIComponent(text),
    encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
    new URLSearchParams({ text }).toString().slice("text=".length),
    base64(text).replace(/.?=*$/, ""),
    base64(`me:${text}`).slice(4).replace(/.?=*$/, ""),
    base64(`etl:${text}`).slice(8).replace(/.?=*$/, ""),
    Buffer.from(`user:${text}`).toString("base64url").slice(8).replace(/.?=*$/, ""),
    Buffer.from(text).toString("hex"),
  ];
  return [...new Set(spelled.flatMap((one) => [one, json(one), json(json(one)), json(json(json(one)))]))];
}

const needles = [
  ...[secrets.PASSWORD, secrets.ACCOUNT_USER, secrets.ACCOUNT_PASSWORD, secrets.DATABASE, secrets.THREAD_KEY],
  ...["s:cret+batt/ery", "s%3Acret+batt%2Fery"],
].flatMap(spellingsOf);

/** Where the program puts them: that they are found blotted out shows that the places were looked at. */
const places = [
  "place result",
  // As bytes are shown.
  Buffer.from("place bytes").toString("hex"),
  "place run name",
  "place state",
  "place message",
  "place retry",
  "place error",
  "place print",
  "place error line",
  "place thread line",
  "place thread error",
  "place behind the thread",
  "place subflow",
  "place flow failure",
  "place line",
  "place account",
  "place markdown",
  "place description",
  "place-tag-",
  "place-flow-tag-",
  "place default",
];

describeOnEachDatabase("what a program does with secrets leaves none of them, in no spelling,", (database) => {
  it("in the database, in files of results, on the terminal and among events", async () => {
    const home = await mkdtemp(join(tmpdir(), "ostinato-secrets-"));
    const config = readConfig({
      OSTINATO_HOME: home,
      OSTINATO_DATABASE_URL: database.url,
      OSTINATO_LOG_LEVEL: "silent",
      OSTINATO_SERVER_PORT: "0",
    });
    const server = await createServer({ config });
    const events: string[] = [];
    let terminal = "";
    try {
      const baseUrl = `${await server.listen()}/api`;
      const connected = Promise.withResolvers<void>();
      const subscription = subscribeToEvents({
        baseUrl,
        filter: {},
        onEvent: (event) => events.push(JSON.stringify(event)),
        onConnected: connected.resolve,
      });
      await connected.promise;
      terminal = await run({ ...secrets, OSTINATO_HOME: home, OSTINATO_API_URL: baseUrl });
      subscription.close();
    } finally {
      await server.stop();
    }
    const files = globSync("results/**/*", { cwd: home, withFileTypes: true }).filter((file) => file.isFile());
    const results = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")).join("\n");
    const kept = await textOf(database.url);
    await rm(home, { recursive: true });

    expect(events.length).toBeGreaterThan(100);
    expect(places.filter((place) => !kept.includes(place))).toEqual([]);
    for (const text of [kept, events.join("\n"), terminal]) expect(text).toContain("********");
    for (const [where, text] of Object.entries({ kept, events: events.join("\n"), terminal, results })) {
      expect([
        where,
        ...needles.filter((needle) => text.includes(needle)).map((needle) => around(text, needle)),
      ]).toEqual([where]);
      expect(text).not.toMatch(/\bq7\b/);
    }
  });
});

/** What the program printed. */
async function run(environment: Readonly<Record<string, string>>): Promise<string> {
  const file = fileURLToPath(new URL("../test/fixtures/keeps-secrets.ts", import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, OSTINATO_LOG_LEVEL: "debug", ...environment },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`the program ended with ${code}:\n${output}`);
  return output;
}

function around(text: string, needle: string): string {
  const at = text.indexOf(needle);
  return text.slice(Math.max(0, at - 200), at + needle.length + 40);
}
