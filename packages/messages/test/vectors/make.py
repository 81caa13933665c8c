"""Writes requests.json: the requests that Prefect's notification blocks make, for send-message.test.ts to compare.

Needs a Python with prefect 3.9.1 and apprise 2.0.1. Nothing is sent: the requests are taken where they would leave.

    python packages/messages/test/vectors/make.py
"""

import json
import pathlib

import requests
from prefect.blocks import notifications
from requests.adapters import HTTPAdapter

SUBJECT = "Run failed: a"
BODY = "line **one**\nline two"

seen = []


def take(self, request, **_):
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    headers = {name.lower(): value for name, value in request.headers.items()}
    kept = {name: headers[name] for name in ("content-type", "authorization") if name in headers}
    seen.append({"method": request.method, "url": request.url, "headers": kept, "body": body})
    response = requests.Response()
    response.status_code = 201 if "twilio" in request.url else 202
    response._content = b'{"requestId": "1"}'
    response.request = request
    response.url = request.url
    return response


def saved(block):
    """The data as a server keeps it, with the secrets."""
    data = block.model_dump(mode="json", context={"include_secrets": True})
    return {name: value for name, value in data.items() if name in type(block).model_fields}


HTTPAdapter.send = take

opsgenie = {
    "apikey": "k" * 36,
    "target_user": ["u1", "2c9a1d3e-1111-4222-8333-444455556666"],
    "target_team": ["t1"],
    "target_schedule": ["s1"],
    "target_escalation": ["e1"],
    "tags": ["x", "y"],
    "priority": 5,
    "alias": "al",
    "entity": "en",
    "details": {"k1": "v1"},
}
pager_duty = {"integration_key": "i" * 32, "api_key": "k" * 20}
blocks = [
    ("PagerDutyWebHook", {**pager_duty, "custom_details": {"a": "b"}, "group": "g", "class_id": "c", "clickable_url": "https://x.example/run", "notify_type": "failure"}),
    ("PagerDutyWebHook", {**pager_duty, "region_name": "eu", "notify_type": "warning"}),
    ("PagerDutyWebHook", {**pager_duty, "notify_type": "success"}),
    ("OpsgenieWebhook", opsgenie),
    ("OpsgenieWebhook", {**opsgenie, "batch": True, "region_name": "eu", "notify_type": "failure"}),
    ("OpsgenieWebhook", {"apikey": "k" * 36}),
    ("TwilioSMS", {"account_sid": "AC" + "a" * 32, "auth_token": "b" * 32, "from_phone_number": "+1 800 123 4567", "to_phone_numbers": ["+18004242424", "18004242425"]}),
    ("SendgridEmail", {"api_key": "SG.abc-def_1", "sender_email": "me@example.com", "to_emails": ["you@example.com", "b@example.com"]}),
]
vectors = []
for name, data in blocks:
    kind = getattr(notifications, name)
    for subject in (SUBJECT, None):
        seen.clear()
        block = kind(**json.loads(json.dumps(data)))
        kept = saved(block)
        block.notify(BODY, subject)
        vectors.append({"type": kind.get_block_type_slug(), "data": kept, "subject": subject or "", "body": BODY, "requests": list(seen)})

place = pathlib.Path(__file__).parent / "requests.json"
place.write_text(json.dumps(vectors, indent=2) + "\n")
