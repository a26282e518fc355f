// One canvas, three views: overview, the close-up of a map, the close-up of a class.
import { Asker } from "../../js/asker.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"
import { unpack } from "../../js/packet.js"
import { Sender } from "../../js/sender.js"
import { make } from "../../js/text.js"
import { showArithmetic, tellExactly } from "./arithmetic.js"
import {
  TOP, closeupScene, drawCloseup, drawCloseupBeams, hitCloseup, pointCloseup, sayCloseup, slide, strongestPlace,
} from "./closeup.js"
import { drawEdges, drawReceptive, drawWeb, sayOverview } from "./edges.js"
import { inFrame } from "./frame.js"
import {
  HEAD, PHOTO, drawBars, drawHeads, drawMore, enlarge, hitMore, hitOverview, overviewScene, pin,
  revealClasses, revealLarge, showList, walk,
} from "./overview.js"
import { heatPicture, photoPicture, readTheme } from "./paint.js"
import { Stage } from "./stage.js"
import { buildTools, drawCrosses, patchOf, patchText, showTools, toggleOff } from "./tools.js"
import { buildTour, drawTour, showTour, tourKeys } from "./tour.js"
import { drawVerdict, sayVerdict, verdictHtml, verdictScene } from "./verdict.js"

const DRAW = {
  overview: { under: (own, pen) => { pin(own); drawWeb(own, pen) }, over: drawOverview },
  map: { under: drawCloseupBeams, over: drawCloseup },
  class: { under: () => {}, over: drawVerdict },
}
const PATCH = 0.3 // side of a new grey patch, as a share of the photo's
const SCENE = { overview: overviewScene, map: closeupScene, class: verdictScene }

function drawOverview(own, pen) {
  drawHeads(own, pen)
  drawBars(own, pen)
  drawEdges(own, pen)
  drawMore(own, pen)
  drawReceptive(own, pen)
  if (own.mode === "what if") drawCrosses(own, pen)
}

function build(root) {
  const box = make("div", "network", root)
  box.innerHTML = `<div class="tour" role="region" aria-label="the tour" hidden></div>
    <div class="tools"></div><div class="place"><canvas tabindex="0" role="application"></canvas>
    <div class="panel" aria-live="off"></div><div class="ring" hidden></div></div>
    <div class="list" role="group" aria-label="the classes"></div>
    <p class="status" aria-live="polite"></p>`
  const find = (name) => box.querySelector(name)
  const parts = Object.fromEntries(["tools", "panel", "list", "status"].map((name) => [name, find("." + name)]))
  const own = {
    box, canvas: find("canvas"), ...parts, view: "overview", pages: {}, trail: [], hover: null, slice: null, first: 0,
    seq: Date.now() % 1e9, state: {},
  }
  Object.defineProperty(own, "tables", { get: () => (own.state.scale === "light" ? own.light : own.colours) })
  const on = (name) => (...all) => { if (own.over) return ACT[name](own, ...all) }
  // What is pressed must not be replaced meanwhile.
  own.panel.onpointerdown = () => { if (own.sliding) slide(own, false) }
  own.panel.addEventListener("focusin", tellExactly)
  own.canvas.onblur = () => { own.holding = false }
  own.stage = new Stage(own.canvas, {
    under: (pen) => DRAW[own.view].under(own, pen),
    over: (pen) => { DRAW[own.view].over(own, pen); drawTour(own, pen) },
    point: on("point"), tap: on("tap"), grab: on("grab"),
  })
  own.canvas.onkeydown = (event) => {
    if (!own.over || !pressed(own, event)) return
    event.preventDefault()
    event.stopPropagation()
  }
  // From the buttons, too.
  box.onkeydown = (event) => { if (event.key === "Escape" && own.over && own.view !== "overview") own.goBack() }
  // In a microtask of its own, so that a mistake in drawing does not look like a lost connection.
  own.overviews = new Asker((bytes) => queueMicrotask(() => gotOverview(own, unpack(bytes))))
  own.closeups = new Asker((bytes) => queueMicrotask(() => gotCloseup(own, unpack(bytes))))
  const changes = ["off", "patch", "shift", "activation"]
  own.change = () =>
    own.mode === "what if" ? Object.fromEntries(changes.map((name) => [name, own.state[name]])) : {}
  // By the quick way or, while that is broken, over Streamlit: see `slow_answer` in imgcls/ui/live.py.
  own.slow = { overviews: new Sender(), closeups: new Sender() }
  own.newest = {}
  own.ask = async (which, question) => {
    own.newest[which] = question
    if (!own[which].broken) await own[which].ask(own.data.ask, question)
    if (own[which].failed) own.slow[which].send(own.component, which, own.newest[which])
  }
  own.look = (draft = false) => {
    const { state, over, hover } = own, moves = draft && !hover?.tile && hover?.bar === undefined // no edge is drawn
    return own.ask("overviews", {
      want: "overview", draft, change: own.change(), order: state.order ?? "channel", pages: own.pages,
      class: state.class ?? "", gradient: own.mode === "backwards", layer: state.layer ?? "",
      frame: moves ? over?.frame : "", shift: over?.shift, colours: state.colours ?? "map",
    })
  }
  own.open = (want, name) => own.ask("closeups", { want, [want]: name, first: own.first })
  own.set = (news, tell = true) => { Object.assign(own.state, news); if (tell) own.tell(); showTools(own) }
  // A moment later, for the address and the code: a rerun now would hold up the answer and the flight of the pictures.
  own.tell = () => {
    clearTimeout(own.telling)
    const now = () => own.component.setStateValue("state", { state: { ...own.state }, seq: ++own.seq })
    own.telling = setTimeout(now, 450)
  }
  own.goBack = () => {
    if (own.view === "map" && own.trail.length) {
      const map = own.trail.pop()
      own.first = 0
      own.set({ map: map ?? undefined })
      return map ? own.open("map", map) : own.open("class", own.state.class)
    }
    own.set(own.view === "map" ? { map: undefined } : own.view === "class" ? { class: undefined } : {})
    if (own.view !== "overview") { own.view = "overview"; own.shown = null; present(own, true, own.overviewView) }
    own.canvas.focus({ preventScroll: true }) // the button that was pressed is gone
  }
  buildTour(own)
  own.redraw = () => { own.stage.later(); if (own.view === "map") showArithmetic(own) }
  return own
}

