import { GcpCredentials, GcsBucket } from "@ostinato/gcp";
import { MlflowTracking } from "@ostinato/mlflow";
import { AsyncDatabase } from "@ostinato/sql";
import { columns } from "./claim-columns.ts";
import { makeUpClaims } from "./claims.ts";
import { claimsDatabase } from "./places.ts";

/** Where the services are, by variables; the blocks that this program saves are all that the flows know of them. */
const { MLFLOW_URL = "", DATABASE_URL = "", GCS_BUCKET = "", GCP_KEY = "{}" } = process.env;
const replaced = { overwrite: true };

await MlflowTracking.save("insurance", { tracking_uri: MLFLOW_URL }, replaced);
// Python takes a key as an object alone.
await GcpCredentials.save("insurance", { service_account_info: JSON.parse(GCP_KEY) }, replaced);
await GcsBucket.save(
  "insurance-claims",
  { bucket: GCS_BUCKET, gcp_credentials: GcpCredentials.named("insurance") },
  replaced,
);
await AsyncDatabase.save("insurance", { connection_info: DATABASE_URL }, replaced);

const database = await claimsDatabase();
await database.execute("DROP TABLE IF EXISTS new_claims");
const definitions = Object.entries(columns).map(([name, { type }]) => `"${name}" ${type}`);
await database.execute(`CREATE TABLE new_claims (${definitions.join(", ")}, PRIMARY KEY (policy_number))`);
const claims = makeUpClaims({ count: 300, seed: 11 }).map(({ fraud_reported: _, ...claim }) => ({
  ...claim,
  policy_number: claim.policy_number + 400_000,
}));
console.log(`${await database.load("new_claims", claims)} new claims are in the table new_claims`);
