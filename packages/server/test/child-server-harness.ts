import { readConfig } from "../src/kernel/config.ts";
import { createServer } from "../src/main.ts";

// A server in a process of its own, for tests that kill it: settings from the environment, the address to the parent.
const server = await createServer({ config: readConfig() });
process.send?.(await server.listen());
