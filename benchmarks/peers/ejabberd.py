"""ejabberd as Debian packages it: rooms with an archive on SQLite, spoken to in XMPP over WebSocket (RFC 7395)."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.machine import Server, command_line, free_port
from benchmarks.peers import Peer
from benchmarks.wire import Socket

TABLES = [Path("/usr/share/ejabberd/sql/lite.sql"), *Path("/usr/lib").glob("*/ejabberd-*/priv/sql/lite.sql")]
USER = "ejabberd"
HOST = "localhost"
MUC = f"conference.{HOST}"
# Its own defaults where they cost nothing; the limits on how quickly people type are lifted, as they are for all here.
# People come without a password (SASL ANONYMOUS): signing in is not what is measured.
CONFIG = """
loglevel: warning
hosts: [{host}]
auth_method: [anonymous]
anonymous_protocol: sasl_anon
allow_multiple_connections: true
disable_sasl_mechanisms: ["x-oauth2"]
default_db: sql
sql_type: sqlite
sql_database: "{database}"
websocket_timeout: 3600
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_http, request_handlers: {{/ws: ejabberd_http_ws}}}}
modules:
  mod_mam: {{default: always, db_type: sql}}
  mod_muc:
    host: {muc}
    access: all
    access_create: all
    access_mam: all
    max_users: 20000
    min_message_interval: 0
    default_room_options: {{mam: true, max_users: 20000}}
  mod_ping: {{}}
"""
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
OPEN = f"<open xmlns='{FRAMING}' to='{HOST}' version='1.0'/>".encode()
AUTH = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"
BIND = b"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
BODY = re.compile(rb"<body>([^<]*)</body>")


class Ejabberd(Peer):
    key = "ejabberd"
    title = "ejabberd (archive on SQLite)"
    mark = b"<body>bench "
    senders = 50
    # Who has gone is in its rooms for a while, and the third crowd does not get in beside two that went.
    each_case_anew = True

    @classmethod
    def lacking(cls) -> str:
        if shutil.which("ejabberdctl") is None:
            return "ejabberd is left out: it is not installed here (on Debian: `apt-get install ejabberd`)."
        if os.geteuid() and getpass.getuser() != USER:
            return f"ejabberd is left out: it starts only for root and for the user {USER}."
        if not any(table.is_file() for table in TABLES):
            return "ejabberd is left out: its tables for SQLite (lite.sql) are not where Debian puts them."
        return ""

    def start(self, core: int | set[int]) -> str:
        self.port = free_port()
        database = self.directory / "ejabberd.sqlite3"
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(next(table for table in TABLES if table.is_file()).read_text())
        config = CONFIG.format(host=HOST, muc=MUC, port=self.port, database=database)
        (self.directory / "ejabberd.yml").write_text(config)
        (self.directory / "inetrc").touch()
        (self.directory / "spool").mkdir()
        (self.directory / "logs").mkdir()
        (self.directory / "ctl.cfg").write_text('ERL_OPTIONS="-env ERL_CRASH_DUMP_BYTES 0"\n')
        if not os.geteuid():
            for path in (self.directory, *self.directory.rglob("*")):
                shutil.chown(path, USER)
        command = ["ejabberdctl", "--config", str(self.directory / "ejabberd.yml")]
        command += ["--ctl-config", str(self.directory / "ctl.cfg"), "--config-dir", str(self.directory)]
        command += ["--spool", str(self.directory / "spool"), "--logs", str(self.directory / "logs")]
        command += ["--node", f"bench{self.port}@localhost", "foreground"]
        # A port for its shell of its own, and so no daemon that would outlive it.
        env = {"ERL_DIST_PORT": str(free_port())}
        self.servers.append(Server(command, core=core, log=self.directory / "log", env=env, cwd=self.directory))
        self.servers[-1].wait_for_port(self.port)
        return f"ws://127.0.0.1:{self.port}"

    def stop(self) -> None:
        # The script in front of it hands no signal on.
        for server in self.servers:
            for pid in server.family():
                if "beam" in command_line(pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGTERM)
        super().stop()

    def request(self, member: int, room: int) -> tuple[str, dict[str, str]]:
        return "/ws", {"Sec-WebSocket-Protocol": "xmpp"}

    def greet(self, socket: Socket, member: int, room: int) -> bool:
        socket.send(OPEN)
        return False

    def on_frame(self, socket: Socket, payload: bytes, member: int, room: int) -> bool:
        if b"<mechanism>" in payload:
            socket.send(AUTH)
        elif payload.startswith(b"<success"):
            socket.send(OPEN)
        elif b"features" in payload and b"xmpp-bind" in payload:
            socket.send(BIND)
        elif b"id='bind'" in payload or b'id="bind"' in payload:
            nick = f"{MUC}/member{member}"
            presence = f"<presence to='room{room}@{nick}'><x xmlns='http://jabber.org/protocol/muc'>"
            socket.send((presence + "<history maxstanzas='0'/></x></presence>").encode())
        # Whoever enters gets everybody's presence, their own last, and then the room's subject.
        return payload.startswith(b"<message") and b"<subject" in payload

    def message(self, member: int, room: int, body: str) -> bytes:
        return f"<message to='room{room}@{MUC}' type='groupchat'><body>{body}</body></message>".encode()

    def bodies(self, payload: bytes) -> list[tuple[str, tuple[str, int] | None]]:
        if not payload.startswith(b"<message"):
            return []
        stanza = ElementTree.fromstring(payload)
        if stanza.get("type") != "groupchat":
            raise ValueError(f"not a message of the room: {payload[:300]!r}")
        return [(found.decode(), None) for found in BODY.findall(payload) if found.startswith(b"bench s")]

    def stored(self) -> int:
        query = "select count(*) from archive where txt like 'bench s%'"
        before = -1
        # Archiving is not awaited by the room: what it has handed over may still be on its way.
        while (now := self.count_rows(self.directory / "ejabberd.sqlite3", query)) != before:
            before = now
            time.sleep(0.3)
        return now
