"""What the clients of the long run do with files: every file that is offered is fetched, and uploads are made."""

from __future__ import annotations

import datetime
import hashlib
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, Tuple

from soak_http import Answer, Violation, form
from soak_ledger import Offer

if TYPE_CHECKING:
    from soak_clients import Client

UPLOAD_BYTES = (0, 1, 1000, 100_000, 300_000, 1_000_000, 5_000_000)


def offered(file: Dict[str, Any]) -> Offer:
    """As an answer says it."""
    return Offer(file["downloadUrl"], file["size"], file["sha256"], _moment(file["expires"]))


def fetch(client: "Client", offer: Offer) -> None:
    client.ledger.offer(offer)
    answer = client.ask("GET", offer.url)
    if answer.status == 410 and time.time() >= offer.expires:
        raise Violation("a file expired before it could be fetched: the machine is too slow for this run")
    client.expect(answer, 200)
    _check_content(client, answer, offer)
    client.ledger.fetch()


def _check_content(client: "Client", answer: Answer, offer: Offer) -> None:
    if len(answer.body) != offer.size or hashlib.sha256(answer.body).hexdigest() != offer.sha256:
        raise Violation(f"{len(answer.body)} bytes that are not the {offer.size} of {offer.sha256}")
    if answer.headers.get("etag") != f'"{offer.sha256}"':
        raise Violation(f"ETag {answer.headers.get('etag')}")


def _upload(client: "Client") -> None:
    content = client.random.randbytes(client.random.choice(UPLOAD_BYTES))
    body, content_type = form(f"upload-{client.count}.bin", content)
    answer = client.ask("POST", "/host", body, Content_Type=content_type)
    client.expect(answer, 200)
    found = answer.json()
    digest = hashlib.sha256(content).hexdigest()
    offer = Offer(found["downloadUrl"], len(content), digest, _moment(found["expires"]))
    fetch(client, offer)
    client.outcome("200")
    if content and client.random.random() < 0.5:
        _fetch_part(client, offer, content)


def _fetch_part(client: "Client", offer: Offer, content: bytes) -> None:
    first = client.random.randrange(len(content))
    last = min(len(content) - 1, first + client.random.randrange(100_000))
    answer = client.ask("GET", offer.url, Range=f"bytes={first}-{last}")
    client.expect(answer, 206)
    if answer.body != content[first : last + 1]:
        raise Violation(f"other bytes than {first} to {last} of {len(content)}")
    if answer.headers.get("content-range") != f"bytes {first}-{last}/{len(content)}":
        raise Violation(f"Content-Range {answer.headers.get('content-range')}")
    client.outcome("206")


def _fetch_again(client: "Client") -> None:
    """Any file on offer, of whichever client: there until it expires, told as expired from then on."""
    offer = client.ledger.an_offer(client.random.random())
    if offer is None:
        return
    known = {"If_None_Match": f'"{offer.sha256}"'}
    method, headers = client.random.choice((("GET", {}), ("HEAD", {}), ("GET", known)))
    before = time.time()
    answer = client.ask(method, offer.url, **headers)
    fresh = 304 if headers else 200
    allowed = {fresh} if time.time() < offer.expires else {410} if before >= offer.expires else {fresh, 410}
    client.expect(answer, *allowed)
    if answer.status == 200 and method == "GET":
        _check_content(client, answer, offer)
    client.outcome(f"{method} {answer.status}")


def _moment(expires: str) -> float:
    return datetime.datetime.strptime(expires, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


WORK: Dict[str, Tuple[int, Callable[["Client"], None]]] = {
    "upload": (6, _upload),
    "download again": (10, _fetch_again),
}
