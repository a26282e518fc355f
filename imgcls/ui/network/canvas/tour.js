// The tour: what is said of the step, and its words joined with the things on the canvas that they name.
// A target is such a thing: "photo", "column-2", "tile-2-7", "tail", "bar-151", or one of a close-up.
import { make } from "../../js/text.js"
import { visit } from "../../js/visit.js"
import { frame } from "./edges.js"
import { HEAD, PHOTO } from "./overview.js"

const STATIONS = "imgcls-stations" // a clicker goes through the class's stations where there are any
const COMING = 1200 // milliseconds in which a new step's picture arrives: what is to be done is scrolled into sight
const TOOLS = { "tool-colours": "[name=colours]", "tool-undo": ".undo" }

export function buildTour(own) {
  const box = (own.tourBox = own.box.querySelector(".tour"))
  own.ring = own.box.querySelector(".ring")
  const row = make("div", "steps", box)
  const press = (name, words, act) => {
    const button = make("button", name, row)
    Object.assign(button, { type: "button", textContent: words, onclick: act })
    return button
  }
  own.tourButtons = {
    back: press("previous", "‹ Previous", () => step(own, "back")),
    count: make("span", "count", row),
    next: press("next", "Next ›", () => step(own, "next")),
  }
  own.tourTodo = make("p", "todo", row)
  press("end", "End", () => leave()).ariaLabel = "End the tour"
  own.tourWords = make("p", "words", box)
  own.tourWords.setAttribute("aria-live", "polite")
  own.tourTodo.setAttribute("aria-live", "polite")
}

function step(own, way) {
  if (own.data.tour?.[way]) visit(own.data.tour[way])
}

function leave() {
  const query = new URLSearchParams(location.search)
  query.delete("tour")
  visit(query.size ? `?${query}` : "")
}

