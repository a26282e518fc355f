"""The film on /network in a browser: it plays, stops under a hand, follows the photo, and is kept as a video."""

import base64
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from imgcls.ui.views import served_name
from tests.browser.hands import count_messages, drawn, eventually, on_a_phone, opened, settle

FILM = "/network?net_part=Film&net_model=tinyvgg"
CLIP = """async ([bytes, type, at]) => {
  const video = document.createElement("video"), raw = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))
  const come = (name) => new Promise((done, failed) => {
    video["on" + name] = done
    video.onerror = () => failed(new Error(video.error?.message))
  })
  video.muted = true
  video.src = URL.createObjectURL(new Blob([raw], { type }))
  await come("loadedmetadata")
  const { duration, videoWidth: width, videoHeight: height } = video
  const seen = at.map(() => 0)
  for (const [k, time] of at.entries()) {
    const there = come("seeked")
    video.currentTime = time
    await there
    const canvas = Object.assign(document.createElement("canvas"), { width, height }), pen = canvas.getContext("2d")
    pen.drawImage(video, 0, 0)
    const { data } = pen.getImageData(0, 0, width, height)
    let sum = 0
    for (let i = 0; i < data.length; i += 400) sum = (sum * 31 + data[i]) % 1000003
    seen[k] = sum
  }
  await video.play()
  await come("timeupdate")
  return { duration, width, height, seen, paused: video.paused }
}"""


def film(page: Page) -> Locator:
    return page.locator(".film")


def time(page: Page) -> float:
    return float(film(page).get_attribute("data-time"))


def paused(page: Page, url: str) -> None:
    """The film, opened and stopped."""
    opened(page, url + FILM, ".film[data-scene]")
    page.get_by_role("button", name="Pause").click()
    expect(film(page)).to_have_attribute("data-playing", "false")


def picture(page: Page) -> str:
    drawn(page)
    return page.locator(".film canvas").evaluate("(canvas) => canvas.toDataURL()")


def test_it_plays_by_itself_in_a_loop_and_asks_nobody(page: Page, server_url: str) -> None:
    messages, troubles = count_messages(page), []
    page.on("console", lambda each: troubles.append(each.text) if each.type == "error" else None)
    opened(page, server_url + FILM, ".film[data-playing=true]")
    begun, sent = time(page), len(messages)
    eventually(lambda: _passes(time(page) > begun + 1))
    assert len(messages) == sent, "a film that plays needs no server"
    page.get_by_role("button", name="Pause").click()
    stopped, before = time(page), picture(page)
    drawn(page)
    assert (time(page), picture(page)) == (stopped, before)
    page.get_by_role("slider", name="Time in the film").press("End")
    page.get_by_role("button", name="Play").click()
    eventually(lambda: _passes(time(page) < 5))
    assert [each for each in troubles if "404" not in each] == []  # Streamlit looks for its server in two places


def _passes(true: bool) -> None:
    assert true


def test_the_scrubber_is_moved_by_keys_and_the_scene_is_told(page: Page, server_url: str) -> None:
    paused(page, server_url)
    slider, canvas = page.get_by_role("slider", name="Time in the film"), page.locator(".film canvas")
    slider.press("Home")
    assert time(page) == 0
    expect(canvas).to_have_attribute("aria-label", r"Scene 1 of 12. The photo is numbers: 64 × 64 pixels, three each."
                                     " 64 × 64 × 3 = 12,288 numbers from 0 to 255 The photo comes closer until its "
                                     "pixels can be read. The film follows the patch at row 8, column 31.")  # fmt: skip
    first = picture(page)
    for _ in range(4):
        slider.press("ArrowRight")
    assert time(page) == pytest.approx(1)
    assert picture(page) != first
    slider.press("ArrowLeft")
    assert time(page) == pytest.approx(0.75)
    slider.press("End")
    assert time(page) == pytest.approx(20)
    expect(film(page)).to_have_attribute("data-scene", "end")
    assert slider.get_attribute("aria-valuetext").startswith("20 of 20 seconds, scene 12: The answer: Husky, 90.4%")
    expect(page.locator(".film .heard")).to_contain_text("Scene 12 of 12. The answer: Husky")


