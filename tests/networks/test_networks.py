import pytest
import torch

from geneticgan.errors import ConfigError
from geneticgan.networks import Discriminator, build_discriminator, build_generator
from geneticgan.networks.sizes import SIZES


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_size_and_channel_count_fits(size, channels):
    generator = build_generator(channels, size, 5, 2, 7, seed=0)
    discriminator = build_discriminator(channels, size, 5, 2, seed=0)
    images = generator(torch.randn(4, 7), torch.tensor([0, 1, 4, 4]))
    assert images.shape == (4, channels, size, size)
    assert images.abs().max() <= 1
    source, classes = discriminator(images)
    assert source.shape == (4,)
    assert classes.shape == (4, 5)
    (source.sum() + classes.sum()).backward()
    for module in (generator, discriminator):
        for name, parameter in module.named_parameters():
            assert parameter.grad is not None, name


@pytest.mark.parametrize("size", SIZES)
def test_the_discriminator_couples_no_samples(size):
    discriminator = build_discriminator(1, size, 3, 2, seed=0)
    images = torch.randn(3, 1, size, size)
    changed = images.clone()
    changed[1:] = torch.randn(2, 1, size, size)
    for before, after in zip(discriminator(images), discriminator(changed), strict=True):
        torch.testing.assert_close(before[0], after[0])
        assert not torch.allclose(before[1:], after[1:])


def test_the_generator_depends_on_latent_and_label():
    generator = build_generator(1, 8, 3, 4, 5, seed=0).eval()
    latent, labels = torch.randn(2, 5), torch.tensor([0, 0])
    one, other = generator(latent, labels)
    assert not torch.allclose(one, other)
    assert not torch.allclose(generator(latent, labels + 1)[0], one)


def test_the_latents_variance_reaches_every_size():
    generator = build_generator(1, 32, 3, 4, 5, seed=0)
    offsets = generator.styles[0](torch.randn(64, 5))
    torch.testing.assert_close(
        offsets.var(0, correction=0).flatten(), torch.ones(8), rtol=0.01, atol=0.01
    )


def test_building_is_a_function_of_the_seed_and_leaves_the_global_state_alone():
    state = torch.random.get_rng_state()
    one, same, other = (build_generator(1, 8, 3, 2, 5, seed) for seed in (1, 1, 2))
    assert torch.equal(one.dense.weight, same.dense.weight)
    assert not torch.equal(one.dense.weight, other.dense.weight)
    assert torch.equal(state, torch.random.get_rng_state())


@pytest.mark.parametrize(
    ("channels", "size", "classes", "width", "message"),
    [
        (1, 20, 3, 2, "images of 20 pixels are not supported; use --image-size with one of 8"),
        (2, 32, 3, 2, "1 or 3 channels"),
        (1, 32, 1, 2, "at least two classes"),
        (1, 32, 3, 0, "width must be at least 1"),
    ],
)
def test_shapes_without_a_network_are_refused(channels, size, classes, width, message):
    with pytest.raises(ConfigError, match=message):
        build_discriminator(channels, size, classes, width, seed=0)
    with pytest.raises(ConfigError, match=message):
        build_generator(channels, size, classes, width, 4, seed=0)


def test_a_guide_leaves_the_other_weights_as_they_are():
    plain = build_discriminator(1, 8, 3, 2, seed=0)
    guided = build_discriminator(1, 8, 3, 2, seed=0, guide=True)
    weights = guided.state_dict()
    assert {name for name in weights if name not in plain.state_dict()} == {
        "guide.weight",
        "guide.bias",
    }
    assert all(torch.equal(weights[name], value) for name, value in plain.state_dict().items())
    images = torch.rand(5, 1, 8, 8)
    source, classes, guide = guided.guided(images)
    assert torch.equal(source, guided(images)[0])
    assert torch.equal(classes, guided(images)[1])
    assert guide.shape == (5, 3)
    assert not torch.equal(guide, classes)


def test_a_guide_needs_heads_on_a_trunk():
    class Own(Discriminator):
        def forward(self, images):
            return super().forward(images)

    with pytest.raises(ConfigError, match="--set class_guidance=shared"):
        Own(torch.nn.Flatten(), 1, 8, 3).add_guide()
    with pytest.raises(RuntimeError, match="add_guide"):
        build_discriminator(1, 8, 3, 2, seed=0).guided(torch.rand(5, 1, 8, 8))
