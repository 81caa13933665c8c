import { parentPort, workerData } from "node:worker_threads";
import { beDeputy, type DeputyConnection } from "@ostinato/sdk/deputy";

if (parentPort === null) throw new Error("This module is the thread of a program; it is not to be run by itself.");
beDeputy({
  port: parentPort,
  connection: workerData as DeputyConnection,
  openLocal: async () => (await (await import("./local-server.ts")).startLocalServer()).transport,
});
