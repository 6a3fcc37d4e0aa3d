"""Every method: that it learns, and what makes it the method it is."""

import dataclasses
import json
import math

import numpy as np
import pytest
import torch
from imblearn.over_sampling import SMOTE
from torch.nn.functional import cross_entropy

from geneticgan.config import TrainConfig
from geneticgan.data.augmentation import Augmentation
from geneticgan.data.dataset import Images
from geneticgan.data.sampling import to_unit_range
from geneticgan.errors import ConfigError, DataError
from geneticgan.evaluation.metrics import score
from geneticgan.evaluation.prediction import predict
from geneticgan.methods.aggan import AGGAN
from geneticgan.methods.asked import read_method, with_given
from geneticgan.methods.borderline_smote import BorderlineSmote
from geneticgan.methods.catalogue import METHODS, create_method
from geneticgan.methods.cb_loss import ClassBalanced, class_weights
from geneticgan.methods.contract import TRIALS
from geneticgan.methods.deepsmote import DeepSmote
from geneticgan.methods.dos import combine, in_class_neighbours
from geneticgan.methods.egan import EGAN
from geneticgan.methods.gamo_game import ConvexGenerator, step_by
from geneticgan.methods.lsgan import LSGAN
from geneticgan.methods.oscn import OsCN
from geneticgan.methods.smote import Smote, resampled
from geneticgan.methods.wgan import WGAN
from geneticgan.recipes import OF_IMAGES, RECIPES
from geneticgan.specs import options_of, parse_specs
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted
from geneticgan.training.model import make_adam
from geneticgan.training.rates import full_rates

OF_GANS = ("acgan", "aggan", "egan", "lsgan", "wgan")
ALL = [found.name for found in METHODS.find()]
PRETRAINED = ("fine-tune", "probe")
NAMES = [name for name in ALL if name not in PRETRAINED]  # those have tests of their own
CPU = torch.device("cpu")


def make(name, **values):
    (spec,) = parse_specs(name)
    return create_method(spec, **values)


