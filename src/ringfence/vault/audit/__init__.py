"""The audit tree: events as salted leaves, batches of them under signed and linked heads, and the checking of all that. Pure.

An event's leaf outlives its bytes: what was proved of it stays proved after it was pruned.
"""
