"""What is read once and kept until the data change."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, Protocol, TypeVar

from sasaeai.store import Store


class Versioned(Protocol):
    """Something that knows which version of the data it was read from."""

    @property
    def version(self) -> str: ...  # noqa: D102


Thing = TypeVar("Thing", bound=Versioned)


class Keeper(Generic[Thing]):
    """Keep one thing under each key, and read it anew when the store has another version of the data.

    Who takes a thing has it whole, of one version, whatever is published meanwhile. Threads that want what is being
    read wait for it, rather than read it too. Where askers make up the keys, `most` things are kept, those last taken;
    else there are as many keys as there are files that name them, and that is the bound.
    """

    def __init__(self, store: Store, most: int | None = None) -> None:
        self._store = store
        self._most = most
        self._kept: dict[Hashable, Thing] = {}
        self._locks: defaultdict[Hashable, Lock] = defaultdict(Lock)
        self._changing = Lock()

    def take(self, key: Hashable, read: Callable[[], Thing]) -> Thing:
        """Return what is kept under a key, or else read and keep it."""
        with self._changing:
            lock = self._locks[key]
        with lock:
            kept = self._kept.get(key)
            if kept is None or kept.version != self._store.version():
                kept = read()
            self._keep(key, kept)
            return kept

    def _keep(self, key: Hashable, thing: Thing) -> None:
        with self._changing:
            self._kept.pop(key, None)
            self._kept[key] = thing
            while self._most is not None and len(self._kept) > self._most:
                longest_ago = next(iter(self._kept))
                del self._kept[longest_ago], self._locks[longest_ago]
