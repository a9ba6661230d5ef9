"""The trail's life: sealed every second, read by those it belongs to, exported with its proofs, checked, pruned on time."""
