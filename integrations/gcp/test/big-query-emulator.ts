import { type PythonServer, startPythonServer } from "@ostinato/testing/python-servers";

/** Writes the address where the emulator listens. Its extension of DuckDB is put into a home folder of its own. */
const program = `
import os, shutil, socket, subprocess, sys, tempfile, time

os.environ["HOME"] = tempfile.mkdtemp()
import duckdb_extensions

duckdb_extensions.import_extension("spatial")
with socket.socket() as taken, socket.socket() as other:
    taken.bind(("127.0.0.1", 0))
    other.bind(("127.0.0.1", 0))
    rest, grpc = taken.getsockname()[1], other.getsockname()[1]
command = os.path.join(os.path.dirname(sys.executable), "bqemulator")
options = ["--rest-port", str(rest), "--grpc-port", str(grpc), "--project", "lab", "--log-level", "error"]
server = subprocess.Popen([command, "start", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
while server.poll() is None:
    try:
        socket.create_connection(("127.0.0.1", rest), 1).close()
        print(f"http://127.0.0.1:{rest}", flush=True)
        break
    except OSError:
        time.sleep(0.1)
sys.stdin.read()
server.terminate()
server.wait()
shutil.rmtree(os.environ["HOME"])
`;

/** BigQuery by bqemulator, which executes SQL and loads. `python` has the packages of `requirements-bigquery.txt`. */
export function startBigQueryEmulator(python: string): Promise<PythonServer> {
  return startPythonServer(python, program);
}
