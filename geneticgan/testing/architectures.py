"""The contract suite of architectures."""

from __future__ import annotations

import copy
from abc import abstractmethod

import torch

from geneticgan.networks import (
    Architecture,
    Discriminator,
    Generator,
    build_discriminator,
    build_generator,
)
from geneticgan.seeding import torch_seeded
from geneticgan.testing.contract import Contract, expect

CLASSES, WIDTH, LATENT, BATCH = 3, 2, 5, 4


class ArchitectureContract(Contract):
    """The contract of architectures; subclass it, define `make` and set ``shapes``.

    Attributes
    ----------
    shapes : tuple of (channels, size)
        Supported image shapes, all of which are tested.
    """

    shapes: tuple[tuple[int, int], ...] = ((1, 8), (1, 28), (3, 32))

    @abstractmethod
    def make(self) -> Architecture:
        """Return a fresh architecture."""

    def pair(self, channels: int, size: int) -> tuple[Generator, Discriminator]:
        """Return small networks for images of a shape."""
        family = self.make()
        return (
            build_generator(channels, size, CLASSES, WIDTH, LATENT, 0, family),
            build_discriminator(channels, size, CLASSES, WIDTH, 0, family),
        )

    def images(self, channels: int, size: int) -> torch.Tensor:
        """Return random images in [-1, 1]."""
        rng = torch.Generator().manual_seed(0)
        return torch.rand((BATCH, channels, size, size), generator=rng) * 2 - 1

    def generated(self, generator: Generator) -> torch.Tensor:
        """Return images of every class from random latents."""
        latent = torch.randn((BATCH, LATENT), generator=torch.Generator().manual_seed(0))
        images: torch.Tensor = generator(latent, torch.arange(BATCH) % CLASSES)
        return images

    def test_images_have_the_shape_and_range_that_is_asked_for(self) -> None:
        """Images are in [-1, 1] for every shape."""
        for channels, size in self.shapes:
            generator, _ = self.pair(channels, size)
            images = self.generated(generator)
            wanted = (BATCH, channels, size, size)
            expect(images.shape == wanted, f"images of {tuple(images.shape)}, not {wanted}")
            expect(images.abs().max() <= 1, "pixels lie beyond [-1, 1]")
            expect(generator.latent_dim == LATENT, "latent_dim is not what was asked for")

    def test_the_output_has_both_heads(self) -> None:
        """The discriminator returns source logits (B,) or (B, K), and class logits (B, K)."""
        for channels, size in self.shapes:
            _, discriminator = self.pair(channels, size)
            images = self.images(channels, size)
            source, classes = discriminator(images)
            allowed = (BATCH,), (BATCH, CLASSES)
            expect(source.shape in allowed, f"source logits of {tuple(source.shape)}")
            expect(classes.shape == (BATCH, CLASSES), f"class logits of {tuple(classes.shape)}")
            means = discriminator.channel_means(images)
            wanted = (BATCH, discriminator.channels)
            expect(means.shape == wanted, f"channel means of {tuple(means.shape)}, not {wanted}")

    def test_everything_can_be_trained(self) -> None:
        """Every parameter has a finite gradient unless ``frozen`` names it."""
        channels, size = self.shapes[0]
        generator, discriminator = self.pair(channels, size)
        source, classes = discriminator(self.generated(generator))
        (source.square().sum() + classes.square().sum()).backward()
        for network in (generator, discriminator):
            frozen = getattr(network, "frozen", "")
            for name, parameter in network.named_parameters():
                found = parameter.grad
                if not parameter.requires_grad:
                    kept = bool(frozen) and name.startswith(frozen)
                    expect(kept, f"{name} requires no gradient, but ``frozen`` does not name it")
                    continue
                expect(found is not None, f"{name} has no gradient")
                expect(found is not None and torch.isfinite(found).all(), f"{name}: not finite")

    def test_the_latent_and_the_label_matter(self) -> None:
        """The generator ignores neither of them."""
        channels, size = self.shapes[0]
        generator, _ = self.pair(channels, size)
        latent = torch.randn((BATCH, LATENT), generator=torch.Generator().manual_seed(0))
        labels = torch.zeros(BATCH, dtype=torch.long)
        images = generator(latent, labels)
        other = generator(latent, labels + torch.arange(BATCH) % CLASSES)
        expect(not torch.equal(images, other), "another label gives the same images")
        expect(not torch.equal(images[0], images[1]), "another latent gives the same image")

    def test_the_same_seed_gives_the_same_network(self) -> None:
        """Initial weights depend only on torch's seeded state."""
        for one, other in zip(self.pair(*self.shapes[0]), self.pair(*self.shapes[0]), strict=True):
            ours, theirs = one.state_dict(), other.state_dict()
            same = all(torch.equal(ours[name], theirs[name]) for name in ours)
            expect(same, "two networks of one seed differ")

    def test_an_images_logits_are_its_own_unless_coupling_is_declared(self) -> None:
        """Changing the first image changes no bit of the other rows (see ``couples_samples``)."""
        for channels, size in self.shapes:
            _, discriminator = self.pair(channels, size)
            if discriminator.couples_samples:
                continue
            images = self.images(channels, size)
            changed = torch.cat([-images[:1], images[1:]])
            expected, found = (self.logits_in_training(discriminator, x) for x in (images, changed))
            for name, one, other in zip(("source", "class"), expected, found, strict=True):
                expect(
                    torch.equal(one[1:], other[1:]),
                    f"another image changes the {name} logits of the others; the discriminator "
                    "must set couples_samples = True",
                )

    def logits_in_training(
        self, discriminator: Discriminator, images: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the output of a copy of a discriminator, always with the same random draws."""
        with torch_seeded(0), torch.no_grad():
            source, classes = copy.deepcopy(discriminator).train()(images)
        return source, classes
