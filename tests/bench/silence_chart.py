"""The chart of the backtest of silence: alarms a year on sound forms, and hours until a dead one is noticed."""

from __future__ import annotations

from collections.abc import Mapping

Figures = Mapping[str, Mapping[str, float]]

LEFT, WIDE, ROW, GAP = 150, 420, 18, 60
STYLE = """<style>
text { font: 12px sans-serif; fill: #223 } .soft { fill: #667 }
.bar { stroke: #223; stroke-dasharray: 4 3 } .alarms { fill: #b3402e } .range { stroke-width: 6 }
.tried { stroke: #b8860b } .silent { stroke: #b3402e } svg { background: #fff }
</style>"""


def drawn(rates: Figures, times: Figures, alarms_bar: float, try_bar_h: float, silent_bar_h: float) -> str:
    """The SVG."""
    most = max(1.2 * alarms_bar, *(each["alarms"] for each in rates.values()))
    longest = max(each["silent_90"] for each in times.values()) * 1.05
    rows, top = [], 40
    rows.append(_text(10, 22, "Alarms a year on a sound form (the line: at most one)"))
    for place, (kind, each) in enumerate(rates.items()):
        y = top + place * ROW
        width = each["alarms"] / most * WIDE
        rows.append(_text(10, y + 12, kind))
        rows.append(f'<rect class="alarms" x="{LEFT}" y="{y + 3}" width="{width:.1f}" height="11"/>')
        rows.append(_text(LEFT + width + 6, y + 12, f"{each['alarms']:.2f}, tried {each['tries']:.0f} times", "soft"))
    bottom = top + len(rates) * ROW
    rows.append(_line(LEFT + alarms_bar / most * WIDE, top, bottom))
    top = bottom + GAP
    rows.append(
        _text(10, top - 18, "A form of five entries a day died: hours until it is tried, and until the alarm by")
    )
    rows.append(_text(10, top - 4, "silence alone; from the median to 90 % (the lines: 24 and 48)"))
    for place, (kind, each) in enumerate(times.items()):
        y = top + 8 + place * 2 * ROW
        rows.append(_text(10, y + 18, kind))
        for step, name in enumerate(("tried", "silent")):
            x1, x2 = (LEFT + each[end] / longest * WIDE for end in (name, f"{name}_90"))
            at = y + 8 + step * 14
            rows.append(f'<line class="range {name}" x1="{x1:.1f}" x2="{x2 + 1:.1f}" y1="{at}" y2="{at}"/>')
            rows.append(_text(x2 + 6, at + 4, f"{each[name]:.0f} to {each[f'{name}_90']:.0f} h", "soft"))
    bottom = top + 8 + len(times) * 2 * ROW
    rows += [_line(LEFT + bar / longest * WIDE, top, bottom) for bar in (try_bar_h, silent_bar_h)]
    width, height = LEFT + WIDE + 170, bottom + 20
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{STYLE}{"".join(rows)}</svg>\n'


def _text(x: float, y: float, said: str, kind: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}">{said}</text>'


def _line(x: float, top: float, bottom: float) -> str:
    return f'<line class="bar" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>'
