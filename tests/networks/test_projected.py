"""Heads on a frozen pretrained network: what learns, what does not, and where it is kept."""

import pytest
import torch
import torchvision
from torch import nn

from geneticgan.data.augmentation import Augmentation
from geneticgan.errors import ConfigError, PluginError
from geneticgan.gan.batch import Batch, Logits
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.forward import Forward
from geneticgan.gan.losses import DiscriminatorLoss, Wasserstein
from geneticgan.networks import build_discriminator, build_generator, create_architecture
from geneticgan.networks.backbones.contract import Backbone, Pretrained
from geneticgan.networks.backbones.efficientnet_lite0 import EfficientNetLite0
from geneticgan.networks.depths import LAST, find_depths, read_at_depths
from geneticgan.networks.projected import Projected
from geneticgan.training.model import make_adam


@pytest.fixture
def tiny(make_projected):
    """Return what builds a discriminator on a tiny backbone."""

    def make(seed=0, guide=False, size=32, unfilled=False):
        family = make_projected(size)
        return build_discriminator(1, 8, 3, 2, seed, family, guide, unfilled=unfilled)

    return make


def images(count=4, seed=0):
    return torch.rand(count, 1, 8, 8, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def training(module, adversary=None):
    return DiscriminatorTraining(
        module,
        make_adam(module.parameters(), 0.01),
        Forward(module, 0, "float32", Augmentation("none", 0)),
        DiscriminatorLoss(adversary) if adversary else DiscriminatorLoss(),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet18", ("layer1", "layer2", "layer3", "layer4")),
        ("mobilenet_v3_small", ("features.1", "features.3", "features.8", "features")),
    ],
)
def test_depths_are_the_ends_of_the_last_four_resolutions(name, expected):
    network = torchvision.models.get_model(name, weights=None).eval()
    assert find_depths(network, 64) == expected


def test_lite0_is_read_at_its_blocks_and_at_its_end():
    lite = EfficientNetLite0().load()
    shown = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = read_at_depths(lite)(shown)
        torch.testing.assert_close(found[LAST], lite.network(shown))
    shapes = [tuple(found[str(number)].shape[1:]) for number in range(4)]
    assert shapes == [(24, 16, 16), (40, 8, 8), (112, 4, 4), (320, 2, 2)]


def test_a_network_without_depths_is_refused_in_a_sentence():
    class Flat(Backbone):
        def load(self):
            return Pretrained(nn.Conv2d(3, 4, 1), 16, "flat")

    family = Projected()
    family.backbone = Flat()
    with pytest.raises(ConfigError, match="0 resolutions, but 4 are needed"):
        family.discriminator(1, 8, 3, 2)


def test_the_mixing_is_drawn_by_the_seed_and_is_part_of_the_weights(tiny):
    mixing = [
        {name: value for name, value in tiny(seed).state_dict().items() if "mixing" in name}
        for seed in (0, 0, 1)
    ]
    assert len(mixing[0]) == 8
    for name, value in mixing[0].items():
        assert torch.equal(value, mixing[1][name])
        assert not torch.equal(value, mixing[2][name])


def test_a_change_of_a_coarse_map_is_seen_at_every_finer_depth(tiny):
    trunk = tiny().trunks.frozen
    maps, _ = trunk.depths(images(1))
    changed = (*maps[:3], maps[3] + 1)
    for before, after in zip(trunk.mixing(maps), trunk.mixing(changed), strict=True):
        assert not torch.allclose(before, after)


def test_nothing_of_the_frozen_trunk_learns_or_moves(tiny):
    network = tiny(guide=True)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    learner = training(network.train(), Wasserstein(clip=1e-3))
    inside = {id(parameter) for parameter in learner.parameters}
    assert inside == {
        id(parameter)
        for name, parameter in network.named_parameters()
        if name.startswith(("trunk.pixels.", "source.", "classifier.", "guide."))
    }
    (group,) = learner.optimizer.param_groups
    assert {id(parameter) for parameter in group["params"]} == inside
    logits = Logits(*network(images()))
    loss = learner.loss.generated(logits, torch.tensor([0, 1, 2, 0]))
    loss = loss + network.guided(images())[2].sum()
    learner.step(torch.autograd.grad(loss, learner.parameters))
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]) == name.startswith("trunk.frozen."), name
    assert all(p.detach().abs().max() <= 1e-3 for p in network.source.parameters())


def test_gradients_reach_the_images(tiny):
    shown = images().requires_grad_()
    for logits in tiny()(shown):
        (found,) = torch.autograd.grad(logits.sum(), shown, retain_graph=True)
        assert bool((found.flatten(1).abs().sum(1) > 0).all())


def test_the_source_logit_of_the_label_counts(tiny):
    network = tiny()
    batch = Batch(
        0,
        real_images=images(),
        real_labels=torch.tensor([0, 1, 2, 2]),
        latents=torch.zeros(3, 1),
        labels=torch.tensor([2, 0, 1]),
    )
    forward = Forward(network, 0, "float32", Augmentation("none", 0))
    generated = images(3, seed=1)
    for found, shown, labels in (
        (forward.real(batch), batch.real_images, batch.real_labels),
        (forward.generated(generated, batch), generated, batch.labels),
    ):
        for_each_class = network(shown)[0]
        assert for_each_class.shape == (len(shown), 3)
        expected = for_each_class[range(len(shown)), labels]
        torch.testing.assert_close(found.source, expected)


def test_without_conditions_there_is_one_source_logit(make_projected):
    family = make_projected()
    family.conditional = False
    network = build_discriminator(1, 8, 3, 2, 0, family)
    assert network(images())[0].shape == (4,)


@pytest.mark.parametrize("pixels", [True, False])
def test_without_a_trained_trunk_source_logits_hang_on_pretrained_features_alone(
    make_projected, pixels
):
    family = make_projected()
    family.pixels = pixels
    network = build_discriminator(1, 8, 3, 2, 0, family)
    for_source, features = network.read(images())
    assert len(for_source) == 4 + pixels
    seen = network.judge(for_source, features)[0]
    other = network.judge((*for_source[:4], *([images(seed=1)] if pixels else [])), features)[0]
    assert torch.equal(seen, other) != pixels


def test_its_generator_begins_nearly_grey(make_projected):
    def contrast(family):
        network = build_generator(1, 32, 3, 4, 8, 0, family)
        latents = torch.randn(16, 8, generator=torch.Generator().manual_seed(0))
        return network(latents, torch.arange(16) % 3).std()

    usual = contrast(create_architecture("convolutional"))
    assert contrast(make_projected()) < usual / 4


def test_an_unfilled_one_becomes_the_same_by_its_weights(tiny):
    network, other = tiny(seed=3), tiny(seed=5, unfilled=True)
    assert not torch.equal(other(images())[1], network(images())[1])
    other.load_state_dict(network.state_dict())
    for one, same in zip(network(images()), other(images()), strict=True):
        assert torch.equal(one, same)


def test_wrong_options_are_one_sentence():
    with pytest.raises(PluginError, match="size must be >= 0"):
        create_architecture("projected:size=-1")
    with pytest.raises(PluginError, match="there is no backbone 'resnet99'"):
        create_architecture("projected:backbone=resnet99")
    with pytest.raises(ConfigError, match="cannot process images of 1 pixels"):
        create_architecture("projected:size=1").unfilled(1, 8, 3, 2)
