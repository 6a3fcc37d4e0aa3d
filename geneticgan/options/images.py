"""Which images a run learns from."""

from __future__ import annotations

from dataclasses import dataclass

from geneticgan.options.definition import BY_RECIPE, option

OVERSAMPLINGS = ("auto", "batches", "exact", "root", "weights")
IMAGE_SIZES = (8, 16, 28, 32, 64, 128)
DATA = "Data"


@dataclass(frozen=True)
class ImageOptions:
    """Data set, imbalance, balancing and augmentation."""

    dataset: str = option("digits", DATA, "The data set, a plugin; see: geneticgan datasets list.")
    data_root: str | None = option(
        None,
        DATA,
        "The folder (or archive, or file) of the data set.",
        shown="./data, where the set has a usual form",
    )
    image_size: int | None = option(
        None,
        DATA,
        "The width and height of images in pixels, for data sets of free size.",
        choices=IMAGE_SIZES,
    )
    download: bool = option(False, DATA, "Download the files of the data set if they are missing.")
    skip_corrupt: bool = option(False, DATA, "Leave out images that cannot be read.")
    imbalance: str = option(
        "auto",
        DATA,
        "The training images of each class, a plugin: auto takes the data set's own counts (the "
        "paper's Table III) where it has some, else all; others are table-iii, as-is, "
        "two-class:ratio=100, exponential:ratio=50, step:ratio=50 and counts:4000,2000.",
    )
    oversampling: str = option(
        "auto",
        DATA,
        "How classes are balanced. batches draws the label of every image of a batch evenly; "
        "exact shuffles a list in which minority images are repeated until all classes are "
        "equally large; root draws labels by the square root of the classes' sizes, weights draws "
        "images as they are, and both give an image more weight in the loss the smaller its class "
        "is. auto is root for the balanced softmax and batches for the cross-entropy.",
        choices=OVERSAMPLINGS,
        expert=True,
    )
    augmentation: str = option(
        BY_RECIPE,
        DATA,
        "Random changes of every image that a network learns from, generated ones too: none, as "
        "in the paper, or some of flip,translation,deformation,cutout.",
    )
    validation_fraction: float = option(
        0.1,
        DATA,
        "The share of the training images that is held out for validation, at least 2 of each "
        "class; 0 holds out none.",
        minimum=0,
        maximum=1,
        below=True,
    )
    split_seed: int | None = option(
        None,
        DATA,
        "The seed that draws the test part, where the data set has none of its own, and the "
        "imbalanced subset; the run's seed unless it is given.",
        minimum=0,
        expert=True,
        shown="the seed",
    )
