"""Writes what Prefect answers for seeded job templates, as data for differential.test.ts.

Run by hand, in a Python with `pip install prefect==3.9.1`:

    python packages/job-templates/test/vectors/make.py

Each line of `values.jsonl` is [template, values, answer]: what `apply_values` makes of them. Each line of `configurations.jsonl` is
[base_job_template, deployment, run, answer]: the job configuration that a worker gets from the template, the job variables of a
deployment and those of a run. An answer is {"is": value}, {} for a value that is left out, or {"error": its class}.
`worker-types.json` is what the package brings along for `/collections/views/aggregate-worker-metadata`, without its words.
"""

import asyncio
import copy
import json
import os
import pathlib
import random
import types
import uuid

import prefect
from prefect.utilities.annotations import NotSet
from prefect.utilities.templating import apply_values
from prefect.workers.base import BaseJobConfiguration

SEED = 7
FOLDER = pathlib.Path(__file__).parent
os.environ["OSTINATO_VECTOR"] = "of the machine"
os.environ.pop("OSTINATO_ABSENT", None)

BLOCKS = {
    ("secret", "token"): {"value": "s3cret"},
    ("json", "deep"): {"value": {"key": {"nested-key": 1.5}, "list": [{"list-key": "x"}, 1], "value": "inner"}},
    ("bucket", "main"): {"name": "b", "values": [1, 2], "open": True},
    ("secret", "null"): {"value": None},
    ("secret", "values"): {"value": {"values": 3}},
}
BLOCK_ID = "11111111-2222-4333-8444-555555555555"
VARIABLES = {"region": "eu", "count": 3, "flag": True, "map": {"a": [1, None]}, "nothing": None, "again": "{{ prefect.variables.region }}"}
VALUES = [
    None, True, False, 0, 1, -3, 2.5, 1.0, 1e22, 1e-7, "", "text", "it's", 'both \'"', "line\nbreak", [], [1, "a", None], {}, {"x": {"y": [0, {"z": True}]}},
    {"2": "two", "-1": "minus"}, ["first", ["second"]], "{{ a }}", {"k": "{{ b }}"}, 12345678901234567890, "ü€",
]
NAMES = ["a", "b", "missing", "a.x", "a.x.y", "a.x.y[0]", "a.x.y[1].z", "a[0]", "a[-1]", "b.0", "b[1][0]", "a.2", "a.-1", "a-b", "a_b", "a.", "c.d", "b.01", "_"]
KINDS = ["$OSTINATO_VECTOR", "$OSTINATO_ABSENT", "prefect.blocks.secret.token", "prefect.variables.region"]


def main():
    write("values", value_cases(random.Random(SEED)))
    write("configurations", asyncio.run(configuration_cases(random.Random(SEED + 1))))
    write_worker_types()


def write(name, lines):
    texts = list(dict.fromkeys(json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in lines))
    (FOLDER / f"{name}.jsonl").write_text("\n".join(texts) + "\n", encoding="utf-8")
    print(name, len(texts))


WORDS = {"title", "description", "display_name", "documentation_url", "install_command", "logo_url", "example", "examples"}


def write_worker_types():
    view = pathlib.Path(prefect.__file__).parent / "server/api/collections_data/views/aggregate-worker-metadata.json"
    types = without_words(json.loads(view.read_text()))
    (FOLDER / "worker-types.json").write_text(json.dumps(types, separators=(",", ":"), sort_keys=True) + "\n")