// Goes where the state says, after the browser's Back or Forward.
function follow(own) {
  own.look()
  if (own.mode === "forward" && own.state.map) own.open("map", own.state.map)
  else if (own.mode === "forward" && own.state.class) own.open("class", own.state.class)
  else if (own.view !== "overview") { own.view = "overview"; own.shown = null; present(own, true, own.overviewView) }
}

// What came with the data because the quick way was broken.
function takeSlow(own) {
  for (const [which, take] of [["overviews", gotOverview], ["closeups", gotCloseup]]) {
    own.slow[which].acknowledge(own.data.acks[which])
    if (own.data.arrays[which]) take(own, unpack(own.data.arrays[which]))
  }
}

// A class opens with all of its bars on the screen, also on a phone.
const firstScale = ({ view, stage, verdictPlan }) =>
  view === "class" ? Math.min(1, stage.width / verdictPlan.right) : 1

// Show the present view; `moving` lets what is in both views fly to its new place.
export function present(own, moving, view = null) {
  const { stage, box } = own
  stage.resize(stage.width, own.height)
  if (own.view !== "overview") Object.assign(stage, { kept: 0, above: 30 })
  const scene = SCENE[own.view](own)
  // What stands below comes closer.
  if (scene.tall) stage.resize(stage.width, Math.min(own.height, scene.tall * firstScale(own)))
  const first = !own.shown
  const kept = own.shown === own.view ? stage.view : { scale: firstScale(own), x: 0, y: 0 }
  stage.show(scene, { moving, view: view ?? kept })
  own.shown = own.view
  if (own.view === "overview") revealLarge(own)
  if (own.view === "overview" && first) revealClasses(own)
  box.dataset.view = own.view
  if (own.sliding && own.view !== "map") slide(own, false)
  own.panel.hidden = own.view === "overview"
  if (own.view === "map") {
    own.panel.style.setProperty("--left", own.closeup.start + "px")
    own.panel.style.setProperty("--top", TOP + own.closeup.big + 16 + "px")
    showArithmetic(own)
  }
  if (own.view === "class") {
    own.panel.style.setProperty("--left", own.verdictPlan.right + "px")
    own.panel.style.setProperty("--top", own.verdictPlan.below + "px")
    own.panel.innerHTML = verdictHtml(own)
  }
  showTools(own)
  showList(own)
  say(own)
}

function say(own) {
  clearTimeout(own.saying)
  const words = { overview: sayOverview, map: sayCloseup, class: sayVerdict }[own.view](own)
  if (own.status.textContent !== words) own.status.textContent = words
}

// A held key moves many times a second: a screen reader wants to hear where it rests.
function sayLater(own) { clearTimeout(own.saying); own.saying = setTimeout(() => say(own), 300) }

function gotOverview(own, packet) {
  const over = packet.moves ? inFrame(own.over, packet) : packet
  if (!over) return // the frame is another by now
  own.over = over
  own.photo = photoPicture(over)
  own.cam = over.arrays.cam ? heatPicture(over.arrays.cam, own.tables.evidence) : null
  if (own.view === "overview") present(own, false)
  own.box.dataset.subject = own.asked
  if (own.early) { const early = own.early; own.early = null; gotCloseup(own, early) }
  own.box.dataset.drawn = Number(own.box.dataset.drawn ?? 0) + 1
}

