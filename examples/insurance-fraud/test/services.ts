import { startGoogleAccount } from "@ostinato/testing/google-account";
import { startMlflow } from "@ostinato/testing/mlflow-server";
import { startPostgres } from "@ostinato/testing/postgres";
import { startStorageEmulator } from "@ostinato/testing/python-servers";
import type { ServicePythons } from "@ostinato/testing/service-pythons";

export interface Services extends AsyncDisposable {
  /** What `src/set-up.ts` and the flows need to know. */
  readonly environment: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly mlflowUrl: string;
  /** What the flows in Python need to know: Google's clients find the store by it. */
  readonly storageUrl: string;
}

const bucket = "insurance-lab-claims";

/** All that the flows use beside Ostinato, on random ports of this machine. PostgreSQL comes from npm. */
export async function startServices(pythons: ServicePythons): Promise<Services> {
  await using started = new AsyncDisposableStack();
  const [mlflow, storage, account, postgres] = await Promise.all([
    startMlflow(pythons.mlflow),
    startStorageEmulator(pythons.storage, bucket),
    startGoogleAccount("claims@insurance-lab.iam.gserviceaccount.com"),
    startPostgres(),
  ]);
  started.defer(() => mlflow.stop());
  started.defer(() => storage.stop());
  started.use(account);
  started.defer(() => postgres.dispose());
  await postgres.execute("CREATE DATABASE insurance");
  const databaseUrl = postgres.url.replace(/\/[^/]*$/, "/insurance");
  const running = started.move();
  return {
    databaseUrl,
    mlflowUrl: mlflow.url,
    storageUrl: storage.url,
    environment: {
      STORAGE_EMULATOR_HOST: storage.url,
      GCS_BUCKET: bucket,
      GCP_KEY: JSON.stringify(account.key),
      MLFLOW_URL: mlflow.url,
      DATABASE_URL: databaseUrl.replace(/^postgres(ql)?:/, "postgresql+asyncpg:"),
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
