"""How a program that refuses to run as root is started by root, and how a child dies with its parent.

Root in a container is common, so is a user without a name, and each kind of container allows something else. In this order:

1. A user namespace in which we are called `nobody`: files stay ours, and no folder has to be opened to others.
2. For root, the user `nobody`, who keeps one power: to enter folders in spite of their modes (CAP_DAC_OVERRIDE). The data becomes his.

Everything here runs between fork and exec.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from ringfence.core.errors import RingfenceError

NOBODY: Final = 65534
_CLONE_NEWUSER: Final = 0x10000000
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_KEEPCAPS: Final = 8
_PR_CAP_AMBIENT: Final = 47
_PR_CAP_AMBIENT_RAISE: Final = 2
_CAP_DAC_OVERRIDE: Final = 1
_CAPABILITY_VERSION_3: Final = 0x20080522

Preparation = Callable[[], None]


class NoWayDown(RingfenceError):
    """Root may neither make a user namespace nor become another user here."""

    code = "no_way_down"


def die_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this signal when the parent dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def way_down(folder: Path, number: signal.Signals) -> Preparation:
    """What a child does before it execs a program that will own `folder`, made over to whom the program will be.

    The child gets `number` when this process dies. Raises NoWayDown where root can be nobody else.
    """
    uid = os.geteuid()
    if uid != 0 and _has_name(uid):
        return lambda: die_with_parent(number)
    ways: list[tuple[Preparation, int]] = [(enter_namespace, uid)]
    if uid == 0:
        ways.append((become_nobody, NOBODY))
    for become, owner in ways:
        if _works(become):
            make_over(folder, owner)
            return _then_die_with_parent(become, number)
    raise NoWayDown(
        f"The database does not run as user {uid} (root, or a user without a name), and this container forbids it to "
        "be anybody else. Start as an ordinary user."
    )


def enter_namespace() -> None:
    """A user namespace in which whoever we are is called nobody."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no user namespaces")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")


def become_nobody() -> None:
    """The user nobody, with the one power to enter folders whose modes would keep him out."""
    libc = ctypes.CDLL(None, use_errno=True)
    os.setgroups([])
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    kept = 1 << _CAP_DAC_OVERRIDE
    sets = (ctypes.c_uint32 * 6)(
        kept, kept, kept, 0, 0, 0
    )  # effective, permitted, inheritable; low, then high
    failed = libc.capset(ctypes.byref(header), ctypes.byref(sets)) or libc.prctl(
        _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0
    )
    if failed:
        raise OSError(ctypes.get_errno(), "no ambient capabilities")


def make_over(folder: Path, owner: int) -> None:
    """Give everything in `folder` to `owner`, as far as it is not."""
    for path in _all(folder):
        if path.lstat().st_uid != owner:
            os.lchown(path, owner, owner)


def _all(folder: Path) -> Iterator[Path]:
    if folder.exists():
        yield folder
        yield from folder.rglob("*")


def _has_name(uid: int) -> bool:
    """The database's own tools look their user up."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _then_die_with_parent(become: Preparation, number: signal.Signals) -> Preparation:
    def prepare() -> None:
        become()
        die_with_parent(number)  # last: a change of user forgets it

    return prepare


def _works(become: Preparation) -> bool:
    """Whether a child can do it here."""
    pid = os.fork()
    if pid == 0:
        try:
            become()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0
