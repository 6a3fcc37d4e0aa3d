"""``python -m geneticgan_cli``."""

from geneticgan_cli.main import main

main()
