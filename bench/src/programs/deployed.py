"""The same flow for Prefect's workers."""

from prefect import flow


@flow(name="bench deployed")
def deployed() -> None:
    pass
