"""What the kernel is told about a process, so that it ends with its parent and within its limits."""

import ctypes
import errno
import fcntl
import math
import os
import platform
import resource
import signal
import struct
import sys
import termios
import time

_LIBC = ctypes.CDLL(None, use_errno=True)
_OFF, _ON = (struct.pack("@i", each) for each in (0, 1))
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_TIMERSLACK = 29
_PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the process `parent` ends; end at once if it has ended already.

    The kernel watches the *thread* that forked this process: fork from a main thread.
    """
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies, so that this process can reap them."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def limit_memory(memory: int, stack: int) -> None:
    """Let this process add `memory` bytes to what it holds now, its stack grow to `stack` bytes, and dump no core."""
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as status:
            held = int(status.read().split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, held + memory)
        # Where core dumps are piped to a program, the core limit alone does not keep gigabytes from being written.
        _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _lower(resource.RLIMIT_STACK, stack)
    _lower(resource.RLIMIT_CORE, 0)


def limit_files() -> None:
    """Leave exactly one descriptor number free: whoever takes it next is the only one that can open anything."""
    free = os.dup(2)
    os.close(free)
    _lower(resource.RLIMIT_NOFILE, free + 1)


def limit_examination(seconds: float, largest: int) -> None:
    """Have the kernel end this process after so long on the clock or the processor; let no file grow past `largest`."""
    _lower(resource.RLIMIT_CPU, math.ceil(seconds))
    _lower(resource.RLIMIT_FSIZE, largest)
    signal.setitimer(signal.ITIMER_REAL, seconds)


_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_FOREIGN = {
    # The kernel's name of the architecture; its numbers of socket, execve, execveat and io_uring_setup.
    "x86_64": (0xC000003E, (41, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 221, 281, 425)),
}
_LOAD, _EQUAL, _ABOVE, _RETURN = 0x20, 0x15, 0x35, 0x06
"""Instructions of a filter: load a word; is it equal; is it at least; the end (linux/bpf_common.h)."""
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000 | errno.EPERM


def forbid_sockets_and_programs() -> None:
    """Let this process, for good, open no socket and start no program: the kernel refuses (seccomp, EPERM).

    The kernel numbers its calls by architecture: on one whose numbers are not known here nothing is forbidden.
    """
    known = _FOREIGN.get(platform.machine()) if sys.platform == "linux" else None
    if known is None:
        return
    architecture, calls = known
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _REFUSED), (_LOAD, 0, 0, 0)]
    # The numbers from here on are those of a second, older way to call.
    steps += [(_ABOVE, 0, 1, 0x40000000), (_RETURN, 0, 0, _REFUSED)]
    for each in calls:
        steps += [(_EQUAL, 0, 1, each), (_RETURN, 0, 0, _REFUSED)]
    steps.append((_RETURN, 0, 0, _ALLOWED))
    text = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(text)))
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")


def _lower(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    # The stack's hard limit stays: the kernel takes it as it is for the life of the process.
    resource.setrlimit(what, (value, hard if what == resource.RLIMIT_STACK else value))


def close_all_but(*kept: int) -> None:
    """Close every inherited descriptor except the standard error and those named; input and output become void."""
    void = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(void, standard)
    last = 2
    for each in sorted({2, *kept}):
        os.closerange(last + 1, each)
        last = each
    os.closerange(last + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def wait_until_read(descriptor: int) -> None:
    """Wait until the other side of a socket has read all that was sent to it, or has closed it."""
    if sys.platform == "linux":
        while any(fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4))):
            time.sleep(0.00002)


def sleep_exactly() -> None:
    """Let this process sleep no longer than it asks for: by default it is 0.05 ms more."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0)


def die_when_readable(descriptor: int) -> None:
    """Have the kernel end this process when something comes over a socket: data, or its closing by the other side."""
    if sys.platform == "linux":
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
        fcntl.ioctl(descriptor, termios.FIOASYNC, _ON)


def live_when_readable(descriptor: int) -> None:
    """Take `die_when_readable` back."""
    if sys.platform == "linux":
        fcntl.ioctl(descriptor, termios.FIOASYNC, _OFF)
