"""One student: logs in through the form, has a server, runs cells; all through the addresses that a browser uses."""

import json
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import requests
import websocket

PATIENCE = 300  # seconds: a busy machine is no mistake of the hub


class Student:
    """Someone who knows the class's address."""

    def __init__(self, name: str, hub: str) -> None:
        self.name, self.hub = name, hub
        self.session, self.token = requests.Session(), {}

    def log_in(self, password: str, to: str = "/hub/home") -> requests.Response:
        """Send the login form, and go on to a page; whoever is in fetches a token, the simplest way to ask."""
        self.session.get(f"{self.hub}/hub/login", timeout=PATIENCE)
        form = {"username": self.name, "password": password, "_xsrf": self.xsrf()}
        answer = self.session.post(f"{self.hub}/hub/login", params={"next": to}, data=form, timeout=PATIENCE)
        if answer.ok:
            asked = {"X-XSRFToken": self.xsrf(), "Referer": f"{self.hub}/hub/home"}
            made = self.session.post(f"{self.api}/tokens", json={}, headers=asked, timeout=PATIENCE)
            self.token = {"Authorization": f"token {made.json()['token']}"}
        return answer

    def xsrf(self) -> str:
        """The hub's cookie against forged forms."""
        return self.session.cookies.get("_xsrf", path="/hub/")

    @property
    def api(self) -> str:
        """The hub's address for what concerns this student."""
        return f"{self.hub}/hub/api/users/{self.name}"

    def start(self) -> None:
        """Ask for a server, and wait until it answers."""
        requests.post(f"{self.api}/server", headers=self.token, timeout=PATIENCE).raise_for_status()
        deadline = monotonic() + PATIENCE
        while not self.server().get("ready"):
            assert monotonic() < deadline, f"{self.name} has no server."
            sleep(0.2)

    def watched(self, patience: float) -> dict[str, Any]:
        """Watch the progress bar, as the hub's page does, until the server is ready or has failed: the last event."""
        told = requests.get(f"{self.api}/server/progress", headers=self.token, stream=True, timeout=patience)
        told.raise_for_status()
        events = [json.loads(line[5:]) for line in told.iter_lines() if line.startswith(b"data:")]
        return events[-1]

    def server(self) -> dict[str, Any]:
        """What the hub knows about the student's server."""
        return requests.get(self.api, headers=self.token, timeout=PATIENCE).json()["servers"].get("", {})

    def ask(self, method: str, path: str, **settings: Any) -> requests.Response:
        """A request to the student's own server."""
        address = f"{self.hub}/user/{self.name}/{path}"
        return requests.request(method, address, headers=self.token, timeout=PATIENCE, **settings)

    def visit(self, path: str) -> str:
        """A page of the student's own server, as a browser gets it: with cookies, after the hub's redirections."""
        answer = self.session.get(f"{self.hub}/user/{self.name}/{path}", timeout=PATIENCE)
        answer.raise_for_status()
        return answer.text

    def farewell(self, path: str) -> requests.Response:
        """What a page says when it is left."""
        asked = {"_xsrf": self.session.cookies.get("_xsrf", path=f"/user/{self.name}/")}
        return self.session.post(f"{self.hub}/user/{self.name}/{path}", params=asked, timeout=PATIENCE)

    def kernel(self) -> str:
        """The id of a new kernel."""
        return self.ask("POST", "api/kernels", json={"name": "python3"}).json()["id"]

    def run(self, kernel: str, code: str) -> str:
        """What a cell prints; an error's name comes last."""
        address = f"{self.hub.replace('http', 'ws', 1)}/user/{self.name}/api/kernels/{kernel}/channels"
        socket = websocket.create_connection(address, header=self.token, timeout=PATIENCE)
        try:
            return answer(socket, code)
        finally:
            socket.close()


def answer(socket: websocket.WebSocket, code: str) -> str:
    """Send a cell, and hear what comes until the kernel is idle again."""
    asked, said = uuid4().hex, ""
    header = {"msg_id": asked, "msg_type": "execute_request", "session": asked, "username": "", "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
    socket.send(json.dumps(message))
    while True:
        heard = decoded(socket.recv())
        content = heard["content"]
        if heard["parent_header"].get("msg_id") == asked:
            said += content.get("text", "") if heard["msg_type"] == "stream" else ""
            said += content["ename"] if heard["msg_type"] == "error" else ""
            if heard["msg_type"] == "status" and content["execution_state"] == "idle":
                return said


def decoded(frame: str | bytes) -> dict[str, Any]:
    """A message of the kernel; one with pictures is framed: the number of parts, where they begin, JSON, pictures."""
    if isinstance(frame, bytes):
        start, end = (int.from_bytes(frame[at : at + 4], "big") for at in (4, 8))
        frame = frame[start:end].decode()
    return json.loads(frame)
