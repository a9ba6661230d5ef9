"""Definitions that are shipped: what a first look at the platform talks to."""

from importlib.resources import files

NAMES = ("front-desk", "llm-reception")


def source(name: str) -> str:
    """The YAML of one of `NAMES`."""
    if name not in NAMES:
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
