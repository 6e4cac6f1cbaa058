"""The door through a running server. Plain `http.client`: an HTTP library would cost more start-up time than the call takes."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from voyant_api.cli.doors import OnEvent
from voyant_core import errors
from voyant_core.errors import CATALOGUE, Flaw, VoyantError

_CONNECT_S, _ANSWER_S, _SILENCE_S = 5.0, 180.0, 60.0
_RECONNECTS = 10


class RemoteDoor:
    def __init__(self, url: str, token: str | None, tenant: str) -> None:
        self.url = url.rstrip("/")
        parts = urllib.parse.urlsplit(self.url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._headers = {"X-Tenant-ID": tenant} | ({"X-Voyant-Local": token} if token else {})

    def analyze(self, body: Mapping[str, Any], on_event: OnEvent, *, wait: bool) -> str:
        accepted = self._once_read("/v1/analyze", {**body, "wait_s": 0}, on_event)
        if not wait:
            return accepted
        job_id = str(json.loads(accepted)["job_id"])
        self._follow(job_id, on_event)
        return self.job(job_id)

    def jobs(self, state: str | None, limit: int) -> str:
        return self._text("GET", f"/v1/jobs?{urllib.parse.urlencode({'limit': limit} | ({'state': state} if state else {}))}")

    def job(self, job_id: str) -> str:
        return self._text("GET", f"/v1/jobs/{_part(job_id)}")

    def cancel(self, job_id: str) -> str:
        return self._text("POST", f"/v1/jobs/{_part(job_id)}/cancel?wait_s=20")

    def artifacts(self, job_id: str) -> str:
        return self._text("GET", f"/v1/artifacts/{_part(job_id)}")

    def manifest(self, job_id: str) -> bytes:
        return self._text("GET", f"/v1/artifacts/{_part(job_id)}/manifest").encode()

    def copy_artifact(self, job_id: str, name: str, target: Path) -> str:
        connection, answer = self._ask("GET", f"/v1/artifacts/{_part(job_id)}/{urllib.parse.quote(name)}", None, _ANSWER_S)
        sha = hashlib.sha256()
        try:
            with target.open("wb") as file:
                while block := answer.read(2**20):
                    sha.update(block)
                    file.write(block)
        finally:
            connection.close()
        return sha.hexdigest()

    def sources(self, limit: int) -> str:
        return self._text("GET", f"/v1/sources?limit={limit}")

    def source(self, source_id: str) -> str:
        return self._text("GET", f"/v1/sources/{_part(source_id)}")

    def connect(self, source: str | dict[str, Any]) -> str:
        return self._once_read("/v1/sources", {"source": source}, lambda _event: None)

    def forget(self, source_id: str) -> None:
        self._text("DELETE", f"/v1/sources/{_part(source_id)}")

    # -- HTTP

    def _once_read(self, path: str, body: Mapping[str, Any], on_event: OnEvent) -> str:
        """The answer when the source has been read, however long that takes: a person at a shell can end it."""
        while True:
            try:
                return self._text("POST", path, body)
            except VoyantError as error:
                if error.code is not errors.SOURCE_BEING_READ:
                    raise
                on_event({"type": "source.reading", "data": {"detail": error.detail}})

    def _text(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> str:
        connection, answer = self._ask(method, path, body, _ANSWER_S)
        try:
            return answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise self._gone() from error
        finally:
            connection.close()

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None, timeout_s: float, extra: Mapping[str, str] | None = None
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """An open answer with a 2xx status; any other is raised as what its problem document says."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_CONNECT_S)
        headers = self._headers | dict(extra or {}) | ({"Content-Type": "application/json"} if body is not None else {})
        try:
            connection.connect()
            connection.sock.settimeout(timeout_s)
            connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            if answer.status >= 300:
                raise _refusal(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._gone() from error
        except VoyantError:
            connection.close()
            raise
        return connection, answer

    def _gone(self) -> VoyantError:
        return VoyantError(
            errors.WORKER_AWAY,
            f"The server at {self.url} does not answer.",
            hint="Look at its log, or stop it and start `voyant serve` again.",
        )

    def _follow(self, job_id: str, on_event: OnEvent) -> None:
        """Events until the end; a broken stream is taken up again where it broke."""
        last = "0"
        for attempt in range(_RECONNECTS):
            try:
                for kind, number, data in self._events(job_id, last):
                    last = number or last
                    if kind == "end":
                        return
                    on_event(data)
            except VoyantError as error:
                if error.code is not errors.WORKER_AWAY or attempt == _RECONNECTS - 1:
                    raise
            time.sleep(0.3)

    def _events(self, job_id: str, after: str) -> Iterator[tuple[str, str, Any]]:
        connection, answer = self._ask("GET", f"/v1/jobs/{_part(job_id)}/events", None, _SILENCE_S, {"Last-Event-ID": after})
        try:
            fields: dict[str, str] = {}
            for raw in answer:
                line = raw.decode().rstrip("\n")
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
                elif "data" in fields:
                    yield fields.get("event", ""), fields.get("id", ""), json.loads(fields["data"])
                    fields = {}
        except (OSError, http.client.HTTPException) as error:
            raise self._gone() from error
        finally:
            connection.close()


def _part(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _refusal(status: int, body: bytes) -> VoyantError:
    """The error that a problem document tells of."""
    try:
        problem = json.loads(body)
        code = CATALOGUE[int(problem["code"].removeprefix("VYNT-"))]
        flaws = [Flaw(flaw["pointer"], flaw["detail"]) for flaw in problem.get("errors", [])]
        return VoyantError(code, problem["detail"], hint=problem.get("hint"), retryable=problem["retryable"], errors=flaws)
    except (ValueError, KeyError, TypeError, AttributeError):
        return VoyantError(
            errors.WORKER_AWAY, f"The server answered with status {status}, which is not Voyant's.", hint="Is it another server?"
        )
