"""The whole tree of an SPF record on a terminal: each term with its number, its cost and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from diagnostics.mail.spf.evaluation import LOOKUP_LIMIT

MOST_RECORD = 300  # characters of an included record; the domain's own is shown whole


def walked_tree(drawing: Mapping[str, Any]) -> Tree:
    """*drawing* is `diagnostics.mail.spf.drawing.drawn`'s."""
    tree = Tree(_head(drawing, whole=True))
    _grow(tree, drawing)
    return tree


def _grow(tree: Tree, drawing: Mapping[str, Any]) -> None:
    for term in drawing["terms"]:
        branch = tree.add(_term(term))
        if term["inside"]:
            _grow(branch.add(_head(term["inside"])), term["inside"])
    for term in drawing["unreachable"]:
        tree.add(Text.assemble(term, ("  nobody reads it: it stands behind all", "bold red")))


def _head(drawing: Mapping[str, Any], *, whole: bool = False) -> Text:
    record = drawing["record"]
    shown = record if whole or len(record) <= MOST_RECORD else record[:MOST_RECORD] + "…"
    return Text.assemble((drawing["domain"], "bold"), "  ", shown)


def _term(term: Mapping[str, Any]) -> Text:
    said = Text(term["term"])
    if term["provider_title"]:
        said.append(f"  {term['provider_title']}", "bold")
    beyond = term["lookup"] > LOOKUP_LIMIT
    below = f", {term['cost'] - 1} more below it" if term["cost"] > 1 else ""
    said.append(f"  lookup {term['lookup']}{below}", "bold red" if beyond else "magenta")
    if beyond:
        said.append("  receivers have stopped", "bold red")
    if term["by_sender"]:
        said.append("  its name depends on the sender", "dim")
    if term["problem"]:
        said.append(f"  {term['problem']}", "bold red")
    for name in term["dead"]:
        said.append(f"  {name}: nothing there", "bold red")
    return said