function gotCloseup(own, packet) {
  if (!own.over) { own.early = packet; return } // an address led straight here: the overview is still on its way
  if (packet.sentence) { own.status.textContent = packet.sentence; own.set({ map: undefined }); return }
  if (own.view === "overview") own.overviewView = { ...own.stage.view }
  const before = own.view
  if (packet.stages) {
    const same = own.close?.map === packet.map && before === "map"
    Object.assign(own, { close: packet, view: "map", slice: same && own.sliding ? own.slice : null })
    own.place = same && own.place ? own.place : strongestPlace(packet)
  } else Object.assign(own, { verdict: packet, view: "class" })
  present(own, before !== own.view || packet.map !== own.lastMap)
  own.lastMap = packet.map
  own.box.dataset.opened = Number(own.box.dataset.opened ?? 0) + 1
}

const ACT = {
  point(own, at) {
    if (own.view === "map") {
      const hit = hitCloseup(own, at)
      own.canvas.style.cursor = hit ? "crosshair" : "default"
      own.part = hit?.part ?? null
      if (hit) { own.keyed = false; pointCloseup(own, hit); own.redraw() }
    } else if (own.view === "overview") {
      own.hover = hitOverview(own, at)
      own.canvas.style.cursor = own.hover ? (own.hover.photo && own.mode === "what if" ? "grab" : "pointer") : "default"
      own.stage.later()
      say(own)
    }
  },
  tap(own, at, pointer) {
    if (own.view === "map") {
      const hit = hitCloseup(own, at)
      if (!hit) return
      own.part = hit.part
      const enters = hit.part.kind === "input" && own.close.enter
      if (enters && (pointer === "mouse" || own.slice === hit.part.k)) {
        return go(own, `${own.close.source}-${own.close.channels[hit.part.k]}`)
      }
      own.keyed = false
      pointCloseup(own, hit)
      own.redraw()
    } else if (own.view === "class") {
      const { columns, tile, pitch, rows } = own.verdictPlan, k = Math.floor((at.y - TOP) / pitch)
      const { source, channels, enter } = own.verdict, inside = at.x >= columns[0] && at.x < columns[0] + tile
      if (enter && inside && k >= 0 && k < rows) go(own, `${source}-${channels[k]}`)
    } else if (own.view === "overview") {
      const further = hitMore(own, at)
      if (further) return own.stage.pan(...further)
      const hit = hitOverview(own, at), before = own.hover
      own.hover = hit
      // A finger cannot point without touching: its first tap lights up what a mouse lights up on its way, the next
      // one acts.
      if (pointer === "mouse" || !hit || hit.foot !== undefined || sameTarget(hit, before)) act(own)
      own.stage.later()
      say(own)
    }
  },
  grab(own, at) {
    if (own.view !== "overview" || own.mode !== "what if") return null
    const hit = hitOverview(own, at)
    if (!hit?.photo) return null
    return (place, final) => {
      own.set({ patch: patchText((place.x - 4) / PHOTO, (place.y - HEAD) / PHOTO, patchOf(own).size || PATCH) }, final)
      own.look(!final)
    }
  },
}

const sameTarget = (a, b) => Boolean(b) && ["bar", "head", "tail"].every((part) => a[part] === b[part]) &&
  a.tile?.id === b.tile?.id &&
  Boolean(a.photo) === Boolean(b.photo)

// From the keyboard: Enter on the photo takes hold of the patch, the arrow keys then move it.
function movePatch(own, [across, down] = [0, 0]) {
  const { x, y, size } = patchOf(own)
  own.set({ patch: patchText(x + across / 20, y + down / 20, size || PATCH) })
  own.look()
}

function go(own, map) {
  if (own.view === "map") own.trail.push(own.state.map)
  else own.trail = own.view === "class" ? [null] : []
  own.first = 0
  own.set({ map })
  own.open("map", map)
}

function turnPage(own, place, by) {
  const { page, pages } = own.over.columns[place]
  own.pages[place] = (page + by + pages) % pages
  own.look()
}

const isBest = ({ over }) => ({ index }) => index === over.best

// What a click, or Enter, does with what is under the pointer.
export function act(own) {
  const { hover, mode } = own
  if (!hover) return
  if (hover.photo && mode === "what if") { own.holding = !own.holding; if (own.holding) movePatch(own); return }
  if (hover.tail) return act(Object.assign(own, { hover: { bar: own.over.classes.findIndex(isBest(own)) } }))
  if (hover.foot !== undefined) return turnPage(own, hover.foot, hover.by)
  if (hover.bar !== undefined) {
    const index = own.over.classes[hover.bar].index
    own.set({ class: String(index) })
    return mode === "forward" ? own.open("class", String(index)) : own.look()
  }
  const place = hover.tile?.place ?? hover.head
  if (place === undefined || place === own.over.columns.length - 1) return
  if (mode === "what if") return toggleOff(own, place, hover.tile ? hover.tile.channel : "all")
  if (mode === "backwards") { own.set({ layer: String(place) }); return own.look() }
  if (hover.tile && place) return go(own, `${own.over.columns[place].step}-${hover.tile.channel}`)
  if (place) enlarge(own, place)
}

