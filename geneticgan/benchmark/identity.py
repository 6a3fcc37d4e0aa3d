"""Everything that a cell's result depends on: cells that differ in any of it are never merged."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geneticgan.config import TrainConfig
from geneticgan.specs import Spec, parse_specs

Values = tuple[tuple[str, float | str], ...]

PLACES = ("data_root", "download")
"""Options that only say where the images are; their fingerprint says which ones they are."""

DIGITS = 16
"""Number of hexadecimal digits of a digest."""


@dataclass(frozen=True)
class Identity:
    """Everything that a cell's result depends on.

    Attributes
    ----------
    data : str
        Fingerprint of the images.
    dataset : str
        The data set's spec, without its location.
    method : str
        The method's spec.
    version : int
        Version of the method's code.
    values : tuple of (str, value)
        Tuned options of the method and values of the config.
    config : mapping
        All other options, including the imbalance and the seed.
    protocols : tuple of str
        Specs of the protocols, sorted.
    trial : int or None
        Number of the tuning trial.
    """

    data: str
    dataset: str
    method: str
    version: int
    values: Values
    config: Mapping[str, Any]
    protocols: tuple[str, ...]
    trial: int | None = None

    @property
    def digest(self) -> str:
        """Hexadecimal digits that differ between identities."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]

    def without(self, *names: str) -> str:
        """Return the digest of everything except the named attributes."""
        kept = {k: v for k, v in dataclasses.asdict(self).items() if k not in names}
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:DIGITS]

    def serves(self, wanted: Identity) -> bool:
        """Return whether a result with this identity answers a request with all its protocols."""
        same = self.without("protocols") == wanted.without("protocols")
        return same and set(wanted.protocols) <= set(self.protocols)

    def to_json(self) -> dict[str, Any]:
        """Return the identity as JSON types."""
        return {**dataclasses.asdict(self), "values": dict(self.values)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Identity:
        """Read what `to_json` returned; `KeyError`, `TypeError` or `ValueError` if it is not."""
        known = {field.name: found[field.name] for field in dataclasses.fields(cls)}
        known["values"] = tuple(sorted(dict(known["values"]).items()))
        known["protocols"] = tuple(known["protocols"])
        return cls(**known)


def identity_of(
    method: str,
    version: int,
    config: TrainConfig,
    values: Values,
    protocols: tuple[str, ...],
    trial: int | None,
    data: str,
) -> Identity:
    """Return the identity of a method's training; parameters as the attributes of `Identity`."""
    options = json.loads(json.dumps(config.to_json()))  # as read back from a file
    others = {k: v for k, v in options.items() if k not in (*PLACES, "dataset")}
    (spec,) = parse_specs(config.dataset)
    kept = {k: v for k, v in sorted(spec.options.items()) if k not in PLACES}
    dataset = str(Spec(spec.name, kept))
    return Identity(data, dataset, method, version, values, others, tuple(sorted(protocols)), trial)
