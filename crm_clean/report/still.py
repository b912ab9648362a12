"""Charts as still pictures in a page: SVG without script, fonts or anything to fetch.

Drawn by Altair and turned into SVG on this machine. What comes of it is taken apart and put together anew from the few
elements and attributes a still picture needs, so that no text in the data can become markup or an address; the ids in
it begin with the chart's own and are the same each time. Letters are the page's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pandas as pd

from crm_clean.errors import UsageError

if TYPE_CHECKING:
    import altair as alt
    from markupsafe import Markup

# As in report.css.
INK, QUIET, LINE = "#1f2733", "#6b7280", "#e8e5de"
ACCENT, SOFT, BEFORE, DOUBT = "#0f766e", "#a7d3cb", "#b8b2a5", "#c98a2b"

_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "g", "path", "rect", "line", "text", "tspan", "defs", "clipPath"}
_ATTRIBUTES = {
    *("d", "x", "y", "x1", "y1", "x2", "y2", "width", "height", "viewBox"),
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linecap"),
    *("stroke-linejoin", "opacity", "font-size", "font-weight", "text-anchor", "dy", "dx"),
}
# What Vega draws where nothing is to be seen.
_NOTHING = {"", "M0,0h0v0h0Z"}


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """A chart as a still picture, with its figures as a frame; shows itself in a notebook."""

    title: str
    data: pd.DataFrame
    svg: Markup

    @property
    def width(self) -> int:
        """In pixels."""
        found = re.search(r'viewBox="0 0 ([0-9.]+) ', self.svg)
        return round(float(found[1])) if found else 0

    def __repr__(self) -> str:
        return f"{self.title}: a picture of {len(self.data):,} figures, which are in `.data`"

    def _repr_html_(self) -> str:
        # White underneath, since the letters are dark on pages of any colour.
        style = f"background: #fff; color: {INK}; margin: 0; padding: 12px 24px 12px 12px; max-width: {self.width}px"
        # Letters of another page may be wider than those it was measured with.
        shown = str(self.svg).replace("<svg ", '<svg overflow="visible" ', 1)
        return f'<figure class="crm-clean-chart" style="{style}">{shown}</figure>'

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to `path`, by its ending: svg or png (twice as fine). Raises UsageError for others."""
        import vl_convert

        out = Path(path)
        whole = str(self.svg).replace(
            "<svg ", f'<svg xmlns="{_SVG[1:-1]}" width="{self.width}" font-family="sans-serif" ', 1
        )
        if out.suffix == ".svg":
            out.write_text(whole + "\n", encoding="utf-8")
        elif out.suffix == ".png":
            out.write_bytes(vl_convert.svg_to_png(whole, scale=2))
        else:
            raise UsageError(f"{out.name}: a picture is written as .svg or .png; name the file so.")
        return out


def drawn(
    chart: alt.Chart | alt.LayerChart | alt.FacetChart,
    *,
    ident: str,
    title: str,
    told: list[tuple[str, float]],
    size: tuple[int, int] | None = None,
    is_hovered: bool = False,
) -> Markup:
    """`chart` as SVG that fits `size` (width, height in pixels), else of the size of its parts.

    `told` are its figures, for those who cannot see it. `is_hovered`: marks show their `description` under the pointer.
    """
    import altair as alt
    import vl_convert

    placed = chart.properties(background="transparent", padding=2)
    if size is not None:
        fitting = alt.AutoSizeParams(type="fit", contains="padding")
        placed = placed.properties(width=size[0], height=size[1], autosize=fitting)
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    spec = {**placed.to_dict(validate=False), "config": _config()}
    description = ", ".join(f"{name}: {value:,.10g}" for name, value in told[:40])
    svg = vl_convert.vegalite_to_svg(spec, vl_version=version)
    return inline(svg, ident=ident, title=title, told=description, is_hovered=is_hovered)


def _config() -> dict[str, Any]:
    label = {"labelColor": QUIET, "labelFontSize": 12, "titleColor": QUIET, "titleFontSize": 12, "titleFontWeight": 400}
    return {
        "view": {"stroke": None},
        "axis": {**label, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "titlePadding": 8},
        "header": {"labelColor": INK, "labelFontSize": 12, "title": None},
        "legend": {"labelColor": QUIET, "labelFontSize": 12, "symbolStrokeWidth": 0, "offset": 6},
    }


def inline(svg: str, *, ident: str, title: str, told: str, is_hovered: bool = False) -> Markup:
    """`svg` fit to stand in the page: what a still picture needs of it, named `ident`, with a title and the figures."""
    from markupsafe import Markup

    drawn = ElementTree.fromstring(svg)
    # Numbered anew, since the drawing machine counts on from chart to chart.
    ids = {element.get("id", ""): f"{ident}-{at}" for at, element in enumerate(drawn.iter("*")) if element.get("id")}
    known = _pure(drawn, ids, is_hovered=is_hovered)
    for name in ("width", "height"):
        del known.attrib[name]
    known.attrib |= {"class": "chart", "role": "img", "aria-labelledby": f"{ident}-title {ident}-desc"}
    for at, (tag, text) in enumerate((("title", title), ("desc", told))):
        heading = ElementTree.Element(tag, {"id": f"{ident}-{tag}"})
        heading.text = text
        known.insert(at, heading)
    # Text and attributes are escaped as the tree is written.
    return Markup(ElementTree.tostring(known, encoding="unicode", short_empty_elements=False))


def _pure(element: ElementTree.Element, ids: Mapping[str, str], *, is_hovered: bool) -> ElementTree.Element:
    out = ElementTree.Element(element.tag.removeprefix(_SVG))
    for name, value in element.attrib.items():
        if name == "id":
            out.set(name, ids[value])
        elif name == "clip-path":
            out.set(name, f"url(#{ids[value.removeprefix('url(#').removesuffix(')')]})")
        elif name == "transform" or (name in _ATTRIBUTES and "(" not in value):
            out.set(name, value)
    out.text = element.text if out.tag in ("text", "tspan") else None
    # Marks are paths; axes and legends are groups, whose labels say nothing that is not there to be read.
    if is_hovered and out.tag == "path" and (told := element.get("aria-label")):
        ElementTree.SubElement(out, "title").text = told
    out.extend(_pure(child, ids, is_hovered=is_hovered) for child in element if _is_drawn(child))
    return out


def _is_drawn(element: ElementTree.Element) -> bool:
    return element.tag.removeprefix(_SVG) in _ELEMENTS and element.get("d") not in _NOTHING
