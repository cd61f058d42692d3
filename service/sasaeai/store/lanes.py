"""The lanes queries are answered in, so that what is heavy never stands before what is light."""

from dataclasses import dataclass

from sasaeai.settings import Settings


@dataclass(frozen=True)
class Lane:
    """Say how many workers a lane has, the deadline of its queries, how many wait, how far its workers stand back.

    Where it is full there may be room again after `turnover` seconds.
    """

    name: str
    workers: int
    seconds: float
    turnover: float
    queue: int
    niceness: int = 0


def lanes(settings: Settings) -> tuple[Lane, ...]:
    """Return the lanes with workers of their own: of the service's own questions, and of everybody's queries.

    The second is two for who asks: each query begins in the quick lane, and holds a place in the slow one to go on.
    """
    queue, strangers = settings.queue_length, settings.quick_workers + settings.slow_workers
    return (
        Lane("own", settings.own_workers, settings.own_seconds, settings.own_seconds, queue),
        Lane("ad-hoc", strangers, settings.slow_seconds, settings.quick_seconds, queue, niceness=10),
    )
