"""The figures: each module prints JSON lines of its own; `python -m bench` runs them one after the other."""
