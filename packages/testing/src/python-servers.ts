import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A server of a Python package, in a process of its own. */
export interface PythonServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A server of objects. */
export interface ObjectServer extends PythonServer {
  /** Makes so many empty objects at once, which would take long by requests: `PREFIX/00000` and those after it. */
  seed(bucket: string, prefix: string, count: number): Promise<void>;
}

export type Moto = ObjectServer;
export type StorageEmulator = ObjectServer;

/** Writes the address where it listens. */
const motoProgram = `
import logging, sys
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
print(f"http://{host}:{port}", flush=True)
for line in sys.stdin:
    bucket, prefix, count = line.split()
    for index in range(int(count)):
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(bucket, f"{prefix}/{index:05}", b"")
    print("done", flush=True)
server.stop()
`;

/** Writes the address where it listens. Keeps everything in memory. */
const storageEmulatorProgram = `
import logging, sys
from http.server import HTTPServer
from gcp_storage_emulator.server import create_server
from gcp_storage_emulator.storage import Storage

# Connections that wait for its one thread.
HTTPServer.request_queue_size = 128
# It would write down all that it has after each change, so that a thousand objects take a minute.
Storage._write_config_to_file = lambda storage: None
logging.getLogger("gcp_storage_emulator").setLevel(logging.ERROR)
server = create_server("127.0.0.1", 0, in_memory=True, default_bucket=sys.argv[1])
server.start()
print(f"http://127.0.0.1:{server._api._httpd.server_address[1]}", flush=True)
for line in sys.stdin:
    bucket, prefix, count = line.split()
    for index in range(int(count)):
        key = f"{prefix}/{index:05}"
        about = {"name": key, "bucket": bucket, "size": "0", "updated": "2024-01-01T00:00:00Z"}
        server._storage.create_file(bucket, key, b"", about)
    print("done", flush=True)
server.stop()
`;

/** The services of AWS, S3 among them, by moto. `python` has the package. */
export async function startMoto(python: string): Promise<Moto> {
  return seeding(await startPythonServer(python, motoProgram));
}

/** Cloud Storage with one bucket, by gcp-storage-emulator. `python` has the package. */
export async function startStorageEmulator(python: string, bucket: string): Promise<StorageEmulator> {
  return seeding(await startPythonServer(python, storageEmulatorProgram, bucket));
}

function seeding({ ask, ...server }: AnsweringServer): ObjectServer {
  return { ...server, seed: (bucket, prefix, count) => ask(`${bucket} ${prefix} ${count}`) };
}

/** A terminal's Ctrl-C reaches the server too, which is to end when its owner says so. */
const untouchedByCtrlC = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)";

interface AnsweringServer extends PythonServer {
  /** Resolves when the program has answered the line. */
  ask(line: string): Promise<void>;
}

/** A server that a program of Python starts: it writes the address, and ends when its standard input does. */
export function startPythonServer(
  python: string,
  program: string,
  ...args: readonly string[]
): Promise<AnsweringServer> {
  return startServerProcess(python, ["-c", `${untouchedByCtrlC}\n${program}`, ...args]);
}

/** A server that is a command: it writes the address, and ends when its standard input does. */
export async function startServerProcess(command: string, args: readonly string[]): Promise<AnsweringServer> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended with ${(await ended)[0]} before it answered`);
    return value;
  };
  return {
    url: await next(),
    async ask(line) {
      child.stdin.write(`${line}\n`);
      await next();
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
