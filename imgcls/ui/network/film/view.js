// The film's frame: it plays while it is seen, stops under a hand, and can be kept as a video. See scenes.js.
import { keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { written } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"
import { served } from "../../js/served.js"
import { hear, make } from "../../js/text.js"
import { frameFor } from "./geometry.js"
import { download, fileName, kindHere, record } from "./record.js"
import { picturesOf } from "./draw.js"
import { drawFilm, sayScene, secondsOf } from "./scenes.js"
import { lengthOf, neighbour, onward, sceneAt, wholeAt } from "./timeline.js"

const CHROME = 190, BAR = 76 // pixels of the page's head and the film's buttons; of the buttons alone
const LONGEST = 0.25 // seconds: after a pause of the browser, the film goes on where it was
const HALL = "imgcls-hall" // the address that students open, where this browser knows it (see classroom/invite.js)
const quiet = () => matchMedia("(prefers-reduced-motion: reduce)").matches

function build(root) {
  const box = make("div", "film", root)
  box.innerHTML = `<canvas role="img"></canvas>
    <div class="bar">
      <button type="button" class="play"></button>
      <button type="button" class="back" aria-label="Previous scene">‹</button>
      <button type="button" class="next" aria-label="Next scene">›</button>
      <input type="range" class="filled" min="0" step="0.25" aria-label="Time in the film">
      <span class="time"></span>
      <button type="button" class="slow" aria-pressed="false">Slower</button>
      <button type="button" class="full">Full screen</button>
      <button type="button" class="save">Save as a video</button>
    </div><p class="told" role="status"></p>`
  const find = (name) => box.querySelector(name)
  const parts = Object.fromEntries(["play", "back", "next", "time", "slow", "full", "save", "told"].map((name) =>
    [name, find("." + name)]))
  return { box, canvas: find("canvas"), scrub: find("input"), ...parts, time: 0, clock: parts.time, seen: true }
}

// ---- The picture ----

const isFull = (own) => own.box.getRootNode().fullscreenElement === own.box

function themeOf(box) {
  const value = (name, other) => cssValue(box, name, other)
  return {
    ink: value("--st-text-color", "#222"), ground: value("--st-background-color", "#fff"),
    border: value("--st-border-color", "#999"), font: value("--st-font", "sans-serif"),
    plus: value("--q-activation", "#3a7fc1"), minus: value("--q-activation-negative", "#d0524a"),
    up: value("--q-gradient", "#5c9a2f"), down: value("--q-gradient-negative", "#cc4b97"),
    chance: value("--q-probability", "#8a63d2"),
  }
}

function draw(own) {
  const room = own.box.clientWidth
  if (!room || !own.film) return
  const frame = frameFor(room), rest = isFull(own) ? BAR : CHROME
  const tallest = Math.max(300, innerHeight - rest) // with its buttons on one screen
  const width = Math.min(room, Math.round((tallest * frame.width) / frame.height)), scale = width / frame.width
  own.film.frame = frame
  const pen = sizedCanvas(own.canvas, width, Math.round(frame.height * scale))
  pen.scale(scale, scale)
  drawFilm(pen, own.film, own.time, quiet())
  tell(own)
}

function tell(own) {
  const { film, time } = own, { index } = sceneAt(film.scenes, time), said = sayScene(film, time)
  own.scrub.value = time
  own.scrub.style.setProperty("--share", `${(100 * time) / own.length}%`)
  own.scrub.setAttribute("aria-valuetext",
    `${secondsOf(time)} of ${written(own.length)} seconds, scene ${index + 1}: ${film.scenes[index].caption}`)
  own.clock.textContent = `Scene ${index + 1} of ${film.scenes.length}`
  if (own.canvas.getAttribute("aria-label") !== said) own.canvas.setAttribute("aria-label", said)
  if (!own.playing) hear(own, own.box, said) // while it plays, it would talk over the lecturer
  Object.assign(own.box.dataset, { scene: film.scenes[index].kind, time: String(time) })
}

// ---- Time ----

function play(own, playing) {
  own.playing = playing
  own.play.textContent = playing ? "❚❚ Pause" : "▶ Play"
  own.box.dataset.playing = String(playing)
  own.last = null
  if (playing) run(own)
  else draw(own)
}

function run(own) {
  if (own.ticking) return
  const tick = (now) => {
    own.ticking = null
    if (!own.playing || !own.seen || document.hidden) { own.last = null; return }
    const passed = own.last === null ? 0 : Math.min(LONGEST, (now - own.last) / 1000)
    own.last = now
    move(own, onward(own.film.scenes, own.time, passed * (own.slowly ? 0.5 : 1)))
    own.ticking = requestAnimationFrame(tick)
  }
  own.ticking = requestAnimationFrame(tick)
}

// Whoever wants no movement sees scene after scene, each as a whole.
function move(own, time) {
  const before = sceneAt(own.film.scenes, own.time).index
  own.time = clamp(time, 0, own.length)
  if (own.playing && quiet() && sceneAt(own.film.scenes, own.time).index === before && own.drawn) return
  own.drawn = true
  draw(own)
}

function leap(own, by) {
  play(own, false)
  const { scenes } = own.film
  move(own, wholeAt(scenes, neighbour(scenes, own.time, by)))
}

// ---- A video of it ----

async function save(own) {
  if (own.recording) { own.recording.abort(); return }
  const frame = frameFor(own.box.clientWidth), film = { ...own.film, frame }, { length } = own
  own.recording = new AbortController()
  own.save.textContent = "Stop recording"
  const scale = frame.wide ? 1 : 1.5 // 1280 x 720, or 1080 x 1140
  try {
    const blob = await record({
      width: frame.width * scale, height: frame.height * scale, length, signal: own.recording.signal,
      draw: (pen, time) => { pen.setTransform(scale, 0, 0, scale, 0, 0); drawFilm(pen, film, time) },
      progress: (time) => {
        const text = `Recording: ${Math.floor(time)} of ${Math.round(length)} seconds. Keep this page open.`
        if (own.told.textContent !== text) own.told.textContent = text
      },
    })
    const name = fileName(film.scenes.at(-1).label, kindHere()[1])
    if (blob) download(blob, name)
    own.told.textContent = blob ? `Saved: ${name}. It was made on this device, and nothing was sent anywhere.`
      : "Stopped: nothing was saved."
  } catch (trouble) {
    console.warn("imgcls: the film could not be recorded", trouble)
    own.told.textContent = "The recording failed: this browser stopped it. The film itself is not affected."
  }
  own.recording = null
  own.save.textContent = "Save as a video"
}

function addressOf(hall) {
  const home = served(""), known = localStorage.getItem(HALL)
  const here = /^(localhost|127\.|\[::1\])/.test(new URL(home).hostname) ? hall : home
  return known || here
}

function wire(own) {
  own.play.onclick = () => {
    play(own, !own.playing)
    if (own.playing) own.box.scrollIntoView({ block: "nearest" })
  }
  own.full.hidden = !document.fullscreenEnabled
  own.full.onclick = () => (isFull(own) ? document.exitFullscreen() : own.box.requestFullscreen()).catch(() => {})
  own.box.onfullscreenchange = () => {
    own.full.textContent = isFull(own) ? "Leave full screen" : "Full screen"
    draw(own)
  }
  own.canvas.onclick = () => play(own, !own.playing)
  own.back.onclick = () => leap(own, -1)
  own.next.onclick = () => leap(own, 1)
  own.slow.onclick = () => {
    own.slowly = !own.slowly
    own.slow.setAttribute("aria-pressed", String(own.slowly))
  }
  own.scrub.oninput = () => {
    const time = Number(own.scrub.value)
    play(own, false)
    move(own, time)
  }
  own.save.onclick = () => save(own)
  if (!kindHere()) {
    own.save.hidden = true
    own.told.textContent = "This browser cannot record a video; Chrome, Edge, Firefox and Safari can."
  }
  own.watch = new IntersectionObserver(([{ isIntersecting }]) => { own.seen = isIntersecting; wake(own) })
  own.shown = () => wake(own)
}

function wake(own) { if (own.playing && own.seen && !document.hidden) run(own) }

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  if (!own.watch) wire(own)
  const data = unpack(component.data), fresh = own.film?.subject !== data.subject
  const theme = themeOf(own.box), address = addressOf(data.hall)
  own.film = { ...data, pictures: picturesOf(data), theme, address: address.replace(/^https?:\/\/|\/$/g, "") }
  own.film.code = new Image()
  const code = new URL(served("imgcls/class/code.svg"))
  code.searchParams.set("text", new URL("network?net_part=Film", address.replace(/\/*$/, "/")))
  own.film.code.src = code
  own.length = lengthOf(data.scenes)
  own.scrub.max = own.length
  own.watch.observe(own.box)
  document.addEventListener("visibilitychange", own.shown)
  if (fresh) {
    own.recording?.abort()
    own.time = quiet() ? wholeAt(data.scenes, 0) : 0
    own.drawn = false
    play(own, !quiet())
  }
  const end = keepDrawn(own, own.box, draw)
  return () => {
    own.recording?.abort()
    own.playing = false
    own.film.subject = null // whoever comes back begins anew
    own.watch.disconnect()
    document.removeEventListener("visibilitychange", own.shown)
    end()
  }
}
