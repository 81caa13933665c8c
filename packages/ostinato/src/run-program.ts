import { executeJob } from "@ostinato/sdk/run-child";

await executeJob();
