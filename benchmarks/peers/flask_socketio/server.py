"""A chat as the documents of Flask-SocketIO show it: rooms, one stored row a message, one emit to the room."""

import eventlet

eventlet.monkey_patch()

import os
from datetime import UTC, datetime

from flask import Flask
from flask_socketio import SocketIO, emit, join_room
from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(index=True)
    username: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]


engine = create_engine("sqlite:///" + os.path.join(os.environ["DATA_DIR"], "db.sqlite3"))


@event.listens_for(engine, "connect")
def use_wal(connection, _record):
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


app = Flask(__name__)
socketio = SocketIO(app, async_mode="eventlet", cors_allowed_origins="*")


@socketio.on("join")
def join(data):
    join_room(data["room"])
    return "ok"


@socketio.on("send")
def send(data):
    with Session(engine) as session:
        message = Message(
            room=data["room"],
            username=data["username"],
            body=data["body"],
            created_at=datetime.now(UTC),
        )
        session.add(message)
        session.commit()
        shown = {
            "id": message.id,
            "username": message.username,
            "body": message.body,
            "created_at": message.created_at.isoformat(),
        }
    emit("message", shown, to=data["room"])


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    socketio.run(app, host="127.0.0.1", port=int(os.environ["PORT"]))
