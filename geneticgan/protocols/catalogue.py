"""The installed protocols; each is a plugin."""

from __future__ import annotations

from geneticgan.protocols.contract import Protocol
from geneticgan.registry import PluginGroup
from geneticgan.specs import parse_specs

PROTOCOLS = PluginGroup("geneticgan.protocols", Protocol, "protocol")  # type: ignore[type-abstract]


def create_protocol(text: str) -> Protocol:
    """Make a protocol from a spec such as ``head`` or ``calibrate:images_a_class=200``.

    Raises
    ------
    PluginError
        Under the conditions of `PluginGroup.create`.
    """
    (spec,) = parse_specs(text)
    return PROTOCOLS.create(spec)


def protocol_note(text: str) -> str:
    """Return a protocol's warning for tables of its scores; `PluginError` if it is unknown."""
    (spec,) = parse_specs(text)
    return PROTOCOLS.get(spec.name).factory.note
