"""Clients of the long run that go away; nobody knows how they would have been answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Callable, Dict, Tuple

from soak_http import form, request

if TYPE_CHECKING:
    from soak_clients import Client

JSON = "application/json"


def _in_body(client: "Client") -> None:
    program = client.setting.programs["print"]
    whole = request("POST", "/execute", client.next_id(), client.body_of(program), Content_Type=JSON)
    client.vanish(whole[: -client.random.randint(1, 20)])


def _in_upload(client: "Client") -> None:
    body, content_type = form("lost.bin", bytes(2_000_000))
    whole = request("POST", "/host", client.next_id(), body, Content_Type=content_type)
    client.vanish(whole[: client.random.randrange(200, len(whole))])


def _after_request(client: "Client") -> None:
    program = client.setting.programs[client.random.choice(("print", "endless loop", "one file", "figure"))]
    client.vanish(request("POST", "/execute", client.next_id(), client.body_of(program), Content_Type=JSON))


def _in_answer(client: "Client") -> None:
    body = json.dumps({"code": "print('x' * 1_000_000)\nopen('a.bin', 'wb').write(bytes(1000))"}).encode()
    client.vanish(request("POST", "/execute", client.next_id(), body, Content_Type=JSON), 10_000)


def _in_download(client: "Client") -> None:
    offer = client.ledger.an_offer(client.random.random())
    if offer is not None:
        client.vanish(request("GET", offer.url, client.next_id()), 100)


WORK: Dict[str, Tuple[int, Callable[["Client"], None]]] = {
    "vanishing in the body": (2, _in_body),
    "vanishing in an upload": (2, _in_upload),
    "vanishing after the request": (3, _after_request),
    "vanishing in the answer": (2, _in_answer),
    "vanishing in a download": (2, _in_download),
}
