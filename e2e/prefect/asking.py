"""What the programs of this folder ask a server with: a client, Prefect's command line, and patience."""

import contextlib
import io
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

# Rich breaks lines where its terminal ends, and reads its width once.
os.environ["COLUMNS"] = "200"

from prefect.cli import app
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.exceptions import ObjectNotFound

client = get_client(sync_client=True)
wait_seconds = 120

_id = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_moment = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
_address = re.compile(r"https?://[^/\s]+")
_frame = re.compile("[\u2500-\u257f]+")


def until(look, what: str):
    """Asks until the answer is truthy, and says it."""
    deadline = time.monotonic() + wait_seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    raise TimeoutError(f"not within {wait_seconds} s: {what}")


@contextlib.contextmanager
def running(name: str, words: list[str], environment: dict[str, str]):
    """A program in a process of its own until the block ends. What it prints is told where something in the block goes wrong."""
    log = open(f"{name}.log", "w+")
    process = subprocess.Popen(words, env={**os.environ, **environment}, stdout=log, stderr=log)
    try:
        yield process
    except BaseException:
        log.flush()
        print(f"{name}: {Path(log.name).read_text()[-5000:]}", file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def or_none(read, *arguments):
    """What is read, or None where it is not there."""
    try:
        return read(*arguments)
    except ObjectNotFound:
        return None


def ended(run_id: UUID):
    def look():
        run = client.read_flow_run(run_id)
        return run if run.state and run.state.is_final() else None

    return until(look, f"the end of the flow run {run_id}")


def states_of(run_id: UUID) -> list[str]:
    return [state.name for state in client.read_flow_run_states(run_id)]


def in_state(run_id: UUID, *names: str):
    return until(lambda: set(states_of(run_id)) & set(names), f"{names} of the flow run {run_id}")


def runs_where(**criteria):
    """The flow runs by a filter, which is written as the API has it."""
    return client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(criteria))


def prefect(*words: str) -> tuple[int, str]:
    """Runs the command line as `prefect` does, in this process, because the start of a Python takes seconds. Says exit code and output."""
    told = io.StringIO()
    before, sys.argv = sys.argv, ["prefect", *words]
    try:
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            app()
        return 0, told.getvalue()
    except SystemExit as end:
        return int(end.code or 0), told.getvalue()
    finally:
        sys.argv = before


def plain(told: str) -> list[str]:
    """The lines of an output without its frames, and with a word for what differs each time."""
    for pattern, word in ((_id, "ID"), (_moment, "TIME"), (_address, "SERVER"), (_frame, " ")):
        told = pattern.sub(word, told)
    lines = (" ".join(line.split()) for line in told.splitlines())
    return [line for line in lines if line]
