"""Words to a customer and reasons to an employee: templates that can do nothing but say facts.

A template is read in a sandbox, and before that its tree is held against a short list: text, a column, a filter of
ours, `if`. There is no attribute, call, index, loop or import on it, so there is nothing to escape through. What a
customer wrote is a value: it is never read as a template.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from byname.errors import PlaybookError, nearest
from byname.playbooks.filters import FILTERS, Missing, MissingFact, filters, printed, said
from byname.playbooks.wording_kinds import mixed_kinds
from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from byname.playbooks.playbook import Playbook

__all__ = ["MissingFact", "check", "gaps", "purposes", "reasoned", "rendered", "spoken", "used", "worded", "words_for"]

_MOST_LETTERS, _DEEPEST = 6000, 24
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const),
    *(nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand),
    *(nodes.Filter, nodes.Test),
)
_INSTEAD = "text, {{ column }}, {{ column | filter }}, {% if column %} … {% else %} … {% endif %}"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Nothing of Jinja's own is there: no functions, and no filters and tests but ours."""

    def __init__(self, currency: str = "") -> None:
        super().__init__(autoescape=False, finalize=printed)
        self.globals.clear()
        self.filters.clear()
        self.filters.update(filters(currency))
        self.tests.clear()
        self.tests["none"] = lambda value: isinstance(value, Missing)


# A line of tags alone leaves no line behind; the comment keeps the count of lines for errors.
_TAGS_ALONE = re.compile(r"^[ \t]*((?:\{%[^%\n]*%\}[ \t]*)+)\n", re.MULTILINE)


def _source(template: str) -> str:
    return _TAGS_ALONE.sub(r"\1{#\n#}", template)


@lru_cache(maxsize=1024)
def _tree(template: str) -> nodes.Template:
    return _Sandbox().parse(_source(template))


def used(template: str) -> tuple[str, ...]:
    """The columns that a template names, in alphabetical order."""
    return tuple(sorted({name.name for name in _tree(template).find_all(nodes.Name)}))


def purposes(template: str) -> dict[str, str]:
    """The columns that a template names, each with what its records were given for."""
    return {name: PROFILE[name].purpose for name in used(template)}


def spoken(template: str) -> str:
    """Every text of its own that a template can say, columns left out: what is looked through for offers.

    Texts side by side are there joined and apart, so that a word cut in two by a tag is found too.
    """
    found: Iterator[Any] = _tree(template).find_all((nodes.TemplateData, nodes.Const))
    own = [str(node.data if isinstance(node, nodes.TemplateData) else node.value) for node in found]
    return "\n".join((" ".join(own), "".join(own)))


def check(template: str, *, where: str, may: Collection[str] | None = None, kind: str = "") -> None:
    """Refuse a template that does more than say facts, or says what it may not.

    Args:
        template: Jinja2, of which only text, columns, our filters and `if` may be used.
        where: file and key, for the error.
        may: the purposes whose facts may be spoken of; None: all columns (a reason to an employee).
        kind: of the playbook, for the error.

    Raises:
        PlaybookError: names what was found, and the nearest column.
    """
    if not template.strip() or len(template) > _MOST_LETTERS:
        raise PlaybookError(where=where, found=f"{len(template.strip())} letters", expected=f"1 to {_MOST_LETTERS}")
    try:
        tree = _tree(template)
    except (TemplateError, ValueError, RecursionError) as broken:
        raise PlaybookError(
            where=where, found=f"a template that cannot be read ({_reason(broken)})", expected=_INSTEAD
        ) from broken
    for node, depth in _walk(tree, 0):
        found = "a template too deep to be read" if depth > _DEEPEST else _refused(node)
        if found:
            raise PlaybookError(where=f"{where}, line {node.lineno}", found=found, expected=_INSTEAD)
        if isinstance(node, nodes.Name):
            _check_column(node.name, where, may, kind)
    compared: Iterator[Any] = tree.find_all((nodes.Compare, nodes.Filter))
    for node in compared:
        mixed = mixed_kinds(node)
        if mixed:
            raise PlaybookError(where=f"{where}, line {node.lineno}", found=mixed[0], expected=mixed[1])


