"""The web process: Django under gunicorn's threads, on a Unix socket behind the front."""

import os
from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

from gunicorn.app.base import BaseApplication

from ringfence.boot import clock, declared, patience
from ringfence.boot.unprivileged import die_with_parent
from ringfence.boot.wiring import begin, socket_of

THREADS = 32
Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]


def over_tls(application: Wsgi) -> Wsgi:
    """Whatever arrives here came through the front, which speaks TLS alone."""

    def wrapped(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = "https"
        environ["HTTPS"] = "on"
        return application(environ, start)

    return wrapped


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, application: Wsgi, options: dict[str, Any]) -> None:
        self._application = application
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Wsgi:
        return self._application


class Addresses:
    """Who is at the other end of each connection. The front says it once, before the first request; every further request on
    the same connection comes from there too.
    """

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()

    def tell(self, _worker: Any, request: Any) -> None:
        """Gunicorn's hook: give a request the address of its connection."""
        if request.proxy_protocol_info:
            self._of[request.unreader] = request.proxy_protocol_info
        else:
            request.proxy_protocol_info = self._of.get(request.unreader)


def both(*hooks: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """One hook for several."""

    def run(worker: Any, request: Any) -> None:
        for each in hooks:
            each(worker, request)

    return run


def serve() -> None:
    """Serve until told to stop."""
    config, vault = begin("web")
    declared.enforce(config.database_urls.of("web"))
    clock.resume(config.database_urls.of("web"))
    from ringfence.lifecycle.ledger import gate
    from ringfence.web import afterwards
    from ringfence.web.wsgi import application

    gate.install(gate.Gate(vault.clock))
    afterwards.elsewhere()

    os.umask(0o077)
    _Server(
        over_tls(application),
        {
            "bind": f"unix:{socket_of(config, 'web')}",
            "workers": 1,
            "worker_class": patience.Worker,
            "threads": THREADS,
            "proxy_protocol": "v1",
            "proxy_allow_ips": "*",
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "keepalive": 30,
            "timeout": 120,
            "graceful_timeout": 3,
            "control_socket_disable": True,
            "worker_tmp_dir": str(config.run_dir),
            "umask": 0o077,
            "loglevel": "warning",
            "preload_app": True,
            "proc_name": "ringfence-web",
            "limit_request_line": 8190,
            "pre_request": both(Addresses().tell, patience.before),
            "post_fork": lambda _arbiter, _worker: die_with_parent(),
        },
    ).run()
