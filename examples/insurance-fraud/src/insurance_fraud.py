"""The same flows in Python: a program for Prefect 3, unmodified. It shares the blocks, the bucket, the table and the models.

python insurance_fraud.py upload | train | predict
"""

import csv
import io
import json
import math
import sys
from datetime import date

import mlflow
from mlflow import MlflowClient
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.blocks.core import Block
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect_gcp import GcsBucket
from prefect_sqlalchemy import AsyncSqlAlchemyConnector
from pydantic import ConfigDict, Field, SecretStr

RAW_CLAIMS = "raw/claims.csv"
EXPERIMENT = "insurance-fraud"
SEARCH = "insurance-fraud-search"
MODEL = "insurance-fraud"
STEP_SIZE = 0.5
TABLES = """SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'
AND column_name IN ('policy_number', 'incident_date', 'incident_severity', 'total_claim_amount')
GROUP BY table_name HAVING count(*) = 4"""


class MlflowTracking(Block):
    """The block of @ostinato/mlflow."""

    _block_type_name = "MLflow Tracking"
    _block_type_slug = "mlflow-tracking"

    tracking_uri: str
    username: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None
    pages_url: str | None = None


def tracking() -> MlflowClient:
    uri = MlflowTracking.load("insurance").tracking_uri
    mlflow.set_tracking_uri(uri)
    return MlflowClient(uri)


def encode(encoding: dict, claim: dict) -> list[float]:
    numbers = [(float(claim[each["name"]]) - each["mean"]) / each["deviation"] for each in encoding["numbers"]]
    return numbers + [float(claim[each["name"]] == each["value"]) for each in encoding["words"]]


def probability(model: dict, row: list[float]) -> float:
    total = model["base"] + sum(weight * value for weight, value in zip(model["weights"], row))
    return 1 / (1 + math.exp(-total))


@task(retries=2, retry_delay_seconds=2)
def load_champion() -> tuple[dict, int]:
    version = tracking().get_model_version_by_alias(MODEL, "champion")
    folder = mlflow.artifacts.download_artifacts(f"models:/{MODEL}@champion")
    with open(f"{folder}/model.json", encoding="utf-8") as file:
        return json.load(file), int(version.version)


@task(persist_result=False)
def read_claims(key: str) -> list[dict]:
    text = GcsBucket.load("insurance-claims").read_path(key).decode()
    return list(csv.DictReader(io.StringIO(text)))


@task
def best_parameters() -> dict:
    client = tracking()
    experiment = client.get_experiment_by_name(SEARCH)
    runs = client.search_runs([experiment.experiment_id], "status = 'FINISHED'", order_by=["metrics.f1 DESC"], max_results=1)
    return {name: float(value) for name, value in runs[0].data.params.items()}


@task(persist_result=False)
def train(claims: list[dict], encoding: dict, parameters: dict) -> dict:
    """The weights of a logistic regression, as the program in TypeScript finds them."""
    rows = [encode(encoding, claim) for claim in claims]
    labels = [float(claim["fraud_reported"] == "Y") for claim in claims]
    importance = [parameters["fraudWeight"] if label else 1.0 for label in labels]
    total = sum(importance)
    model = {"base": 0.0, "weights": [0.0] * len(rows[0])}
    for _ in range(int(parameters["rounds"])):
        errors = [
            weight * (probability(model, row) - label) / total for row, label, weight in zip(rows, labels, importance)
        ]
        slopes = [
            parameters["penalty"] * weight + sum(error * value for error, value in zip(errors, column))
            for weight, column in zip(model["weights"], zip(*rows))
        ]
        model = {
            "base": model["base"] - STEP_SIZE * sum(errors),
            "weights": [weight - STEP_SIZE * slope for weight, slope in zip(model["weights"], slopes)],
        }
    return {**model, "encoding": encoding}


