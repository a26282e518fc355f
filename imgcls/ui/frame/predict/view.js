// The card of a question: what is asked, the gesture, and after the reveal the truth laid over the prediction.
// Each kind of gesture is a module beside this one. Its `draw` gets { box, about, arrays, value, change, truth, moves,
// others, says }, puts itself into `box`, begins at `value`, and calls `change(value)` as the hand moves it. With a
// `truth` no hand moves it; where it `moves`, the truth sets out from `value`. `others` are a class's predictions.
import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { Sender } from "../../js/sender.js"
import { make, unbroken, write } from "../../js/text.js"
import * as bars from "./bars.js"
import * as choice from "./choice.js"
import * as curve from "./curve.js"
import { atRest, change, comeUp, glide, go, keepAsked, play, working } from "./journey.js"
import * as number from "./number.js"
import * as order from "./order.js"
import * as pick from "./pick.js"
import { hold, sight } from "./sight.js"
import * as spot from "./spot.js"

const KINDS = { bars, choice, curve, number, order, pick, spot }
const AFTER_THIS = "next"
let asked = "" // the question that a hand is at, or wants to come to
let leaving = "" // the one whose answer a hand has just asked for
const AFTER = 900 // ms
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches

export default function (component) {
  const root = component.parentElement.querySelector(".predict")
  const own = instance(root, () => ({ sender: new Sender(), shown: "", value: undefined }))
  const data = unpack(component.data)
  if (own.data?.id !== data.id) Object.assign(own, { value: undefined, glided: false })
  else if (own.recalled === data.id && own.data.mine === null) own.value = data.mine ?? own.value
  own.component = component
  own.data = data
  own.sender.acknowledge(data.ack)
  if (data.reveal && own.left !== data.ack) {
    own.left = data.ack
    leave(data)
    return
  }
  const { ack, reveal, ...rest } = data, told = "truth" in data
  const shown = JSON.stringify([rest, Object.entries(data.arrays).map(([name, array]) => [name, sum(array)])])
  if (shown !== own.shown) draw(root, own)
  own.shown = shown
  recall(own)
  if (!told) {
    own.glided = false
    keepAsked(asked = data.id)
  } else if (!own.glided) {
    own.glided = true
    move(root, own)
  }
  return () => { if (!("truth" in own.data)) keepAsked("") }
}

function leave({ id, still: end, moving }) {
  leaving = id
  go(still() ? end : moving)
}

// The page has come to the answer; its picture moves there. While it does, `data-moves` on the card's element keeps a
// class from leading the page to where it goes by itself.
function move(root, own) {
  const { id, glide: numbers, plays, moving, still: end } = own.data, { host } = root.getRootNode()
  if (own.comes && leaving !== id && !isAt(moving)) { // others have shown the answer
    leaving = id
    go(still() ? end : moving, true)
  }
  const goes = () => root.isConnected && own.data.id === id && "truth" in own.data
  const done = () => {
    host.removeAttribute("data-moves")
    if (!plays) unfold(root, own, goes)
  }
  const trip = { goes, seen: sight(root), done }
  const playing = () => { if (plays && !still()) play(plays, trip) }
  host.dataset.moves = id
  if (leaving === id && !Object.keys(numbers).length && moving !== end && !still()) {
    change(end, trip, () => { done(); playing() })
  } else {
    glide(numbers, end, trip)
    playing()
  }
  leaving = ""
}

// Whether the address has all that a query names.
function isAt(query) {
  const here = new URLSearchParams(location.search)
  return [...new URLSearchParams(query)].every(([name, text]) => here.get(name) === text)
}

// Where the reason is folded (see view.css), it unfolds when all has moved; while a picture plays, a hand unfolds it.
function unfold(root, own, goes) {
  const moves = () => root.getAnimations({ subtree: true }).some(({ playState }) => playState === "running")
  let since = Date.now()
  const look = () => {
    if (own.turned || !goes()) return
    if (!atRest() || working() || moves()) since = Date.now()
    if (Date.now() - since < AFTER) setTimeout(look, 100)
    else fold(root, own, true)
  }
  look()
}

function fold(root, own, open) {
  own.open = open
  root.querySelector(".side").classList.toggle("open", open)
  const button = root.querySelector(".fold")
  button.setAttribute("aria-expanded", String(open))
  button.lastChild.textContent = open ? "Hide" : "Why?"
}

// A reload of the page begins another session on the server, which this tab tells what was predicted.
const KEPT = "imgcls-predictions"

function keptPredictions() {
  try {
    return Object(JSON.parse(sessionStorage.getItem(KEPT)))
  } catch {
    return {} // no storage here, or something else in it
  }
}

function keep(id, prediction) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...keptPredictions(), [id]: prediction }))
  } catch { /* then a reload forgets it */ }
}

function recall(own) {
  const { id, mine } = own.data, kept = keptPredictions()
  if (mine !== null || own.recalled === id || !Object.hasOwn(kept, id)) return
  own.recalled = id
  own.sender.send(own.component, "value", { prediction: kept[id], of: id, kept: true, final: true })
}