def test_there_are_the_papers_methods_and_those_of_today():
    assert ALL == [
        "acgan", "aggan", "balanced-softmax", "borderline-smote", "cb-loss", "cn", "crt",
        "deep-ensemble", "deepsmote", "dos", "egan", "ensemble", "fine-tune", "gamo", "ldam-drw",
        "logit-adjustment", "lsgan", "mixup", "oscn", "probe", "remix", "sam", "smote", "tailored",
        "wgan",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_to_tell_simple_classes_apart(name, task, learnt):
    fitted = learnt(name).fitted
    test = task.split.test
    found = score(test.labels, predict(fitted.network, test, CPU), 3, 2)
    # chance is 1/3; WGAN's clipped critic learns far more slowly than the others
    assert found.acsa > (0.3 if name == "wgan" else 0.8)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_function_of_the_seed(name, task):
    task = dataclasses.replace(task, config=dataclasses.replace(task.config, steps=10))
    one, again = (make(name).fit(task).network.state_dict() for _ in range(2))
    assert all(torch.equal(one[key], again[key]) for key in one)
    other = dataclasses.replace(task, config=dataclasses.replace(task.config, seed=1))
    different = make(name).fit(other).network.state_dict()
    assert any(not torch.equal(one[key], different[key]) for key in one)


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_from_changed_images_if_that_is_asked_for(name, task):
    def weights(augmentation):
        config = dataclasses.replace(task.config, steps=5, augmentation=augmentation)
        return make(name).fit(dataclasses.replace(task, config=config)).network.state_dict()

    plain, changed, again = map(weights, ("none", "flip,cutout", "cutout,flip"))
    assert all(torch.equal(changed[key], again[key]) for key in changed)
    assert any(not torch.equal(plain[key], changed[key]) for key in plain)


@pytest.mark.parametrize("name", NAMES)
def test_a_stop_is_heard(name, task):
    class StopSoon(Observer):
        def on_progress(self, step):
            if step >= 3:
                task.stop.signal_number = 2

        def on_status(self, status):
            self.on_progress(status.step)

    with pytest.raises(Interrupted):
        make(name).fit(dataclasses.replace(task, observers=[StopSoon()]))


@pytest.mark.parametrize("name", ALL)
def test_every_method_has_as_many_trials_and_each_can_be_made(name):
    factory = METHODS.get(name).factory
    assert len(factory.trials) == TRIALS
    assert factory.trials[0] == {}
    assert len({tuple(sorted(trial.items())) for trial in factory.trials}) == TRIALS
    own = options_of(factory)
    for trial in factory.trials:
        make(name, **{k: v for k, v in trial.items() if k in own})
        dataclasses.replace(TrainConfig(), **{k: v for k, v in trial.items() if k not in own})


@pytest.mark.parametrize("name", NAMES)
def test_tuning_tries_rates_over_a_factor_of_thirty(name):
    key = "learning_rate" if name in OF_GANS else "classifier_learning_rate"
    usual = full_rates(TrainConfig()).of_discriminator
    default = usual if name in OF_GANS else TrainConfig().classifier_learning_rate
    rates = {trial.get(key, default) for trial in METHODS.get(name).factory.trials}
    assert rates >= {3e-4, 1e-3, 3e-3, 1e-2}
    if name in OF_GANS:
        tried = [trial.get("generator_learning_rate") for trial in METHODS.get(name).factory.trials]
        assert len(set(tried)) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_its_network_is_shown_as_it_learns(name, learnt):
    steps = learnt(name).shown
    assert len(steps) >= 2
    assert steps == sorted(set(steps))


def test_class_balanced_weights_are_those_of_the_formula():
    counts, beta = (1000, 100, 10), 0.99
    expected = [(1 - beta) / (1 - beta**n) for n in counts]
    found = class_weights(counts, beta)
    assert found.sum().item() == pytest.approx(3)
    for weight, value in zip(found.tolist(), expected, strict=True):
        assert weight / found[0].item() == pytest.approx(value / expected[0], rel=1e-5)
    assert class_weights(counts, 0.0).tolist() == pytest.approx([1, 1, 1])


def test_the_focal_loss_is_the_written_out_one(task):
    method = ClassBalanced("focal", beta=0.0, gamma=2.0)
    logits, label = torch.tensor([[0.3, -1.2, 0.7]]), torch.tensor([2])
    expected = 0.0
    for k, z in enumerate(logits[0].tolist()):
        p = 1 / (1 + math.exp(-z)) if k == 2 else 1 - 1 / (1 + math.exp(-z))
        expected -= (1 - p) ** 2 * math.log(p)
    assert method.loss(task)(logits, label).item() == pytest.approx(expected, rel=1e-5)


def test_the_softmax_loss_is_weighted_by_class(task):
    method = ClassBalanced(beta=0.999)
    weights = class_weights(task.split.train_counts, 0.999)
    logits = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 1, 2, 2, 0])
    each = cross_entropy(logits, labels, reduction="none")
    assert torch.allclose(method.loss(task)(logits, labels), (weights[labels] * each).mean())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cb-loss:kind=hinge", "kind must be softmax or focal"),
        ("cb-loss:beta=1", "beta must be in"),
        ("smote:k=0", "k must be at least 1"),
        ("gamo:weight=-1", "weight must be >= 0"),
        ("gamo:space=latent", "space must be one of pixels, features"),
    ],
)
def test_wrong_options_are_one_sentence(name, message):
    with pytest.raises(Exception, match=message):
        make(name)


def test_smote_points_lie_between_two_of_their_class(task):
    found = resampled(task, lambda k, s: SMOTE(k_neighbors=k, random_state=s), 5)
    train = task.split.train
    assert found.counts(3) == [max(task.split.train_counts)] * 3
    np.testing.assert_array_equal(found.pixels[: len(train)], train.pixels)
    for pixels, label in zip(found.pixels[len(train) :], found.labels[len(train) :], strict=True):
        own = train.pixels[train.labels == label].astype(float)
        low, high = own.min(0), own.max(0)
        assert (pixels >= np.floor(low)).all()
        assert (pixels <= np.ceil(high)).all()


