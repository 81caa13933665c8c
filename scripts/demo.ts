import { connect } from "node:net";
import { parseArgs } from "node:util";
import { buildUi } from "@ostinato/testing/ui-build";
import { fillWithHistory } from "./demo/fill.ts";
import { runPipeline } from "./demo/pipeline.ts";
import { startDemoServer } from "./demo/server.ts";

const usage = `npm run demo runs the flight-delay pipeline under a server with its pages, and keeps the server up until Ctrl-C.

  npm run demo -- --port 4300     listen elsewhere; 0 takes any free port
  npm run demo -- --home ./demo   keep everything in another folder than OSTINATO_HOME
  npm run demo -- --once          end after the run, with one line of JSON
  npm run demo -- --fill 2000     first make up so many runs over the last 30 days, to look at full pages`;

interface DemoOptions {
  readonly port: number | undefined;
  readonly home: string | undefined;
  readonly once: boolean;
  readonly fill: number;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(usage);
  else await demo(options);
} catch (error) {
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function demo({ port, home, once, fill }: DemoOptions): Promise<void> {
  // A taken port is reported by the start; don't build pages first.
  if (!(await isTaken(port ?? Number(process.env.OSTINATO_SERVER_PORT || 4200)))) await buildPages();
  const server = await startDemoServer({ port, home });
  try {
    console.error(`Ostinato is at ${server.url}\n`);
    if (fill > 0) await fillWithHistory(server.url, fill);
    const result = await runPipeline(server);
    if (result.state !== "COMPLETED") process.exitCode = server.stopping ? 130 : 1;
    if (!once && !server.stopping) await server.untilStopped(`\nThe server at ${server.url} stays up until Ctrl-C.`);
    await server.stop();
    // Must be the last line.
    if (once) console.log(JSON.stringify(result));
  } finally {
    await server.stop();
  }
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function buildPages(): Promise<void> {
  const timer = setTimeout(() => console.error("Building the pages, which takes some seconds the first time …"), 500);
  try {
    await buildUi();
  } finally {
    clearTimeout(timer);
  }
}

/** Undefined where help was requested. */
function readOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string" },
      home: { type: "string" },
      once: { type: "boolean", default: false },
      fill: { type: "string", default: "0" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    port: values.port === undefined ? undefined : wholeNumber("--port", values.port, 65_535),
    home: values.home,
    once: values.once,
    fill: wholeNumber("--fill", values.fill, 100_000),
  };
}

function wholeNumber(option: string, text: string, most: number): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw new Error(`${option} ${text}: give a whole number from 0 to ${most}.`);
}
