"""Clients that post events and write down what was answered: the ledger of what was promised."""

import http.client
import json
import threading
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field

from tests.servers import HOST


@dataclass
class Load:
    """`clients` threads that post as fast as they may until `stop`; `pause_s` after each answer."""

    port: int
    key: str
    clients: int = 4
    pause_s: float = 0.0
    accepted: dict[int, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Load":
        for number in range(self.clients):
            thread = threading.Thread(target=self._client, args=[number])
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)

    def _client(self, number: int) -> None:
        count = 0
        while not self._stopping.is_set():
            with (
                suppress(OSError, http.client.HTTPException),
                closing(http.client.HTTPConnection(HOST, self.port, timeout=10)) as line,
            ):
                while not self._stopping.is_set():
                    count += 1
                    self._post(line, f"c{number}n{count}")
                    self._stopping.wait(self.pause_s)
            self.statuses[0] += 1  # the line broke; a client comes again
            self._stopping.wait(0.05)

    def _post(self, line: http.client.HTTPConnection, name: str) -> None:
        body = {"action": "trigger", "dedup_key": name, "title": f"case {name} is failing"}
        line.request("POST", f"/in/generic/{self.key}/", json.dumps(body))
        answer = line.getresponse()
        content = answer.read()
        self.statuses[answer.status] += 1
        if answer.status == 202:
            self.accepted[json.loads(content)["id"]] = name
