"""The frames that go over the engine's sockets: a JSON head and a body of bytes, each with its length before it."""

import json
import socket
import struct
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from sasaeai.errors import ServiceError

Head = dict[str, Any]

_LENGTHS = struct.Struct("!IQ")
_HEAD_LIMIT = 4_000_000
_PIECE = 1 << 16

_written = json.JSONEncoder(ensure_ascii=False).encode


AT_ONCE = 50
"""Queries that one frame may hold."""


class BrokenOffError(Exception):
    """The other side left before its frame was whole."""


def pack(head: Head, body: bytes = b"") -> bytes:
    """Write a frame as bytes."""
    text = _written(head).encode()
    return b"".join((_LENGTHS.pack(len(text), len(body)), text, body))


def take(buffer: bytearray, limit: int | None = None) -> tuple[Head, bytes] | None:
    """Take the first frame out of a buffer; None while it is not whole.

    Raises BrokenOffError where there is a limit, and its body or head is too long.
    """
    if len(buffer) < _LENGTHS.size:
        return None
    head, body = _LENGTHS.unpack_from(buffer)
    if limit is not None and (head > _HEAD_LIMIT or body > limit):
        raise BrokenOffError(f"a frame of {head} + {body} bytes")
    start = _LENGTHS.size + head
    if len(buffer) < (end := start + body):
        return None
    text = buffer[_LENGTHS.size : start].decode()
    with memoryview(buffer) as view:
        content = bytes(view[start:end])
    del buffer[:end]
    return json.loads(text), content


def parted(body: bytes, lengths: Sequence[int]) -> list[bytes]:
    """Part a body that holds several pieces, one after the other."""
    return [body[end - length : end] for length, end in zip(lengths, accumulate(lengths), strict=True)]


class Incoming:
    """Read a connection frame by frame: all that is there comes by one call to the kernel."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._buffer = connection, bytearray()

    def receive(self, limit: int) -> tuple[Head, bytes]:
        """Read one frame whose body has at most `limit` bytes.

        Raises BrokenOffError if the other side leaves before, TimeoutError if the connection has a timeout and it
        passes.
        """
        while (frame := take(self._buffer, limit)) is None:
            try:
                piece = self._connection.recv(_PIECE)
            except ConnectionError as error:
                raise BrokenOffError from error
            if not piece:
                raise BrokenOffError
            self._buffer += piece
        return frame


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
