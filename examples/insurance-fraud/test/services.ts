import { startMlflow } from "@ostinato/testing/mlflow-server";
import { startPostgres } from "@ostinato/testing/postgres";
import { startS3Server } from "@ostinato/testing/s3-server";

export interface Services extends AsyncDisposable {
  /** What `src/set-up.ts` and the flows need to know. */
  readonly environment: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  readonly mlflowUrl: string;
}

/** All that the flows use beside Ostinato, on random ports of this machine. `python` has MLflow; npm has all else. */
export async function startServices(python: string): Promise<Services> {
  await using started = new AsyncDisposableStack();
  const [mlflow, storage, postgres] = await Promise.all([
    startMlflow(python),
    startS3Server("insurance"),
    startPostgres(),
  ]);
  started.defer(() => mlflow.stop());
  started.defer(() => storage.stop());
  started.defer(() => postgres.dispose());
  await postgres.execute("CREATE DATABASE insurance");
  const databaseUrl = postgres.url.replace(/\/[^/]*$/, "/insurance");
  const running = started.move();
  return {
    databaseUrl,
    mlflowUrl: mlflow.url,
    environment: {
      S3_URL: storage.endpoint,
      S3_KEY: storage.environment.AWS_ACCESS_KEY_ID ?? "",
      S3_SECRET: storage.environment.AWS_SECRET_ACCESS_KEY ?? "",
      MLFLOW_URL: mlflow.url,
      DATABASE_URL: databaseUrl.replace(/^postgres(ql)?:/, "postgresql+asyncpg:"),
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
