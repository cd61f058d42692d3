"""The lanes queries are answered in, so that what is heavy never stands before what is light."""

from dataclasses import dataclass

from sasaeai.settings import Settings


@dataclass(frozen=True)
class Lane:
    """Say how many workers a lane has, the deadline of its queries, how many wait, how far its workers stand back."""

    name: str
    workers: int
    seconds: float
    queue: int
    niceness: int = 0


def lanes(settings: Settings) -> tuple[Lane, ...]:
    """Return the lanes: the service's own questions, ad-hoc queries at first, ad-hoc queries that need longer."""
    queue = settings.queue_length
    return (
        Lane("own", settings.own_workers, settings.own_seconds, queue),
        Lane("quick", settings.quick_workers, settings.quick_seconds, queue, niceness=10),
        Lane("slow", settings.slow_workers, settings.slow_seconds, settings.slow_queue_length, niceness=10),
    )