def test_a_class_of_one_image_has_no_neighbour(task):
    train = task.split.train
    keep = np.sort(np.concatenate([np.flatnonzero(train.labels < 2), [len(train) - 1]]))
    lonely = dataclasses.replace(task.split, train=train.take(keep))
    for method in (Smote(), BorderlineSmote(), DeepSmote()):
        with pytest.raises(DataError, match="at least two training images of each class"):
            method.fit(dataclasses.replace(task, split=lonely))


@pytest.mark.parametrize(("name", "even"), [("cn", False), ("oscn", True)])
def test_cn_draws_the_data_as_they_are_and_oscn_the_classes_evenly(name, even, task):
    draw = make(name).batches(task)
    labels = torch.cat([draw(number)[1] for number in range(400)])
    counts = np.asarray(task.split.train_counts, dtype=float)
    expected = np.full(len(counts), 1 / len(counts)) if even else counts / counts.sum()
    found = np.bincount(labels.numpy(), minlength=len(counts)) / len(labels)
    np.testing.assert_allclose(found, expected, atol=0.04)


@pytest.mark.parametrize("how", ["root", "weights"])
def test_oscn_balances_by_weights_where_batches_are_not_balanced(how, task):
    task = dataclasses.replace(task, config=dataclasses.replace(task.config, oversampling=how))
    method = make("oscn")
    draw, loss = method.batches(task), method.loss(task)
    labels = torch.cat([draw(number)[1] for number in range(400)])
    classes = task.split.classes
    logits = torch.zeros(len(labels), classes, requires_grad=True)
    loss(logits, labels).backward()
    share = logits.grad.neg().max(dim=1).values * classes / (classes - 1)
    found = torch.bincount(labels, share, minlength=classes)
    np.testing.assert_allclose(found.numpy(), 1 / classes, atol=0.04)
    assert labels.bincount()[0] > 1.5 * labels.bincount()[-1]


def test_borderline_smote_starts_from_images_near_another_class(task, monkeypatch):
    # One line of grey levels: the minority lies at 0 to 9 among its own, and at 100 to 104
    # among the others.
    inner, border, other = np.arange(10), np.arange(100, 105), np.arange(90, 130)
    values = np.concatenate([inner, border, other, other])
    labels = np.repeat([0, 1], [15, 80]).astype(np.int64)
    pixels = np.broadcast_to(values[:, None, None, None], (95, 1, 8, 8)).astype(np.uint8)
    split = dataclasses.replace(task.split, train=Images(pixels, labels), class_names=("a", "b"))
    task = dataclasses.replace(task, split=split)
    for module in ("smote", "borderline_smote"):
        name = f"geneticgan.methods.{module}.oversampled_batches"
        monkeypatch.setattr(name, lambda images, task: images.pixels[95:, 0, 0, 0])
    assert (Smote(k=2).batches(task) < 10).any()
    grey = BorderlineSmote(k=2).batches(task)
    assert len(grey) == 65
    assert (grey >= 100).all()


def test_deepsmote_decodes_points_between_codes_of_a_class(task, monkeypatch):
    class Plain(torch.nn.Module):  # codes are the images themselves
        encoder = torch.nn.Flatten()
        decoder = torch.nn.Unflatten(1, (1, 8, 8))

    monkeypatch.setattr(DeepSmote, "_train_coder", lambda self, task: Plain())
    found, train = DeepSmote().resample(task), task.split.train
    points = train.pixels.reshape(len(train), -1).astype(float)
    for image, label in zip(found.pixels[len(train) :], found.labels[len(train) :], strict=True):
        own = points[train.labels == label]
        assert distance_to_segments(image.reshape(-1).astype(float), own) < 8  # of rounding


def distance_to_segments(point, ends):
    """Return the distance to the nearest segment between two of the points."""
    start, step = ends[:, None], ends[None] - ends[:, None]
    length = np.maximum((step**2).sum(-1), 1e-9)
    along = np.clip((step * (point - start)).sum(-1) / length, 0, 1)
    return np.linalg.norm(start + along[..., None] * step - point, axis=-1).min()