def test_next_and_previous_go_from_scene_to_scene(page: Page, server_url: str) -> None:
    paused(page, server_url)
    page.get_by_role("slider", name="Time in the film").press("Home")
    seen = [film(page).get_attribute("data-scene")]
    for _ in range(11):
        page.get_by_role("button", name="Next scene").press("Enter")
        seen.append(film(page).get_attribute("data-scene"))
    assert seen == ["photo", "product", "slide", "maps", "pool", "deep", "logit", "softmax", "loss", "back", "kernel",
                    "end"]  # fmt: skip
    page.get_by_role("button", name="Previous scene").press("Enter")
    page.get_by_role("button", name="Previous scene").press("Enter")
    expect(film(page)).to_have_attribute("data-scene", "back")


def test_another_photo_has_other_numbers(page: Page, server_url: str) -> None:
    paused(page, server_url)
    canvas = page.locator(".film canvas")
    page.get_by_role("slider", name="Time in the film").press("End")
    expect(canvas).to_have_attribute("aria-label", "Scene 12 of 12. The answer: Husky, 90.4% The photo and the answer: "
                                     "Husky, 90.4%.")  # fmt: skip
    page.locator("[data-testid=stSidebar]").get_by_text("Samples", exact=True).click()
    page.locator("[data-testid=stSidebar] .gallery button").nth(2).click()
    expect(film(page)).to_have_attribute("data-playing", "true")
    settle(page)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("slider", name="Time in the film").press("End")
    expect(canvas).not_to_have_attribute("aria-label", "Scene 12 of 12. The answer: Husky, 90.4% The photo and the "
                                         "answer: Husky, 90.4%.")  # fmt: skip


def test_without_movement_it_waits_and_goes_by_whole_scenes(page: Page, server_url: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    opened(page, server_url + FILM, ".film[data-scene]")
    expect(film(page)).to_have_attribute("data-playing", "false")
    slider = page.get_by_role("slider", name="Time in the film")
    slider.press("Home")
    first = picture(page)
    slider.press("ArrowRight")
    assert picture(page) == first, "within a scene nothing moves"
    page.get_by_role("button", name="Play").click()
    expect(film(page)).to_have_attribute("data-scene", "product")


def test_out_of_sight_it_stands_still(page: Page, server_url: str) -> None:
    page.set_viewport_size({"width": 900, "height": 480})
    opened(page, server_url + FILM, ".film[data-playing=true]")
    page.locator("[data-testid=stExpander], .st-key-try_this").last.scroll_into_view_if_needed()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 1e6)")
    page.wait_for_function(
        """() => new Promise((done) => {
          const host = [...document.querySelectorAll('*')].find((each) => each.shadowRoot?.querySelector('.film'))
          const box = host.shadowRoot.querySelector('.film'), before = box.dataset.time
          setTimeout(() => done(box.dataset.time === before && box.getBoundingClientRect().bottom < 60), 300)
        })"""
    )
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    stood = time(page)
    eventually(lambda: _passes(time(page) != stood))


# Two seconds of a canvas that turns from black to white, as base64.
RECORDED = """async (module) => {
  const { record } = await import(module)
  const draw = (pen, seconds) => {
    pen.fillStyle = `rgb(${["r", "g", "b"].map(() => Math.round(127 * seconds))})`
    pen.fillRect(0, 0, 320, 180)
  }
  const signal = new AbortController().signal
  const blob = await record({ width: 320, height: 180, length: 2, draw, progress() {}, signal })
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return [btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), blob.type]
}"""


