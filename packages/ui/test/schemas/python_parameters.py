"""Writes python-parameters.json: what Prefect's client registers as the parameters of a flow, one parameter for each shape.

Run it by a Python that has Prefect: python python_parameters.py
"""

import datetime
import decimal
import enum
import json
import uuid
from pathlib import Path
from typing import Annotated, Any, Dict, List, Literal, Optional, Set, Tuple, Union

from prefect.utilities.callables import parameter_schema
from pydantic import BaseModel, Field, SecretStr


class City(BaseModel):
    name: str
    population: Optional[int] = None


class Mode(enum.Enum):
    fast = "fast"
    exact = "exact"


class Daily(BaseModel):
    kind: Literal["daily"]
    hour: int = 6


class Once(BaseModel):
    kind: Literal["once"]
    day: datetime.date


class Tree(BaseModel):
    label: str = ""
    left: Optional["Tree"] = None


class Config(BaseModel):
    depth: int = 6
    city: City = City(name="Oslo")


def flow(
    path: str,
    must: bool,
    home: City,
    needed: Any,
    depth: int = 6,
    flag: bool = False,
    day: datetime.date = None,
    limit: int = None,
    since: Optional[datetime.date] = None,
    wait: datetime.timedelta = datetime.timedelta(hours=1, minutes=30),
    token: SecretStr = SecretStr("hidden"),
    amount: decimal.Decimal = decimal.Decimal("1.50"),
    place: Tuple[float, float] = (1.0, 2.0),
    by: Annotated[Union[Daily, Once], Field(discriminator="kind")] = Daily(kind="daily"),
    anything: Any = None,
    mode: Mode = Mode.fast,
    letter: Literal["a", "b"] = "a",
    cities: List[City] = [],
    tree: Tree = Tree(),
    labels: Dict[str, int] = {},
    note: Union[str, int] = "x",
    when: datetime.datetime = datetime.datetime(2026, 3, 29, 2, 30, tzinfo=datetime.timezone.utc),
    at: datetime.time = datetime.time(8, 0),
    uid: uuid.UUID = None,
    config: Config = Config(),
    files: str = "*",
    tags: Set[str] = set(),
    ids: List[int] = [1],
    untyped=None,
):
    """Runs.

    Args:
        path: Where the data is
    """


schema = parameter_schema(flow).model_dump()
(Path(__file__).parent / "python-parameters.json").write_text(json.dumps(schema, indent=1) + "\n")