def test_deepsmote_keeps_the_real_images_and_balances(task):
    found = DeepSmote().resample(task)
    train = task.split.train
    np.testing.assert_array_equal(found.pixels[: len(train)], train.pixels)
    assert found.counts(3) == [max(task.split.train_counts)] * 3
    assert DeepSmote().steps(task) == 75  # half of the budget; the other half codes


def test_dos_neighbours_are_the_nearest_of_the_class():
    features = torch.tensor([[0.0], [1.0], [10.0], [3.0], [0.4], [0.5], [50.0]])
    labels = np.array([0, 0, 0, 0, 1, 1, 2])
    found = in_class_neighbours(features, labels, 2)
    assert found[0].tolist() == [1, 3]
    assert found[2].tolist() == [3, 1]
    assert found[4].tolist() == [5, 5]  # though 0 and 1 of the other class are near
    assert found[6].tolist() == [6, 6]  # the only one of its class
    for index, row in enumerate(found):
        assert (labels[row] == labels[index]).all()


def test_dos_targets_are_convex_combinations():
    rng = torch.Generator().manual_seed(0)
    features = torch.eye(6)
    neighbours = torch.tensor([[0, 1, 2], [3, 4, 5]])
    targets = combine(features, neighbours, rng)
    assert (targets >= 0).all()
    assert torch.allclose(targets.sum(1), torch.ones(2))
    assert (targets[0, 3:] == 0).all()
    assert (targets[1, :3] == 0).all()


def test_gamo_generates_in_the_convex_hull_of_the_class():
    torch.manual_seed(0)
    images, labels = torch.rand(9, 1, 8, 8), torch.tensor([0] * 4 + [1] * 3 + [2] * 2)
    generator = ConvexGenerator(5, images, labels, [1, 2])
    latent, wanted = torch.randn(6, 5), torch.tensor([1, 2, 1, 2, 2, 1])
    made = generator(latent, wanted)
    for label in (1, 2):
        chosen = wanted == label
        weights = generator.weights(latent[chosen], label)
        assert weights.shape == (3, int((labels == label).sum()))
        assert (weights >= 0).all()
        assert torch.allclose(weights.sum(1), torch.ones(3))
        points = weights @ images[labels == label].flatten(1)
        assert torch.allclose(made[chosen].flatten(1), points)


def test_gamo_steps_alike_however_a_gradient_lies_in_memory():
    weights = torch.randn((4, 3, 2, 2), generator=torch.Generator().manual_seed(0))
    images = torch.randn((2, 3, 5, 5), generator=torch.Generator().manual_seed(1))
    found = []
    for layout in (torch.contiguous_format, torch.channels_last):
        parameter = torch.nn.Parameter(weights.clone())
        maps = torch.nn.functional.conv2d(images.contiguous(memory_format=layout), parameter)
        step_by(make_adam([parameter], 0.1), maps.square().sum())
        found.append(parameter.detach())
    torch.testing.assert_close(*found)


def test_gamo_of_features_learns_and_leaves_the_extractor_as_it_was(task, monkeypatch):
    import geneticgan.methods.gamo as gamo

    seen = []

    class Spy(gamo.Game):
        def __init__(self, task, steps, weight, points, *others):
            seen.append((steps, points, others[-1].weight.detach().clone()))
            super().__init__(task, steps, weight, points, *others)

    monkeypatch.setattr(gamo, "Game", Spy)
    network = make("gamo:space=features").fit(task).network
    ((steps, points, head),) = seen
    assert steps == task.config.steps - task.config.steps // 2
    images = to_unit_range(torch.from_numpy(task.split.train.pixels))
    with torch.no_grad():
        torch.testing.assert_close(network.eval().trunk(images), points)
    assert not torch.equal(network.classifier.weight, head)
    assert all(parameter.requires_grad for parameter in network.parameters())
    found = score(task.split.test.labels, predict(network, task.split.test, CPU), 3, 2)
    assert found.acsa > 0.8


