"""The same in Python: a program for Prefect 3, unmodified."""

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from pydantic import BaseModel, ConfigDict, Field

DAYS = 5


class Change(BaseModel):
    shop: str
    loaves: int = Field(ge=0)


class Decision(RunInput):
    """What the baker is asked."""

    model_config = ConfigDict(title="Order this bread for tomorrow?")

    approved: bool = Field(description="No orders nothing.")
    extra_percent: int = Field(0, ge=-50, le=100, description="More than was predicted, or less.")
    changes: list[Change] = Field([], description="Shops that get another number.")
    comment: str | None = None


@task
def predict(shop: str) -> int:
    sold = [20 + sum(map(ord, shop)) * (day + 3) % 25 for day in range(DAYS)]
    return round(sum(count * (day + 1) for day, count in enumerate(sold)) / sum(range(1, DAYS + 1)))


@task
def order(shop: str, loaves: int) -> None:
    get_run_logger().info("%s loaves for %s", loaves, shop)


@flow(name="bread-order-python")
def bread_order(shops: list[str] = ["Busan", "Incheon", "Seoul"], wait_seconds: int = 8 * 3600) -> dict[str, int]:
    forecasts = dict(zip(shops, predict.map(shops).result()))
    create_table_artifact(
        key="bread-forecast", table=[{"shop": shop, "loaves": loaves} for shop, loaves in forecasts.items()]
    )
    rows = [f"| {shop} | **{loaves}** |" for shop, loaves in forecasts.items()]
    question = "\n".join(["| shop | tomorrow |", "|---|---:|", *rows])
    decision = pause_flow_run(wait_for_input=Decision.with_initial_data(description=question), timeout=wait_seconds)
    if not decision.approved:
        get_run_logger().warning("Nothing is ordered: %s", decision.comment or "the baker said no")
        return {}
    changed = {change.shop: change.loaves for change in decision.changes}
    ordered = {
        shop: changed.get(shop, round(loaves * (1 + decision.extra_percent / 100)))
        for shop, loaves in forecasts.items()
    }
    for shop, loaves in ordered.items():
        order(shop, loaves)
    return ordered


if __name__ == "__main__":
    for shop, loaves in bread_order().items():
        print(f"{shop}: {loaves}")
