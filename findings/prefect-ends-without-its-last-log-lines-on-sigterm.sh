#!/usr/bin/env bash
# A run of Prefect 3.9.1 that is ended by SIGTERM is Crashed with the reason at once, but the lines that it has logged in the last two seconds are never
# sent: what it was doing when it was ended is just what the page lacks. One expects them, since the client still sends the state, and sends the lines of
# runs that fail or complete. SIGTERM is what Kubernetes, Docker and a cancelled run send.
# What helps: a lower PREFECT_LOGGING_TO_API_BATCH_INTERVAL makes the gap smaller; lines that are also printed are in the log of the container.
set -eu
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check prefect==3.9.1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export PREFECT_HOME="$folder/home" PREFECT_API_URL="http://127.0.0.1:$port/api" PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1
venv/bin/prefect server start --port "$port" > server.log 2>&1 &
server=$!
until python3 -c "import urllib.request; urllib.request.urlopen('$PREFECT_API_URL/health')" 2> /dev/null; do sleep 1; done
cat > program.py <<'PY'
import os, signal, sys, time
from prefect import flow, get_run_logger

@flow(name=sys.argv[1])
def work():
    get_run_logger().info("round 1")
    time.sleep(float(sys.argv[2]))
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

work()
PY
cat > lines.py <<'PY'
import json, os, sys, time, urllib.request

def ask(path, body):
    data = json.dumps(body).encode()
    request = urllib.request.Request(os.environ["PREFECT_API_URL"] + path, data, {"content-type": "application/json"})
    return json.load(urllib.request.urlopen(request))

time.sleep(5)
[run] = ask("/flow_runs/filter", {"flows": {"name": {"any_": [sys.argv[1]]}}})
lines = [line["message"] for line in ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}}})]
print(f"{sys.argv[1]}: {run['state']['type']}, 'round 1' is {'there' if 'round 1' in lines else 'lost'}")
sys.exit(0 if run["state"]["type"] == "CRASHED" and ("round 1" in lines) == (sys.argv[2] == "there") else 1)
PY
for try in 1 2 3; do
  venv/bin/python program.py "ended-at-once-$try" 0 > /dev/null 2>&1 || true
  venv/bin/python lines.py "ended-at-once-$try" lost
done
venv/bin/python program.py ended-after-a-while 5 > /dev/null 2>&1 || true
venv/bin/python lines.py ended-after-a-while there
