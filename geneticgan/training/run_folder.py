"""The run folder, from which everything that a run prints or draws can be rebuilt."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import platform
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from geneticgan import launch
from geneticgan.config import TrainConfig, read_json
from geneticgan.data.digests import DIGITS, digests
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError, RunError, typed
from geneticgan.files import first_foreign, not_written, write_whole
from geneticgan.specs import Spec, parse_specs
from geneticgan.training.hashed import check_hash, hashed
from geneticgan.training.ownership import seal

FORMAT = 1
"""The version of the folder's layout."""

MADE_FIRST = ("samples", "classifiers")
"""The folders of a new run, which are empty until its networks are trained."""

LOCK = ".lock"
"""The file by whose lock one process at a time works on a run."""

BEGUN = ("config.json", "split.json", LOCK, "lock.json")
"""The files of a run that was killed before it had a model to train."""

FROZEN = "frozen.safetensors"
"""The file of the discriminator's frozen weights, if it has any."""


def _no_run(path: Path) -> str:
    if not path.exists():
        return f"{path} is not a run folder: it does not exist"
    if (path / "run" / "config.json").is_file():
        return f"{path} is not a run folder but that of a choice, whose run is {path / 'run'}"
    return f"{path} is not a run folder (it has no config.json)"


class RunFolder:
    """The paths of a run's files, with functions to read and write the small ones.

    Parameters
    ----------
    path : Path
        The folder, such as ``runs/<name>``; need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.split = path / "split.json"
        self.log = path / "log.jsonl"
        self.results = path / "results.json"
        self.checkpoint = path / "checkpoint"
        self.frozen = path / FROZEN
        self.classifiers = path / "classifiers"
        self.beginning = path / "beginning"
        self.samples = path / "samples"
        self.held_out = path / "held-out.npz"
        self.out_of_fold = path / "out-of-fold.npz"

    @classmethod
    def create(cls, path: Path, config: TrainConfig) -> RunFolder:
        """Create a new run folder with its config.

        Raises
        ------
        RunError
            If the folder is not empty or cannot be written.
        """
        folder = cls(path)
        if path.exists() and not is_free(path):
            raise RunError(
                f"{path} is not empty; continue it with: {typed('resume', path)}; or choose "
                "another --out"
            )
        try:
            folder.samples.mkdir(parents=True, exist_ok=True)
            folder.classifiers.mkdir(exist_ok=True)
            write_json(
                folder.config,
                {
                    "format": FORMAT,
                    "options": config.to_json(),
                    "seal": seal(config),
                    **software(),
                    **machine(config.device),
                },
            )
        except OSError as error:
            raise not_written(path, error) from error
        return folder

    @classmethod
    def open(cls, path: Path) -> tuple[RunFolder, TrainConfig]:
        """Open an existing run and read its config, changed so that it downloads nothing.

        Raises
        ------
        RunError
            If it is not a run folder or was written by a newer version.
        """
        folder = cls(path)
        if foreign := first_foreign(path):
            raise RunError(
                f"{foreign}, but a run folder must hold its own files; put the file itself there"
            )
        if not folder.config.is_file():
            raise RunError(_no_run(path))
        try:
            data = read_json(folder.config)
            if not isinstance(data, dict) or not isinstance(data.get("options"), dict):
                raise RunError(f"{folder.config} is damaged: it has no options")
            if data.get("format") != FORMAT:
                raise RunError(
                    f"{path} has format {data.get('format')!r}; this version reads format {FORMAT}"
                )
            return folder, _local(TrainConfig.from_mapping(data["options"], str(folder.config)))
        except ConfigError as error:
            raise RunError(str(error)) from error

    def seals(self) -> list[str]:
        """Return the seals of the images' location; see `geneticgan.training.ownership`."""
        return [str(read_json(self.config).get("seal", ""))]

    def other_surroundings(self, device: str) -> str:
        """Return a sentence on changes in software or hardware since the start; empty if none."""
        saved = read_json(self.config)
        now = {**software()["versions"], **machine(device)}
        versions = saved.get("versions")
        then = {
            **(versions if isinstance(versions, dict) else {}),
            **{k: saved[k] for k in ("threads", "processes", "device") if k in saved},
        }
        changes = [
            f"{name} {now[name]} instead of {value}"
            for name, value in then.items()
            if name in now and now[name] != value
        ]
        if not changes:
            return ""
        return (
            f"The run continues with {', '.join(changes)}, so its numbers may differ slightly "
            "from those of a run that was never stopped."
        )

    def write_split(
        self, split: Split, earlier: Iterable[str] = (), remarks: Sequence[str] = ()
    ) -> None:
        """Save which images were drawn, and the fingerprint of the data they were drawn from.

        The file also holds the digests of the training images and of ``earlier`` images from which
        the initial networks have learnt, and ``remarks`` about the images.
        """
        drawn = {
            "fingerprint": split.fingerprint,
            "class_names": split.class_names,
            "train_counts": split.train_counts,
            "remarks": list(remarks),
            "train": split.train_indices.tolist(),
            "validation": split.validation_indices.tolist(),
            "learnt": "".join(sorted({*digests(split.train), *earlier})),
        }
        write_json(self.split, hashed(drawn))

    def learnt(self) -> frozenset[str]:
        """Return the digests of the images that its networks have learnt from.

        They are unknown, and thus empty, for a run of an earlier version.

        Raises
        ------
        RunError
            If the file cannot be read.
        """
        try:
            saved = read_json(self.split)
            joined = str(saved.get("learnt", ""))
            check_hash(saved)
        except (ConfigError, AttributeError, ValueError) as error:
            raise RunError(f"{self.split} is damaged") from error
        return frozenset(joined[i : i + DIGITS] for i in range(0, len(joined), DIGITS))

    def check_split(self, split: Split) -> None:
        """Raise `RunError` if the data or the drawn subset differs from that of the run."""
        try:
            saved = read_json(self.split)
            fingerprint, train = saved["fingerprint"], saved["train"]
            check_hash(saved)
        except (ConfigError, LookupError, TypeError, ValueError) as error:
            raise RunError(
                f"{self.split} is damaged; remove it to go on if the images have not changed"
            ) from error
        if fingerprint != split.fingerprint:
            raise RunError(
                f"the images have changed since {self.path} was trained; restore them, or train "
                "again"
            )
        if train != split.train_indices.tolist():
            raise RunError(
                f"the subset drawn by the seed differs from the one saved in {self.split}; use "
                "the versions named in config.json"
            )


