"""Writes the package of a new plugin, ready to install and test."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from pathlib import Path

import jinja2

from geneticgan import __version__
from geneticgan.errors import ConfigError, RunError
from geneticgan.files import not_written, write_whole

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Kind:
    """A kind of plugin: its entry-point group, its contract test, and a command to try it."""

    group: str
    contract: str
    trial: str


KINDS = {
    "mutation": Kind(
        "geneticgan.mutations", "MutationContract", "geneticgan train --mutations nonsat,{name}"
    ),
    "schedule": Kind(
        "geneticgan.schedules", "ScheduleContract", "geneticgan train --schedule {name}"
    ),
    "fitness": Kind("geneticgan.fitness", "FitnessContract", "geneticgan train --fitness {name}"),
    "selection": Kind(
        "geneticgan.selections", "SelectionContract", "geneticgan train --selection {name}"
    ),
    "dataset": Kind("geneticgan.datasets", "DatasetContract", "geneticgan train --dataset {name}"),
    "imbalance": Kind(
        "geneticgan.imbalances",
        "ImbalanceContract",
        "geneticgan datasets info digits --imbalance {name}",
    ),
    "architecture": Kind(
        "geneticgan.architectures",
        "ArchitectureContract",
        "geneticgan train --architecture {name}",
    ),
    "backbone": Kind(
        "geneticgan.backbones",
        "BackboneContract",
        "geneticgan benchmark --datasets digits --methods fine-tune:backbone={name} --out tuned",
    ),
    "method": Kind(
        "geneticgan.methods",
        "MethodContract",
        "geneticgan benchmark --methods cn,{name} --seeds 2 --steps 300 --out compared",
    ),
    "protocol": Kind(
        "geneticgan.protocols",
        "ProtocolContract",
        "geneticgan benchmark --methods cn --protocols head,{name} --seeds 2 --steps 300 "
        "--out judged",
    ),
}


def new_package(kind: str, name: str, folder: Path) -> list[Path]:
    """Write a package with one plugin.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    name : str
        The name of the plugin: lowercase letters, digits and hyphens, beginning with a letter.
    folder : Path
        A folder that is empty or does not exist.

    Returns
    -------
    list of Path
        The written files.

    Raises
    ------
    ConfigError
        If the name cannot be used.
    RunError
        If the folder is not empty or cannot be written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise ConfigError(
            f"{name!r} cannot be the name of a plugin; use lowercase letters, digits and hyphens, "
            "as in soft-hinge"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError(f"{folder} is not empty; choose another folder")
    module = f"geneticgan_{name.replace('-', '_')}"
    values = {
        "kind": kind,
        "name": name,
        "module": module,
        "package": f"geneticgan-{name}",
        "cls": "".join(part.capitalize() for part in name.split("-")),
        "group": KINDS[kind].group,
        "contract": KINDS[kind].contract,
        "trial": KINDS[kind].trial.format(name=name),
        "version": ".".join(__version__.split(".")[:2]),
    }
    files = {
        Path("pyproject.toml"): "pyproject.toml",
        Path("README.md"): "readme.md",
        Path("src", module, "__init__.py"): f"{kind}.py",
        Path("tests", f"test_{module.removeprefix('geneticgan_')}.py"): "test.py",
    }
    environment = jinja2.Environment(  # noqa: S701  # Python and TOML, no HTML
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    written = []
    try:
        for target, template in files.items():
            path = folder / target
            path.parent.mkdir(parents=True, exist_ok=True)
            text = environment.get_template(f"{template}.j2").render(values)
            write_whole(path, text.encode())
            written.append(path)
    except OSError as error:
        raise not_written(folder, error) from error
    return written