@task
def keep(model: dict, parameters: dict, f1: float) -> str:
    tracking()
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name="logistic regression in Python") as run:
        mlflow.log_params(parameters)
        mlflow.log_metric("f1", f1)
        mlflow.log_dict(model, "model.json")
    address = f"{mlflow.get_tracking_uri()}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"
    create_link_artifact(key="mlflow-insurance-fraud", link=address, link_text="the run in MLflow")
    return run.info.run_id


@flow(name="fraud-training-python")
def train_fraud_model(key: str = RAW_CLAIMS) -> float:
    claims = read_claims(key)
    tests = [claim for claim in claims if int(claim["policy_number"]) % 4 == 0]
    champion, _ = load_champion()
    parameters = best_parameters()
    learnt = [claim for claim in claims if int(claim["policy_number"]) % 4 != 0]
    model = train(learnt, champion["encoding"], parameters)
    taken = [probability(model, encode(model["encoding"], claim)) >= 0.5 for claim in tests]
    frauds = [claim["fraud_reported"] == "Y" for claim in tests]
    found = sum(one and other for one, other in zip(taken, frauds))
    f1 = 2 * found / max(sum(taken) + sum(frauds), 1)
    keep(model, parameters, f1)
    return f1


@flow(name="fraud-upload-python")
def upload_claims(source: str, key: str) -> str:
    """Puts a file into the bucket, beside the one of the program in TypeScript."""
    return GcsBucket.load("insurance-claims").upload_from_path(source, key)


class Answer(RunInput):
    model_config = ConfigDict(title="Which claims shall be looked at?")

    table: str = Field(description="With the new claims.")
    day: date | None = Field(None, description="Claims of this day alone.")


@task(persist_result=False)
async def read_table(table: str, day: date | None) -> list[dict]:
    connector = await AsyncSqlAlchemyConnector.load("insurance")
    async with connector:
        found = [name for (name,) in await connector.fetch_all(TABLES)]
        if table not in found:
            raise ValueError(f'"{table}" is none of the tables with claims: {", ".join(found)}')
        names = [row[0] for row in await connector.fetch_all(
            "SELECT column_name FROM information_schema.columns WHERE table_name = :name ORDER BY ordinal_position",
            parameters={"name": table},
        )]
        rows = await connector.fetch_all(f'SELECT * FROM "{table}"')
    claims = [dict(zip(names, row)) for row in rows]
    return [claim for claim in claims if day is None or claim["incident_date"] == day]


@task
async def write_back(predictions: list[dict]) -> None:
    connector = await AsyncSqlAlchemyConnector.load("insurance")
    async with connector:
        await connector.execute_many(
            "INSERT INTO fraud_predictions VALUES (:policy_number, :probability, :is_fraud, :model_version) "
            "ON CONFLICT (policy_number) DO UPDATE SET probability = excluded.probability, "
            "is_fraud = excluded.is_fraud, model_version = excluded.model_version",
            seq_of_parameters=predictions,
        )


@flow(name="fraud-batch-predict-python")
async def batch_predict(wait_seconds: int = 24 * 3600) -> int:
    answer = await pause_flow_run(wait_for_input=Answer, timeout=wait_seconds)
    model, version = load_champion()
    claims = await read_table(answer.table, answer.day)
    predictions = [
        {"policy_number": claim["policy_number"], "probability": chance, "is_fraud": chance >= 0.5, "model_version": version}
        for claim in claims
        for chance in [probability(model, encode(model["encoding"], claim))]
    ]
    await write_back(predictions)
    await create_table_artifact(key="fraud-predictions", table=predictions[:20])
    get_run_logger().info("%s predictions are in the table", len(predictions))
    return len(predictions)


if __name__ == "__main__":
    which, *arguments = sys.argv[1:]
    if which == "upload":
        print(upload_claims(*arguments))
    elif which == "train":
        print(train_fraud_model())
    else:
        import asyncio

        print(asyncio.run(batch_predict()))
