"""Images from a run: single ones, and a balanced data set."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from geneticgan.data.dataset import Images, UInt8Array
from geneticgan.errors import RunError
from geneticgan.evaluation.generation import check_visible, generate
from geneticgan.files import not_written, write_whole, written_whole
from geneticgan.inference.loading import open_networks
from geneticgan.jobs.originals import class_folders, copy_originals, files_of, safe_names
from geneticgan.methods.augmented import generate_missing
from geneticgan.methods.of_run import core_config
from geneticgan.training.model import load_model
from geneticgan.training.setup import open_run

NO_GENERATOR = (
    "{path} was trained with {method}, which keeps no generator; train with --method aggan, or "
    "another GAN, to generate images"
)


def generate_images(
    path: str | Path,
    class_name: str | None,
    count: int,
    out: str | Path,
    seed: int,
    device: str = "auto",
) -> Path:
    """Write generated images as PNG files and one npz.

    Parameters
    ----------
    path : str or Path
        The run folder.
    class_name : str or None
        The name or label of a class; None for all classes.
    count : int
        The number of images of each class, >= 1.
    out : str or Path
        The folder for ``<class>-<number>.png`` and ``images.npz`` (``images`` uint8 (N, H, W, C),
        ``labels`` int64 (N,), ``class_names``).
    seed : int
        The seed of the latents.
    device : str
        The device to compute on, whatever the run was trained on.

    Returns
    -------
    Path
        The path of the npz.

    Raises
    ------
    ConfigError
        If the class is unknown.
    RunError
        If the run has no checkpoint or the folder cannot be written.
    """
    path, out = Path(path), Path(out)
    networks = open_networks(path, device)
    facts = networks.facts
    if not networks.generators:
        raise RunError(NO_GENERATOR.format(path=path, method=networks.config.method))
    wanted = range(facts.classes) if class_name is None else [facts.label(class_name)]
    labels = torch.tensor([label for label in wanted for _ in range(count)])
    made = generate(networks.generators, labels, seed, networks.device)
    check_visible(made)
    images = made.numpy()
    names = safe_names(facts.class_names)
    target = out / "images.npz"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for number, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
            _write_png(out / f"{names[label]}-{number % count:05d}.png", image)
        with written_whole(target) as temporary:
            np.savez_compressed(
                temporary,
                images=images.transpose(0, 2, 3, 1),
                labels=labels.numpy(),
                class_names=np.asarray(facts.class_names),
            )
    except OSError as error:
        raise not_written(out, error) from error
    return target


def augment(
    path: str | Path,
    out: str | Path,
    device: str | None = None,
    data_root: str | None = None,
) -> dict[str, tuple[int, int]]:
    """Write the training images and those that `generate_missing` adds, one folder per class.

    If the data set consists of files, the files themselves are copied, with their own names and
    those of their classes; otherwise images are written as the run saw them.

    Parameters
    ----------
    path : str or Path
        The run folder.
    out : str or Path
        A folder that is empty or does not exist; torchvision's ImageFolder can read it.
    device : str or None
        The device to compute on; None for the run's own.
    data_root : str or None
        Where the images are now; required for a run that was made elsewhere.

    Returns
    -------
    dict
        The numbers of (real, generated) images written, by class name.

    Raises
    ------
    RunError
        If ``out`` is not empty or cannot be written, or the run has no checkpoint.
    """
    path, out = Path(path), Path(out)
    folder, config, split = open_run(path, device=device, data_root=data_root)
    core = core_config(config)
    if core is None:
        raise RunError(NO_GENERATOR.format(path=path, method=config.method))
    model = load_model(core, split, folder)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunError(f"{out} is not empty; choose another --out")
    generated = generate_missing(model.generators, split, config.seed, model.device)
    check_visible(torch.from_numpy(generated.pixels))
    try:
        found = files_of(config, split)
        if found is None:
            names = safe_names(split.class_names)
            _write_by_class(out, names, "real", split.train)
        else:
            names = class_folders(found, split.class_names)
            copy_originals(found, split.train, [out / name for name in names])
        _write_by_class(out, names, "generated", generated)
    except OSError as error:
        raise not_written(out, error) from error
    added = generated.counts(split.classes)
    pairs = zip(split.class_names, split.train_counts, added, strict=True)
    return {name: (real, more) for name, real, more in pairs}


def _write_by_class(out: Path, names: Sequence[str], kind: str, images: Images) -> None:
    for label, name in enumerate(names):
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(images.pixels[images.labels == label]):
            _write_png(folder / f"{kind}-{number:05d}.png", image)


def _write_png(path: Path, image: UInt8Array) -> None:
    channels_last = image.transpose(1, 2, 0)
    data = io.BytesIO()
    Image.fromarray(channels_last[:, :, 0] if len(image) == 1 else channels_last).save(data, "PNG")
    write_whole(path, data.getvalue(), flush=False)  # there are thousands of them
