"""Every built-in plugin keeps the contract that a stranger's has to keep."""

import pytest

from geneticgan.annealing.schedule import SCHEDULES
from geneticgan.annealing.selection import SELECTIONS
from geneticgan.data.imbalance import IMBALANCES
from geneticgan.gan.fitness import FITNESS
from geneticgan.gan.mutation import MUTATIONS
from geneticgan.networks import ARCHITECTURES
from geneticgan.networks.backbones.contract import BACKBONES
from geneticgan.protocols.catalogue import PROTOCOLS
from geneticgan.specs import Spec
from geneticgan.testing import CONTRACTS, run_contract

NEEDED = {
    "counts": {"images": "40,30,20"},
    "generated": {"steps": "2", "width": "2"},
    "projected": {"size": "32"},
}
"""Options of plugins that cannot be made without, or take long."""

SUITES = [
    pytest.param(group, plugin.name, id=f"{group.noun} {plugin.name}")
    for group in (MUTATIONS, SCHEDULES, FITNESS, SELECTIONS, ARCHITECTURES, IMBALANCES, PROTOCOLS)
    for plugin in group.find()
    if plugin.package == "geneticgan"
]
SUITES.append(pytest.param(BACKBONES, "efficientnet-lite0", id="backbone efficientnet-lite0"))
# The weights of other backbones are downloaded, or lie in a file of the user's.


@pytest.mark.parametrize(("group", "name"), SUITES)
def test_it_keeps_its_contract(group, name):
    suite = type(
        "Suite",
        (CONTRACTS[group.group],),
        {"make": lambda _: group.create(Spec(name, NEEDED.get(name, {})))},
    )
    outcomes = list(run_contract(suite()))
    assert len(outcomes) >= 3
    assert [each for each in outcomes if not each.passed] == []
