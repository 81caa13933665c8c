import { AwsCredentials, S3Bucket } from "@ostinato/aws";
import { MlflowTracking } from "@ostinato/mlflow";
import { AsyncDatabase } from "@ostinato/sql";
import { makeUpClaims } from "./claims.ts";
import { claimsDatabase } from "./places.ts";

/** Where the services are, by variables; the blocks that this program saves are all that the flows know of them. */
const { MLFLOW_URL = "", DATABASE_URL = "", S3_URL = "", S3_KEY = "", S3_SECRET = "" } = process.env;
const replaced = { overwrite: true };

await MlflowTracking.save("insurance", { tracking_uri: MLFLOW_URL }, replaced);
await AwsCredentials.save(
  "insurance",
  {
    aws_access_key_id: S3_KEY,
    aws_secret_access_key: S3_SECRET,
    region_name: "us-east-1",
    aws_client_parameters: { endpoint_url: S3_URL },
  },
  replaced,
);
await S3Bucket.save(
  "insurance-claims",
  { bucket_name: "insurance", credentials: AwsCredentials.named("insurance") },
  replaced,
);
await AsyncDatabase.save("insurance", { connection_info: DATABASE_URL }, replaced);

const database = await claimsDatabase();
await database.execute("DROP TABLE IF EXISTS new_claims");
await database.execute(`CREATE TABLE new_claims (
  policy_number bigint PRIMARY KEY, months_as_customer integer, age integer, policy_state text, policy_annual_premium integer,
  insured_hobbies text, incident_date date, incident_type text, collision_type text, incident_severity text, authorities_contacted text,
  incident_hour_of_the_day integer, number_of_vehicles_involved integer, witnesses integer, police_report_available text,
  total_claim_amount integer, auto_make text)`);
const claims = makeUpClaims({ count: 300, seed: 11 }).map(({ fraud_reported: _, ...claim }) => ({
  ...claim,
  policy_number: claim.policy_number + 400_000,
}));
console.log(`${await database.load("new_claims", claims)} new claims are in the table new_claims`);
