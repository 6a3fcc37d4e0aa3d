"""A folder of images with one folder per class."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np

from geneticgan.data.absence import alike_said, nothing_found, others_said
from geneticgan.data.archives import unpacked
from geneticgan.data.assembling import FileDataset, FileSet
from geneticgan.data.classes import class_of_each, folders_of_classes, inmost
from geneticgan.data.decoding import Decoding, parse_grayscale
from geneticgan.data.encoded import Encoded
from geneticgan.data.files import Below, Paths
from geneticgan.data.grouping import group_codes, groups_by_pattern
from geneticgan.data.known import Sorted, key_of, known_again
from geneticgan.data.listing import Listing, list_images, sorted_places
from geneticgan.data.locating import Locator
from geneticgan.data.masks import find_masks
from geneticgan.data.notices import Notices
from geneticgan.data.parts import Parts, find_parts, tested_inside
from geneticgan.data.roots import check_folder, existing
from geneticgan.data.scaling import parse_window
from geneticgan.data.tables import read_table
from geneticgan.errors import DataError, some
from geneticgan.files import read_regular

Labelled = dict[str, str]
"""Maps an image's path below the folder to its class."""


class Folder(FileDataset):
    """Your own images, with a folder for each class: DATA_ROOT/<class>/<image>.

    The images of a class may lie in subfolders of any depth, and all classes in one more folder.
    If there are DATA_ROOT/train/<class> and DATA_ROOT/test/<class> (or training, testing,
    validation, in upper or lower case), these parts are used. Otherwise a fifth of each class,
    drawn by the seed, is held out as the test part. Masks beside photographs are left out.

    Parameters
    ----------
    data_root : str
        The folder, or a zip or tar archive of it.
    image_size : int
        The size in pixels of the square images.
    grayscale : bool or str
        Whether to read one channel instead of three; ``auto`` does if every file is grey.
    skip_corrupt : bool
        Whether to leave out images that cannot be read.
    pattern : str
        Use only files whose name, or path below the folder, matches, such as ``*.jpg``; then no
        file is taken for a mask.
    exclude : str
        Leave out files whose name or path matches, such as ``*_mask*``.
    classes : str
        ``top`` (the folder below DATA_ROOT), ``leaf`` (the folder that contains the image), or a
        regular expression with one group, the class, searched in the path.
    group : str
        A regular expression that is searched in the path; its match (or first group) is the
        patient, lesion or sheet that an image shows. Images of a group stay on one side of every
        split.
    fit : str
        How an image becomes square: ``crop`` (the centre), ``pad`` (the whole, black beside it),
        ``stretch`` (the whole, deformed), or ``auto``, by the spread of shapes.
    window : str
        LOW:HIGH, the values that become black and white if pixels have more than 8 bits.
    test : str
        A list of the test images, with one path per line, relative to DATA_ROOT; for folders
        without parts.
    """

    def __init__(
        self,
        data_root: str = "",
        image_size: int = 32,
        grayscale: bool | str = "auto",
        skip_corrupt: bool = False,
        pattern: str = "",
        exclude: str = "",
        classes: str = "",
        group: str = "",
        fit: str = "auto",
        window: str = "",
        test: str = "",
    ) -> None:
        self.data_root = data_root
        self.how = Decoding(
            image_size, parse_grayscale(grayscale), skip_corrupt, fit, parse_window(window)
        )
        self.pattern = pattern
        self.exclude = exclude
        self.classes = classes
        self.group = group
        self.test = test
        self._faults: list[str] = []

    def file_set(self) -> FileSet:
        """Find the images and their classes; `DataError` names what is missing."""
        root = check_folder(unpacked(existing("folder", self.data_root)))
        options = self.data_root, self.pattern, self.exclude, self.classes, self.group, self.test
        key = key_of(root, options, [self._list_of_tests()] if self.test else [])
        try:
            found = known_again(key, lambda notices: self._sorted(root, notices), self.notices)
        except DataError as error:  # an archive's files lie where nobody would look for them
            raise DataError(str(error).replace(str(root), self.data_root)) from error
        shown = Below(found.root, found.places)
        files = Encoded(
            shown,
            found.labels,
            lambda index: read_regular(shown[index]),
            found.groups,
            on_disk=True,
            known_by=key,
            place=str(Path(self.data_root).expanduser().resolve()),
        )
        title = f"{found.root.resolve().name}, images"
        return FileSet(files, Paths(shown), found.is_test, found.names, title, found.faults)

    def _sorted(self, root: Path, notices: Notices) -> Sorted:
        """Return the images of a folder with their classes; what is worth knowing is said."""
        before, self.notices, self._faults = self.notices, notices, []
        try:
            return self._found(root)
        finally:
            self.notices = before

    def _found(self, root: Path) -> Sorted:
        everything = list_images(root)
        if everything.junk:
            self.notices.note(f"Ignored {everything.junk} files and folders of the system.")
        if everything.runs:
            runs = some(everything.runs)
            self.notices.note(f"Left out the runs of geneticgan that lie in the folder: {runs}.")
        if everything.files and everything.others:
            self.notices.note(others_said(everything))
        listing = inmost(everything)
        parts = find_parts(listing)
        if parts is None:
            listing = inmost(self._images(listing))
            parts = find_parts(listing)  # below a folder that lay beside one of masks
        if parts is not None:
            return self._given(parts)
        found = self._labelled(listing)
        test = self._listed(listing.root, found)
        inside = set() if test else tested_inside(found)
        if inside:
            self.notices.note("Each class has folders of its own for its parts, which are taken.")
            test = {path: found[path] for path in sorted(inside)}
        return self._files(listing.root, found, test)

    def _given(self, parts: Parts) -> Sorted:
        if parts.said:
            self.notices.note(parts.said)
        train, test = {}, {}
        for name in parts.train:
            train.update(self._in_part(parts, name))
        listing = inmost(self._images(parts.listing(parts.test)))
        if not class_of_each(listing, self.classes):  # as where a contest keeps them to itself
            count = len(listing.files)
            self.notices.note(f"{parts.test} has no classes: its {count} images are left out.")
            return self._files(parts.root, train, self._listed(parts.root, train))
        test = self._in_part(parts, parts.test)
        names, test_names = _names(train), _names(test)
        root = parts.root
        if names != test_names:
            different = some(sorted(set(names) ^ set(test_names)))
            raise DataError(
                f"{root / parts.train[0]} and {root / parts.test} hold different classes "
                f"({different} in only one of them)"
            )
        return self._files(root, train, test)

    def _in_part(self, parts: Parts, name: str) -> Labelled:
        listing = inmost(self._images(parts.listing(name)))
        above = listing.root.relative_to(parts.root).as_posix()
        return {f"{above}/{place}": label for place, label in self._labelled(listing).items()}

    def _listed(self, root: Path, found: Labelled) -> Labelled:
        """Return the test images that a list names; empty without a list."""
        if not self.test:
            return {}
        file = self._list_of_tests()
        locator = Locator(root)
        test: Labelled = {}
        for row in read_table(file).rows:
            path = locator.find(row[0])
            place = path.relative_to(root).as_posix() if path and path.is_relative_to(root) else ""
            if place not in found:
                raise DataError(
                    f"{file} lists {row[0]!r}, which is not an image of a class in {root}; correct "
                    "or remove that line"
                )
            test[place] = found[place]
        names, test_names = _names(found), _names(test)
        if names != test_names:
            missing = sorted(set(names) - set(test_names))
            raise DataError(f"{file} lists no image of: {', '.join(missing)}")
        return test

    def _list_of_tests(self) -> Path:
        """Return the path of the list of test images."""
        inside = Path(self.data_root).expanduser() / self.test
        return inside if inside.is_file() else Path(self.test).expanduser()

    def _labelled(self, listing: Listing) -> Labelled:
        """Return the class of each image; `DataError` names all classes without one."""
        found = class_of_each(listing, self.classes)
        empty = [name for name in listing.folders if name not in set(found.values())]
        if self.classes in ("", "top") and empty and found:
            self._faults.append(
                f"{listing.root}: found no image of {some(empty)}; put some there or remove "
                "those folders"
            )
        names = _names(found)
        if not names:
            raise DataError(nothing_found(listing))
        if len(names) < 2:
            only = f"{listing.root} holds one class only ({names[0]}); put at least two there"
            raise DataError("; ".join([*self._faults, only]))
        if len(found) < len(listing.files):
            self.notices.note(
                f"Left out {len(listing.files) - len(found)} images that lie in no class's folder."
            )
        said = "" if self.classes or self.group else folders_of_classes(found)
        if said:
            self.notices.note(said)
        return found

    def _images(self, listing: Listing) -> Listing:
        """Return the images of a listing that are wanted, without masks."""
        wanted = listing.without({place for place in listing.files if not self._is_wanted(place)})
        dropped = sorted(set(listing.folders) - set(wanted.folders))
        if dropped:
            self.notices.note(f"Nothing of these folders is wanted: {some(dropped)}.")
        masks = set() if self.pattern else find_masks(listing.root, wanted.files)
        if masks:
            self.notices.note(
                f"Left out {len(masks)} of {len(wanted.files)} images as masks, such as "
                f"{min(masks)}: each belongs to a photograph; folder:pattern=* takes them too."
            )
        return wanted.without(masks)

    def _is_wanted(self, place: str) -> bool:
        if self.pattern and not PurePosixPath(place).match(self.pattern):
            return False
        return not (self.exclude and PurePosixPath(place).match(self.exclude))

    def _files(self, root: Path, train: Labelled, test: Labelled) -> Sorted:
        """Return the images with their classes; without test images some are held out later."""
        found = {**train, **test}
        names = _names(found)
        if alike := alike_said(names):
            self.notices.note(alike)
        order = sorted_places(list(found))
        order.sort(key=found.__getitem__)  # which leaves those of a class as they are
        places = {name: label for label, name in enumerate(names)}
        return Sorted(
            root,
            order,
            names,
            np.fromiter((places[found[place]] for place in order), np.int64, len(order)),
            group_codes(groups_by_pattern(self.group, order)) if self.group else None,
            np.array([path in test for path in order]) if test else None,
            tuple(self._faults),
        )


def _names(found: Labelled) -> tuple[str, ...]:
    return tuple(sorted(Counter(found.values())))
