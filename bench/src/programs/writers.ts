import { randomUUID } from "node:crypto";
import { connect } from "../http-load.ts";

/** Sixteen connections that create flow runs and move each through its states, one call after the other, until they are stopped. */
const [apiUrl = ""] = process.argv.slice(2);

const server = connect(apiUrl, 16);
const flow = await server.json<{ id: string }>("POST", "/flows/", { name: `bench-writers-${randomUUID()}` });

async function write(): Promise<never> {
  for (;;) {
    const run = await server.json<{ id: string }>("POST", "/flow_runs/", { flow_id: flow.id, parameters: { n: 3 } });
    for (const type of ["RUNNING", "COMPLETED"]) {
      await server.json("POST", `/flow_runs/${run.id}/set_state`, { state: { type } });
    }
  }
}

process.send?.("writing");
await Promise.all(Array.from({ length: 16 }, write));
