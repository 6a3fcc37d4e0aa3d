"""The report in a real browser, where Chromium and Playwright are installed."""

import shutil

import pytest

from geneticgan.jobs.report import write_report
from geneticgan.jobs.train import plan, train

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]
SIZES = {"desktop": (1200, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    from geneticgan.config import TrainConfig

    path = tmp_path_factory.mktemp("runs") / "run"
    config = TrainConfig(
        steps=8, batch_size=8, width=2, latent_dim=4, validate_every=2, device="cpu",
        imbalance="counts:20,10,9,8,7,6,6,6,6,5",
    )  # fmt: skip
    train(config, path, plan(config), [])
    return write_report([path]).as_uri()


@pytest.fixture(scope="module")
def chromium():
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, address):
    """Open the report; what goes wrong or is asked of a network is found in ``page.troubles``."""
    contexts = []

    def open_it(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on(
            "console", lambda m: m.type in ("error", "warning") and page.troubles.append(m.text)
        )
        page.on(
            "request",
            lambda request: (
                request.url == address
                or request.url.startswith(("data:", "blob:"))
                or page.troubles.append(request.url)
            ),
        )
        page.goto(address)
        page.wait_for_load_state("load")
        return page

    yield open_it
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_page_is_whole(open_page, size, scheme):
    width, height = SIZES[size]
    page = open_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.wait_for_selector(".bk-Figure")
    loaded = page.eval_on_selector_all("img", "all => all.map(i => i.complete && i.naturalWidth)")
    assert len(loaded) >= 9
    assert all(loaded)
    sections = page.eval_on_selector_all("section", "all => all.map(s => s.id)")
    assert {"result", "samples", "training", "objectives", "classes"} <= set(sections)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.troubles == []


def test_pointing_at_a_chart_shows_values(open_page):
    page = open_page(viewport={"width": 1200, "height": 900})
    chart = page.locator("#figure-objectives .bk-Figure").first
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = chart.bounding_box()
    tooltip = page.locator(".bk-Tooltip")
    for share in range(20, 80, 2):  # along a vertical, a line is crossed somewhere
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * share / 100)
        page.wait_for_timeout(30)
        if tooltip.count() and tooltip.first.is_visible():
            break
    assert tooltip.count(), "no value was shown anywhere"
    assert "D(G(z))" in page.locator(".bk-tooltip-row-label").first.inner_text()
    assert float(page.locator(".bk-tooltip-row-value").first.inner_text()) == pytest.approx(
        0.5, 0.2
    )
    assert page.troubles == []


def test_without_scripts_the_pictures_stand(open_page):
    page = open_page(java_script_enabled=False)
    assert page.locator("#figure-losses .static").is_visible()
    assert not page.locator("#figure-losses .interactive").is_visible()


def test_on_paper_the_pictures_stand(open_page):
    page = open_page()
    page.wait_for_selector(".bk-Figure")
    assert not page.locator("#figure-losses .static").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#figure-losses .static").is_visible()
    assert not page.locator("#figure-losses .interactive").is_visible()