def is_free(path: Path) -> bool:
    """Tell whether a folder is empty, or that of a run that was killed before it began."""
    if not path.is_dir():
        return False
    within = list(path.iterdir())
    made = [each for each in within if each.name in MADE_FIRST and _is_empty(each)]
    begun = BEGUN if len(made) == len(MADE_FIRST) else ()  # else a config.json is somebody else's
    others = (each for each in within if each not in made)
    return all(each.name in begun or _is_temporary(each) for each in others)


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _is_temporary(path: Path) -> bool:
    names = (".config.", ".split.", ".model.")
    return path.name.startswith(names) and path.suffix == ".json"


def _local(config: TrainConfig) -> TrainConfig:
    """Return a config that downloads no data set, since the run may come from a stranger."""
    specs = parse_specs(config.dataset)
    kept = (
        Spec(each.name, {k: v for k, v in each.options.items() if k != "download"})
        for each in specs
    )
    return dataclasses.replace(config, download=False, dataset=",".join(map(str, kept)))


def new_run_path(root: Path, dataset: str) -> Path:
    """Return the first free ``<root>/<dataset>-<number>``."""
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in dataset.partition(":")[0])
    number = 1
    while (root / f"{name}-{number:03d}").exists():
        number += 1
    return root / f"{name}-{number:03d}"


def write_json(path: Path, data: Any) -> None:
    """Write a JSON file atomically; raises as `geneticgan.files.write_whole` does."""
    write_whole(path, json.dumps(data, indent=1).encode())


def software() -> dict[str, Any]:
    """Return the software of a result, as JSON types: ``versions`` and ``git_revision``."""
    packages = ("geneticgan", "torch", "torchvision", "numpy", "scikit-learn", "deap")
    versions = {package: importlib.metadata.version(package) for package in packages}
    return {
        "versions": {"python": platform.python_version(), **versions},
        "git_revision": _git_revision(),
    }


def machine(device: str) -> dict[str, Any]:
    """Return the properties of a machine that affect rounding: threads, processes, device type."""
    import torch  # takes seconds, which commands that only look at a run need not wait for

    from geneticgan.training.device import resolve_device

    return {
        "threads": torch.get_num_threads(),
        "processes": launch.count(),
        "device": resolve_device(device).type,
    }


def _git_revision() -> str | None:
    try:
        result = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607  # whichever git the user has
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()
