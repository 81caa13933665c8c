"""Writes what a Prefect server answers to job templates and job variables, as data for the server's job-templates.test.ts.

Run by hand, with a Prefect 3.9.1 server that nobody else uses:

    PREFECT_API_URL=http://127.0.0.1:4200/api python packages/job-templates/test/vectors/ask.py

Each line of `answers.jsonl` is [base_job_template, deployment, run, answers]: the job variables of a deployment and of a run of it,
and the [status, detail] of each request: `pool` creates a work pool, `changed pool` changes one that had no template, `deployment` and
`run` create, `changed deployment` and `changed run` change what had no job variables. Requests for which something is missing are left out.
"""

import itertools
import json
import os
import pathlib
import time
import urllib.error
import urllib.request
import uuid

URL = os.environ["PREFECT_API_URL"]
FOLDER = pathlib.Path(__file__).parent
COUNTER = itertools.count(1)
THIS = uuid.uuid4().hex[:8]


def main():
    flow = ask("POST", "/flows/", {"name": "templates"})[1]["id"]
    lines = [[*case, answers(flow, *case)] for case in cases()]
    texts = [json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in lines]
    (FOLDER / "answers.jsonl").write_text("\n".join(texts) + "\n", encoding="utf-8")
    print(len(texts))


def ask(method, path, body):
    """A server that was busy is asked again."""
    while True:
        status, answer = ask_once(method, path, body)
        if status != 503:
            return status, answer
        time.sleep(1)


