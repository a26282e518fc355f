// A student's device as one node of the hall's layer: a weight for each pixel, and the way downhill for each weight.
import { bracketed, equation, fixed, percent, withSign, written } from "../js/numbers.js"
import { button, make, newCard } from "./build.js"
import { moved } from "./neuron_math.js"
import { room } from "./room.js"
import { ask, read } from "./server.js"

const LARGEST = 3, STEP = 0.05
const LOOK = 2500 // ms between two looks at what the others' hands have done
let card = null, news = null, weights = [], seen = "", folded = false
let reading = false, again = false, looking = 0, unsent = false, sending = false

// After every change of the class.
export function drawNode() {
  const there = Boolean(room.news?.neuron)
  if (!there) return remove()
  const shown = JSON.stringify([room.news.neuron, room.news.you])
  if (shown === seen) return
  seen = shown
  refresh()
}

function remove() {
  clearTimeout(looking)
  card?.remove()
  dark(false)
  card = news = null
  seen = ""
  folded = unsent = false
}

async function refresh() {
  if (reading) { again = true; return }
  clearTimeout(looking)
  reading = true
  again = false
  try {
    take(await read("neuron"))
  } catch { /* the next look may succeed */ }
  reading = false
  if (again) return refresh()
  if (room.news?.neuron) looking = setTimeout(refresh, LOOK * (0.8 + 0.4 * Math.random()))
}

async function take(found) {
  if (!room.news?.neuron || !found.pixels) return
  if (!found.mine) return ask("neuron", { do: "take-part" }).catch(() => {})
  // A step sets all weights anew; until then a hand knows its own better than an answer that is on its way.
  const isNew = !news || found.turn !== news.turn
  if (isNew) { weights = [...found.mine.weights]; unsent = false }
  news = found
  if (!card) build()
  show()
}

async function send() {
  if (sending) return
  sending = true
  while (unsent && news) {
    unsent = false
    await ask("weights", { weights, turn: news.turn }).catch(() => {})
    await new Promise((wait) => setTimeout(wait, Math.max(200, 10 * room.news?.count))) // a full hall has time
  }
  sending = false
}

function build() {
  card = newCard("imgcls-node", "Your node")
  const head = make("div", card, "", { class: "head" })
  make("h2", head)
  button(head, "Fold", () => { folded = !folded; show() })
  const inside = make("div", card, "", { class: "inside" })
  make("p", inside, "", { class: "network" })
  const grid = make("div", inside, "", { class: "weights" })
  news.pixels.forEach((_, place) => {
    const cell = make("div", grid)
    make("span", cell, "", { class: "pixel" })
    const slider = make("input", cell, "", {
      type: "range", min: -LARGEST, max: LARGEST, step: STEP,
      "aria-label": `Weight of the pixel in row ${Math.floor(place / 3) + 1}, column ${(place % 3) + 1}`,
    })
    make("span", cell, "", { class: "way", "aria-hidden": "true" })
    make("span", cell, "", { class: "weight" })
    slider.oninput = () => {
      weights[place] = Number(slider.value)
      unsent = true
      show()
      send()
    }
  })
  make("p", inside, "", { class: "output" })
  make("p", inside, "", { class: "hint", role: "status" })
}

function show() {
  const { labels, label, mine, pixels, shown, dropout } = news
  const now = moved(news, weights)
  dark(dropout && !mine.kept)
  card.classList.toggle("folded", folded)
  card.querySelector("h2").textContent = `Your node: ${labels[mine.label]}`
  card.querySelector(".head button").textContent = folded ? "Unfold" : "Fold"
  const says = labels.map((name, place) => `${name} ${percent(now.probabilities[place], 0)}`).join(", ")
  card.querySelector(".network").textContent =
    `All ${news.count} nodes: ${says}. Right is ${labels[label]}: loss ${written(now.loss, 3)}.`
  const steepest = Math.max(...now.gradient.map(Math.abs))
  card.querySelectorAll(".weights > div").forEach((cell, place) => {
    const [pixel, slider, way, weight] = cell.children
    pixel.textContent = `x ${written(pixels[place])}`
    pixel.style.background = `rgb(${Array(3).fill(Math.round(127.5 * (pixels[place] + 1)))})`
    pixel.style.color = pixels[place] > 0 ? "#000" : "#fff"
    if (Number(slider.value) !== weights[place]) slider.value = weights[place]
    const slope = now.gradient[place]
    const text = fixed(slope, 3)
    const gradient = Number(text) === 0 ? text : withSign(text)
    const tells = shown ? `; gradient ${gradient}` : ""
    slider.setAttribute("aria-valuetext", `${fixed(weights[place], 2)}${tells}`)
    weight.textContent = `w ${fixed(weights[place], 2)}`
    if (shown) make("em", weight, `g ${gradient}`)
    arrow(way, weights[place], shown && steepest ? -slope / steepest : 0)
  })
  card.querySelector(".output").textContent = outputWords(now, dropout)
  const hint = card.querySelector(".hint"), words = hintWords()
  if (hint.textContent !== words) hint.textContent = words
}

function outputWords({ input, output }, dropout) {
  const entered = written(input, 3)
  if (!dropout) return `Your output: w · x = ${entered}`
  const { sign, result } = equation([entered], (number) => 2 * number, output, 3)
  return `Your output, doubled while half are off: 2 × ${bracketed(entered)} ${sign} ${result}`
}

function hintWords() {
  const [before, after] = news.losses.at(-1) ?? []
  const step = news.steps
    ? `Step ${news.steps}: the loss went from ${written(before, 3)} to ${written(after, 3)}. ` : ""
  return step + (news.shown
    ? "g is your gradient. The arrows point downhill: that way the loss falls."
    : "Move your weights so that the loss falls.")
}

// From where the weight is, downhill, the longest for the steepest.
function arrow(way, weight, downhill) {
  const at = (number) => 50 * (1 + Math.min(Math.max(number, -LARGEST), LARGEST) / LARGEST)
  const from = at(weight), to = at(weight + 1.6 * downhill)
  way.className = downhill ? `way ${downhill > 0 ? "up" : "down"}` : "way"
  way.style.left = `${Math.min(from, to)}%`
  way.style.width = `${Math.abs(to - from)}%`
}

// A node that dropout has switched off.
function dark(on) {
  const there = document.getElementById("imgcls-dark")
  if (!on) return there?.remove()
  if (there) return
  const curtain = make("div", document.body, "", { id: "imgcls-dark", role: "status" })
  make("p", curtain, "Dropout: your node is off.")
  make("p", curtain, "It adds 0 to the sum, and the next step leaves its weights alone.")
}
