"""Plugins by entry point: find (metadata only) -> load (guarded) -> validate (the contract)."""

from __future__ import annotations

import inspect
import os
import queue
import sys
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from geneticgan.errors import GeneticGanError, PluginError, did_you_mean
from geneticgan.foreign import OWN, Made, failed, keep, other_signature
from geneticgan.specs import Option, Spec, options_of, parse_specs

T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """A plugin known from its package's metadata; it has not been imported."""

    name: str
    package: str
    version: str
    entry_point: EntryPoint = field(repr=False, compare=False)

    @property
    def origin(self) -> str:
        """The package and its version, for messages."""
        return f"{self.package} {self.version}"

    @property
    def foreign(self) -> bool:
        """Whether another package provides it."""
        return self.package != OWN


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """A plugin that has been imported and fulfils its contract."""

    found: Found
    factory: type[T]

    @property
    def summary(self) -> str:
        """The first line of the plugin's docstring."""
        return (inspect.getdoc(self.factory) or "").partition("\n")[0]


@dataclass(frozen=True)
class Broken:
    """A plugin that cannot be used, with the cause."""

    found: Found
    cause: str


def find_plugins(group: str) -> list[Found]:
    """List the plugins of an entry-point group by name and package without importing them."""
    return list(_read(group, tuple((path, _changed(path)) for path in sys.path)))


def _changed(path: str) -> int:
    """Return when a folder of packages last changed, as it does with every installation."""
    try:
        return os.stat(path or ".").st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=64)
def _read(group: str, paths: tuple[tuple[str, int], ...]) -> tuple[Found, ...]:
    """Read the metadata of all packages, only once while the folders of packages do not change."""
    found = [
        Found(
            entry_point.name,
            entry_point.dist.name if entry_point.dist else "unknown package",
            entry_point.dist.version if entry_point.dist else "?",
            entry_point,
        )
        for entry_point in entry_points(group=group)
    ]
    return tuple(sorted(found, key=lambda plugin: (plugin.name, plugin.package)))