// The arrow keys where nothing else wants them, and a clicker's keys unless they go through a class's stations.
export function tourKeys(own) {
  const listen = (event) => {
    const { key } = event, [target] = event.composedPath()
    const held = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey
    if (!own.data.tour || held || event.defaultPrevented) return
    const way = { ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back" }[key]
    const free = target === document.body || target.dataset?.testid === "stMain" || own.tourBox.contains(target)
    const paging = key.startsWith("Page")
    const typing = target.closest?.("input, textarea, select, [contenteditable], [role=slider], [role=radio]")
    if (!way || (paging ? typing || hasStations() : !free)) return
    event.preventDefault()
    step(own, way)
  }
  addEventListener("keydown", listen)
  return () => removeEventListener("keydown", listen)
}

function hasStations() {
  try {
    return JSON.parse(localStorage.getItem(STATIONS) ?? "[]").length > 0
  } catch {
    return false
  }
}

export function showTour(own) {
  const { tour } = own.data
  own.tourBox.hidden = !tour
  if (!tour) { own.ring.hidden = true; return }
  const { back, count, next } = own.tourButtons
  if (own.toured !== tour.number) {
    Object.assign(own, { toured: tour.number, lit: null, ticked: false, tourSince: performance.now() })
  }
  count.textContent = `${tour.number} / ${tour.count}`
  for (const [button, to] of [[back, tour.back], [next, tour.next]]) button.ariaDisabled = String(!to)
  const words = JSON.stringify(tour.words)
  if (own.tourSaid !== words) {
    own.tourSaid = words
    own.tourWords.replaceChildren(...tour.words.map(([text, target]) => (target ? word(own, text, target) : text)))
  }
  own.stage.later()
}

// A word that stands for something on the canvas: pointed at, or in focus, it lights up what it names.
function word(own, text, target) {
  const button = make("button", "word")
  Object.assign(button, { type: "button", textContent: text })
  button.dataset.target = target
  const light = (on) => () => { own.lit = on ? target : null; if (on) reveal(own, target); own.stage.later() }
  Object.assign(button, { onpointerenter: light(true), onpointerleave: light(false) })
  Object.assign(button, { onfocus: light(true), onblur: light(false), onclick: light(true) })
  return button
}

function reveal(own, target) {
  if (own.view !== "overview") return
  const [box] = boxesOf(own, target)
  const isBar = target.startsWith("bar")
  if (box && !(isBar && own.pinned)) own.stage.reveal(box)
}

// Where a target is in the scene: no box where it is not to be seen now.
export function boxesOf(own, target) {
  const [kind, one, two] = target.split("-")
  if (own.view === "overview") {
    const tiles = (wanted) => own.tiles.filter(wanted)
    if (kind === "photo") return [{ x: 4, y: HEAD, w: PHOTO, h: PHOTO }]
    if (kind === "column" && one === "0") return tiles(({ place }) => place === 0)
    if (kind === "column") {
      const lane = own.lanes[one]
      const head = lane && { x: lane.x, y: own.headTop ?? 0, w: lane.w, h: HEAD - 4 }
      return lane ? [head, ...span(tiles(({ place }) => place === Number(one)))] : []
    }
    if (kind === "maps") return span(tiles(({ place }) => place === Math.ceil(own.lanes.length / 3)))
    if (kind === "tile") return tiles(({ place, channel }) => place === Number(one) && channel === Number(two))
    if (kind === "tail") return own.tail ? [{ ...own.tail, w: 100 }] : []
    if (kind === "bar") return own.bars.filter((_, k) => own.over.classes[k].index === Number(one))
    return []
  }
  if (own.view === "map") {
    return own.parts.filter((part) => part.kind === kind && (kind !== "stage" || part.stage === one - 1))
  }
  if (own.view === "class" && own.verdictPlan) {
    const { columns, tile, pitch, rows, bars } = own.verdictPlan
    const column = { feature: columns[0], weight: columns[1], says: columns[2] }[kind]
    const wide = kind === "says" ? bars + 190 - columns[2] : tile
    return column === undefined ? [] : [{ x: column, y: 40, w: wide, h: rows * pitch }]
  }
  return []
}

function span(boxes) {
  if (!boxes.length) return []
  const x = Math.min(...boxes.map((box) => box.x)), y = Math.min(...boxes.map((box) => box.y))
  const right = Math.max(...boxes.map((box) => box.x + box.w)), foot = Math.max(...boxes.map((box) => box.y + box.h))
  return [{ x: x - 3, y: y - 3, w: right - x + 6, h: foot - y + 6 }]
}

// What is pointed at, as targets.
function pointed(own) {
  const { hover, view } = own
  if (view === "map") {
    if (own.keyed) return ["input", "kernel", "product", "stage-0", ...own.close.stages.map((_, k) => `stage-${k + 1}`)]
    return own.part ? [own.part.kind === "stage" ? `stage-${own.part.stage + 1}` : own.part.kind] : []
  }
  if (view !== "overview" || !hover) return []
  if (hover.photo) return ["photo"]
  if (hover.tail) return ["tail"]
  if (hover.tile) {
    const { place, channel } = hover.tile
    return [`tile-${place}-${channel}`, `column-${place}`, ...(place ? ["maps"] : [])]
  }
  if (hover.head !== undefined) return [`column-${hover.head}`, ...(hover.head ? [] : ["photo"])]
  return hover.bar === undefined ? [] : [`bar-${own.over.classes[hover.bar].index}`]
}

function isDone({ state, data }, { at, state: name, value }, targets) {
  if (!name) return targets.includes(at)
  if (value !== null) return (state[name] ?? "") === value
  return state[name] !== undefined && state[name] !== data.tour.start[name]
}

// Over the picture: what the word under the pointer names; the words for what is pointed at; and what to do next.
export function drawTour(own, pen) {
  const { tour } = own.data
  if (!tour || !own.over) return
  const targets = pointed(own), { todo } = tour
  if (todo && performance.now() - own.tourSince < COMING) reveal(own, todo.at)
  for (const each of own.tourWords.querySelectorAll(".word")) {
    each.classList.toggle("on", targets.includes(each.dataset.target) || own.lit === each.dataset.target)
  }
  own.panel.classList.toggle("lit", own.lit === "panel")
  if (own.lit) for (const box of boxesOf(own, own.lit)) frame(pen, own.stage.box(box), own.theme.gold, 4)
  if (todo && !own.ticked && isDone(own, todo, targets)) own.ticked = true
  const text = todo ? `${own.ticked ? "✓ Done:" : "○ To do:"} ${todo.words}` : ""
  if (own.tourTodo.textContent !== text) own.tourTodo.textContent = text
  own.tourTodo.hidden = !todo
  own.tourTodo.classList.toggle("done", own.ticked)
  showRing(own, todo)
}

function showRing(own, todo) {
  const { ring, stage, tools } = own, tool = todo && TOOLS[todo.at]
  for (const selector of Object.values(TOOLS)) {
    tools.querySelector(selector).classList.toggle("next-to-do", selector === tool && !own.ticked)
  }
  const [box] = todo && !own.ticked && !tool ? boxesOf(own, todo.at) : []
  const at = box && stage.box(box)
  const edge = stage.width - (todo?.at.startsWith("bar") ? 0 : stage.kept) // the bars may be pinned there
  ring.hidden = !at || at.x + at.w < 0 || at.x + at.w > edge + 8
  if (ring.hidden) return
  const style = { left: at.x - 4, top: at.y - 4, width: at.w + 8, height: at.h + 8 }
  for (const [name, pixels] of Object.entries(style)) ring.style[name] = `${pixels}px`
}
