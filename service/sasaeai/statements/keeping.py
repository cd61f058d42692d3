"""What is read once and kept until the data change."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Generic, Protocol, TypeVar

from sasaeai.store import Store


class Versioned(Protocol):
    """Something that knows which version of the data it was read from."""

    @property
    def version(self) -> str: ...  # noqa: D102


Thing = TypeVar("Thing", bound=Versioned)
Key = TypeVar("Key", bound=Hashable)


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


class Last(Generic[Thing]):
    """Keep the things taken last, as many as weigh no more than `most` together, as long as the data are the same."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Thing, int]] = OrderedDict()
        self._lock = Lock()

    def take(
        self, keys: Iterable[Key], version: str, read: Callable[[Sequence[Key]], Mapping[Key, tuple[Thing, int]]]
    ) -> dict[Key, Thing]:
        """Return what is kept of a version of the data under some keys, and read the others at once, with weights.

        If there is another version by then, all are read anew: what is taken together is of one.
        """
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            found = {key: self._kept[key] for key in wanted if key in self._kept}
        found = {key: each for key, each in found.items() if each[0].version == version}
        if missing := [key for key in wanted if key not in found]:
            fresh = read(missing)
            if any(each.version != version for each, _ in fresh.values()):
                found, fresh = {}, read(wanted)
            found |= fresh
        self._keep(found)
        return {key: found[key][0] for key in wanted}

    def _keep(self, found: Mapping[Key, tuple[Thing, int]]) -> None:
        with self._lock:
            for key, each in found.items():
                self._kept[key] = each
                self._kept.move_to_end(key)
            versions = {each.version for each, _ in found.values()}
            for old in [key for key, (each, _) in self._kept.items() if each.version not in versions]:
                del self._kept[old]
            while sum(weight for _, weight in self._kept.values()) > self._most:
                self._kept.popitem(last=False)
