"""One figure: the median of its runs, beside that of the limit."""
import statistics


def figure(name, unit, better, values, limits=()):
    made = {"name": name, "value": statistics.median(values), "unit": unit}
    if limits:
        limit = statistics.median(limits)
        made |= {"limit": limit, "ratio": made["value"] / limit}
    made |= {"better": better, "min": min(values), "max": max(values)}
    if limits:
        made |= {"limit_min": min(limits), "limit_max": max(limits)}
    return made
