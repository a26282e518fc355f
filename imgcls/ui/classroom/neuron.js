// The hall is a layer: the teacher sees all nodes, their sums and the loss; node.js is a student's own node.
import { added, equation, percent, written } from "../js/numbers.js"
import { button, dialog, make, refusal } from "./build.js"
import { drawNode } from "./node.js"
import { shownPhoto } from "./photo.js"
import { isTeacher, onChange, room } from "./room.js"
import { ask, read } from "./server.js"

const RATES = [0.01, 0.03, 0.1, 0.3, 1]
const DIGITS = 3
const NAMED = 24 // up to so many nodes have names and numbers on the projector, more are squares
const EVERY = 200 // ms between two looks at least
let box = null, controls = "", reading = false, again = false, drawn = "", say = () => {}

export function openNeuron() {
  box = dialog("The hall is a layer")
  box.classList.add("neuron")
  box.addEventListener("close", () => { box = null })
  const head = make("div", box, "", { class: "head" })
  make("p", head, "Each device is one node of a dense layer: it has a weight w for each pixel x of the photo, and " +
    "its output w · x counts for one class. A class’s logit is the sum of its outputs; then softmax and loss, −ln p.")
  make("span", head, "", { class: "end" })
  make("div", box, "", { class: "layer" })
  make("div", box, "", { class: "controls" })
  say = refusal(box)
  drawn = controls = ""
  drawNeuron()
}

const act = (action, given = {}) => ask("neuron", { do: action, ...given }).then(() => say({ message: "" }), say)
const show = async () => {
  try {
    await act("show", { picture: await shownPhoto() })
  } catch (trouble) {
    say(trouble)
  }
}

// After every change of the class: one look at a time, and one more for what has changed meanwhile.
export function drawNeuron() {
  if (!isTeacher()) drawNode()
  if (!room.news) box?.close()
  if (!box) return
  const shown = JSON.stringify([room.news.neuron ?? null, room.news.count])
  if (shown === drawn) return
  drawn = shown
  if (!room.news.neuron) return offer()
  if (reading) { again = true; return }
  look()
}

async function look() {
  reading = true
  again = false
  try {
    const news = await read("neuron")
    if (box && news.nodes) fill(news)
  } catch (trouble) {
    say(trouble)
  }
  await new Promise((wait) => setTimeout(wait, EVERY))
  reading = false
  if (again && box) look()
}

function offer() {
  const [layer, part] = [".layer", ".controls"].map((name) => box.querySelector(name))
  layer.textContent = part.textContent = box.querySelector(".end").textContent = controls = ""
  make("p", layer, "The photo of this page becomes 3 × 3 grey pixels, and every student’s screen becomes a node with " +
    "random weights. While fewer than eight are here, the app plays the missing nodes.")
  button(part, "Start with the photo of this page", show, { class: "main" })
}

function fill(news) {
  const layer = box.querySelector(".layer")
  layer.textContent = ""
  const seen = make("div", layer, "", { class: "seen" })
  photo(seen, news.pixels)
  const table = make("div", layer, "", { class: "classes" })
  news.labels.forEach((name, label) => row(table, news, name, label))
  const result = make("div", table, "", { class: "result" })
  const chance = written(news.probabilities[news.label])
  const { sign, result: loss } = equation([chance], (share) => -Math.log(share), news.loss)
  const worked = sign === "=" ? `−ln ${chance}` : "−ln p" // so near to 1 its printed digits do not tell
  make("p", result, `loss = ${worked} = ${loss}`, { class: "loss", role: "status" })
  const [before, after] = news.losses.at(-1) ?? []
  if (news.steps) {
    make("p", result, `Step ${news.steps}: the loss went from ${written(before, 3)} to ${written(after, 3)}.`)
  }
  if (news.losses.length) result.append(curve(news.losses.flat()))
  const { label, rate, shown, dropout, fill: plays } = news
  const state = JSON.stringify([label, rate, shown, dropout, plays])
  if (state === controls) return
  controls = state
  fillControls(news)
}

function photo(parent, pixels) {
  const grid = make("div", parent, "", { class: "pixels", role: "img", "aria-label": "The photo in 3 × 3 pixels: " +
    pixels.map((pixel) => written(pixel)).join(", ") })
  for (const pixel of pixels) {
    const cell = make("span", grid, written(pixel))
    cell.style.background = `rgb(${Array(3).fill(Math.round(127.5 * (pixel + 1)))})`
    cell.style.color = pixel > 0 ? "#000" : "#fff"
  }
  make("p", parent, "The photo as nine pixels x, from −1 (darkest) to 1 (brightest)")
}

