import { GcpCredentials, GcsBucket } from "@ostinato/gcp";
import { type GoogleAccount, startGoogleAccount } from "@ostinato/testing/google-account";
import { type StorageEmulator, startStorageEmulator } from "@ostinato/testing/python-servers";
import { useConnection } from "ostinato";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { startOstinato } from "../server-process.ts";
import { factsOf } from "./clients.ts";

/** A Python with Prefect's packages, and one with the store: `.ci/run` makes both. Without them the tests skip. */
const { PREFECT_BLOCKS_PYTHON: clientPython, INTEGRATIONS_PYTHON: storePython } = process.env;

const programSeconds = 300;

interface Facts {
  readonly account: string;
  readonly read: string;
  readonly listed: readonly string[];
  /** Of a flow whose results are in a bucket. */
  readonly flow_run: string;
}

describe.skipIf(clientPython === undefined || storePython === undefined)(
  "buckets of Cloud Storage in both languages",
  () => {
    let server: RunningServer;
    let store: StorageEmulator;
    let account: GoogleAccount;
    let session: AsyncDisposable | undefined;
    let facts: Facts;

    beforeAll(async () => {
      [store, account] = await Promise.all([
        startStorageEmulator(storePython ?? "", "lake"),
        startGoogleAccount("trips@lab.iam.gserviceaccount.com"),
      ]);
      process.env.STORAGE_EMULATOR_HOST = store.url;
      server = await startOstinato({ OSTINATO_SERVER_RESULT_BUCKETS: "gs://lake" });
      session = await useConnection({ baseUrl: server.apiUrl, inProcess: false });
      await GcpCredentials.save("keys", { service_account_info: account.key });
      const gcp_credentials = GcpCredentials.named("keys");
      await GcsBucket.save("from-typescript", { bucket: "lake", bucket_folder: "shared/", gcp_credentials });
      const shared = await GcsBucket.load("from-typescript");
      await shared.write("greetings/ü b.txt", "from typescript");
      const python = clientPython ?? "";
      facts = await factsOf<Facts>({ program: "cloud_buckets.py", python, server, seconds: programSeconds });
    }, programSeconds * 1000);
    afterAll(async () => {
      delete process.env.STORAGE_EMULATOR_HOST;
      await session?.[Symbol.asyncDispose]();
      await account?.[Symbol.asyncDispose]();
      await Promise.all([server?.stop(), store?.stop()]);
    });

    test("Python reads by a block that TypeScript has saved, its key included", () => {
      expect(facts).toMatchObject({
        account: "trips@lab.iam.gserviceaccount.com",
        read: "from typescript",
        listed: ["shared/greetings/ü b.txt"],
      });
    });

    test("TypeScript reads what Python wrote, and by a block that Python has saved", async () => {
      const shared = await GcsBucket.load("from-typescript");
      expect(await shared.readText("greetings/python.txt")).toBe("from python");
      expect(await shared.readText("sent/deep/a.txt")).toBe("a");
      const own = await GcsBucket.load("from-python");
      await own.write("a", "1");
      expect(own.url("a")).toBe("gs://lake/from-python/a");
      expect((await Array.fromAsync(own.list())).map(({ key }) => key)).toContain("a");
    });

    test("shows no part of a key", async () => {
      const path = "block_types/slug/gcp-credentials/block_documents/name/keys";
      const shown = await (await fetch(`${server.apiUrl}/${path}`)).text();
      expect(shown).toContain("********");
      expect(shown).not.toContain("BEGIN");
    });

    test("the server shows results that Python keeps in a bucket", async () => {
      const body = JSON.stringify({ flow_runs: { id: { any_: [facts.flow_run] } } });
      const headers = { "content-type": "application/json" };
      const [run] = (await (
        await fetch(`${server.apiUrl}/task_runs/filter`, { method: "POST", headers, body })
      ).json()) as { id: string }[];
      const result = await (await fetch(`${server.apiUrl}/task_runs/${run?.id}/result`)).json();
      expect(result).toMatchObject({ preview: { kind: "json", value: [7.5, 12] }, reason: null });
    });
  },
);
