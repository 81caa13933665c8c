// Ends with 0 if what this container was started for answers: the server, or the worker. Other programs are well while they run.
import { readFileSync } from "node:fs";

const words = readFileSync("/proc/1/cmdline", "utf8").split("\0");
const command = words.slice(words.findIndex((word) => word.endsWith("entrypoint.sh")) + 1);
if (command[0] === "ostinato") command.shift();
const [program, subcommand = "start"] = command;

function option(name) {
  const place = command.findIndex((word) => word === name || word.startsWith(`${name}=`));
  return place < 0 ? undefined : (command[place].split("=")[1] ?? command[place + 1]);
}

function address() {
  if (subcommand !== "start" && subcommand !== "" && !subcommand.startsWith("-")) return undefined;
  if (program === "worker") {
    return `http://127.0.0.1:${option("--health-port") ?? process.env.OSTINATO_HEALTH_PORT ?? 4280}/health`;
  }
  if (program !== "server") return undefined;
  const port = option("--port") ?? process.env.OSTINATO_SERVER_PORT ?? 4200;
  const base = (process.env.OSTINATO_SERVER_BASE_PATH ?? "").replace(/\/+$/, "");
  return `http://127.0.0.1:${port}${base}/api/health`;
}

const url = address();
if (url !== undefined) {
  try {
    const { ok, status } = await fetch(url);
    console.log(`${url} answers ${status}`);
    process.exitCode = ok ? 0 : 1;
  } catch (error) {
    console.log(`${url} does not answer: ${error.cause?.message ?? error.message}`);
    process.exitCode = 1;
  }
}
