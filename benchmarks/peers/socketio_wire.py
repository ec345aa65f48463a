"""Engine.IO 4 / Socket.IO 5 over a plain WebSocket, as its servers in every language speak it."""

from __future__ import annotations

import json

from benchmarks.peers import Peer
from benchmarks.wire import Socket


class SocketIO(Peer):
    """What Flask-SocketIO and socket.io on Node have in common: all but the server."""

    def request(self, member: int, room: int) -> tuple[str, dict[str, str]]:
        return "/socket.io/?EIO=4&transport=websocket", {}

    def greet(self, socket: Socket, member: int, room: int) -> bool:
        return False

    def on_frame(self, socket: Socket, payload: bytes, member: int, room: int) -> bool:
        if payload == b"2":  # Engine.IO asks whether anybody is there
            socket.send(b"3")
        elif payload.startswith(b"0{"):
            socket.send(b"40")
        elif payload.startswith(b"40{"):
            socket.send(b'420["join",' + json.dumps({"room": f"room{room}"}).encode() + b"]")
        return payload.startswith(b"430")

    def message(self, member: int, room: int, body: str) -> bytes:
        said = {"room": f"room{room}", "username": f"member{member}", "body": body}
        return b'42["send",' + json.dumps(said).encode() + b"]"

    def bodies(self, payload: bytes) -> list[tuple[str, tuple[str, int] | None]]:
        if not payload.startswith(b'42["message",'):
            return []
        return [(json.loads(payload[2:])[1]["body"], None)]
