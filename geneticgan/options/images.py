"""Options of the images that a run learns from."""

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
        shown="./data, for published data sets",
    )
    image_size: int | None = option(
        None,
        DATA,
        "The width and height of images in pixels, for data sets without a fixed size.",
        choices=IMAGE_SIZES,
    )
    download: bool = option(False, DATA, "Download the files of the data set if they are missing.")
    skip_corrupt: bool = option(False, DATA, "Leave out images that cannot be read.")
    imbalance: str = option(
        "auto",
        DATA,
        "The number of training images of each class, a plugin: auto takes the data set's own "
        "counts (the paper's Table III) if it has any, else all images; others are table-iii, "
        "as-is, two-class:ratio=100, exponential:ratio=50, step:ratio=50 and counts:4000,2000.",
    )
    oversampling: str = option(
        "auto",
        DATA,
        "How classes are balanced. batches draws the label of each image in a batch uniformly; "
        "exact shuffles a list in which minority images are repeated until all classes are "
        "equally large; root draws labels in proportion to the square root of the class sizes, "
        "weights draws all images uniformly, and both weight an image in the loss more, the "
        "smaller its class. auto is root for the balanced softmax and batches for the "
        "cross-entropy.",
        choices=OVERSAMPLINGS,
        expert=True,
    )
    augmentation: str = option(
        BY_RECIPE,
        DATA,
        "The random changes to every image that a network learns from, including generated ones: "
        "none, as in the paper, or some of flip,translation,deformation,cutout.",
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
        "The seed for drawing the test part, if the data set has none of its own, and the "
        "imbalanced subset; by default the run's seed.",
        minimum=0,
        expert=True,
        shown="the seed",
    )
