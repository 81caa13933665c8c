import { setUp } from "./set-up.ts";

const {
  AWS_BUCKET,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  AWS_REGION = "us-east-1",
  AWS_ENDPOINT_URL_S3,
} = process.env;
const { MAIL_SERVER = "127.0.0.1:25", MAIL_TO = "team@example.com" } = process.env;
if (!AWS_BUCKET || !AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
  console.error("Set AWS_BUCKET, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: the blocks are made of them.");
  process.exit(1);
}
const [host = "127.0.0.1", port = "25"] = MAIL_SERVER.split(":");
await setUp({
  endpoint: AWS_ENDPOINT_URL_S3,
  bucket: AWS_BUCKET,
  keyId: AWS_ACCESS_KEY_ID,
  secret: AWS_SECRET_ACCESS_KEY,
  region: AWS_REGION,
  mailServer: { host, port: Number(port) },
  mailTo: MAIL_TO,
});
console.log("The blocks and the automation are there.");