// Enough to see that another photo has come.
const sum = (array) => array.reduce((total, number, i) => (total * 31 + number * (i % 7)) % 1e9, 7)

function draw(root, own) {
  const { data } = own, told = "truth" in data
  root.replaceChildren()
  root.classList.toggle("told", told)
  const { host } = root.getRootNode()
  host?.toggleAttribute("data-told", told)
  if (!told) host?.removeAttribute("data-moves")
  make("p", "head", root).textContent = data.head
  const prompt = make("h2", "prompt", root)
  write(prompt, unbroken(data.prompt))
  const stage = make("div", "stage", root)
  if (data.grid.length && !told) numbers(stage, data.grid)
  const box = make("div", `gesture ${data.view}`, stage)
  const side = make("div", "side", stage)
  // What no hand has moved begins where it does for this photo, not where it did for the one before.
  const start = JSON.stringify(data.about.start)
  if (start !== own.start && JSON.stringify(own.value) === own.start) own.value = undefined
  own.start = start
  own.value = told ? data.mine : own.value ?? data.mine ?? undefined
  const submit = make("button", "main")
  const change = (value) => {
    own.value = value
    submit.disabled = false
  }
  const mine = told ? data.mine : own.value
  const { about, arrays, truth, others = [] } = data
  const says = (text) => tell(root, text)
  own.comes = told && own.asked === data.id
  const moves = own.comes && mine !== null && !still()
  own.asked = told ? "" : data.id
  KINDS[data.view].draw({ box, about, arrays, value: mine ?? undefined, change, truth, moves, others, says })
  if (told && others.length) make("p", "crowd", box).textContent = crowdWords(data)
  const more = told ? explain(side, data, () => { own.turned = true; fold(root, own, !own.open) }) : root
  if (told) fold(root, own, own.comes && !still() ? false : own.open ?? true)
  else Object.assign(own, { open: undefined, turned: false })
  const actions = make("div", "actions", more)
  const link = (name, text, query) => {
    const button = make("button", name, actions)
    button.type = "button"
    button.textContent = text
    button.onclick = typeof query === "string" ? () => go(query) : query
    return button
  }
  if (told) {
    if (data.next) {
      link("main", data.next_part ? `Next part: ${data.next_part}` : "Next question", () => {
        asked = AFTER_THIS
        go(data.next)
      })
    }
    link(data.next ? "quiet" : "main", "Try it yourself", () => { hold(root); go("") })
  } else {
    actions.append(submit)
    submit.type = "button"
    submit.textContent = data.waits ? "Change my prediction" : "That is my prediction"
    submit.disabled = own.value === undefined
    submit.onclick = () => {
      keep(data.id, own.value)
      own.sender.send(own.component, "value", { prediction: own.value, final: true })
    }
    const knows = data.mine !== null && !data.waits
    if (data.waits) make("p", "waits", actions).textContent = "Your prediction is in. The answer comes for all at once."
    else if (knows) link("quiet", "Show the answer again", () => leave(data))
    else link("quiet", "Show the picture without predicting", data.free)
  }
  const live = make("p", "heard", root)
  live.setAttribute("aria-live", "polite")
  if (asked === (told ? data.id : AFTER_THIS)) {
    asked = ""
    prompt.tabIndex = -1
    prompt.focus({ preventScroll: true })
    comeUp(root, still())
  }
}

function numbers(root, rows) {
  const table = make("table", "numbers", root)
  for (const row of rows) {
    const line = table.insertRow()
    for (const text of row) line.insertCell().textContent = text
  }
}

// Why it is so. On a phone it is folded at first: what was predicted and what is true stay in sight (see view.css).
function explain(side, data, turn) {
  const button = make("button", "fold", side), box = make("div", "because", side)
  button.type = "button"
  button.dataset.kind = data.view
  button.onclick = turn
  for (const [name, text] of [["You: ", data.said], ["It is ", data.is]]) {
    if (!text) continue
    const line = make("span", "line", button)
    line.textContent = name
    make("b", "", line).textContent = text
  }
  make("span", "turn", button)
  if (data.view === "number") {
    const says = make("dl", "says", box)
    for (const [name, text] of [["You predicted", data.said], ["It is", data.is]]) {
      if (!text) continue
      make("dt", "", says).textContent = name
      make("dd", "", says).textContent = text
    }
  }
  if (data.miss) write(make("p", "why", box), unbroken(data.miss))
  write(make("p", "why", box), unbroken(data.why))
  return box
}

const crowdWords = ({ others, view }) => {
  const count = `${others.length} ${others.length === 1 ? "prediction" : "predictions"} of your class`
  return view === "spot" ? `Small dots: ${count}, of those with this photo.` : `${count}.`
}

function tell(root, text) {
  const live = root.querySelector(":scope > .heard")
  if (live) live.textContent = text
}
