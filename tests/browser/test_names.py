"""A name is shown letter by letter wherever it stands, and no browser asks a foreign machine because of one."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.nasty_names import HARD, MIXED, NAMES
from tests.serving import running_app

SCRIPT = """
import streamlit as st
from PIL import Image

from imgcls.figures.curves import Curve, curves
from imgcls.plain import fenced, markdown, words as escaped
from imgcls.ui.components.bars import bars
from imgcls.ui.components.plot import plot
from imgcls.ui.components.words import words
from tests.browser.nasty_names import HARD, MIXED, NAMES

for n, name in enumerate(NAMES):
    with st.container(key=f"text_{n}"):
        st.markdown(markdown(name))
        st.caption(markdown(name))
        st.markdown(f"**{markdown(name)}** says {markdown(name)}.")
        st.markdown(f"#### {markdown(name)}")

one = Image.new("RGB", (9, 9))
for n, name in enumerate(MIXED):
    text = markdown(name)
    here = lambda kind: st.container(key=f"{kind}_{n}")
    for kind in (
        *(st.error, st.warning, st.info, st.success, st.subheader, st.title, st.checkbox, st.toggle, st.text_input),
        *(st.expander, st.popover),
    ):
        with here(kind.__name__):
            kind(text)
    with here("button"): st.button(text, key=f"b{n}")
    with here("download"): st.download_button(text, b"", key=f"d{n}")
    with here("image"): st.image(one, caption=text)
    with here("progress"): st.progress(0.5, text)
    with here("metric"): st.metric(text, text)
    with here("table"): st.table({text: [text]})
    with here("tabs"): st.tabs([text])
    with here("radio"): st.radio(text, [name], format_func=markdown, key=f"r{n}")
    with here("pills"): st.pills(text, [name], format_func=markdown, key=f"p{n}")
    with here("segmented"): st.segmented_control(text, [name], format_func=markdown, key=f"s{n}")
    with here("steps"): st.select_slider(text, [name, "z"], format_func=lambda x: markdown(x), key=f"o{n}")
    with here("number"): st.number_input(text, key=f"n{n}")
    with here("slider"): st.slider(text, 0, 9, key=f"l{n}")
    with here("upload"): st.file_uploader(text, key=f"u{n}")
    with here("fenced"): st.markdown(fenced(name))
    with here("words"): words(f"**{escaped(name)}** is {escaped(name)}", key=f"w{n}")
with st.container(key="box"):
    st.selectbox("Which?", HARD)  # its options are no Markdown
bars(HARD, [0.5] * len(HARD), key="bars", label="bars")
lines = [Curve(name, [0, 1], [n, n]) for n, name in enumerate(HARD)]
plot(curves(lines, x_title=HARD[0], y_title=HARD[2], height=900), key="curves", alt="curves")
plot(curves(lines, end_labels=True, y_range=(0, len(HARD)), height=900), key="ends", alt="ends")
st.container(key="last").markdown("end")
"""
APP = """
import streamlit as st

from imgcls.ui.server import routes

app = st.App("names_page.py", routes=routes())
"""
# What a reader of markup would have made of a name; the pages' own pictures come from /media/.
JUNK = """(box) => [...box.querySelectorAll(
    'a:not([aria-label^=Link]), img:not([src*="/media/"]), .katex, ul, ol, code, blockquote, hr, em, del, '
    + '[role=img]:not(.plot), [style*=color]'
)].map((element) => element.outerHTML.slice(0, 120))"""
BOXES = f"""() => Object.fromEntries([...document.querySelectorAll('[class*=st-key-]')].map((box) =>
    [box.className.match(/st-key-(\\S+)/)[1], [box.textContent, ({JUNK})(box)]]))"""


@pytest.fixture
def foreign(page: Page) -> Iterator[None]:
    """Fails a test whose page asked a machine that is not this one."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield
    own = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


