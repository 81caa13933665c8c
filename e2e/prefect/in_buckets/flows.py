"""A flow whose code lies in a bucket."""

from pathlib import Path

from prefect import flow


@flow(log_prints=True)
def load(rows: int = 1):
    print(f"loads {rows} rows by {Path('zones/ü b.txt').read_text().strip()}")
