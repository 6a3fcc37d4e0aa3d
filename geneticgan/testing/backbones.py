"""The contract suite of backbones."""

from __future__ import annotations

from abc import abstractmethod

import torch

from geneticgan.networks.backbones.contract import Backbone, Features, Pretrained
from geneticgan.testing.contract import Contract, expect

SIDE = 64
"""Size in pixels of test images, unless a backbone requires its own size."""


class BackboneContract(Contract):
    """The contract of backbones; subclass it and define `make`. The weights must be available."""

    @abstractmethod
    def make(self) -> Backbone:
        """Return a fresh backbone."""

    def test_images_of_any_kind_become_finite_features(self) -> None:
        """Grayscale and colour images of various sizes are accepted."""
        pretrained = self.make().load()
        kind = type(pretrained).__name__
        expect(isinstance(pretrained, Pretrained), f"load() returned a {kind}, no Pretrained")
        lengths = set()
        for channels, side in ((1, 8), (3, 28)):
            found = _features(pretrained, _images(3, channels, side))
            expect(found.dim() == 2 and len(found) == 3, f"features of shape {tuple(found.shape)}")
            expect(bool(torch.isfinite(found).all()), "a feature is not finite")
            lengths.add(found.shape[1])
        expect(len(lengths) == 1, f"the number of features changes: {sorted(lengths)}")

    def test_an_image_has_its_features_whatever_lies_beside_it(self) -> None:
        """It is in evaluation mode, without random draws or batch statistics."""
        pretrained, images = self.make().load(), _images(4, 3, 16)
        together, alone = _features(pretrained, images), _features(pretrained, images[:1])
        again = _features(pretrained, images)
        expect(bool(torch.equal(together, again)), "the same images have different features")
        near = torch.allclose(together[:1], alone, rtol=1e-3, atol=1e-4)
        expect(near, "an image's features depend on the others of its batch")

    def test_different_images_have_different_features(self) -> None:
        """Otherwise there would be nothing to learn from them."""
        found = _features(self.make().load(), _images(2, 3, 16))
        expect(not torch.allclose(found[0], found[1]), "two images have the same features")

    def test_loaded_again_it_has_the_same_weights_under_the_same_key(self) -> None:
        """Features are cached under the key."""
        first, again = self.make().load(), self.make().load()
        expect(first.key == again.key and bool(first.key), f"keys {first.key!r}, {again.key!r}")
        images = _images(2, 3, 16)
        same = torch.equal(_features(first, images), _features(again, images))
        expect(bool(same), "loading twice gives different features")


def _images(count: int, channels: int, side: int) -> torch.Tensor:
    rng = torch.Generator().manual_seed(0)
    return torch.rand(count, channels, side, side, generator=rng) * 2 - 1


def _features(pretrained: Pretrained, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        try:
            found: torch.Tensor = Features(pretrained, min(SIDE, pretrained.size))(images)
        except RuntimeError:  # a network for a single size
            found = Features(pretrained)(images)
    return found
