import { symlink } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AwsCredentials, S3Bucket } from "@ostinato/aws";
import { GcpCredentials, GcsBucket } from "@ostinato/gcp";
import { type GoogleAccount, startGoogleAccount } from "@ostinato/testing/google-account";
import { type Moto, type StorageEmulator, startMoto, startStorageEmulator } from "@ostinato/testing/python-servers";
import { useConnection } from "ostinato";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { startOstinato } from "../server-process.ts";
import { factsOf } from "./clients.ts";

/** A Python with Prefect's packages, and one with the stores: `.ci/run` makes both. Without them the tests skip. */
const { PREFECT_BLOCKS_PYTHON: clientPython, INTEGRATIONS_PYTHON: storePython } = process.env;

const programSeconds = 420;
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

interface Run {
  readonly state: string;
  readonly message: string | null;
  readonly log?: readonly string[];
}

interface Facts {
  readonly deployed: readonly string[];
  readonly steps: Readonly<Record<string, readonly object[]>>;
  readonly by_prefect: Readonly<Record<string, Run>>;
  readonly by_ostinato: Readonly<Record<string, Run>>;
}

describe.skipIf(clientPython === undefined || storePython === undefined)(
  "deployments whose code is in a bucket",
  () => {
    let server: RunningServer;
    let s3: Moto;
    let gcs: StorageEmulator;
    let account: GoogleAccount;
    let session: AsyncDisposable | undefined;
    let facts: Facts;

    beforeAll(
      async () => {
        [server, s3, gcs, account] = await Promise.all([
          startOstinato(),
          startMoto(storePython ?? ""),
          startStorageEmulator(storePython ?? "", "lake"),
          startGoogleAccount("trips@lab.iam.gserviceaccount.com"),
        ]);
        process.env.STORAGE_EMULATOR_HOST = gcs.url;
        session = await useConnection({ baseUrl: server.apiUrl, inProcess: false });
        await fetch(`${s3.url}/lake`, { method: "PUT" });
        await AwsCredentials.save("keys", {
          aws_access_key_id: "id",
          aws_secret_access_key: "secret",
          region_name: "us-east-1",
          aws_client_parameters: { endpoint_url: s3.url },
        });
        const credentials = AwsCredentials.named("keys");
        await S3Bucket.save("code", { bucket_name: "lake", bucket_folder: "block", credentials });
        await GcpCredentials.save("keys", { service_account_info: account.key, project: "lab" });
        const gcp_credentials = GcpCredentials.named("keys");
        await GcsBucket.save("code", { bucket: "lake", bucket_folder: "block", gcp_credentials });
        // A machine has the packages that its programs import.
        await symlink(modules, join(server.folder, "node_modules"), "junction");
        facts = await factsOf<Facts>({
          program: "bucket_sources.py",
          python: clientPython ?? "",
          server,
          seconds: programSeconds,
          environment: {
            PATH: [dirname(clientPython ?? ""), join(modules, ".bin"), process.env.PATH].join(delimiter),
            MODULES_FOLDER: server.folder,
          },
        });
      },
      (programSeconds + 120) * 1000,
    );
    afterAll(async () => {
      delete process.env.STORAGE_EMULATOR_HOST;
      await session?.[Symbol.asyncDispose]();
      await account?.[Symbol.asyncDispose]();
      await Promise.all([server?.stop(), s3?.stop(), gcs?.stop()]);
    });

    test("Prefect deploys them by the steps of its packages and by its blocks", () => {
      expect(facts.deployed).toHaveLength(2);
      const ofBlock = (type: string) => ({
        "prefect.deployments.steps.pull_with_block": { block_type_slug: type, block_document_name: "code" },
      });
      expect(facts.steps).toMatchObject({
        "s3-steps": [{ "prefect_aws.deployments.steps.pull_from_s3": { bucket: "lake", folder: "steps" } }],
        "gcs-steps": [{ "prefect_gcp.deployments.steps.pull_from_gcs": { bucket: "lake", folder: "steps" } }],
        "s3-block": [ofBlock("s3-bucket")],
        "gcs-block": [ofBlock("gcs-bucket")],
      });
      // The steps name the block of the credentials, and hold no secret of it.
      expect(JSON.stringify(facts.steps)).toContain("{{ prefect.blocks.aws-credentials.keys }}");
    });

    test.each(["by_prefect", "by_ostinato"] as const)("their flows of Python run %s's worker", (worker) => {
      const ended = (rows: number) => ({
        state: "Completed",
        log: expect.arrayContaining([`prefect.flow_runs: loads ${rows} rows by zone`]),
      });
      expect(facts[worker]).toMatchObject({
        "s3-steps": ended(2),
        "gcs-steps": ended(2),
        "s3-block": ended(3),
        "gcs-block": ended(3),
      });
    });

    test("their flows of TypeScript run by Ostinato's worker, in the folder that was downloaded", () => {
      const ended = {
        state: "Completed",
        log: expect.arrayContaining(["ostinato.flow_runs: weighs 4 loaves by zone"]),
      };
      expect(facts.by_ostinato).toMatchObject({ s3: ended, gcs: ended });
    });
  },
);
