import numpy as np
import pytest
import torch
from PIL import Image

from geneticgan.errors import RunError
from geneticgan.evaluation.chance import acsa_interval, best_said
from geneticgan.evaluation.generation import check_visible, generate
from geneticgan.evaluation.metrics import Scores, score
from geneticgan.evaluation.prediction import predict
from geneticgan.networks import build_discriminator, build_generator
from geneticgan.report.generation_table import generation_notes
from geneticgan.report.pictures import draw_classes

CPU = torch.device("cpu")


def test_scores_are_those_worked_out_by_hand():
    truth = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    predicted = np.array([0, 0, 0, 1, 1, 1, 0, 0])
    scores = score(truth, predicted, 2, smallest_class=1)
    assert scores.confusion == ((3, 1), (2, 2))
    assert scores.acsa == pytest.approx((3 / 4 + 2 / 4) / 2)
    assert scores.g_mean == pytest.approx((3 / 4 * 2 / 4) ** 0.5)
    f1_of_0, f1_of_1 = 2 * 3 / (4 + 5), 2 * 2 / (4 + 3)
    assert scores.f1 == pytest.approx((f1_of_0 + f1_of_1) / 2)
    assert scores.smallest_recall == 0.5


def test_a_class_that_is_never_found_makes_the_g_mean_zero():
    truth = np.array([0, 1, 2, 2])
    scores = score(truth, np.array([0, 0, 2, 2]), 3, smallest_class=1)
    assert scores.g_mean == 0
    assert scores.smallest_recall == 0
    assert scores.acsa == pytest.approx(2 / 3)


def test_the_confusion_has_a_row_for_every_class_even_if_none_was_predicted():
    scores = score(np.array([0, 1, 2]), np.array([0, 0, 0]), 3, 2)
    assert scores.confusion == ((1, 0, 0), (1, 0, 0), (1, 0, 0))


def test_prediction_is_the_class_heads_and_leaves_the_mode(split):
    network = build_discriminator(1, 8, 3, 2, seed=0).train()
    labels = predict(network, split.test, CPU)
    images = torch.from_numpy(split.test.pixels).float() / 127.5 - 1
    np.testing.assert_array_equal(labels, network(images)[1].argmax(1).numpy())
    assert network.training


def test_generation_is_a_function_of_the_seed_and_changes_nothing():
    generators = [build_generator(1, 8, 3, 2, 4, seed) for seed in (0, 1)]
    before = {n: t.clone() for g in generators for n, t in g.state_dict().items()}
    labels = torch.arange(600) % 3
    one, same, other = (generate(generators, labels, seed, CPU) for seed in (0, 0, 1))
    assert one.shape == (600, 1, 8, 8)
    assert one.dtype == torch.uint8
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert all(g.training for g in generators)
    assert all(torch.equal(before[n], t) for n, t in generators[1].state_dict().items())


def test_the_picture_shows_missing_images_as_white(tmp_path, split):
    generated = [
        torch.full((8, 1, 8, 8), 30 * (label + 1), dtype=torch.uint8) for label in range(3)
    ]
    path = tmp_path / "classes.png"
    draw_classes(path, split.train, generated, ("left", "$middle$", "right/.."), [18, 9, 4])
    picture = np.asarray(Image.open(path).convert("L"))
    assert picture.shape[0] > 100
    for gray in (30, 60, 90):
        assert (picture == gray).sum() > 1000


def of(*confusion):
    recall = sum(row[i] / sum(row) for i, row in enumerate(confusion)) / len(confusion)
    return Scores(recall, 0.0, 0.0, 0.0, confusion)


def test_few_test_images_leave_a_wide_interval_and_ties_are_called_ties():
    few, many = of((2, 0), (1, 1)), of((200, 0), (100, 100))
    low, high = acsa_interval(few)
    assert low < 0.5 < 0.75 < high <= 1
    assert 0.7 < acsa_interval(many)[0] < 0.75 < acsa_interval(many)[1] < 0.8
    said = best_said({"A": few, "B": few, "C": of((1, 1), (1, 1))})
    assert said.startswith("Best ACSA here: A and B, a tie (")
    assert "a tie (95% interval for 4 test images: " in said
    assert said.endswith("). The lead over these may be chance: C.")
    assert best_said({"A": many, "C": of((1, 1), (1, 1))}).endswith(").")


def test_what_cannot_be_measured_with_so_few_images_is_said():
    keys = ("precision", "recall", "coverage")
    own = dict.fromkeys(keys, 0.875) | {"fid": None, "generated": 8, "real": 8}
    found = {"class_names": ["a", "b"], "classes": [own, None], "overall": own}
    few, no_fid, spans = generation_notes(found)
    assert few == "Not measured, since fewer than 20 unseen real images are there: b."
    assert no_fid == "No FID: there are no more images than features."
    assert "8 unseen real images: precision 0.53 to 0.98, recall 0.53 to 0.98" in spans
    nothing = found | {"classes": [None, None], "overall": None}
    assert next(generation_notes(nothing)).endswith("there: any class, nor all together.")


class Broken(torch.nn.Module):
    """Makes the same number everywhere."""

    latent_dim = 2

    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, latent, labels):
        return torch.full((len(labels), 3, 4, 4), self.value)


def test_images_that_show_nothing_are_an_error():
    labels = torch.tensor([0, 1])
    for value in (float("nan"), float("inf")):
        with pytest.raises(RunError, match="not finite"):
            generate([Broken(value)], labels, 0, CPU)
    grey = generate([Broken(0.0)], labels, 0, CPU)
    with pytest.raises(RunError, match="every generated image is of one colour"):
        check_visible(grey)
    grey[1, 0, 0, 0] += 9
    check_visible(grey)
    check_visible(grey[:0])
