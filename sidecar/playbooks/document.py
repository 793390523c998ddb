"""A YAML document whose every value knows its line and column, so that a refusal can point."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml


class PlaybookError(ValueError):
    """A playbook was refused: `file:line:column: what is wrong. What was meant.`"""

    def __init__(self, file: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{file}:{line}:{column}: {message}")
        self.file, self.line, self.column, self.message = file, line, column, message


def meant(word: str, known: Collection[str]) -> str:
    """The end of a refusal: the nearest known name, or all of them."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"Known are {', '.join(f'`{name}`' for name in sorted(known))}." if known else "There are none."


@dataclass(frozen=True)
class Value:
    """One node of the document."""

    file: str
    node: Any  # a yaml.Node; its classes have no types

    def refuse(self, message: str) -> NoReturn:
        """Raises PlaybookError at this place."""
        mark = self.node.start_mark
        raise PlaybookError(self.file, mark.line + 1, mark.column + 1, message)

    def text(self) -> str:
        """A plain, non-empty word or sentence."""
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            self.refuse("a word or a sentence is needed here")
        return str(self.node.value)

    def name(self, what: str, known: Collection[str]) -> str:
        """One of *known*; otherwise a refusal that says which one was meant."""
        word = self.text()
        if word not in known:
            self.refuse(f"unknown {what} `{word}`. {meant(word, known)}")
        return word

    def items(self) -> list[Value]:
        """The members of a list that has some."""
        if not isinstance(self.node, yaml.SequenceNode) or not self.node.value:
            self.refuse("a list with at least one member is needed here")
        return [Value(self.file, node) for node in self.node.value]

    def table(self, known: Collection[str]) -> dict[str, Value]:
        """The members of a table, by key; unknown and repeated keys are refused."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("a table (`key: value`) is needed here")
        found: dict[str, Value] = {}
        for key, value in self.pairs():
            word = key.name("key", known)
            if word in found:
                key.refuse(f"the key `{word}` stands here twice")
            found[word] = value
        return found

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        for key, value in self.node.value:
            yield Value(self.file, key), Value(self.file, value)


def read_document(text: str, file: str) -> Value:
    """*text* as a document. Raises PlaybookError where it is no YAML."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise PlaybookError(file, line, column, f"this is not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:  # a character that YAML forbids
        raise PlaybookError(file, 1, 1, f"this is not YAML: {error}") from error
    if node is None:
        raise PlaybookError(file, 1, 1, "the file is empty")
    return Value(file, node)
