import { EmailServer } from "@ostinato/email";
import { MlflowTracking } from "@ostinato/mlflow";
import { SlackCredentials, SlackIncomingWebhook } from "@ostinato/slack";
import { block, blocks, useConnection } from "ostinato";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { startPrefect } from "../prefect-server.ts";
import { startOstinato } from "../server-process.ts";
import { factsOf, placesToAsk } from "./clients.ts";

/** Then the program is ended, and what it was asked says so. */
const programSeconds = 240;
const startSeconds = 120;

/** A Python with the packages of `requirements-blocks.txt`, which `.ci/run` makes. Without it the tests skip. */
const blocksPython = process.env.PREFECT_BLOCKS_PYTHON;
const prefectServer = "at Prefect's own server";

const placesOfPackages = [
  { title: "by requirements-blocks.txt", python: blocksPython, start: () => startOstinato() },
  {
    title: prefectServer,
    python: process.env.PREFECT_REFERENCE_PYTHON === undefined ? undefined : blocksPython,
    start: () => startPrefect(process.env.PREFECT_REFERENCE_PYTHON ?? ""),
  },
];

for (const { title, python, start } of placesOfPackages) {
  describe.skipIf(python === undefined)(`blocks of Prefect and its packages, ${title}`, () =>
    tellsOfPackages(python ?? "", { title, start }),
  );
}

for (const { title, python, start } of placesToAsk) {
  describe.skipIf(python === undefined)(`blocks and variables by Prefect's command line, ${title}`, () =>
    tellsOfCommands(python ?? "", start),
  );
}

/** A Standard Schema that takes what there is. */
const anyValues = {
  "~standard": { version: 1, vendor: "e2e", validate: (value: unknown) => ({ value }) },
} as const;

interface Registered {
  readonly "same checksum": boolean;
  readonly "read back": boolean;
  readonly type: boolean;
}

interface PackageFacts {
  readonly registered: Readonly<Record<string, Registered>>;
  readonly kept: Readonly<Record<string, unknown>>;
  readonly exchanged: Readonly<Record<string, unknown>>;
}

interface Place {
  readonly title: string;
  readonly start: () => Promise<RunningServer>;
}

function tellsOfPackages(python: string, { title, start }: Place): void {
  let server: RunningServer;
  let session: AsyncDisposable | undefined;
  let facts: PackageFacts;

  beforeAll(
    async () => {
      server = await start();
      session = await useConnection({ baseUrl: server.apiUrl, inProcess: false });
      await blocks.secret.save("from-typescript", { value: { by: "typescript" } });
      await blocks.webhook.save("from-typescript", { url: "https://example.com/typescript" });
      await blocks.emailServer.save("from-typescript", { username: "me", password: "hush", smtp_port: 2525 });
      await SlackCredentials.save("from-typescript", { token: "xoxb-typescript" });
      await SlackIncomingWebhook.save("from-typescript", { url: "https://hooks.example.com/typescript" });
      await MlflowTracking.save("from-typescript", { tracking_uri: "http://mlflow:5000", token: "t-1" });
      facts = await factsOf<PackageFacts>({ program: "block_packages.py", python, server, seconds: programSeconds });
    },
    (programSeconds + startSeconds) * 1000,
  );
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  test("programs in TypeScript and in Python read each other's blocks", async () => {
    expect(facts.exchanged).toEqual({
      secret: { by: "typescript" },
      hook: "https://example.com/typescript",
      email: ["me", "hush", 2525],
      slack: ["xoxb-typescript", "https://hooks.example.com/typescript"],
      mlflow: ["http://mlflow:5000", "t-1"],
    });
    expect(await EmailServer.read("from-python")).toMatchObject({
      username: "you",
      password: "hush",
      smtp_server: "smtp.gmail.com",
      smtp_type: 587,
    });
    expect(await SlackCredentials.read("from-python")).toEqual({ token: "xoxb-python" });
    expect(await SlackIncomingWebhook.read("from-python")).toEqual({ url: "https://hooks.example.com/python" });
    expect(await MlflowTracking.read("from-python")).toMatchObject({
      tracking_uri: "http://mlflow:5000",
      password: "hush",
    });
    expect(await blocks.secret.read("from-python")).toEqual({ value: { by: "python" } });
    expect(await blocks.webhook.read("from-python")).toMatchObject({ headers: { "x-token": "by-python" } });
    const outer = block({ type: "outer-block", schema: anyValues });
    expect(await outer.read("from-python")).toMatchObject({ label: "é", inner: { token: "deeper" } });
  });

  test("every schema has the checksum that its client gives it, and is read back", () => {
    const slugs = Object.keys(facts.registered);
    expect(slugs).toEqual(
      expect.arrayContaining([
        "secret",
        "outer-block",
        "s3-bucket",
        "gcs-bucket",
        "email-server-credentials",
        "slack-incoming-webhook",
        "sqlalchemy-connector",
      ]),
    );
    const wrong = Object.entries(facts.registered).filter(([, told]) => !told["same checksum"] || !told.type);
    expect(wrong).toEqual([]);
    const lost = Object.entries(facts.registered).filter(([, told]) => !told["read back"]);
    // Prefect's server loses the definition of a value of any kind, and the order of the types that a field takes.
    expect(lost.map(([slug]) => slug).toSorted()).toEqual(
      title === prefectServer ? ["outer-block", "s3-bucket", "secret"] : [],
    );
  });

  test("blocks are saved and loaded, nested ones too, and show no secrets", () => {
    expect(facts.kept).toEqual({
      object: { user: "me", password: "hush" },
      hook: ["https://example.com/hook", { "x-token": "hush" }],
      files: "/data",
      outer: ["é", 1, "deep", "hush"],
      "changed inner": ["deeper", "deeper"],
      shown: {
        label: "é",
        ratio: 1,
        login: { user: "me", password: "********" },
        inner: { token: "********" },
        either: { token: "********" },
      },
      missing: "Unable to find block document named nothing for block type secret",
      deleted: true,
    });
  });
}

function tellsOfCommands(python: string, start: () => Promise<RunningServer>): void {
  let server: RunningServer;
  let facts: Readonly<Record<string, unknown>>;

  beforeAll(
    async () => {
      server = await start();
      facts = await factsOf({ program: "block_commands.py", python, server, seconds: programSeconds });
    },
    (programSeconds + startSeconds) * 1000,
  );
  afterAll(() => server?.stop());

  test("blocks and their types are listed, shown, registered and deleted", () => {
    expect(facts.blocks).toEqual({
      types: [true, true, true, true],
      "type inspect": true,
      "type inspect of none": 1,
      "delete of a protected type": 1,
      ls: true,
      inspect: true,
      "inspect of none": 1,
      delete: [0, "Deleted Block 'secret/mine'."],
      "delete again": 1,
      register: 0,
    });
  });

  test("variables are set, read, listed and unset", () => {
    expect(facts.variables).toMatchObject({
      set: [0, "Set variable 'color'."],
      "set again": [1, "Variable 'color' already exists. Use `--overwrite` to update it."],
      "set overwriting": [0, "Set variable 'color'."],
      get: [0, '{"r": 1.0}'],
      "get of none": [1, "Variable 'none' not found."],
      inspect: true,
      unset: [0, "Unset variable 'color'."],
      "unset again": 1,
      "by the client": [8, "fallback", true, false],
    });
  });

  test("parameters of a run may name a variable", () => {
    expect(facts.hydrated).toEqual([{ value: 7 }, "text"]);
  });
}
