"""The pipeline in Python, beside the one in TypeScript: the same bucket by the same block, a straight line by DuckDB, and its result in the bucket."""

import tempfile
from pathlib import Path

import duckdb
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect_aws import S3Bucket


@task(persist_result=False)
def download_month(month: str, folder: str) -> str:
    """The newest checkpoint of the month: where the month was corrected there are several."""
    lake = S3Bucket.load("taxi")
    found = [each for each in lake.list_objects("checkpoints") if Path(each["Key"]).match(f"trips-{month}-*.parquet")]
    if not found:
        raise ValueError(f"The bucket has no checkpoint of {month}: run taxi-s3/monthly with that month first.")
    newest = max(found, key=lambda each: each["LastModified"])
    path = Path(folder) / f"{month}.parquet"
    lake.download_object_to_path(f"checkpoints/{Path(newest['Key']).name}", str(path))
    return str(path)


@task
def train(path: str) -> dict:
    [(slope, intercept)] = duckdb.sql(
        f"SELECT regr_slope(duration, distance), regr_intercept(duration, distance) FROM '{path}'"
    ).fetchall()
    return {"minutes_per_mile": slope, "minutes": intercept}


@task
def evaluate(model: dict, path: str) -> float:
    [(rmse,)] = duckdb.sql(
        f"""SELECT sqrt(avg(pow(duration - {model["minutes"]} - {model["minutes_per_mile"]} * distance, 2)))
        FROM '{path}' WHERE distance IS NOT NULL"""
    ).fetchall()
    return rmse


@flow(
    name="taxi-s3-python",
    persist_result=True,
    result_storage=S3Bucket.load("taxi-results"),
    result_serializer="json",
)
def taxi(train_month: str = "2024-01", val_month: str = "2024-02") -> float:
    with tempfile.TemporaryDirectory() as folder:
        paths = [download_month(month, folder) for month in (train_month, val_month)]
        model = train(paths[0])
        rmse = evaluate(model, paths[1])
    create_markdown_artifact(
        key="taxi-s3-python-report",
        markdown=f"A mile takes **{model['minutes_per_mile']:.2f} minutes**. Root mean square error: **{rmse:.2f} minutes**.",
    )
    return rmse


if __name__ == "__main__":
    taxi()
