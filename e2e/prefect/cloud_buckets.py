"""Reads and writes objects of Cloud Storage through a block that a program in TypeScript has saved, saves one for it, and keeps results in one.

Prints one JSON object of what it read.
"""

import json
from pathlib import Path

from prefect import flow, task
from prefect.runtime import flow_run
from prefect_gcp import GcpCredentials, GcsBucket

shared = GcsBucket.load("from-typescript")
told = {
    "account": shared.gcp_credentials.service_account_info.get_secret_value()["client_email"],
    "read": shared.read_path("greetings/ü b.txt").decode(),
    "listed": sorted(blob.name for blob in shared.list_blobs()),
}
shared.write_path("greetings/python.txt", b"from python")
folder = Path("sent")
(folder / "deep").mkdir(parents=True, exist_ok=True)
(folder / "deep" / "a.txt").write_text("a")
shared.upload_from_folder(folder, "sent")
GcsBucket(bucket="lake", bucket_folder="from-python", gcp_credentials=GcpCredentials.load("keys")).save("from-python")


@task(result_serializer="json")
def measured():
    return [7.5, 12]


@flow(persist_result=True, result_storage=GcsBucket.load("from-python"))
def measuring():
    measured()
    return flow_run.id


told["flow_run"] = measuring()
print(json.dumps(told))
