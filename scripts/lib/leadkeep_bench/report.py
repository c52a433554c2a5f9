"""The figures for machines, one JSON line each, and for people, one table."""
import json

DIGITS = 5


def rounded(figure):
    return {key: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
            for key, value in figure.items()}


def json_line(figure):
    return json.dumps(rounded(figure), ensure_ascii=False)


def number(value):
    """Three digits that mean something, with thin groups."""
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def verdict(figure):
    if "goal" not in figure:
        return ""
    return ("met: " if figure["goal_met"] else "MISSED: ") + figure["goal"]


def table(figures):
    rows = [("figure", "value", "limit", "unit", "ratio", "goal")]
    for f in figures:
        rows.append((f["name"], number(f["value"]), number(f["limit"]) if "limit" in f else "–",
                     f["unit"], f"{f['ratio']:.2f}" if "ratio" in f else "–", verdict(f)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if i in (1, 2, 4) else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "─" * max(map(len, lines)))
    return "\n".join(lines)
