"""Registers every block of the installed integration packages, and saves and loads blocks of several kinds.

Knows nothing of Ostinato. Prints one JSON object of what it was told, for the test that compares it; run against Prefect's own server it
prints what the test expects.
"""

import importlib
import json
import pkgutil

from asking import client
from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from prefect.blocks.webhook import Webhook
from prefect.exceptions import ObjectNotFound
from prefect.filesystems import LocalFileSystem
from prefect.utilities.dispatch import get_registry_for_type
from pydantic import BaseModel, SecretStr

packages = ["prefect_aws", "prefect_gcp", "prefect_email", "prefect_slack", "prefect_sqlalchemy"]


class Login(BaseModel):
    user: str
    password: SecretStr


class Inner(Block):
    token: SecretStr


class Outer(Block):
    _block_type_slug = "outer-block"
    label: str = "é"
    ratio: float = 1.0
    inner: Inner
    either: Inner | Secret
    login: Login


class MlflowTracking(Block):
    """As docs/mlflow.md gives it: Python has no block for MLflow."""

    _block_type_name = "MLflow Tracking"
    _block_type_slug = "mlflow-tracking"
    tracking_uri: str
    username: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None
    pages_url: str | None = None


def all_blocks() -> dict:
    for name in packages:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if "._" in module.name:
                continue
            try:
                importlib.import_module(module.name)
            except ImportError:
                continue  # It needs a package that is not installed.
    import prefect.blocks.notifications  # noqa: F401

    return {key: found for key, found in (get_registry_for_type(Block) or {}).items() if found is not Block}


def registered() -> dict:
    """The checksum by the client and by the server, and whether the fields come back, by slug."""
    told = {}
    for found in all_blocks().values():
        found.register_type_and_schema()
        slug = found.get_block_type_slug()
        own = found._calculate_schema_checksum()
        kept = client.read_block_schema_by_checksum(own)
        told[slug] = {
            "same checksum": kept.checksum == own,
            "read back": comparable(kept.fields) == comparable(found.model_json_schema()),
            "type": kept.block_type.slug == slug,
        }
    return told


def comparable(fields: dict) -> dict:
    return json.loads(json.dumps(fields))


def kept() -> dict:
    Secret(value="hush").save("text")
    Secret(value={"user": "me", "password": "hush"}).save("object")
    Webhook(url="https://example.com/hook", headers={"x-token": "hush"}).save("hook")
    LocalFileSystem(basepath="/data").save("files")
    inner = Inner(token="deep")
    inner.save("inner")
    outer = Outer(inner=inner, either=inner, login={"user": "me", "password": "hush"})
    outer.save("outer")
    outer.save("outer", overwrite=True)
    loaded = Outer.load("outer")
    Inner(token="deeper").save("inner", overwrite=True)
    again = Outer.load("outer")
    shown = client.read_block_document_by_name("outer", "outer-block", include_secrets=False).data
    try:
        Secret.load("nothing")
        missing = "loaded"
    except ValueError as error:
        missing = str(error)
    Secret.delete("text")
    return {
        "object": Secret.load("object").get(),
        "hook": [Webhook.load("hook").url.get_secret_value(), Webhook.load("hook").headers.get_secret_value()],
        "files": str(LocalFileSystem.load("files").basepath),
        "outer": [loaded.label, loaded.ratio, loaded.inner.token.get_secret_value(), loaded.login.password.get_secret_value()],
        "changed inner": [again.inner.token.get_secret_value(), again.either.token.get_secret_value()],
        "shown": shown,
        "missing": missing,
        "deleted": gone("secret", "text"),
    }


def gone(slug: str, name: str) -> bool:
    try:
        client.read_block_document_by_name(name, slug)
    except ObjectNotFound:
        return True
    return False


def exchanged() -> dict:
    """What a program in TypeScript has saved, and something for it."""
    from prefect_email import EmailServerCredentials
    from prefect_slack import SlackCredentials, SlackWebhook

    Secret(value={"by": "python"}).save("from-python")
    Webhook(url="https://example.com/python", headers={"x-token": "by-python"}).save("from-python")
    Outer(inner=Inner.load("inner"), either=Inner.load("inner"), login={"user": "me", "password": "hush"}).save("from-python")
    EmailServerCredentials(username="you", password="hush", smtp_server="gmail", smtp_type="STARTTLS").save("from-python")
    SlackCredentials(token="xoxb-python").save("from-python")
    SlackWebhook(url="https://hooks.example.com/python").save("from-python")
    MlflowTracking(tracking_uri="http://mlflow:5000", password="hush").save("from-python")
    email = EmailServerCredentials.load("from-typescript")
    mlflow = MlflowTracking.load("from-typescript")
    return {
        "secret": Secret.load("from-typescript").get(),
        "hook": Webhook.load("from-typescript").url.get_secret_value(),
        "email": [email.username, email.password.get_secret_value(), email.smtp_port],
        "slack": [
            SlackCredentials.load("from-typescript").token.get_secret_value(),
            SlackWebhook.load("from-typescript").url.get_secret_value(),
        ],
        "mlflow": [mlflow.tracking_uri, mlflow.token.get_secret_value()],
    }


print(json.dumps({"registered": registered(), "kept": kept(), "exchanged": exchanged()}))
