"""What the site adds to MkDocs: equations as MathML, and the table of all options."""

from __future__ import annotations

from typing import Any

from latex2mathml.converter import convert

from geneticgan.config import OPTIONS

PLACE = "<!-- all options -->"


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
