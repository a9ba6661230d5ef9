"""The gate itself: a CONNECT proxy that lets through what the register allows, and writes down what it does not.

    head     what a client asks for, read with h11
    judge    one question and its answer: the register first, then the name, then the address
    serve    the sockets

It listens on the loopback, resolves each name once and connects to the address that it judged. It holds no key of the vault.
"""

from ringfence.egress.proxy.book import Book, Line, Note
from ringfence.egress.proxy.serve import Server

__all__ = ["Book", "Line", "Note", "Server"]
