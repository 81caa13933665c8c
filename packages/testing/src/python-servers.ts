import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A server of a Python package, in a process of its own. */
export interface PythonServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Writes the address where it listens, and ends when its standard input does. */
const motoProgram = `
import logging, sys
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
print(f"http://{host}:{port}", flush=True)
sys.stdin.read()
server.stop()
`;

/** The services of AWS, S3 among them, by moto. `python` has the package. */
export function startMoto(python: string): Promise<PythonServer> {
  return startPythonServer(python, motoProgram);
}

/** A server that the program starts: it writes the address, and ends when its standard input does. */
export async function startPythonServer(python: string, program: string): Promise<PythonServer> {
  const child = spawn(python, ["-c", program], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const first = await Promise.race([
    once(createInterface(child.stdout), "line"),
    ended.then(([code]) => Promise.reject(new Error(`${python} ended with ${code} before its server listened`))),
  ]);
  return {
    url: String(first[0]),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