class PluginGroup(Generic[T]):
    """All plugins of one entry-point group.

    Parameters
    ----------
    group : str
        The entry-point group, such as ``geneticgan.mutations``.
    contract : type
        The abstract class that plugins subclass.
    noun : str
        The word for a plugin of the group in messages.
    """

    def __init__(self, group: str, contract: type[T], noun: str) -> None:
        self.group = group
        self.contract = contract
        self.noun = noun

    def find(self) -> list[Found]:
        """List the installed plugins; see `find_plugins`."""
        return find_plugins(self.group)

    def load_all(self, patience_seconds: float = 10.0) -> list[Loaded[T] | Broken]:
        """Load every plugin; broken ones are returned with the cause and do not affect others.

        Parameters
        ----------
        patience_seconds : float
            The time after which an import counts as broken.
        """
        found = self.find()
        return [self.try_to_load(plugin, found, patience_seconds) for plugin in found]

    def try_to_load(
        self, plugin: Found, found: list[Found], patience_seconds: float
    ) -> Loaded[T] | Broken:
        """Load one of the plugins that `find` returned; parameters as for `load_all`."""
        try:
            if [one.name for one in found].count(plugin.name) > 1:
                raise PluginError(self._duplicate(plugin.name, found))
            return Loaded(plugin, self._load_patiently(plugin, patience_seconds))
        except PluginError as error:
            return Broken(plugin, str(error))

    def _load_patiently(self, plugin: Found, seconds: float) -> type[T]:
        """Load in a thread that may be left behind, since an import cannot be interrupted."""
        outcome: queue.Queue[type[T] | PluginError] = queue.Queue()

        def load() -> None:
            try:
                outcome.put(self._load(plugin))
            except PluginError as error:
                outcome.put(error)

        threading.Thread(target=load, daemon=True).start()
        try:
            found = outcome.get(timeout=seconds)
        except queue.Empty:
            raise PluginError(
                f"{self.noun} {plugin.name!r} of {plugin.origin} was still being imported after "
                f"{seconds:g} s"
            ) from None
        if isinstance(found, PluginError):
            raise found
        return found

    def get(self, name: str) -> Loaded[T]:
        """Load one plugin by name.

        Raises
        ------
        PluginError
            If it is unknown (the message lists the installed ones and the nearest spelling), is
            provided by two packages, cannot be imported, or does not fulfil the contract.
        """
        found = self.find()
        matches = [plugin for plugin in found if plugin.name == name]
        if not matches:
            names = sorted({plugin.name for plugin in found})
            hint = did_you_mean(name, names)
            raise PluginError(
                f"there is no {self.noun} {name!r}; {hint}{' ' if hint else ''}"
                f"installed: {', '.join(names) or 'none'}"
            )
        if len(matches) > 1:
            raise PluginError(self._duplicate(name, found))
        return Loaded(matches[0], self._load(matches[0]))

    def create(self, spec: Spec, **defaults: Any) -> T:
        """Make an instance of a plugin with the options of a spec.

        Parameters
        ----------
        spec : Spec
            Name and options as text; each option is converted by the plugin's signature.
        **defaults
            Converted values of options that the spec does not set.

        Raises
        ------
        PluginError
            As for `get`; also for an option that the plugin lacks or whose value it refuses.
        """
        loaded = self.get(spec.name)
        accepted = options_of(loaded.factory)
        values = dict(defaults)
        for key, text in spec.options.items():
            if key in accepted:
                values[key] = self._convert(spec, accepted[key], text)
            else:
                values[key] = text
        unknown = sorted(set(values) - set(accepted))
        if unknown:
            raise PluginError(
                f"{self.noun} {spec.name!r} has no option {unknown[0]!r}; "
                f"it has: {', '.join(accepted) or 'none'}"
            )
        return self._make(loaded, spec, values)

    def _make(self, loaded: Loaded[T], spec: Spec, values: dict[str, Any]) -> T:
        try:
            plugin = loaded.factory(**values)
        except (TypeError, ValueError) as error:
            of = f" ({loaded.found.origin})" if loaded.found.foreign else ""
            raise PluginError(f"{self.noun} {str(spec)!r}: {error}{of}") from error
        except GeneticGanError:
            raise
        except Exception as error:
            if not loaded.found.foreign:
                raise
            raise PluginError(failed(self, loaded.found, error)) from error
        if loaded.found.foreign:
            keep(Made(self, loaded.found, plugin))
        return plugin

    def found(self, plugin: object) -> Found | None:
        """Return where an instance came from; None if no package provides its class."""
        cls = type(plugin)
        value = f"{cls.__module__}:{cls.__qualname__}"
        return next((each for each in self.find() if each.entry_point.value == value), None)

    def described(self, plugin: object) -> str:
        """Return what an instance is, for messages: its name here, and the package it came from."""
        found, cls = self.found(plugin), type(plugin)
        if found is None:
            return f"{self.noun} {cls.__qualname__} of the module {cls.__module__}"
        return f"{self.noun} {found.name!r} of {found.origin}"

    def make(self, text: str, **defaults: Any) -> T:
        """Make an instance from text such as ``linear:T=10``; defaults that are None are left out.

        Raises
        ------
        PluginError
            As for `create` and `parse_specs`; also if the text names several plugins.
        """
        specs = parse_specs(text)
        if len(specs) > 1:
            names = ", ".join(spec.name for spec in specs)
            number = any(spec.name[:1].isdecimal() for spec in specs[1:])
            hint = "; write numbers with a decimal point, as in 0.5" if number else ""
            raise PluginError(
                f"{text!r} names several plugins ({names}); name one {self.noun}{hint}"
            )
        return self.create(specs[0], **{k: v for k, v in defaults.items() if v is not None})

    def _load(self, plugin: Found) -> type[T]:
        try:
            factory = plugin.entry_point.load()
        except (Exception, SystemExit) as error:
            raise PluginError(
                f"{self.noun} {plugin.name!r} of {plugin.origin} cannot be imported "
                f"({type(error).__name__}: {error}); fix or uninstall that package"
            ) from error
        if not (isinstance(factory, type) and issubclass(factory, self.contract)):
            raise PluginError(
                f"{self.noun} {plugin.name!r} of {plugin.origin} is not a subclass of "
                f"{self.contract.__module__}.{self.contract.__qualname__}"
            )
        if inspect.isabstract(factory):
            missing = ", ".join(sorted(getattr(factory, "__abstractmethods__", ())))
            raise PluginError(
                f"{self.noun} {plugin.name!r} of {plugin.origin} does not define: {missing}"
            )
        if other := other_signature(factory, self.contract):
            raise PluginError(
                f"{self.noun} {plugin.name!r} of {plugin.origin} was written for another version "
                f"of its contract: {other}; update or uninstall that package"
            )
        return factory

    def _duplicate(self, name: str, found: list[Found]) -> str:
        origins = " and ".join(plugin.origin for plugin in found if plugin.name == name)
        return f"{self.noun} {name!r} is provided by {origins}; uninstall all but one"

    def _convert(self, spec: Spec, option: Option, text: str) -> Any:
        try:
            return option.convert(text)
        except ValueError:
            raise PluginError(
                f"{self.noun} {spec.name!r}: option {option.name} takes {option.kind.__name__}, "
                f"got {text!r}"
            ) from None
