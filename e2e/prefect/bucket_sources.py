"""Deploys flows whose code lies in buckets of S3 and of Cloud Storage, by Prefect's steps and by its blocks, and lets workers run them.

Its PATH leads to `ostinato` and to Node too. Prints one JSON object of what became of the runs.
"""

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from asking import client, ended, plain, prefect, running
from deploying import line_of_worker, log_of, prefect_worker, presence, project, start
from prefect import flow
from prefect_aws import S3Bucket
from prefect_gcp import GcsBucket

sources = Path(__file__).with_name("in_buckets")


def end_of(name: str, *awaited: str, **options) -> dict:
    run = ended(start(name, **options))
    facts = {"state": run.state.name, "message": run.state.message}
    return {**facts, "log": log_of(run.id, *awaited)} if run.state.is_completed() else facts


shutil.copytree(sources, project)
prefect("work-pool", "create", "machines", "--type", "process")
with contextlib.chdir(project):
    code, told = prefect("--no-prompt", "deploy", "--all")
    if code != 0:
        raise RuntimeError(told)
for name, block in (("s3-block", S3Bucket.load("code")), ("gcs-block", GcsBucket.load("code"))):
    block.put_directory(local_path=str(project))
    flow.from_source(block, "flows.py:load").deploy(name, work_pool_name="machines", parameters={"rows": 3})
subprocess.run(["node", "flows.ts"], cwd=sources, check=True, stdout=subprocess.DEVNULL)

facts: dict = {"deployed": [line for line in plain(told) if "successfully created" in line]}
names = ("s3-steps", "gcs-steps", "s3-block", "gcs-block")
facts["steps"] = {name: client.read_deployment_by_name(f"load/{name}").pull_steps for name in names}
with prefect_worker("first"):
    presence("first", "ONLINE")
    facts["by_prefect"] = {name: end_of(f"load/{name}", line_of_worker) for name in names}
words = ["ostinato", "worker", "start", "--pool", "machines", "--name", "second"]
with running("second", words, {"MODULES_FOLDER": os.environ["MODULES_FOLDER"]}):
    presence("second", "ONLINE")
    facts["by_ostinato"] = {
        **{name: end_of(f"weigh/{name}", parameters={"loaves": 4}) for name in ("s3", "gcs")},
        **{name: end_of(f"load/{name}") for name in names},
    }
print(json.dumps(facts))
