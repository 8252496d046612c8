import json
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import expect

from metakit.errors import MetaKitError
from metakit.publish import executed as running
from metakit.publish.executed import ALL, NONE, asked, executed, lessons, read, run
from metakit.publish.extra import need
from metakit.publish.formulas import formula, picture
from metakit.publish.links import asks_elsewhere, at_home, broken_links
from metakit.publish.live import STATE, VIEW, embedded
from metakit.publish.site import make_pages, site
from metakit.publish.stills import with_stills
from tests.publish.conftest import states
from tests.publish.tiny import LESSON, ROOT, course


def test_every_link_leads_somewhere_and_nothing_is_asked_of_others(published):
    built = published / "build" / "site"
    assert broken_links(built) == []
    assert asks_elsewhere(built) == []
    assert (built / "index.html").read_bytes() == (built / "README.html").read_bytes()


def test_faults_in_links_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="#here">1</a><a href="#gone">2</a><a href="b.html">3</a><a href="https://example.org">4</a>'
        '<img src="c.png"><script src="https://example.org/d.js"></script><style>@import "//example.org/e.css";</style>'
    )
    (tmp_path / "f.css").write_text("p { background: url(http://example.org/g.png) }")
    assert broken_links(tmp_path) == ["a.html: #gone", "a.html: b.html", "a.html: c.png"]
    assert asks_elsewhere(tmp_path) == [
        "a.html: https://example.org/d.js",
        "a.html: //example.org/e.css",
        "f.css: http://example.org/g.png",
    ]


def test_widgets_travel_with_their_state_and_front_end(lesson):
    told = {one["state"]["_anywidget_id"].rpartition(".")[2]: one for one in states(lesson).values()}
    assert "export default" in told["Adaptation"]["state"]["_esm"]
    assert told["Adaptation"]["state"]["fits"]["MAML"]["losses"]
    assert "speed" in told["Adaptation"]["needs_python"]
    assert told["Adaptation"]["answers"]
    assert told["Predict"]["needs_python"] == []


def test_words_stand_where_pictures_are_not_alive(lesson):
    assert '<div class="metakit-still"><p><strong>Which is larger?</strong></p><ol><li>1</li><li>2</li></ol>' in lesson
    assert "<p>Adaptation: a live picture. Switch JavaScript on" in lesson
    assert "<p>Zigzag: switch JavaScript on" in lesson


def test_the_playground_is_a_picture_where_no_python_answers():
    state = {"model_module": "anywidget", "state": {"_anywidget_id": "metakit.widgets.playground.Playground"}}
    notebook = new_notebook(
        cells=[new_code_cell("Playground()", outputs=[new_output("display_data", {VIEW: {"model_id": "p"}})])]
    )
    notebook.metadata["widgets"] = {STATE: {"state": {"p": state}}}
    page = embedded(notebook)
    shown = page.cells[0].outputs[0]["data"]["text/html"]
    assert shown.startswith('<img class="metakit-plot" alt="Five drawn characters')
    assert "open the notebook in JupyterLab" in shown
    assert page.metadata["widgets"][STATE]["state"] == {}


def test_the_page_does_not_tell_the_answer_beforehand(lesson):
    shown = re.sub(r"<script.*?</script>", "", lesson, flags=re.DOTALL)
    assert "Two is one more than one" not in shown


def test_pictures_and_formulas_need_no_script(lesson):
    assert re.search(r'<img class="metakit-plot" alt="What family\(.*?\) draws" src="data:image/png', lesson)
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in lesson
    assert 'aria-label="\\theta\' = \\theta - \\alpha g"' in lesson
    assert "<span>(1)</span>" in lesson
    assert "mathjax.js" not in lesson.lower()


def test_the_search_knows_the_lesson(published):
    index = (published / "build/site/searchindex.js").read_text("utf-8")
    found = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    assert "00 · A tiny lesson" in found["titles"]
    assert "claim" in found["terms"]


def test_front_page_shows_the_menu_no_badge_and_leads_to_code(published):
    page = (published / "build/site/index.html").read_text("utf-8")
    assert "example.org" not in page
    assert [name for name in ("Lessons", "Look up", "Teach", "Take part") if name not in page] == []
    assert re.search(r'href="_downloads/\w+/core.py"', page)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[![Colab](https://x/y.svg)](https://z)", "[Colab](https://z)"),
        ('<img width="9" src="https://x/y.png">', ""),
        ("[demo](notebooks/demo.ipynb) [recipes](metakit/recipes/)", "demo recipes"),
        ("[next](01_next.ipynb#recap) [term](glossary.md#task) ![own](own.png)",) * 2,
    ],
)
def test_what_a_page_has_not_becomes_words(text, shown):
    assert at_home(text) == shown


def test_formulas_of_all_lessons_can_be_drawn():
    cells = [cell for path in lessons() for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]
    plain = [re.sub(r"(`+).*?\1", "", cell.source, flags=re.DOTALL) for cell in cells]
    found = [pair for text in plain for pair in re.findall(r"\$\$(.+?)\$\$|\$([^$]+?)\$", text, re.DOTALL)]
    assert len(found) > 100
    for block, inline in found:
        assert "<svg" in (formula(block) if block else picture(inline, inline=True))


def test_a_formula_that_cannot_be_drawn_says_which():
    with pytest.raises(ValueError, match="cannot be drawn"):
        picture(r"\\lVert q \\rVert^2 - \\lVert q - c_n \\rVert^2", inline=True)


