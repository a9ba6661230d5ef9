"""kill -9 between any two steps, counted: whatever touches a row, a key or an object asks its fate first.

fate = Fate(left)                      strikes at the step of that number; with -1 it only counts
DyingPool(pool, fate)                  before each statement, before each commit and after it
DyingStore(store, fate)                before each key is made, and before each is destroyed
DyingObjects(objects, fate)            before each object, and after the last
Dying(anything, fate)                  before and after each call

Run once with -1 for how many steps there are, then once for each of them: enumerated, not sampled.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID


class Killed(BaseException):
    """The process ends here: no handler of errors sees it."""


@dataclass
class Fate:
    """Counts steps down, and strikes at one."""

    left: int
    strike: Callable[[], BaseException] = Killed
    steps: int = 0

    def step(self, torn: Callable[[], object] | None = None) -> None:
        """One more. `torn` is done first where it strikes: what is left half done."""
        self.steps += 1
        self.left -= 1
        if self.left == -1:
            if torn is not None:
                torn()
            raise self.strike()


@dataclass
class DyingCursor:
    inner: Any
    fate: Fate

    def execute(self, *asked: Any) -> Any:
        self.fate.step()
        return self.inner.execute(*asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass
class DyingPool:
    inner: Any
    fate: Fate

    @contextmanager
    def transaction(self, account_id: UUID | None = None) -> Iterator[Any]:
        with self.inner.transaction(account_id) as cursor:
            yield DyingCursor(cursor, self.fate)
            self.fate.step()
        self.fate.step()


@dataclass
class DyingStore:
    inner: Any
    fate: Fate

    def create(self, name: str, value: bytes) -> bool:
        self.fate.step()
        return bool(self.inner.create(name, value))

    def delete(self, name: str) -> None:
        self.fate.step()
        self.inner.delete(name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass
class DyingObjects:
    inner: Any
    fate: Fate

    def delete(self, names: Sequence[str]) -> None:
        for name in names:
            self.fate.step()
            self.inner.delete([name])
        self.fate.step()


@dataclass
class Dying:
    inner: Any
    fate: Fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if not callable(found):
            return found

        def stepped(*asked: Any, **named: Any) -> Any:
            self.fate.step()
            done = found(*asked, **named)
            self.fate.step()
            return done

        return stepped
