"""Counts what the shops have at night. A program for Prefect 3, unmodified."""

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact


@task(retries=2)
def count_loaves(shop: str) -> int:
    return sum(ord(letter) for letter in shop) % 40


@flow(name="stocktaking", log_prints=True)
def stocktaking(shops: list[str] = ["Busan", "Incheon", "Seoul"]) -> int:
    counts = [future.result() for future in count_loaves.map(shops)]
    for shop, count in zip(shops, counts):
        print(f"{shop} has {count} loaves left")
    lines = [f"- {shop}: {count}" for shop, count in zip(shops, counts)]
    create_markdown_artifact(key="stock", markdown="# Stock\n\n" + "\n".join(lines))
    return sum(counts)
