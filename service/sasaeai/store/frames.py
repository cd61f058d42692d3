"""The frames that go over the engine's sockets: a JSON head and a body of bytes, each with its length before it."""

import json
import socket
import struct
from io import BufferedReader
from typing import Any

from sasaeai.errors import ServiceError

Head = dict[str, Any]

_LENGTHS = struct.Struct("!IQ")
_HEAD_LIMIT = 4_000_000


class BrokenOffError(Exception):
    """The other side left before its frame was whole."""


def pack(head: Head, body: bytes = b"") -> bytes:
    """Write a frame as bytes."""
    text = json.dumps(head, ensure_ascii=False).encode()
    return b"".join((_LENGTHS.pack(len(text), len(body)), text, body))


def take(buffer: bytearray) -> tuple[Head, bytes] | None:
    """Take the first frame out of a buffer; None while it is not whole."""
    if len(buffer) < _LENGTHS.size:
        return None
    head, body = _LENGTHS.unpack_from(buffer)
    if len(buffer) < (end := _LENGTHS.size + head + body):
        return None
    text = bytes(buffer[_LENGTHS.size : _LENGTHS.size + head])
    content = bytes(buffer[_LENGTHS.size + head : end])
    del buffer[:end]
    return json.loads(text), content


def incoming(connection: socket.socket) -> BufferedReader:
    """Read a connection through a buffer: a frame that is there whole is one call to the kernel."""
    return connection.makefile("rb")


def receive(stream: BufferedReader, limit: int) -> tuple[Head, bytes]:
    """Read one frame whose body has at most `limit` bytes.

    Raises BrokenOffError if the other side leaves before, TimeoutError if the connection has a timeout and it passes.
    """
    try:
        head, body = _LENGTHS.unpack(_read(stream, _LENGTHS.size))
        if head > _HEAD_LIMIT or body > limit:
            raise BrokenOffError(f"a frame of {head} + {body} bytes")
        return json.loads(_read(stream, head)), _read(stream, body)
    except ConnectionError as error:
        raise BrokenOffError from error


def _read(stream: BufferedReader, length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise BrokenOffError
    return content


def from_error(error: ServiceError) -> Head:
    """Write a caller's mistake as the head of a frame."""
    return {
        "type": "error",
        "key": error.key,
        "status": int(error.status),
        "retry_after": error.retry_after,
        "parameters": error.parameters,
    }


def to_error(head: Head) -> ServiceError:
    """Read the mistake out of a frame's head."""
    return ServiceError(head["key"], head["status"], retry_after=head["retry_after"], **head["parameters"])
