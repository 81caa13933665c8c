import { readConfig } from "../src/kernel/config.ts";
import { defineConsumer } from "../src/kernel/consumer.ts";
import { createServer } from "../src/main.ts";
import { notes, writeDown } from "./notes-consumer.ts";

// A server in a process of its own that is killed by its consumer when that has handled a part of its first batch.
const dying = defineConsumer({
  ...notes,
  async handle(unit, batch) {
    for (const { ref } of batch.slice(0, 2)) await writeDown(unit, ref);
    process.kill(process.pid, "SIGKILL");
    return "done";
  },
});
const server = await createServer({
  config: { ...readConfig(), port: 0, logLevel: "error" },
  consumers: [dying],
});
await server.listen();
