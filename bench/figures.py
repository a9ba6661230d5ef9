"""One shape for every figure."""

import json
import statistics
from collections.abc import Sequence


def figure(bench: str, case: str, name: str, value: float, unit: str, target: str = "") -> None:
    """Print one figure as a JSON line. `target` is what the design asks for, in words."""
    line = {"bench": bench, "case": case, "figure": name, "value": round(value, 4), "unit": unit}
    print(json.dumps(line | ({"target": target} if target else {})), flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie; 0 for none."""
    if not values:
        return 0.0
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
