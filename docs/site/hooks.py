"""What the site adds to MkDocs: equations as MathML, notebooks, and the table of all options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.structure.files import File

from geneticgan.config import OPTIONS

PLACE = "<!-- all options -->"
NOTEBOOKS = Path(__file__).parents[2] / "examples"


def on_config(config: Any) -> Any:
    """Tell the Markdown extension for fenced blocks how equations are written."""
    config.mdx_configs["pymdownx.superfences"] = {
        "custom_fences": [{"name": "math", "class": "math", "format": equation}]
    }
    return config


def equation(source: str, *_: Any, **__: Any) -> str:
    """Return a fence's lines of LaTeX as MathML, which browsers draw without a script."""
    lines = (line.strip() for line in source.splitlines())
    return "".join(f'<p class="equation">{convert(line, display="block")}</p>' for line in lines)


def on_files(files: Any, config: Any) -> Any:
    """Add a page for each notebook of the examples."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        name = f"examples/{path.stem}.md"
        files.append(File.generated(config, name, content=page_of(path)))
    return files


def page_of(notebook: Path) -> str:
    """Return a notebook as Markdown: its text, and its code in fences."""
    parts = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        parts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    return "\n\n".join(parts)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the table of all options in its place, made from their definitions."""
    return markdown.replace(PLACE, option_table())


def option_table() -> str:
    """Return the options of a run as a Markdown table."""
    rows = ["| option | flag | what it does | accepted | default |", "|---|---|---|---|---|"]
    for each in OPTIONS.values():
        flag = "" if each.expert else f"`{each.flag}`"
        accepted = each.range_text or {bool: "true or false"}.get(each.kind, "")
        default = f"`{each.default_text}`" if each.default_text else ""
        rows.append(f"| `{each.spelled}` | {flag} | {each.help} | {accepted} | {default} |")
    return "\n".join(rows)