def test_gamo_needs_a_minority(task):
    balanced = Images(task.split.train.pixels[:6], np.array([0, 0, 1, 1, 2, 2]))
    with pytest.raises(DataError, match="the classes are balanced"):
        make("gamo").fit(
            dataclasses.replace(task, split=dataclasses.replace(task.split, train=balanced))
        )


def log_of(task):
    lines = (task.folder / "log.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_egan_accepts_always_and_aggan_does_not(task, learnt):
    assert all(family["accepted"] for record in learnt("egan").log for family in record["families"])
    few = dataclasses.replace(task.config, steps=60, T=1e-9)
    AGGAN().fit(dataclasses.replace(task, config=few))
    accepted = [family["accepted"] for record in log_of(task) for family in record["families"]]
    assert 0 < sum(accepted) < len(accepted)


def test_egan_of_several_parents_keeps_the_best_of_all_offspring(task):
    several = dataclasses.replace(task.config, population=3)
    assert EGAN().settings(several).selection == "best"
    assert EGAN().settings(task.config).selection == "always"  # the same for one parent


def test_oscn_may_look_at_an_image_more_than_once(task):
    images, labels = OsCN().batches(task)(3)
    twice, their_labels = OsCN(views=2).batches(task)(3)
    assert torch.equal(twice, torch.cat([images, images]))
    assert torch.equal(their_labels, torch.cat([labels, labels]))
    deformed = Augmentation("deformation", 0)(twice, "classifier", 0)
    assert not torch.equal(*deformed.chunk(2))  # each view is changed in its own way
    with pytest.raises(ValueError, match="views must be >= 1"):
        OsCN(views=0)


def test_a_method_takes_a_recipe_or_what_the_config_says(task):
    config = dataclasses.replace(task.config, generated_class_weight=0.4, augmentation="flip")
    assert AGGAN().settings(config).generated_class_weight == 0.4
    for name, values in RECIPES.items():
        settings = with_given(config, read_method(f"aggan:recipe={name}")[1])
        assert settings.recipe == name
        assert set(values) > OF_IMAGES
        for key, value in values.items():
            # What is shown is the comparison's to say, or it would help one method alone.
            assert getattr(settings, key) == ("flip" if key in OF_IMAGES else value)
    with pytest.raises(ConfigError, match="recipe must be one of paper, best"):
        with_given(config, {"recipe": "mine"})


def test_acgan_has_one_objective_and_always_takes_it(learnt):
    families = [family for record in learnt("acgan").log for family in record["families"]]
    assert families
    assert {len(family["offspring"]) for family in families} == {1}
    assert {family["offspring"][0]["mutation"] for family in families} == {"nonsat"}
    assert all(family["accepted"] for family in families)


def test_lsgan_has_squares_on_both_sides(task):
    settings = LSGAN().settings(task.config)
    assert settings.adversary == "least-squares"
    assert settings.mutations == "lsgan:sigmoid=false"


def test_the_critic_of_wgan_stays_clipped_and_its_class_head_does_not(task):
    network = WGAN(clip=0.02).fit(task).network
    for name, parameter in network.named_parameters():
        if name.startswith("classifier."):
            assert parameter.abs().max() > 0.02
        else:
            assert parameter.abs().max() <= 0.02


def test_wgan_sees_no_more_real_images_than_the_others(task, learnt):
    settings = WGAN(critic_steps=5).settings(task.config)
    assert settings.steps * settings.critic_steps == task.config.steps
    assert len(learnt("wgan").log) == task.config.steps // 5


def test_the_gradient_penalty_keeps_the_critic_smooth(task):
    def steepness(method):
        network = method.fit(task).network
        images = torch.rand(20, 1, 8, 8, generator=torch.Generator().manual_seed(0))
        images.requires_grad_()
        source, _ = network(images)
        (gradient,) = torch.autograd.grad(source.sum(), images)
        return gradient.flatten(1).norm(dim=1).mean().item()

    free = steepness(WGAN(gradient_penalty=0.0))
    held = steepness(WGAN(gradient_penalty=10.0))
    assert abs(held - 1) < abs(free - 1)
