"""The project that is deployed, and the workers that run it, for programs that ask what becomes of them."""

import contextlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID

from asking import client, plain, prefect, running, until
from prefect.client.schemas.filters import LogFilter

project = Path("project").absolute()


def prefect_worker(name: str, *options: str):
    """A worker of the pool that looks and tells often, so that nobody waits long."""
    arguments = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "machines", "--type", "process", "--name", name, *options]
    often = {"PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_WORKER_HEARTBEAT_SECONDS": "2"}
    return running(name, arguments, {**often, "PROJECT_FOLDER": str(project)})


def make_project() -> None:
    """A folder with flows, which is a git repository too."""
    shutil.copytree(Path(__file__).with_name("deployed"), project)
    author = ["-c", "user.name=A team", "-c", "user.email=team@example.com"]
    for words in (["init", "--quiet", "--initial-branch", "main"], ["add", "."], [*author, "commit", "--quiet", "-m", "Load trips"]):
        subprocess.run(["git", *words], cwd=project, check=True)


def deploy_by_file() -> list[str]:
    """Makes the deployments of prefect.yaml, and says what the command printed."""
    with contextlib.chdir(project):
        code, told = prefect("--no-prompt", "deploy", "--all")
    if code != 0:
        raise RuntimeError(told)
    return plain(told)


def start(deployment: str, **options) -> UUID:
    return client.create_flow_run_from_deployment(client.read_deployment_by_name(deployment).id, **options).id


def log_of(run_id: UUID, *awaited: str) -> list[str]:
    """The lines of a run by their loggers, once the last one of its flow and the awaited ones have come."""

    def look():
        logs = client.read_logs(LogFilter.model_validate({"flow_run_id": {"any_": [run_id]}}), limit=200)
        lines = [f"{log.name}: {line}" for log in logs for line in plain(log.message)]
        return lines if all(any(map(re.compile(each).match, lines)) for each in (last_line, *awaited)) else None

    return until(look, f"the log of {run_id}")


last_line = r"prefect\.flow_runs: Finished in state|ostinato\.flow_runs: completed"
# Prefect's worker sends its own lines apart from those of the flow's process, so they may come later.
line_of_worker = r"prefect\.flow_runs\.worker: .* submitted to infrastructure"


def presence(name: str, status: str):
    """The worker, once its pool lists it with this status."""
    return until(lambda: (found := worker_of(name)) and found.status.value == status and found, f"the worker {name} {status}")


def worker_of(name: str):
    return next((each for each in client.read_workers_for_work_pool("machines") if each.name == name), None)
