"""Options that would change nothing are refused rather than silently ignored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from geneticgan.annealing.selection import COMPARING, create_selection
from geneticgan.config import OPTIONS, TrainConfig
from geneticgan.errors import ConfigError
from geneticgan.methods.asked import absorbed, own_values, read_method
from geneticgan.methods.catalogue import METHODS
from geneticgan.methods.of_run import method_of
from geneticgan.specs import options_of, parse_specs


def settled(config: TrainConfig, named: Collection[str]) -> TrainConfig:
    """Return a run's config with the options that its method's spec sets.

    Parameters
    ----------
    config : TrainConfig
        The config as the user gave it.
    named : collection of str
        The options that the user named, whatever their values.

    Raises
    ------
    PluginError, ConfigError
        As for `absorbed` and `check_used`.
    """
    given = read_method(config.method)[1]
    found = absorbed(config, named)
    check_used(found, {*named, *given})
    return found


def check_used(config: TrainConfig, named: Collection[str]) -> None:
    """Raise `ConfigError` if the user named an option that has no effect on the run.

    Parameters
    ----------
    config : TrainConfig
        The config of a run.
    named : collection of str
        The options that the user named, whatever their values; only these are checked.
    """
    own = method_of(config)
    if own.core is not None:
        refuse(named, _unused_by_core(own.core))
        return
    mine = options_of(METHODS.get(own.name).factory)
    for name in sorted(own.method.unused & set(named)):
        spelled = OPTIONS[name].spelled
        hint = f"; it has an option of its own, --method {own.name}:{spelled}=..."
        raise ConfigError(
            f"method {own.name!r} does not use {spelled}"
            f"{hint if spelled in mine else '; leave it out'}"
        )


def check_any_uses(config: TrainConfig, methods: Sequence[str], named: Collection[str]) -> None:
    """Raise `ConfigError` if the user named an option that none of several methods uses.

    Parameters
    ----------
    config : TrainConfig
        The config that the methods share.
    methods : sequence of str
        Their specs. Each method must use all options that its own spec sets.
    named : collection of str
        The options that the user named for all of them, whatever their values.
    """
    unread = set(named)
    for spec in methods:
        own = method_of(replace(config, method=spec))
        check_used(replace(config, method=spec), own.given)
        core = own.core
        unused = own.method.unused if core is None else _unused_by_core(core).keys()
        unread &= unused | (own_values(own.method, own.config).keys() - own.given.keys())
    told = f"none of the methods uses it ({', '.join(methods)}); leave it out"
    refuse(named, dict.fromkeys(unread, told))


def refuse(named: Collection[str], unread: Mapping[str, str]) -> None:
    """Raise `ConfigError` if the user named an option that has no effect.

    Parameters
    ----------
    named : collection of str
        The options that the user named.
    unread : mapping of str to str
        For each option without effect, the reason and the remedy.
    """
    for name in sorted(set(named) & unread.keys()):
        raise ConfigError(f"{OPTIONS[name].spelled} would change nothing: {unread[name]}")


def _unused_by_core(config: TrainConfig) -> dict[str, str]:
    """Return the options that have no effect on a GAN's run, with the reason and the remedy."""
    found: dict[str, str] = {}
    if config.adversary != "wasserstein":
        found["clip"] = (
            f"only a wasserstein critic is clipped, and the adversary is {config.adversary}; use "
            "adversary=wasserstein, or leave clip out"
        )
    if config.class_loss != "balanced-softmax":
        found["tau"] = (
            f"the class loss is {config.class_loss}, which has no tau; use "
            "class_loss=balanced-softmax, or leave tau out"
        )
    if config.generated_class_weight == 0:
        found["generated_class_weighting"] = (
            "generated images have no weight in the class loss; set generated_class_weight above 0"
        )
    selection = create_selection(config.selection)
    told = f"selection {config.selection} does not use it; choose another, such as annealing"
    found |= dict.fromkeys(selection.unused, told)
    alone = len(parse_specs(config.mutations)) == config.population == 1
    if alone and selection.takes_any:
        found |= dict.fromkeys(
            COMPARING,
            f"one mutation makes one offspring, and selection {config.selection} accepts it "
            "whatever its fitness; use several mutations, or another selection",
        )
    return found
