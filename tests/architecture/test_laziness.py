"""What must cost nothing costs nothing: measured by what is loaded, never by a clock."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from click.testing import CliRunner
from geneticgan_cli.main import cli
result = CliRunner().invoke(cli, {arguments!r})
assert result.exit_code == 0, result.output
heavy = sorted({{"torch", "torchvision", "sklearn", "deap", "matplotlib", "geneticgan_plugins"}}
               & set(sys.modules))
assert not heavy, heavy
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["train", "--help"],
        ["plugins", "--help"],
        ["plugins", "list"],
        ["plugins", "list", "--json"],
        ["datasets", "list"],
    ],
)
def test_help_and_lists_load_neither_torch_nor_a_plugin(arguments):
    subprocess.run([sys.executable, "-c", SCRIPT.format(arguments=arguments)], check=True)


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, geneticgan; assert 'torch' not in sys.modules and geneticgan.__version__"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_annealing_loads_no_torch():
    code = (
        "import sys\n"
        "from geneticgan import Schedule, assign_lineage, create_schedule, ea_annealing\n"
        "from geneticgan import metropolis_accept, sel_annealing\n"
        "create_schedule('exponential:T=2')\n"
        "assert 'torch' not in sys.modules and 'deap' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_tests_of_annealing_load_no_torch():
    code = (
        "import sys, pytest\n"
        "assert pytest.main(['-q', '--collect-only', 'tests/annealing']) == 0\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_every_public_name_is_there():
    import geneticgan

    for name in geneticgan.__all__:
        assert getattr(geneticgan, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(geneticgan, "nothing")  # noqa: B009  # the access is what is tested