def test_a_lesson_runs_once(published, monkeypatch):
    monkeypatch.setattr(running, "run", lambda _: pytest.fail("It was run again."))
    kept = executed(published / "notebooks" / LESSON, published / "build" / "executed")
    assert any(cell.get("outputs") for cell in kept.cells)


def test_only_the_lessons_that_are_asked_for_run(published):
    assert asked([]) == ALL
    assert asked(["00", "01"]) == ("00", "01")
    assert asked(["--without-outputs"]) == NONE
    notebook, cache = published / "notebooks" / LESSON, published / "build" / "executed"
    for wanted, there in ((ALL, True), (("00",), True), (("01",), False), (NONE, False)):
        assert any(cell.get("outputs") for cell in read(notebook, cache, wanted).cells) == there


@pytest.mark.parametrize("wrong", ["1", "99", "one"])
def test_a_word_that_is_no_lesson_is_named(wrong):
    with pytest.raises(MetaKitError, match=f"{wrong} is no lesson: give numbers from 00 to 10"):
        asked([wrong])


def test_a_lesson_that_fails_is_named(tmp_path):
    path = tmp_path / "00_fails.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1"), new_code_cell("1 / 0")]), path)
    with pytest.raises(MetaKitError, match=r"00_fails.ipynb stops at its code cell 2: .* ZeroDivisionError"):
        run(path)


def test_a_link_that_leads_nowhere_stops_sphinx(tmp_path, capsys):
    course(tmp_path)
    (tmp_path / "README.md").write_text("# Tiny\n\n[gone](gone.md)\n")
    (tmp_path / "_static").mkdir()
    with pytest.raises(MetaKitError, match="Sphinx found the faults above"):
        make_pages(tmp_path / "docs", tmp_path, tmp_path / "build" / "site")
    assert "gone.md" in capsys.readouterr().err


def test_without_the_extra_the_command_says_what_to_install(monkeypatch, tmp_path):
    with pytest.raises(MetaKitError, match=r"needs no_such_module: install .*'\.\[course\]'"):
        need("json", "no_such_module")
    monkeypatch.setattr("metakit.publish.extra.find_spec", lambda _: None)
    with pytest.raises(MetaKitError, match="needs sphinx, furo"):
        site(tmp_path)


def test_stills_stand_at_their_places():
    place, question = (
        '<div class="metakit-still"><p>A: live</p></div>',
        '<div class="metakit-still"><p><strong>Q</strong></p></div>',
    )
    image = '<img class="metakit-plot" alt="A, as the lesson leaves it" src="{}">'
    shown = with_stills(f"<h1>T</h1>{question}{place}{question}{place}", ["0.png", "1.png"])
    first, second = (place.replace("<p>", image.format(f"{i}.png") + "<p>") for i in range(2))
    assert shown == f"<h1>T</h1>{question}{first}{question}{second}"
    assert with_stills(place, []) == place


@pytest.mark.browser
def test_a_page_without_javascript_shows_stills(published, browser, tmp_path):
    built = shutil.copytree(published / "build" / "site", tmp_path / "site")
    program = "import pathlib, sys, metakit.publish.stills as one; print(one.add_stills(pathlib.Path(sys.argv[1])))"
    done = subprocess.run([sys.executable, "-c", program, built], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "2"
    assert broken_links(built) == []
    page = browser.new_page(java_script_enabled=False)
    page.goto((built / "notebooks" / LESSON).with_suffix(".html").as_uri())
    stills = page.locator(".metakit-still img")
    assert [image.evaluate("one => one.naturalWidth > 300") for image in stills.all()] == [True, True]
    page.close()


@pytest.mark.browser
def test_a_widget_on_the_page_answers_without_a_kernel(published, context):
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((published / "build/site/notebooks" / LESSON).with_suffix(".html").as_uri())
    page.get_by_role("button", name="B 2").click()
    page.get_by_text("You were right.").wait_for()
    picture, note = page.locator(".mkc figcaption").first, page.locator(".metakit-note:visible")
    page.locator(".metakit-live").nth(1).scroll_into_view_if_needed()
    steps, rate = page.locator('input[aria-label="Inner steps"]'), page.locator('input[aria-label="Inner rate"]')
    steps.fill("4")  # the front end knows every step
    page.get_by_text("fits after 4 inner steps").wait_for()
    curve = page.locator(".mkc svg path").evaluate_all("paths => paths.map((path) => path.getAttribute('d')).join()")
    rate.fill("3")  # Python was asked when the lesson was run
    page.wait_for_function(
        "old => [...document.querySelectorAll('.mkc svg path')].map((path) => path.getAttribute('d')).join() !== old",
        arg=curve,
    )
    assert (rate.input_value(), steps.input_value(), note.count()) == ("3", "4", 0)
    page.get_by_role("button", name="Clear points").click()  # nobody has asked this before
    page.get_by_text("This control needs the notebook: open it in JupyterLab.").wait_for()
    assert "4 inner steps" in picture.inner_text()
    page.locator(".metakit-chart").scroll_into_view_if_needed()
    page.locator(".metakit-chart .main-svg").first.wait_for()
    assert {url.split(":")[0] for url in asked} <= {"file", "blob", "data"}
    assert said == []


def test_words_about_keys_are_not_shown_where_there_are_none(published, browser):
    page = browser.new_page()
    page.goto((published / "build" / "site" / "notebooks" / "00_tiny.html").as_uri())
    expect(page.get_by_text("Press Shift + Enter.")).to_be_hidden()
    expect(page.get_by_text("Look at the line.")).to_be_visible()
    page.close()
