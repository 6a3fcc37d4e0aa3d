"""A folder of images, a folder for each class."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from torchvision.datasets import ImageFolder

from geneticgan.data.archives import unpacked
from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.decoding import Decoding, Encoded, decode_all
from geneticgan.data.holdout import with_test_part
from geneticgan.errors import DataError


class Folder(Dataset):
    """Your own images in torchvision's ImageFolder layout: DATA_ROOT/<class>/<image>.

    Below a class images may lie in folders of any depth. With DATA_ROOT/train/<class> and
    DATA_ROOT/test/<class> the parts are taken as they are. Otherwise a balanced test part, a
    fifth of the smallest class from each class, is held out; it is the same whatever the seed.

    Parameters
    ----------
    data_root : str
        The folder, or a zip or tar archive of it.
    image_size : int
        Pixels to which the shorter side is resized before the centre is cropped.
    grayscale : bool
        Read as one channel instead of three.
    skip_corrupt : bool
        Go on without images that cannot be read.
    """

    def __init__(
        self,
        data_root: str = "",
        image_size: int = 32,
        grayscale: bool = False,
        skip_corrupt: bool = False,
    ) -> None:
        self.data_root = data_root
        self.image_size = image_size
        self.grayscale = grayscale
        self.skip_corrupt = skip_corrupt

    def load(self) -> Source:
        """Decode every image; `DataError` names what is missing or damaged."""
        if not self.data_root:
            raise DataError("folder needs to know where: name it with --data-root")
        root = unpacked(Path(self.data_root))
        if not root.is_dir():
            raise DataError(f"there is no folder {root}; check --data-root")
        if (root / "train").is_dir() and (root / "test").is_dir():
            train, names = self._read(root / "train")
            test, test_names = self._read(root / "test")
            if names != test_names:
                different = sorted(set(names) ^ set(test_names))
                raise DataError(
                    f"{root}/train and {root}/test hold different classes "
                    f"({', '.join(different)} in only one of them)"
                )
            return Source(train, test, names)
        everything, names = self._read(root)
        return with_test_part(everything, names, "folder test")

    def _read(self, root: Path) -> tuple[Images, tuple[str, ...]]:
        check_readable(root)
        try:
            folder = ImageFolder(str(root))
        except FileNotFoundError as error:
            # torchvision's sentence: no class folder at all, or which classes have no image.
            raise DataError(f"{root}: {str(error).splitlines()[0]}") from error
        names = tuple(folder.classes)
        if len(names) < 2:
            raise DataError(f"{root} holds one class only ({names[0]}); put at least two there")
        paths = [path for path, _ in folder.samples]
        labels = np.asarray(folder.targets, dtype=np.int64)
        files = Encoded(paths, labels, lambda index: Path(paths[index]).read_bytes())
        how = Decoding(self.image_size, self.grayscale, self.skip_corrupt)
        return decode_all(files, how, f"{root.name}, images", self.notices), names


def check_readable(root: Path) -> None:
    """Raise `DataError` if a folder below cannot be listed; ImageFolder would leave it out."""

    def refuse(error: OSError) -> None:
        raise DataError(
            f"{error.filename} cannot be read: {error.strerror or error}; change its permissions "
            "or move it elsewhere"
        ) from error

    for _ in os.walk(root, onerror=refuse, followlinks=True):
        pass