@pytest.fixture(scope="module")
def elements(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("names")
    (folder / "names_page.py").write_text(SCRIPT)
    (folder / "names_app.py").write_text(APP)
    with running_app(folder / "log.txt", str(folder / "names_app.py")) as url:
        yield url


@pytest.mark.usefixtures("foreign")
def test_every_kind_of_element_shows_a_name_letter_by_letter(page: Page, elements: str) -> None:
    page.goto(elements)
    expect(page.locator(".st-key-last p")).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")  # each kind of element brings a program of its own
    expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0)
    expect(page.locator(".words:not([data-drawn])")).to_have_count(0)
    boxes = page.evaluate(BOXES)
    for n, name in enumerate(NAMES):
        assert boxes[f"text_{n}"] == [f"{name}{name}{name} says {name}.{name}", []]
    once = (
        "error warning info success subheader title checkbox toggle text_input expander popover button download image"
    )
    for kind in (once + " progress tabs number slider upload fenced radio pills segmented steps metric table").split():
        times = 2 if kind in ("radio", "pills", "segmented", "steps", "metric", "table") else 1
        for n, name in enumerate(MIXED):
            text, junk = boxes[f"{kind}_{n}"]
            assert text.count(name) >= times, (kind, name, text)
            assert junk == [] or kind == "fenced", (kind, name, junk)
    for n, name in enumerate(MIXED):
        assert page.locator(f".st-key-words_{n} .words").text_content() == f"{name} is {name}"
        assert page.locator(f".st-key-words_{n} .words b").text_content() == name


@pytest.mark.usefixtures("foreign")
def test_charts_show_a_name_letter_by_letter(page: Page, elements: str) -> None:
    page.goto(elements)
    for key in ("bars", "curves", "ends"):
        expect(page.locator(f".st-key-{key} [data-drawn]")).to_be_visible(timeout=60_000)
    names = page.locator(".st-key-bars th").all_text_contents()
    # long names stand in two lines, broken at a space
    assert [each.replace(" ", "") for each in names] == [name.replace(" ", "") for name in HARD]
    assert page.locator(".st-key-curves .legendtext").all_text_contents() == list(HARD)
    assert page.locator(".st-key-curves .xtitle").text_content() == HARD[0]
    assert page.locator(".st-key-curves .ytitle").text_content() == HARD[2]
    ends = page.locator(".st-key-ends .annotation-text").all_text_contents()
    assert sorted(ends) == sorted(f"● {name}" for name in HARD)
    assert page.locator(".plot a, .plot image").count() == 0
    for row, name in zip(page.locator(".st-key-bars tbody tr").all(), HARD, strict=True):
        expect(row).to_have_attribute("title", f"{name}: 0.5000")


@pytest.mark.usefixtures("foreign")
def test_an_uploaded_photo_keeps_the_letters_of_its_name(page: Page, server_url: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (9, 9), "green").save(buffer, "PNG")
    page.goto(f"{server_url}/tensors")
    caption = page.locator("[data-testid=stSidebar] .imgcls-photo-name")
    for name in ("1. my dog.jpg", "$5 and $6.jpg", "!(x)[y].jpg", ":dog: www.example.org.jpg", "&lt; a_*b*_c.png"):
        upload = FilePayload(name=name, mimeType="image/png", buffer=buffer.getvalue())
        page.locator("[data-testid=stSidebar] input[type=file]").set_input_files(upload)
        expect(caption).to_have_text(f"{name} · 9 × 9")
        assert caption.evaluate(JUNK) == []


def _zip(classes: list[str]) -> bytes:
    """Four training and four validation pictures a class, named by a table."""
    rng, buffer, rows = np.random.default_rng(0), io.BytesIO(), ["id,breed"]
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, name in enumerate(name for name in classes for _ in range(8)):
            file = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(file, "PNG")
            archive.writestr(f"train/p{number}.png", file.getvalue())
            rows.append(f'p{number},"{name}"')
        archive.writestr("labels.csv", "\n".join(rows))
    return buffer.getvalue()


