"""What must cost nothing costs nothing: measured by what is loaded, never by a clock."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from click.testing import CliRunner
from geneticgan_cli.main import cli
result = CliRunner().invoke(cli, {arguments!r})
assert result.exit_code == 0, result.output
heavy = sorted({heavy!r} & set(sys.modules))
assert not heavy, heavy
"""


HEAVY = {"torch", "torchvision", "sklearn", "deap", "matplotlib", "geneticgan_plugins"}
LATER = {"torchvision", "torch._dynamo", "torch_fidelity", "imblearn", "matplotlib"}
"""What a command that trains needs only once there is something to train, score or draw."""


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
    script = SCRIPT.format(arguments=arguments, heavy=HEAVY)
    subprocess.run([sys.executable, "-c", script], check=True)


def test_images_are_read_and_counted_without_torch(tmp_path):
    for number in range(10):
        folder = tmp_path / f"class-{number % 2}"
        folder.mkdir(exist_ok=True)
        Image.new("L", (8, 8), 20 * number).save(folder / f"{number}.png")
    words = ["datasets", "prepare", "folder:fit=stretch", "--data-root", str(tmp_path)]
    script = SCRIPT.format(arguments=[*words, "--image-size", "8"], heavy={"torch"})
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_plan_is_made_before_what_trains_or_draws_is_loaded():
    script = SCRIPT.format(arguments=["train", "--dry-run"], heavy=LATER)
    subprocess.run([sys.executable, "-c", script], check=True)


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
