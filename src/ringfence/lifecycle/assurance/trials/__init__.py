"""Trying the promises on the running installation, without touching anyone's data or clock: a throw-away account, canary
calls in it, real requests to the real port, and a search through the bytes at rest.
"""

from ringfence.lifecycle.assurance.trials.run import TRIED, Progress, try_all
from ringfence.lifecycle.assurance.trials.scene import Scene, opened

__all__ = ["TRIED", "Progress", "Scene", "opened", "try_all"]
