"""The figures as one SVG: a bar for the value, a thin one below it for the limit, a line for the goal.

Each pair has a scale of its own, so lengths compare within a pair only; readable on light and dark.
"""
from xml.sax.saxutils import escape

from . import catalogue
from .report import number

WIDTH, LEFT, BARS, ROW, TOP = 1120, 400, 330, 44, 92

FONT = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
  .head { font-size: 19px; font-weight: 600; }
  .quiet { font-size: 11.5px; }
  .strong { font-weight: 600; }
"""

# Plain rules instead of CSS variables: not every program that shows an SVG knows those.
COLOURS = """
  text {{ fill: {ink}; }} .quiet {{ fill: {quiet}; }}
  .paper {{ fill: {paper}; }} .track {{ fill: {track}; }}
  .value {{ fill: {value}; }} .limit {{ fill: {limit}; }}
  .goal {{ stroke: {ink}; stroke-width: 1.5; stroke-dasharray: 3 2; }}
  .good {{ fill: {good}; }} .bad {{ fill: {bad}; }}
"""
LIGHT = {"ink": "#1d2430", "quiet": "#667085", "value": "#2f6fdd", "limit": "#b0b8c5",
         "track": "#eef0f4", "good": "#1a7f4b", "bad": "#c0392b", "paper": "#ffffff"}
DARK = {"ink": "#e6e9ef", "quiet": "#98a2b3", "value": "#6ea0ff", "limit": "#5b6474",
        "track": "#20252f", "good": "#4cc38a", "bad": "#ff7b6b", "paper": "#14171d"}


def style():
    return (FONT + COLOURS.format(**LIGHT) + "@media (prefers-color-scheme: dark) {" +
            COLOURS.format(**DARK) + "}")


def goal_places(figure):
    """The goals in the unit of the figure."""
    for field, _, bound in catalogue.goal(figure["name"]):
        if field == "value":
            yield bound
        elif "limit" in figure:
            yield bound * figure["limit"]


def short_goal(name):
    signs = {catalogue.AT_LEAST: "≥", catalogue.AT_MOST: "≤"}
    return ", ".join(f'{"ratio " if field == "ratio" else ""}{signs[sense]} {number(bound)}'
                     for field, sense, bound in catalogue.goal(name))


def row(figure, y):
    goals = list(goal_places(figure))
    # A goal far off is not drawn: it would leave nothing to see of the bars.
    longest = max(figure["value"], figure.get("limit", 0))
    goals = [g for g in goals if g <= 2 * longest]
    scale = BARS / max([longest, *goals])
    out = [f'<text x="24" y="{y + 13}">{escape(catalogue.title(figure["name"]))}</text>',
           f'<text class="quiet" x="24" y="{y + 29}">{escape(figure["name"])}'
           f'{" · less is better" if figure["better"] == "lower" else ""}</text>',
           f'<rect class="track" x="{LEFT}" y="{y}" width="{BARS}" height="25" rx="3"/>',
           f'<rect class="value" x="{LEFT}" y="{y}" width="{max(2, figure["value"] * scale):.1f}" '
           f'height="16" rx="3"/>']
    if "limit" in figure:
        out.append(f'<rect class="limit" x="{LEFT}" y="{y + 18}" '
                   f'width="{max(2, figure["limit"] * scale):.1f}" height="7" rx="2"/>')
    for place in goals:
        x = LEFT + place * scale
        out.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + 28}"/>')
    right = LEFT + BARS + 20
    out.append(f'<text class="strong" x="{right}" y="{y + 13}">{number(figure["value"])} '
               f'{escape(figure["unit"])}</text>')
    beside = (f'{figure["ratio"]:.2f} × {number(figure["limit"])}, '
              f'{catalogue.limit_of(figure["name"])}' if "limit" in figure else "")
    out.append(f'<text class="quiet" x="{right}" y="{y + 29}">{escape(beside)}</text>')
    if "goal" in figure:
        kind, mark = ("good", "✓") if figure["goal_met"] else ("bad", "✗")
        out.append(f'<text class="{kind}" x="{WIDTH - 24}" y="{y + 13}" text-anchor="end">{mark} '
                   f'{escape(short_goal(figure["name"]))}</text>')
    return "\n".join(out)


def svg(figures, note):
    height = TOP + ROW * len(figures) + 24
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" aria-label="Leadkeep, measured">',
            f"<style>{style()}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
            '<text class="head" x="24" y="36">Leadkeep, measured</text>',
            f'<text class="quiet" x="24" y="56">{escape(note)}</text>',
            f'<rect class="value" x="{LEFT}" y="26" width="26" height="10" rx="2"/>'
            f'<text class="quiet" x="{LEFT + 33}" y="35">Leadkeep</text>'
            f'<rect class="limit" x="{LEFT + 110}" y="28" width="26" height="7" rx="2"/>'
            f'<text class="quiet" x="{LEFT + 143}" y="35">the machine without it, same run</text>'
            f'<line class="goal" x1="{LEFT + 350}" x2="{LEFT + 350}" y1="22" y2="40"/>'
            f'<text class="quiet" x="{LEFT + 358}" y="35">goal</text>']
    rows = [row(figure, TOP + ROW * i) for i, figure in enumerate(figures)]
    return "\n".join([*head, *rows, "</svg>\n"])
