import { startS3Server } from "@ostinato/testing/s3-server";

// A bucket on this machine to try the example with, until Ctrl-C.
const server = await startS3Server("models");
for (const [name, value] of Object.entries(server.environment)) console.log(`export ${name}=${value}`);
process.once("SIGINT", () => void server.stop());