def _walk(node: nodes.Node, depth: int) -> Iterator[tuple[nodes.Node, int]]:
    yield node, depth
    if depth <= _DEEPEST:
        for child in node.iter_child_nodes():
            yield from _walk(child, depth + 1)


def _refused(node: nodes.Node) -> str:  # noqa: PLR0911 - a reason a return
    """What is wrong with a node, in words; empty if nothing is."""
    if isinstance(node, nodes.Getattr):
        return f"an attribute, .{node.attr}"
    if not isinstance(node, _ALLOWED):
        return f"{_NAMES.get(type(node).__name__, type(node).__name__.lower())}"
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS or node.node is None:
            return f'a filter "{node.name}"{nearest(node.name, FILTERS)}'
        takes = FILTERS[node.name][1]
        if len(node.args) != takes or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return f"{node.name} with {len(node.args)} words in brackets, not {takes}"
    if isinstance(node, nodes.Test) and (node.name != "none" or node.args):
        return f'a test "is {node.name}"'
    if isinstance(node, nodes.Name) and node.ctx != "load":
        return f"something set under {node.name}"
    return ""


_NAMES = {
    "Call": "a call, …(…)",
    "Getitem": "an index, …[…]",
    "For": "a loop",
    "Macro": "a macro",
    "Import": "an import",
    "FromImport": "an import",
    "Include": "an include",
    "Extends": "an extends",
    "Assign": "something set",
}


def _check_column(name: str, where: str, may: Collection[str] | None, kind: str) -> None:
    if name not in PROFILE:
        raise PlaybookError(
            where=where,
            found=f'column "{name}"',
            expected=f"a column of profile{nearest(name, PROFILE)}",
            do="The columns are in docs/profile.md.",
        )
    purpose = PROFILE[name].purpose
    if may is None or purpose in may:
        return
    if purpose == "inferred":
        found = f"{name}, which we concluded ourselves: nothing of that kind is said to a customer"
    else:
        found = f"{name}, from records that were given for {purpose}"
    raise PlaybookError(
        where=where,
        found=found,
        expected=f"in words of the kind {kind} only what was given for {', '.join(may)}",
        do="What each kind may speak of is under [uses] in byname.toml.",
    )


def rendered(template: str, row: Mapping[str, object], *, currency: str = "") -> str:
    """A template's words for one person.

    Args:
        template: one that `check` let through.
        row: that person's columns of `profile`; one that is not there is taken as not known.
        currency: of `money`.

    Returns:
        The text: a line's end in the template is a space, an empty line begins a paragraph.

    Raises:
        MissingFact: it says a fact that is not known of that person: leave them out, and say so.
    """
    known = {name: _value(name, row.get(name)) for name in used(template)}
    text = _compiled(template, currency).render(known)
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text))
    return re.sub(r" (?=[,.](?:\s|$))", "", "\n\n".join(part for part in paragraphs if part))


def _value(name: str, value: object) -> object:
    known = said(value)
    return Missing(name) if known is None else known


@lru_cache(maxsize=1024)
def _compiled(template: str, currency: str) -> Template:
    return _Sandbox(currency).from_string(_source(template))


def gaps(text: str) -> tuple[str, ...]:
    """What a person must still fill in before it goes out: `[what stands in such brackets]`."""
    return tuple(re.findall(r"\[([^\[\]]+)\]", text))


def words_for(playbook: Playbook, row: Mapping[str, object]) -> str:
    """The template of the words in the person's language where the playbook has it, else as written first."""
    language = str(row.get("language") or "").strip().lower()[:2]
    return dict(playbook.words_in).get(language, playbook.words)


def worded(playbook: Playbook, row: Mapping[str, object], *, currency: str = "") -> str:
    """The words to start with, of the template that `words_for` takes.

    Raises:
        MissingFact: as `rendered`.
    """
    return rendered(words_for(playbook, row), row, currency=currency)


def reasoned(playbook: Playbook, row: Mapping[str, object], *, currency: str = "") -> str:
    """The reason to the employee, as one sentence.

    Raises:
        MissingFact: as `rendered`.
    """
    return " ".join(rendered(playbook.why, row, currency=currency).split())


def _reason(broken: Exception) -> str:
    return str(broken).splitlines()[0] if str(broken) else type(broken).__name__
