"""Writes what Prefect's user templates give, as data for differential.test.ts.

Run by hand, in a Python with `pip install prefect==3.9.1`:

    python packages/templates/test/vectors/make.py

Each line is [template, answer], or [template, null, error] where Prefect refuses it. The values that the templates use stand in
context.json; those that JSON does not have are named in the test.
"""

import datetime as dt
import json
import pathlib

from prefect.server.utilities.user_templates import render_user_template_sync, validate_user_template

FOLDER = pathlib.Path(__file__).parent


def context():
    values = json.loads((FOLDER / "context.json").read_text())
    values["when"] = dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.timezone.utc)
    values["exact"] = dt.datetime(2026, 3, 7, 18, 4, 9, 123456, tzinfo=dt.timezone.utc)
    values["took"] = dt.timedelta(hours=2, minutes=3, seconds=4.5)
    values["long_ago"] = dt.timedelta(days=400, seconds=7)
    return values


def answer(template):
    try:
        validate_user_template(template)
        return [template, render_user_template_sync(template, context())]
    except Exception as error:
        return [template, None, f"{type(error).__name__}: {error}"]


def main():
    templates = json.loads((FOLDER / "templates.json").read_text())
    lines = [json.dumps(answer(template), ensure_ascii=False) for template in templates]
    (FOLDER / "answers.jsonl").write_text("\n".join(lines) + "\n")
    print(len(lines), "templates")


main()
