"""Reads and writes objects through bucket blocks that a program in TypeScript has saved, saves one for it, and keeps results in one.

Prints one JSON object of what it read.
"""

import json
import os
from datetime import datetime
from pathlib import Path

from prefect import flow, task
from prefect.runtime import flow_run
from prefect_aws import AwsCredentials, MinIOCredentials, S3Bucket
from prefect_aws.client_parameters import AwsClientParameters

endpoint = os.environ["STORE_URL"]

shared = S3Bucket.load("from-typescript")
told = {
    "credentials": type(shared.credentials).__name__,
    "read": shared.read_path("greetings/ü b.txt").decode(),
    "listed": sorted(each["Key"] for each in shared.list_objects()),
}
shared.write_path("greetings/python.txt", b"from python")
folder = Path("sent")
(folder / "deep").mkdir(parents=True, exist_ok=True)
(folder / "deep" / "a.txt").write_text("a")
shared.upload_from_folder(folder, "sent")

keys = MinIOCredentials(
    minio_root_user="S3RVER",
    minio_root_password="S3RVER",
    aws_client_parameters=AwsClientParameters(endpoint_url=endpoint),
)
keys.save("python-keys")
S3Bucket(bucket_name="lake", bucket_folder="from-python", credentials=MinIOCredentials.load("python-keys")).save(
    "from-python"
)
inline = AwsCredentials(
    aws_access_key_id="S3RVER",
    aws_secret_access_key="S3RVER",
    region_name="us-east-1",
    aws_client_parameters=AwsClientParameters(endpoint_url=endpoint),
)
S3Bucket(bucket_name="lake", credentials=inline).save("from-python-inline")


@task(result_serializer="json")
def measured():
    return {"fares": [7.5, 12], "at": datetime(2024, 1, 1)}


@task
def pickled():
    return [1, 2]


@flow(persist_result=True, result_storage=S3Bucket.load("from-python"))
def measuring():
    measured()
    pickled()
    return flow_run.id


told["flow_run"] = measuring()
print(json.dumps(told))
