"""What `ringfence up` says to the person who started it. Machines read the log lines on standard error."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console as Terminal

from ringfence import __version__
from ringfence.core.config import Config


class Console:
    """Steps with how long they took, then where to go. Plain lines where there is no terminal."""

    def __init__(self) -> None:
        self._out = Terminal(highlight=False, soft_wrap=True)
        self._since = time.monotonic()

    def title(self) -> None:
        self._out.print(f"[bold]Ringfence[/] {__version__}\n")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Something that takes a moment; on a terminal it shows that it is going on."""
        began = time.monotonic()
        with self._out.status(name):
            yield
        self._out.print(f"  [green]✓[/] {name:<38}[dim]{time.monotonic() - began:5.1f} s[/]")

    def ready(self, config: Config, sign_in: str | None) -> None:
        out = self._out
        out.print(f"\n  Ready after {time.monotonic() - self._since:.1f} s at [bold]{config.public_url}[/]\n")
        if sign_in:
            out.print("  Sign in, once, within 15 minutes:")
            out.print(f"  [bold cyan]{sign_in}[/]\n")
        out.print(
            "  [dim]Until this machine trusts the installation's own certificate (`ringfence trust`),[/]"
        )
        out.print("  [dim]the browser asks before it opens the page. Ctrl-C stops everything.[/]\n")
        out.file.flush()

    def warn(self, text: str) -> None:
        self._out.print(f"  [yellow]![/] {text}")

    def stopping(self) -> None:
        self._out.print("  Stopping: calls are closed and kept.")
        self._out.file.flush()