def test_it_is_saved_as_a_video_that_plays(page: Page, server_url: str, tmp_path: Path) -> None:
    paused(page, server_url)
    with page.expect_download(timeout=90_000) as coming:
        page.get_by_role("button", name="Save as a video").click()
        expect(page.locator(".film .told")).to_contain_text("of 20 seconds")
    name = coming.value.suggested_filename
    assert name in ("imgcls-husky.webm", "imgcls-husky.mp4")
    expect(page.locator(".film .told")).to_have_text(
        f"Saved: {name}. It was made on this device, and nothing was sent anywhere."
    )
    coming.value.save_as(tmp_path / name)
    content = base64.b64encode((tmp_path / name).read_bytes()).decode()
    clip = page.evaluate(CLIP, [content, f"video/{name.rpartition('.')[2]}", [0.5, 9, 19.5]])
    assert (clip["width"], clip["height"]) == (1280, 720)
    assert clip["duration"] == pytest.approx(20, abs=1)
    assert len(set(clip["seen"])) == 3, "other pictures at other times"
    assert not clip["paused"]


def test_a_browser_without_h264_saves_a_webm_that_says_how_long_it_is(page: Page, server_url: str) -> None:
    page.add_init_script("MediaRecorder.isTypeSupported = (type) => type.startsWith('video/webm')")
    paused(page, server_url)
    content, kind = page.evaluate(RECORDED, served_name("network/film/record.js"))
    assert kind == "video/webm"
    clip = page.evaluate(CLIP, [content, kind, [0.3, 1.6]])
    assert (clip["width"], clip["height"]) == (320, 180)
    assert clip["duration"] == pytest.approx(2, abs=0.5)
    assert len(set(clip["seen"])) == 2, "other pictures at other times"


def test_a_recording_can_be_stopped(page: Page, server_url: str) -> None:
    paused(page, server_url)
    page.get_by_role("button", name="Save as a video").click()
    expect(page.locator(".film .told")).to_contain_text("Recording: 1 of 20 seconds")
    page.get_by_role("button", name="Stop recording").click()
    expect(page.locator(".film .told")).to_have_text("Stopped: nothing was saved.")
    expect(page.get_by_role("button", name="Save as a video")).to_be_visible()


def test_a_browser_that_cannot_record_says_so(page: Page, server_url: str) -> None:
    page.add_init_script("delete window.MediaRecorder")
    paused(page, server_url)
    expect(page.locator(".film .told")).to_have_text(
        "This browser cannot record a video; Chrome, Edge, Firefox and Safari can."
    )
    expect(page.get_by_role("button", name="Save as a video")).to_have_count(0)


@on_a_phone
def test_on_a_phone_all_of_it_is_on_the_screen(page: Page, server_url: str) -> None:
    paused(page, server_url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in ("canvas", ".bar", "input", ".save"):
        box = page.locator(f".film {part}").first.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    film_box = film(page).bounding_box()
    assert film_box["height"] < 844
    for button in page.locator(".film button").all():
        assert button.bounding_box()["height"] >= 44


def test_the_last_frame_names_the_address_that_students_open(page: Page, server_url: str) -> None:
    codes = []
    page.on("response", lambda each: codes.append(each) if "code.svg" in each.url else None)
    page.add_init_script("""localStorage.setItem("imgcls-hall", "https://hall.example.org/lab/")
      const write = CanvasRenderingContext2D.prototype.fillText
      window.written = new Set()
      CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.written.add(text)
        return write.call(this, text, ...rest)
      }""")
    paused(page, server_url)
    page.evaluate("window.written.clear()")
    page.get_by_role("slider", name="Time in the film").press("End")
    drawn(page)
    words = page.evaluate("[...window.written]")
    assert "hall.example.org/lab" in words
    assert "Computed by PyTorch from this photo: TinyVGG, trained on drawn dogs" in words
    assert [(parse_qs(urlsplit(each.url).query)["text"], each.status) for each in codes] == [
        (["https://hall.example.org/lab/network?net_part=Film"], 200)
    ]