// The nodes of one class as a sum, and its softmax.
function row(table, news, name, label) {
  const line = make("div", table, "", { class: label === news.label ? "class right" : "class" })
  make("strong", line, label === news.label ? `✓ ${name}` : name)
  const nodes = news.nodes.filter((node) => node.label === label)
  const sum = added(nodes.map(({ output }) => output), news.logits[label], DIGITS)
  const most = Math.max(1, ...news.nodes.map(({ output }) => Math.abs(output)))
  const tiles = make("div", line, "", { class: "tiles" })
  const hasRoom = news.nodes.length <= NAMED
  tiles.classList.toggle("many", !hasRoom)
  nodes.forEach((node, place) => {
    const words = node.kept ? sum.operands[place] : "off"
    const kind = !node.kept ? "dark" : node.output < 0 ? "negative" : "positive"
    const tile = make("span", tiles, "", { class: `node ${kind}` })
    tile.style.setProperty("--share", `${Math.round((80 * Math.abs(node.output)) / most)}%`)
    if (!hasRoom) {
      tile.title = `${node.name || "played"}: ${words}`
      make("b", tile, node.kept ? (node.output < 0 ? "−" : "+") : "")
      return
    }
    make("small", tile, node.name || "played")
    make("b", tile, words)
  })
  if (!nodes.length) make("span", tiles, "no node")
  make("span", line, `sum ${nodes.length ? sum.sign : "="} ${nodes.length ? sum.result : "0"}`, { class: "sum" })
  const share = news.probabilities[label]
  const bar = make("span", line, "", { class: "bar" })
  make("i", bar).style.width = `${100 * share}%`
  make("b", bar, percent(share))
}

// The loss before and after each step; between two steps only hands move it.
function curve(losses) {
  const width = 300, height = 76, most = Math.max(...losses, 1e-6)
  const x = (place) => 4 + (place / Math.max(losses.length - 1, 1)) * (width - 8)
  const y = (loss) => 6 + (1 - loss / most) * (height - 12)
  const figure = make("figure", null)
  const words = `Loss before and after each step, from ${written(losses[0], 3)} to ${written(losses.at(-1), 3)}`
  const dots = losses.map((loss, place) =>
    `<circle cx="${x(place)}" cy="${y(loss)}" r="3.5" class="${place % 2 ? "after" : "before"}"/>`)
  figure.innerHTML = `<svg role="img" viewBox="0 0 ${width} ${height}" aria-label="${words}">
    <path d="M0 ${height - 6}H${width}" class="grid"/>
    <path d="M${losses.map((loss, place) => `${x(place)} ${y(loss)}`).join("L")}" class="line"/>${dots.join("")}</svg>`
  make("figcaption", figure, "loss before ○ and after ● each step")
  return figure
}

function fillControls({ labels, label, rate, shown, dropout, fill: plays }) {
  const part = box.querySelector(".controls")
  const held = part.contains(document.activeElement) ? document.activeElement.dataset.name : null
  part.textContent = ""
  const press = (name, text, does, attributes = {}) => button(part, text, does, { "data-name": name, ...attributes })
  press("step", "Step downhill", () => act("step"), { class: "main" })
  const choice = make("label", part, "learning rate")
  const select = make("select", choice, "", { "data-name": "rate" })
  for (const each of RATES) make("option", select, written(each), { value: each })
  select.value = String(rate)
  select.onchange = () => act("set", { rate: Number(select.value) })
  press("shown", "Gradients on all devices", () => act("set", { shown: !shown }), { "aria-pressed": String(shown) })
  press("drop", dropout ? "A fresh dropout mask" : "Dropout: half go dark", () => act("drop", { on: true }))
  if (dropout) press("all", "All nodes on", () => act("drop", { on: false }))
  const right = make("span", part, "", { class: "choice", role: "group", "aria-label": "What is right" })
  make("span", right, "The photo shows a")
  labels.forEach((name, place) => {
    button(right, name, () => act("set", { label: place }), {
      "aria-pressed": String(place === label), "data-name": `label${place}`,
    })
  })
  press("photo", "Use the photo of this page", show)
  press("plays", "Play missing nodes", () => act("set", { fill: !plays }), { "aria-pressed": String(plays) })
  press("again", "New random weights", () => act("again"))
  const end = box.querySelector(".end")
  end.textContent = ""
  button(end, "End it", () => act("close"))
  if (held) (part.querySelector(`[data-name="${held}"]`) ?? part.querySelector("[data-name=drop]"))?.focus()
}

make("link", document.head, "", { rel: "stylesheet", href: new URL("./neuron.css", import.meta.url) })
onChange(drawNeuron)
drawNeuron()
