"""A folder of images, a folder for each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import numpy as np

from geneticgan.data.archives import unpacked
from geneticgan.data.classes import class_of_each, inmost
from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.decoding import Decoding, Encoded, decode_all
from geneticgan.data.grouping import check_apart, few_groups, group_codes, groups_by_pattern
from geneticgan.data.holdout import with_test_part
from geneticgan.data.listing import Listing, list_images
from geneticgan.data.masks import find_masks
from geneticgan.data.parts import Parts, find_parts
from geneticgan.errors import DataError

Labelled = dict[PurePosixPath, str]
"""From an image's path below the folder to its class."""


class Folder(Dataset):
    """Your own images, a folder for each class: DATA_ROOT/<class>/<image>.

    Below a class images may lie in folders of any depth, and one folder around all of them does
    no harm. With DATA_ROOT/train/<class> and DATA_ROOT/test/<class> (or training, testing,
    validation, in any case) the parts are taken as they are. Otherwise a fifth of each class,
    drawn by the seed, is held out as the test part. Masks beside photographs are left out.

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
    pattern : str
        Only files whose name, or path below the folder, is like it, such as ``*.jpg``; nothing is
        taken for a mask then.
    exclude : str
        No files whose name or path is like it, such as ``*_mask*``.
    classes : str
        ``top`` (the folder below DATA_ROOT), ``leaf`` (the folder an image lies in), or a regular
        expression with one group, the class, searched in the path.
    group : str
        A regular expression, searched in the path: what it finds (its first part in brackets) is
        the patient, lesion or sheet that an image shows. Images of a group stay on one side of
        every split.
    """

    def __init__(
        self,
        data_root: str = "",
        image_size: int = 32,
        grayscale: bool = False,
        skip_corrupt: bool = False,
        pattern: str = "",
        exclude: str = "",
        classes: str = "",
        group: str = "",
    ) -> None:
        self.data_root = data_root
        self.image_size = image_size
        self.grayscale = grayscale
        self.skip_corrupt = skip_corrupt
        self.pattern = pattern
        self.exclude = exclude
        self.classes = classes
        self.group = group

    def load(self) -> Source:
        """Decode every image; `DataError` names what is missing or damaged."""
        if not self.data_root:
            raise DataError("folder needs to know where: name it with --data-root")
        root = unpacked(Path(self.data_root))
        if not root.is_dir():
            raise DataError(f"there is no folder {root}; check --data-root")
        everything = list_images(root)
        if everything.junk:
            self.notices.note(f"Ignored {everything.junk} files and folders of the system.")
        listing = inmost(everything)
        parts = find_parts(listing)
        if parts is None:
            found = self._labelled(listing)
            images = self._decode(listing.root, found, self._groups(found))
            self._say_groups(images, _names(found))
            return with_test_part(images, _names(found))
        return self._given(parts)

    def _given(self, parts: Parts) -> Source:
        train, test = {}, {}
        for name in parts.train:
            found = self._labelled(parts.listing(name))
            train.update({PurePosixPath(name) / path: label for path, label in found.items()})
        found = self._labelled(parts.listing(parts.test))
        test = {PurePosixPath(parts.test) / path: label for path, label in found.items()}
        names, test_names = _names(train), _names(test)
        root = parts.root
        if names != test_names:
            different = sorted(set(names) ^ set(test_names))
            raise DataError(
                f"{root / parts.train[0]} and {root / parts.test} hold different classes "
                f"({', '.join(different)} in only one of them)"
            )
        if parts.said:
            self.notices.note(parts.said)
        groups = self._groups({**train, **test})
        source = Source(self._decode(root, train, groups), self._decode(root, test, groups), names)
        check_apart(source.train, source.test)
        self._say_groups(source.train, names)
        return source

    def _groups(self, found: Labelled) -> dict[PurePosixPath, int]:
        """Return the number of the group that each image belongs to; empty without groups."""
        if not self.group:
            return {}
        paths = list(found)
        codes = group_codes(groups_by_pattern(self.group, [str(path) for path in paths]))
        return dict(zip(paths, codes.tolist(), strict=True))

    def _say_groups(self, images: Images, names: tuple[str, ...]) -> None:
        said = few_groups(images, names) if self.group else ""
        if said:
            self.notices.note(said)

    def _labelled(self, listing: Listing) -> Labelled:
        """Return the class of each image; `DataError` names all classes without one."""
        files = [path for path in listing.files if self._is_wanted(path)]
        masks = set() if self.pattern else find_masks(listing.root, files)
        if masks:
            one = min(masks)
            self.notices.note(
                f"Left out {len(masks)} of {len(files)} images as masks, such as {one}: one lies "
                "beside each photograph; folder:pattern=* takes them too."
            )
        kept = Listing(listing.root, tuple(f for f in files if f not in masks), listing.folders)
        found = class_of_each(kept, self.classes)
        empty = [name for name in listing.folders if name not in set(found.values())]
        if self.classes in ("", "top") and empty and found:
            raise DataError(
                f"{listing.root}: found no image of {', '.join(empty)}; put some there or remove "
                "those folders"
            )
        names = _names(found)
        if not names:
            raise DataError(f"Couldn't find any class folder with an image in {listing.root}")
        if len(names) < 2:
            raise DataError(
                f"{listing.root} holds one class only ({names[0]}); put at least two there"
            )
        if len(found) < len(kept.files):
            self.notices.note(
                f"Left out {len(kept.files) - len(found)} images that lie in no class's folder."
            )
        return found

    def _is_wanted(self, path: PurePosixPath) -> bool:
        if self.pattern and not path.match(self.pattern):
            return False
        return not (self.exclude and path.match(self.exclude))

    def _decode(self, root: Path, found: Labelled, groups: Mapping[PurePosixPath, int]) -> Images:
        names = _names(found)
        order = sorted(found, key=lambda path: (found[path], path))
        paths = [root / path for path in order]
        labels = np.array([names.index(found[path]) for path in order], dtype=np.int64)
        codes = np.array([groups[path] for path in order], dtype=np.int64) if groups else None
        files = Encoded(
            [str(p) for p in paths], labels, lambda index: paths[index].read_bytes(), codes
        )
        how = Decoding(self.image_size, self.grayscale, self.skip_corrupt)
        return decode_all(files, how, f"{root.name}, images", self.notices)


def _names(found: Labelled) -> tuple[str, ...]:
    return tuple(sorted(Counter(found.values())))
