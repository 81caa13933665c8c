import { type PythonServer, startPythonServer } from "./python-servers.ts";

/**
 * Runs `mlflow server` with a database and artifacts of its own, writes the address where it answers, and ends it when its standard
 * input ends. An answer that refuses is an answer: the host name may be none that the server takes.
 */
const program = `
import os, signal, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts"]
    settings = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    with open(f"{folder}/log", "w+b") as log:
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **settings}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            while True:
                if server.poll() is not None:
                    log.seek(0)
                    sys.exit(log.read().decode()[-5000:])
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10)
                    break
                except urllib.error.HTTPError:
                    break
                except OSError:
                    time.sleep(0.1)
            print(f"http://127.0.0.1:{port}", flush=True)
            sys.stdin.read()
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)
            server.wait()
`;

/** An MLflow server. `python` has `mlflow`, or `mlflow-skinny` with what its server needs. */
export function startMlflow(python: string): Promise<PythonServer> {
  return startPythonServer(python, program);
}