function pressed(own, { key, shiftKey, altKey, ctrlKey, metaKey }) {
  if (altKey || ctrlKey || metaKey) return false // the browser's own: Alt and ← goes back
  own.keyed = true
  const step = stepOf(key)
  if (own.holding && step) movePatch(own, step)
  else if (own.holding && key === "Escape") own.holding = false
  else if (key === "Escape") { if (own.view === "overview") return false; own.goBack() }
  else if (key === "+" || key === "=") own.stage.zoom(1.25)
  else if (key === "-") own.stage.zoom(0.8)
  else if (key === "0") { own.stage.view = { scale: 1, x: 0, y: 0 }; own.stage.keepInside(); own.stage.later() }
  else if (step && shiftKey) own.stage.pan(-60 * step[0], -60 * step[1])
  else if (step && own.view === "map") {
    if (own.sliding) slide(own, false)
    const [height, width] = own.close.arrays.sum.shape
    const { row, column } = own.place
    own.place = { row: clamp(row + step[1], 0, height - 1), column: clamp(column + step[0], 0, width - 1) }
    own.redraw()
    sayLater(own)
  } else if (step && own.view === "overview") {
    walk(own, step)
    say(own)
  }
  else if (own.view === "overview" && (key === "Enter" || key === " ")) act(own)
  else if (own.view === "overview" && (key === "PageDown" || key === "PageUp") && own.hover?.tile) {
    turnPage(own, own.hover.tile.place, key === "PageDown" ? 1 : -1)
  }
  else return false
  return true
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.component = component
  const data = (own.data = unpack(component.data)), network = data.subject.slice(0, data.subject.lastIndexOf(":"))
  const fresh = own.network !== network
  own.colours = data.arrays
  own.light = { ...data.arrays, activation: data.arrays.pixel, weight: data.arrays.pixel, gradient: data.arrays.pixel }
  own.theme = readTheme(own.box)
  const light = own.theme.dark ? 0.76 : 1
  Object.assign(own.stage, { ink: own.theme.ink, border: own.theme.border, font: own.theme.font, light })
  own.box.style.setProperty("--light", light)
  const asked = `${data.subject}:${data.mode}`
  const led = !fresh && own.turn !== data.turn // by the browser's Back or Forward
  own.turn = data.turn
  if (led) {
    clearTimeout(own.telling)
    Object.assign(own, { state: { ...data.state }, first: 0, trail: [] })
  }
  if (fresh) {
    const start = { pages: {}, view: "overview", first: 0, trail: [], hover: null }
    Object.assign(own, { network, state: { ...data.state }, ...start })
    buildTools(own)
  }
  const about = "the photo, every layer's maps and the classes, from left to right"
  const keys = "Arrow keys go from map to map, Enter opens, Escape goes back, plus and minus zoom."
  own.canvas.setAttribute("aria-label", `${data.title}: ${about}. ${keys}`)
  const measure = () => {
    const width = own.box.clientWidth, scrolled = document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0
    const top = own.canvas.getBoundingClientRect().top + scrolled
    const height = Math.round(clamp(window.innerHeight - Math.min(top, 320) - 46, 400, clamp(0.6 * width, 480, 780)))
    if (width === own.stage.width && height === own.height) return false
    own.height = height
    own.stage.resize(width, height)
    return true
  }
  const resized = measure()
  if (own.asked !== asked) {
    own.asked = asked
    if (own.mode !== data.mode) Object.assign(own, { view: "overview", holding: false, hover: null })
    own.mode = data.mode
    if (data.arrays.overview && !Object.keys(own.pages).length) gotOverview(own, unpack(data.arrays.overview))
    else own.look()
    if (own.mode === "forward" && own.state.map) own.open("map", own.state.map)
    else if (own.mode === "forward" && own.state.class && (fresh || own.view === "class")) {
      own.open("class", own.state.class)
    }
  } else if (led) follow(own)
  else if (resized && own.over) present(own, false)
  else if (own.over) own.stage.later()
  takeSlow(own)
  showTools(own)
  showTour(own)
  own.deaf ??= tourKeys(own)
  if (!own.observer) {
    own.observer = new ResizeObserver(() => { if (measure() && own.over) present(own, false) })
    own.observer.observe(own.box)
  }
  return () => { own.observer.disconnect(); own.observer = null; slide(own, false); own.deaf(); own.deaf = null }
}