def without_words(value):
    if isinstance(value, list):
        return [without_words(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {key: without_words(part) for key, part in value.items() if key not in WORDS or isinstance(part, dict)}


def answer_of(function, *arguments):
    try:
        value = function(*arguments)
    except Exception as error:
        return {"error": type(error).__name__}
    return {} if value is NotSet else {"is": value}


def value_cases(chance):
    for template in [
        "", "no placeholder", "{{ a }}", "{{a}}", " {{ a }}", "{{ a }} ", "{{ a }}{{ a }}", "{{ a }}-{{ b }}", "{{ a b }}", "{{}}", "{{ }}", "{a}",
        "{{{ a }}}", "{{ a }", "{{\ta\n}}", "{{\u00a0a }}", "{{ a|upper }}", "{{ 'a' }}", "{{ ü }}", "{{ a$ }}", "{{ $ }}", "{{ $$OSTINATO_VECTOR }}",
        "{{ $OSTINATO_VECTOR }}", "x{{ $OSTINATO_ABSENT }}y", "{{ $OSTINATO_ABSENT }}", "{{ prefect.blocks.secret.token }}", "{{ prefect.blocksa }}",
        "{{ prefect.variables.region }} {{ a }}", "{{ prefect.x }}", 5, 1.5, True, None, [], {}, ["{{ missing }}"], {"k": "{{ missing }}", "l": ["{{ missing }}", None]},
        {"{{ a }}": "{{ a }}"}, ["{{ missing }}x", ["{{ missing }}"]], "{{ a }}\n{{ b }}", "{{ __proto__ }}", "{{ a.__proto__ }}", "{{ constructor }}", "{{ a.length }}",
    ]:
        for values in [{"a": 1, "b": "two"}, {}, {"a": None}, {"a": {"x": 1}, "b": [True]}]:
            yield [template, values, answer_of(apply_values, template, values)]
    for value in VALUES:
        for template in ["{{ a }}", "<{{ a }}>", {"k": ["{{ a }}", "{{ a }}/{{ a }}"]}]:
            yield [template, {"a": value}, answer_of(apply_values, template, {"a": value})]
    for _ in range(250):
        template = random_template(chance, 3)
        values = {name: chance.choice(VALUES) for name in ("a", "b", "a-b", "a_b", "_") if chance.random() < 0.7}
        yield [template, values, answer_of(apply_values, template, values)]


def random_template(chance, depth):
    draw = chance.random()
    if depth and draw < 0.25:
        return {name: random_template(chance, depth - 1) for name in chance.sample(["k", "l", "m", "{{ a }}"], chance.randint(0, 3))}
    if depth and draw < 0.4:
        return [random_template(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    if draw < 0.45:
        return chance.choice(VALUES)
    return random_text(chance)


def random_text(chance):
    def placeholder():
        name = chance.choice(NAMES if chance.random() < 0.85 else KINDS)
        return chance.choice(["{{ %s }}", "{{%s}}", "{{  %s }}"]) % name

    if chance.random() < 0.5:
        return placeholder()
    parts = [placeholder() if chance.random() < 0.6 else chance.choice(["-", "text ", "{", "}}", ""]) for _ in range(chance.randint(2, 4))]
    return "".join(parts)


class Client:
    """What a worker asks of its server."""

    async def read_block_document_by_name(self, name, block_type_slug):
        return types.SimpleNamespace(data=copy.deepcopy(BLOCKS[(block_type_slug, name)]))

    async def read_block_document(self, block_document_id):
        if block_document_id != BLOCK_ID:
            raise KeyError(block_document_id)
        return types.SimpleNamespace(data=copy.deepcopy(BLOCKS[("bucket", "main")]))

    async def read_variable_by_name(self, name):
        return types.SimpleNamespace(value=copy.deepcopy(VARIABLES[name])) if name in VARIABLES else None

    async def read_flow(self, flow_id):
        return None


class Configuration:
    """The configuration before pydantic holds it against the fields of a worker type."""

    _get_base_config_defaults = staticmethod(BaseJobConfiguration._get_base_config_defaults)

    def __init__(self, **fields):
        self.fields = fields

    @classmethod
    async def from_template_and_values(cls, base_job_template, values, client):
        inner = BaseJobConfiguration.from_template_and_values.__func__
        return await inner(cls, base_job_template=base_job_template, values=values, client=client)

    def prepare_for_flow_run(self, **_):
        pass


async def configuration_of(template, deployment, run):
    given = copy.deepcopy([template, deployment, run])
    try:
        configuration = await BaseJobConfiguration.resolve_for_flow_run.__func__(
            Configuration,
            types.SimpleNamespace(job_variables=given[2], flow_id=uuid.uuid4(), deployment_id=None),
            client=Client(),
            work_pool=types.SimpleNamespace(base_job_template=given[0]),
            worker_name="w",
            deployment=types.SimpleNamespace(job_variables=given[1]),
        )
    except Exception as error:
        return {"error": type(error).__name__}
    return {"is": configuration.fields}


def template_of(configuration, **defaults):
    properties = {name: {"type": "string", **({} if default is NotSet else {"default": default})} for name, default in defaults.items()}
    return {"job_configuration": configuration, "variables": {"type": "object", "properties": properties}}


async def configuration_cases(chance):
    env = {"env": "{{ env }}", "command": "{{ command }}"}
    fixed = {"env": {"FIXED": "1", "SHARED": "template", "FILLED": "{{ command }}"}, "command": "{{ command }}"}
    hand = [
        (template_of(env, env=NotSet, command=NotSet), {}, {}),
        (template_of(env, env=NotSet, command=None), {"command": None}, {}),
        (template_of(env, env=NotSet, command="base"), {"command": None}, {}),
        (template_of(env, env=NotSet, command="base"), {"command": "deployment"}, {"command": "run"}),
        (template_of(env, env=NotSet, command="base"), {"command": "deployment"}, {"command": None}),
        (template_of(env, env={"A": "pool", "B": "pool"}, command=NotSet), {"env": {"B": "deployment", "C": "deployment"}}, {"env": {"C": "run"}}),
        (template_of(env, env={"A": "{{ command }}"}, command="c"), {"env": {"B": "{{ command }}"}}, {}),
        (template_of(env, env=NotSet, command="c"), {"env": {"B": "{{ command }}"}}, {}),
        (template_of(env, env={"A": "{{ env }}"}, command="c"), {}, {}),
        (template_of(env, env={"A": "pool"}, command=NotSet), {"env": None}, {}),
        (template_of(env, env={"A": "pool"}, command=NotSet), {"env": {}}, {"env": {}}),
        (template_of(env, env={"A": "pool"}, command=NotSet), {"env": "text"}, {}),
        (template_of(env, env="text", command=NotSet), {}, {}),
        (template_of(env, env={}, command=NotSet), {}, {"env": {"R": "1"}}),
        (template_of(fixed, env={"SHARED": "pool"}, command="c"), {"env": {"D": "d"}}, {"env": {"D": "r", "N": None}}),
        (template_of(fixed, env=NotSet, command="c"), {}, {}),
        (template_of(fixed, env=NotSet, command=NotSet), {"env": {"SHARED": "deployment"}}, {}),
        (template_of(fixed, env=NotSet, command=NotSet), {"env.SHARED": "dotted", "env.NEW.X": 1}, {}),
        (template_of(env, env={"A": "pool"}, command=NotSet), {"env.B": "dotted", "env": {"C": "nested"}}, {}),
        (template_of(env, env={"A": "pool"}, command=NotSet), {"env.B": "dotted", "env": {"B": "nested"}}, {"env": {"B": "run"}}),
        (template_of(env, env=NotSet, command=NotSet), {"env.B": "dotted", "env": "text"}, {}),
        (template_of(env, env=NotSet, command=NotSet), {"env.B": "1", "env.B.C": "2"}, {}),
        (template_of(env, env=NotSet, command=NotSet), {"env.B": "dotted"}, {"env.B": "run"}),
        (template_of(env, env=NotSet, command=NotSet), {"env": {"A": "1"}}, {"env": None}),
        (template_of(env, env=NotSet, command=NotSet), None, {"env": {"A": "1"}}),
        (template_of(env, env=NotSet, command=NotSet), {"env": None}, {"env": {"A": "1"}}),
        (template_of(env, env=NotSet, command=NotSet), {"env": {"A": "1"}}, None),
        (template_of({"x": "{{ extra }}"}), {"extra": [1, {"a": "{{ command }}"}]}, {"unused": 1}),
        (template_of({"x": "{{ a.b.c }}", "y": "{{ a.b[0] }}"}, a={"b": {"c": 5}}), {"a.b": [7]}, {}),
        (template_of({"x": "{{ a.b.c }}", "y": {"z": "{{ a.d }}"}}, a={"b": {"c": 5}, "d": 1}), {"a.b.c": 7}, {}),
        (template_of({"x": "{{ flag }}", "y": "{{ zero }}", "z": "{{ empty }}"}, flag=False, zero=0, empty=""), {}, {}),
        (template_of({"x": "{{ prefect.variables.region }}", "y": "{{ y }}", "z": "a{{ prefect.variables.count }}b"}, y="{{ prefect.variables.flag }}"), {}, {}),
        (template_of({"x": "{{ v }}", "y": "{{ w }}"}, v="{{ prefect.variables.none }}", w="<{{ prefect.variables.none }}>"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.variables.map }}"), {"v": ["{{ prefect.variables.map }}/{{ prefect.variables.nothing }}"]}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.variables.again }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.variables.nothing }}"), {}, {}),
        (template_of({"x": "{{ v }}", "y": "<{{ v }}>"}, v="{{ prefect.blocks.secret.null }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.secret.null.value }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.secret.token }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="Bearer {{ prefect.blocks.secret.token }} {{ prefect.variables.region }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.json.deep }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.json.deep.value }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.json.deep.value.key }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.json.deep.key.nested-key }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.json.deep.value.list[0].list-key }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.json.deep.list }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.json.deep.missing }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="is {{ prefect.blocks.json.deep.list }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="is {{ prefect.blocks.bucket.main.open }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.bucket.main }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.bucket.main.values[1] }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.secret.values.values }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.secret }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ prefect.blocks.secret.absent }}"), {}, {}),
        (template_of({"x": "{{ v }}"}, v={"$ref": {"block_document_id": BLOCK_ID}}), {}, {}),
        (template_of({"x": "{{ v }}"}, v={"$ref": {"other": 1}}), {}, {}),
        (template_of({"x": "{{ v }}"}, v={"$ref": {"block_document_id": "absent"}}), {}, {}),
        (template_of({"x": "{{ v }}"}, v={"$ref": "text"}), {}, {}),
        (template_of({"x": "{{ v }}"}, v="{{ $OSTINATO_VECTOR }}"), {}, {}),
        (template_of({"x": "{{ $OSTINATO_VECTOR }}", "y": "a{{ $OSTINATO_ABSENT }}"}), {}, {}),
        ({"job_configuration": {"x": "{{ a }}"}, "variables": {}}, {"a": 1}, {}),
        ({"job_configuration": {"x": "{{ a }}"}, "variables": {"properties": {"a": {}}}}, {}, {"a": 1}),
        ({"job_configuration": {}, "variables": {"properties": {}}}, {"a": 1}, {}),
        ({"job_configuration": {"x": 1}}, {}, {}),
        ({"variables": {}}, {}, {}),
        ({}, {}, {}),
    ]
    cases = hand + [random_configuration(chance) for _ in range(200)]
    return [[*case, await configuration_of(*case)] for case in cases]


def random_configuration(chance):
    names = ["a", "b", "env", "missing"]
    configuration = {key: random_template(chance, 2) for key in chance.sample(["x", "y", "z", "command"], chance.randint(1, 3))}
    if chance.random() < 0.7:
        configuration["env"] = chance.choice(["{{ env }}", {"FIXED": "{{ a }}"}, {"FIXED": "1"}])
    defaults = {name: chance.choice(VALUES + [NotSet] * 10) for name in names if name != "env" and chance.random() < 0.8}
    if chance.random() < 0.6:
        defaults["env"] = chance.choice([{"A": "pool", "B": "pool"}, {}, {"A": "{{ b }}"}])
    return template_of(configuration, **defaults), random_variables(chance), random_variables(chance)


def random_variables(chance):
    variables = {name: chance.choice(VALUES) for name in ("a", "b", "c", "a.x", "a.x.y", "c.d") if chance.random() < 0.25}
    if chance.random() < 0.5:
        variables["env"] = chance.choice([{"B": "given", "C": None}, {"A": 5}, {}])
    if chance.random() < 0.2:
        variables["env.D"] = "dotted"
    return variables


if __name__ == "__main__":
    main()
