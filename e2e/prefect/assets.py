"""A Prefect program that makes assets, as its users write them."""

import json

from prefect import flow, task
from prefect.assets import Asset, AssetProperties, add_asset_metadata, materialize

raw = Asset(
    key="s3://lake/raw.parquet",
    properties=AssetProperties(name="Raw", description="d", owners=["me", "you"], url="https://x.example"),
)
features = Asset(key="s3://lake/features.parquet")


@materialize(raw, by="spark")
def make_raw():
    raw.add_metadata({"rows": 10})
    add_asset_metadata(raw, {"bytes": 5})
    return 1


@task
def middle(value):
    return value


@materialize(features, "s3://lake/second.parquet", asset_deps=["postgres://shop/users"])
def make_features(value):
    add_asset_metadata("s3://lake/second.parquet", {"rows": 3})
    return value


@materialize("s3://lake/broken.parquet")
def broken(value):
    raise ValueError("no")


@flow
def pipeline():
    made = middle.submit(make_raw.submit())
    make_features.submit(made).wait()
    make_features.submit(make_raw.submit()).wait()
    broken.submit(made).wait()
    return 1


if __name__ == "__main__":
    pipeline()
    print(json.dumps({"ended": True}))