def ask_once(method, path, body):
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), {"content-type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        text = error.read()
        return error.code, json.loads(text)


def said(status, body):
    """The detail of a refusal; the places of an invalid request."""
    if status < 400:
        return [status]
    detail = body.get("exception_detail")
    if isinstance(detail, list):
        return [status, [problem["loc"] for problem in detail]]
    return [status, body.get("detail", body)]


def answers(flow, template, deployment, run):
    number = f"{THIS}-{next(COUNTER)}"
    pool, bare = f"pool-{number}", f"bare-{number}"
    found = {"pool": said(*ask("POST", "/work_pools/", {"name": pool, "type": "process", "base_job_template": template}))}
    ask("POST", "/work_pools/", {"name": bare, "type": "process"})
    found["changed pool"] = said(*ask("PATCH", f"/work_pools/{bare}", {"base_job_template": template}))
    if found["changed pool"][0] >= 400:
        return found
    named = {"name": f"d-{number}", "flow_id": flow, "work_pool_name": bare}
    created = ask("POST", "/deployments/", {**named, "job_variables": deployment})
    found["deployment"] = said(*created)
    plain = ask("POST", "/deployments/", {**named, "name": f"e-{number}"})
    found["deployment without variables"] = said(*plain)
    if plain[0] >= 400:
        return found
    other = plain[1]["id"]
    found["changed deployment"] = said(*ask("PATCH", f"/deployments/{other}", {"work_pool_name": bare, "job_variables": deployment}))
    found["changed deployment without its pool"] = said(*ask("PATCH", f"/deployments/{other}", {"job_variables": deployment}))
    if created[0] >= 400:
        return found
    of = created[1]["id"]
    found["run"] = said(*ask("POST", f"/deployments/{of}/create_flow_run", {"job_variables": run}))
    created_run = ask("POST", f"/deployments/{of}/create_flow_run", {})
    found["run without variables"] = said(*created_run)
    if created_run[0] < 400:
        found["changed run"] = said(*ask("PATCH", f"/flow_runs/{created_run[1]['id']}", {"job_variables": run}))
    return found


def template(properties, more={}, configuration=None):
    configuration = {name: "{{ %s }}" % name for name in properties} if configuration is None else configuration
    return {"job_configuration": configuration, "variables": {"type": "object", "properties": properties, **more}}


def cases():
    text, number = {"type": "string"}, {"type": "integer"}
    three = {"name": text, "count": number, "env": {"type": "object", "additionalProperties": text}}
    yield {}, {"anything": 1}, {"anything": 2}
    yield {"job_configuration": {"a": 1}}, {}, {}
    yield {"variables": {"type": "object"}}, {}, {}
    yield {"job_configuration": {}, "variables": {}}, {}, {}
    yield {"job_configuration": {"a": 1}, "variables": {}}, {}, {}
    yield {"job_configuration": None, "variables": None}, {}, {}
    yield {"job_configuration": "text", "variables": {"type": "object"}}, {}, {}
    yield {"job_configuration": {"a": 1}, "variables": "text"}, {}, {}
    yield {"job_configuration": {"a": 1}, "variables": [1]}, {}, {}
    yield {"job_configuration": {"a": "{{ b }}"}, "variables": {"type": "object"}}, {}, {}
    yield {"other": 1}, {}, {}
    yield template({"image": text}, {}, {"image": "{{ imag }}"}), {}, {}
    yield template({"image": text}, {}, {"deep": [{"image": "{{ imag }}"}]}), {}, {}
    yield template({"image": text}, {}, {"deep": {"{{ imag }}": 1}}), {}, {}
    yield template({"image": text}, {}, {"{{ imag }}": 1}), {}, {}
    yield template({"image": text}, {}, {"image": "{{ image.tag }}"}), {}, {}
    yield template({"image": text}, {}, {"image": "{{ $HOME }}"}), {}, {}
    yield template({"image": text}, {}, {"image": "{{ prefect.blocks.secret.x }}"}), {}, {}
    yield template({"image": text}, {}, {"image": "{{ prefect.variables.x }}"}), {}, {}
    yield template({"image": text, "unused": text}, {}, {"image": "{{ image }}"}), {}, {}
    yield template({"env": {"type": "object", "default": {"A": "{{ env }}"}}}), {}, {}
    yield template(three), {}, {}
    yield template(three), {"name": 1}, {}
    yield template(three), {"count": "1"}, {"count": "1"}
    yield template(three), {"count": 1.5}, {}
    yield template(three), {"count": 1.0}, {"count": None}
    yield template(three), {"name": None}, {"name": None}
    yield template(three), {"env": {"A": 1}}, {"env": {"A": "1"}}
    yield template(three), {"env": {"A": "1"}}, {"env": {"A": 1}}
    yield template(three), {"env": {"A": "1"}}, {"env": None}
    yield template(three), {"env.A": 1}, {"env.A": 1}
    yield template(three), {"stray": 1}, {"stray": 1}
    yield template(three, {"additionalProperties": False}), {"stray": 1}, {}
    yield template(three, {"additionalProperties": False}), {}, {"stray": 1}
    yield template(three, {"required": ["name"]}), {}, {}
    yield template(three, {"required": ["name"]}), {"count": 1}, {"name": "x"}
    yield template(three, {"required": ["name"]}), {"name": "x"}, {}
    yield template(three, {"required": ["name"]}), {"name": "x"}, {"name": None}
    yield template(three, {"required": ["absent"]}), {"name": "x"}, {}
    yield template({"name": {**text, "default": "x"}}, {"required": ["name"]}), {}, {"name": None}
    yield template({"name": {**text, "default": None}}, {"required": ["name"]}), {}, {}
    yield template({"name": {**text, "default": 1}}), {}, {}
    yield template({"name": {**text, "default": 1}, "count": number}, {"required": ["count"]}), {"name": "x"}, {}
    yield template({"name": {**text, "default": 1}}), {"name": 2}, {"name": 2}
    yield template({"name": {**text, "default": None}}), {"name": None}, {"name": None}
    yield template({"size": {**text, "pattern": "^[0-9]+G$", "default": "1M"}}), {}, {"size": "2M"}
    yield template({"size": {**text, "pattern": "^[0-9]+G$"}}), {"size": "1G"}, {"size": "2M"}
    yield template({"size": {**text, "enum": ["a", "b"]}}), {"size": "c"}, {}
    yield template({"size": {**text, "enum": ["a", "b"]}}), {}, {"size": "c"}
    yield template({"when": {**text, "format": "date-time"}}), {"when": "tomorrow"}, {"when": "tomorrow"}
    yield template({"when": {**text, "format": "date-time", "default": "tomorrow"}}), {}, {}
    yield template({"list": {"type": "array", "items": text, "default": [1]}}), {"list": ["a", 2]}, {}
    yield template({"list": {"type": "array", "items": [text, number]}}), {"list": ["a", "b"]}, {}
    yield template({"deep": {"type": "object", "properties": {"x": number}, "required": ["x"]}}), {"deep": {}}, {"deep": {}}
    yield template({"deep": {"type": "object", "properties": {"x": number}, "required": ["x"]}}), {}, {"deep": {"x": "1"}}
    yield template({"a": {"$ref": "#/definitions/A"}}, {"definitions": {"A": {"type": "string"}}}), {"a": 1}, {"a": 1}
    yield template({"a": {"$ref": "#/definitions/absent"}}), {"a": 1}, {"a": 1}
    yield template({"a": {"$ref": "#/definitions/A"}}, {"definitions": {"A": {"$ref": "#/definitions/A"}}}), {}, {}
    yield template({"a": {"$ref": "#/definitions/A"}}, {"definitions": {"A": {"type": "object", "properties": {"a": {"$ref": "#/definitions/A"}}}}}), {"a": {"a": {"a": 1}}}, {"a": {"a": {}}}
    yield template({"a": {"type": "strin"}}), {"a": 1}, {"a": 1}
    yield template({"a": {"type": 5}}), {}, {}
    yield template({"a": "text"}), {}, {}
    yield template({"a": True}), {"a": 1}, {"a": 1}
    yield template({"a": {"pattern": "("}}), {"a": "x"}, {"a": "x"}
    yield template({"a": {"minimum": "5"}}), {"a": 1}, {"a": 1}
    yield template({"a": text}, {"required": "a"}), {}, {}
    yield template({"a": text}, {"type": "array"}), {"a": "x"}, {"a": "x"}
    yield template({"b": {"default": {"$ref": {"block_document_id": "11111111-2222-4333-8444-555555555555"}}}}), {}, {}
    yield template({"b": {"default": {"$ref": {"block_document_id": "text"}}}}), {}, {}
    yield template({"b": {"default": {"$ref": {"other": 1}}}}), {}, {}
    yield template({"b": {**text, "default": "{{ prefect.variables.x }}"}}), {"b": "{{ prefect.blocks.secret.x }}"}, {"b": "{{ $HOME }}"}
    yield template({"n": {**number, "default": "{{ prefect.variables.x }}"}}), {}, {}
    yield template({"n": number}), {"n": "{{ prefect.variables.x }}"}, {"n": "{{ prefect.variables.x }}"}
    yield template(three), [], []
    yield template(three), "text", "text"
    yield template(three), None, None


if __name__ == "__main__":
    main()