@pytest.mark.usefixtures("foreign")
def test_a_set_and_its_training_keep_the_letters_of_their_classes(page: Page, server_url: str) -> None:
    classes = ["![x](http://a.example/b.png)", "<a href=x>y</a>", "C# $x$", "www.a.example :dog:"]
    page.goto(f"{server_url}/dataset?data_source=Your+own+pictures")
    upload = FilePayload(name="my $set$ *a*.zip", mimeType="application/zip", buffer=_zip(classes))
    page.locator("[data-testid=stMain] input[type=file]").last.set_input_files(upload)
    page.wait_for_selector(".thumbnails[data-drawn]", timeout=60_000)
    page.wait_for_url("**data_own=**")
    main = page.locator("[data-testid=stMain]")
    heads = page.locator(".thumbnails .head b").all_text_contents()
    assert sorted(heads) == sorted(classes)
    for number in (1, 3):
        page.locator(".thumbnails .group").nth(number).locator("button").first.click()
        expect(main.locator("strong").get_by_text(heads[number], exact=True)).to_be_visible()
    expect(main.get_by_text(f"a network that always says “{heads[0]}” has")).to_be_visible()
    for part in ("Hardest", "Averages"):
        page.get_by_role("radio", name=part, exact=True).click()
        expect(page.get_by_role("radio", name=part, exact=True)).to_be_checked()
        page.wait_for_selector(".plot[data-drawn]" if part == "Averages" else ".thumbnails[data-drawn] .tile small")
        assert main.locator("p a[href*=example], .katex, p img, .plot a").count() == 0
    ticks = page.locator(".plot .yaxislayer-above text").all_text_contents()
    assert ticks == ["all", *heads]

    own = page.url.split("data_own=")[1].split("&")[0]
    page.goto(f"{server_url}/train?train_source=Your+own+pictures&train_own={own}&train_preset=Linear&train_epochs=2")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("done after")).to_be_visible(timeout=60_000)
    page.get_by_text("Confusion", exact=True).click()
    own_run = page.locator("[class*=st-key-confusion]")  # below it are recorded runs, which have a table, too
    expect(own_run.locator("tbody th")).to_have_text(heads)
    expect(main.get_by_text("Most frequent mistake:")).to_be_visible()
    for cell in (0, 5):
        own_run.locator("button").nth(cell).click()
        expect(own_run.locator("button").nth(cell)).to_have_attribute("aria-pressed", "true")
    told = main.locator("p:has(strong)", has_text="called")
    expect(told).to_have_count(1)
    texts = told.locator("strong").all_text_contents()
    assert len(texts) == 2 and set(texts) <= set(classes)
    page.get_by_text("Use it", exact=True).click()
    expect(page.locator(".st-key-train_photo .probability-bars[data-drawn]")).to_be_visible()
    heads = page.locator(".st-key-train_photo tbody th").all_text_contents()
    assert sorted(each.replace(" ", "") for each in heads) == sorted(name.replace(" ", "") for name in classes)
    assert main.locator("p a[href*=example], .katex, p img, .plot a").count() == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Script (.py)").click()
    script = Path(download.value.path()).read_text()
    compile(script, "train.py", "exec")
    assert all(repr(name) in script for name in classes)


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize("page_name, prefix", [("softmax", "softmax"), ("cross-entropy", "ce")])
def test_names_in_the_address_are_names_and_no_markup(page: Page, server_url: str, page_name: str, prefix: str) -> None:
    names = ["<a href=//a.example>y</a>", "**b** ^{c}", "![x](http://a.example/b.png)"]
    part = "&softmax_view=Temperature" if prefix == "softmax" else ""
    page.goto(f"{server_url}/{page_name}?{prefix}_names={quote(', '.join(names))}{part}")
    page.wait_for_selector(".plot[data-drawn]")
    expect(page.locator(".sliders .row .name")).to_contain_text(names)
    page.locator(".sliders .row .name").nth(1).hover()
    if prefix == "ce":
        expect(page.locator(".sliders .detail").first).to_contain_text(names[1])
    else:
        assert page.locator(".legendtext").all_text_contents()[:3] == names
    assert page.locator(".plot a, .plot image, .sliders a, .sliders img").count() == 0
