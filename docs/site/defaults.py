"""Defaults of parameters that share a line of a docstring (``T, alpha : float``): each its own.

Griffe, which reads the docstrings, gives all of them the default of the first.
"""

from __future__ import annotations

from typing import Any

import griffe


class OwnDefaults(griffe.Extension):
    """Takes every documented parameter's default from the signature."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Mend the docstrings of a package."""
        self._mend(pkg)

    def _mend(self, thing: Any) -> None:
        for member in thing.members.values():
            if member.is_alias:
                continue
            if member.docstring and (member.is_function or member.is_class):
                member.docstring.parser = griffe.Parser.numpy
                parameters = {each.name: each for each in member.parameters}
                for section in member.docstring.parsed:
                    if section.kind is griffe.DocstringSectionKind.parameters:
                        for entry in section.value:
                            own = parameters.get(entry.name.lstrip("*"))
                            entry.value = own.default if own else None
            self._mend(member)
