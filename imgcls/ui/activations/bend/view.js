// A training as a film: it plays what it has, and asks for more before that is over. See draw.js for the pictures.
import { keepDrawn } from "../../js/canvas.js"
import { cssValue, enable, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { fixed, percent, whole, written } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"
import { drawAnswer, drawNetwork } from "./draw.js"

const FRAMES = 15, STEPS = 5, FRAME_MS = 1000 / 30
const PATIENCE = 12_000 // ms for a film
const ENOUGH = 5000 // steps in one go: nobody may be looking any more
const NUDGE = 0.05, REACH = 10 // of the keyboard's cross; pixels around a point that is taken away

function build(root) {
  const box = make("div", "bend", root), caption = "<figcaption><b></b><br><span></span></figcaption>"
  box.innerHTML = `
    <div class="bar">
      <button type="button" class="go" data-plays="act_bend"></button><button type="button" class="one">Step</button>
      <button type="button" class="again">↺ Start again</button><span class="step"></span>
      <span class="classes" role="group" aria-label="Class of the points you set">
        Click to add <button type="button" data-class="0">● orange</button>
        <button type="button" data-class="1">■ blue</button><button type="button" class="clear">Remove mine</button>
      </span>
    </div>
    <div class="row">
      <canvas class="network" role="img"></canvas>
      <figure><canvas class="answer" tabindex="0" role="application"></canvas>${caption}</figure>
      <figure><canvas class="answer straight" role="img"></canvas>${caption}</figure>
    </div>
    <div class="line"></div><output aria-live="polite"></output>
    <div class="key">
      <span><i class="tile"></i>a neuron all over the plane: red below 0, white 0, blue above 0</span>
      <span><i></i>weight &gt; 0</span><span><i class="minus"></i>weight &lt; 0</span>
    </div>`
  const all = (selector) => [...box.querySelectorAll(selector)]
  return {
    box, network: box.querySelector(".network"), answers: all(".answer"), captions: all("figcaption"),
    go: box.querySelector(".go"), step: box.querySelector(".step"), line: box.querySelector(".line"),
    hand: new Hand(), id: Date.now() % 1e6,
    kind: 1, cross: null, playing: false, points: [],
  }
}

// ---- The film ----

function rewind(own, film) {
  Object.assign(own, { film, frame: 0, next: null, asked: null, begun: stepOf(film, 0) })
}

const stepOf = (film, frame) => film.first + (frame + (film.each ? 1 : 0)) * film.each

// Where the film after the frame that is shown begins: at the end of this one, or somewhere in it.
function here(own) {
  const { film, frame } = own, last = film.losses.length / 2 - 1
  if (frame >= last) return { state: film.state, first: stepOf(film, frame), skip: 0 }
  return { state: film.start, first: film.begins, skip: film.skipped + frame + 1 }
}

// What is still to be answered; an answer that never came is no longer waited for.
function awaited(own) {
  if (own.asked && performance.now() - own.asked.at > PATIENCE) own.asked = null
  return own.asked
}

function ask(own, from, frames, steps, then) {
  if (awaited(own)) return
  const reel = { id: ++own.id, frames, steps, ...from }
  own.asked = { id: reel.id, from, frames, steps, then, at: performance.now() }
  own.hand.tell(own.component, own.about.ask, { numbers: { [own.about.sets[1]]: reel } }, false)
}

// The answer to what was asked; anything else is of a film that nobody waits for any more.
function receive(own, packet) {
  const { asked } = own
  if (!asked || packet.id !== asked.id) return
  own.asked = null
  if (packet.trouble) { own.playing = false; return say(own, packet.trouble) }
  if (packet.busy) {
    own.waiting = setTimeout(() => ask(own, asked.from, asked.frames, asked.steps, asked.then), 1000 * packet.busy)
    return
  }
  own.cycle = performance.now() - asked.at
  asked.then(filmOf(packet, asked.from))
}

function filmOf(packet, from) {
  const { losses, accuracies, lines } = packet.arrays
  return { ...packet, losses, accuracies, lines, start: from.state, begins: from.first, skipped: from.skip }
}

function show(own, film, frame) {
  Object.assign(own, { film, frame })
  draw(own)
  if (!film.finite && frame === film.losses.length / 2 - 1) {
    own.playing = false
    say(own, "The weights have grown too large for a number: choose a smaller learning rate and start again.")
  }
}

// One turn of the film. When the server cannot keep up, the frames that are there last longer.
function tick(own, now) {
  if (!own.playing) return
  const { film, frame } = own, count = film.losses.length / 2
  const pace = clamp((own.cycle ?? 0) / FRAMES, FRAME_MS, 200), { due = now } = own
  if (!own.next && !awaited(own) && frame >= count - FRAMES / 2 - 1 && film.finite) {
    clearTimeout(own.waiting)
    const end = { state: film.state, first: stepOf(film, count - 1), skip: 0 }
    ask(own, frame < count - 1 ? end : here(own), FRAMES, STEPS, (next) => { own.next = next })
  }
  if (now > due - 4 && (frame < count - 1 || own.next)) {
    own.due = Math.max(due, now - pace) + pace // after a late frame the next one comes sooner
    if (frame < count - 1) show(own, film, frame + 1)
    else { const { next } = own; own.next = null; show(own, next, 0) }
  }
  if (stepOf(own.film, own.frame) - own.begun >= ENOUGH) pause(own)
  if (own.playing) requestAnimationFrame((then) => tick(own, then))
}

function play(own) {
  own.due = undefined
  own.begun = stepOf(own.film, own.frame)
  own.playing = true
  say(own, "")
  requestAnimationFrame((now) => tick(own, now))
}

// Stopped in the middle of a film, it asks what the networks are there, to go on from.
function pause(own) {
  Object.assign(own, { playing: false, next: null, asked: null })
  clearTimeout(own.waiting)
  settle(own)
  controls(own)
}

function settle(own, then = () => {}) {
  const from = here(own), middle = from.skip > 0
  if (!middle) return then()
  ask(own, { ...from, skip: from.skip - 1 }, 1, STEPS, (film) => { show(own, film, 0); then() })
}

// Pressed again before the answer is there, it takes one more step after it.
function one(own) {
  if (own.playing) return pause(own)
  const asked = awaited(own)
  if (!asked) return settle(own, () => ask(own, here(own), 1, 1, (film) => show(own, film, 0)))
  const { then } = asked
  asked.then = (film) => { then(film); if (!own.playing) one(own) }
}

// ---- What is on the screen ----

function draw(own) {
  const width = own.box.clientWidth
  if (!width || !own.film) return
  const narrow = width < 640, side = narrow ? Math.min(width, 340) : Math.min(252, Math.floor((width - 28) * 0.3))
  drawNetwork(own, own.network, narrow ? width : width - 2 * side - 28, own.film, own.frame)
  own.answers.forEach((canvas, twin) => {
    drawAnswer(own, canvas, side, own.film, own.frame, twin, twin ? null : own.cross)
  })
  if (own.side !== side) own.captions.forEach((caption) => { caption.style.width = `${side}px` })
  own.side = side
  read(own)
  own.box.dataset.drawn = String(Number(own.box.dataset.drawn ?? 0) + 1)
}

// Only what is new: each change makes the browser lay out the page.
const write = (element, text) => { if (element.textContent !== text) element.textContent = text }

function read(own) {
  const { film, frame, about } = own, step = stepOf(film, frame)
  write(own.step, `step ${whole(step)}`)
  const says = own.captions.map((caption, twin) => {
    const loss = film.losses[2 * frame + twin], right = film.accuracies[2 * frame + twin]
    const name = twin || about.title === "none" ? "without a bend" : `with ${about.title}`
    const numbers = Number.isNaN(loss) ? "no points yet" : `${percent(right, 0)} right, loss ${fixed(loss, 3)}`
    write(caption.firstChild, name)
    write(caption.lastChild, numbers)
    return `${name}: ${numbers}`
  })
  const [a, b, c] = film.lines.slice(3 * frame, 3 * frame + 3), sign = (number) => (number < 0 ? "− " : "+ ")
  const amount = (number) => written(Math.abs(number)), hidden = about.layers.length - 2
  const what = hidden ? `its ${hidden + 1} layers come to one:` : "it is a single layer:"
  const logit = `${written(a)} x₁ ${sign(b)}${amount(b)} x₂ ${sign(c)}${amount(c)}`
  write(own.line, `Without a bend ${what} ${logit}; the boundary is where this is 0.`)
  if (own.playing && own.frame % FRAMES) return // nobody listens thirty times a second
  own.answers[0].setAttribute("aria-label", `What the network answers at each place. ${says[0]}. ` +
    "Arrow keys move a cross, Enter sets a point of the chosen class, Delete removes the nearest of yours.")
  own.answers[1].setAttribute("aria-label", `What the network without a bend answers. ${says[1]}.`)
  own.network.setAttribute("aria-label", `The network: ${about.layers.slice(0, -1).join(", ")} neurons, each with ` +
    "a picture of what it gives all over the plane, and one output.")
}

function controls(own) {
  own.go.textContent = own.playing ? "❚❚ Pause" : "▶ Train"
  own.box.querySelectorAll("[data-class]").forEach((button) =>
    button.setAttribute("aria-pressed", String(Number(button.dataset.class) === own.kind)))
  enable(own.box.querySelector(".clear"), own.mine.length > 0)
}

const say = (own, sentence) => { own.box.querySelector("output").textContent = sentence; controls(own) }

// ---- Points ----

function setMine(own, mine) {
  own.mine = mine
  own.points = [...own.given, ...mine]
  if (own.playing) Object.assign(own, { next: null, asked: null }) // what comes next learns from these
  draw(own)
  controls(own)
  own.hand.send(own.component, "value", { numbers: { [own.about.sets[0]]: mine }, final: true })
}

function nearest(own, [x, y], reach) {
  let best = -1, least = reach
  own.mine.forEach(([px, py], i) => {
    const far = Math.hypot(px - x, py - y)
    if (far < least) { best = i; least = far }
  })
  return best
}

function setPoint(own, place, reach) {
  const taken = nearest(own, place, reach)
  if (taken >= 0) setMine(own, own.mine.filter((_, i) => i !== taken))
  else if (own.mine.length < own.about.room) setMine(own, [...own.mine, [...place, own.kind]])
  else say(own, `There is room for ${own.about.room} points of yours: remove some first.`)
}

function wire(own) {
  const { box } = own, [canvas] = own.answers
  own.go.onclick = () => { if (own.playing) pause(own); else play(own); controls(own) }
  box.querySelector(".one").onclick = () => one(own)
  box.querySelector(".again").onclick = () => {
    clearTimeout(own.waiting)
    rewind(own, own.opening)
    say(own, "")
    draw(own)
  }
  box.querySelector(".clear").onclick = () => { if (own.mine.length) setMine(own, []) }
  box.querySelectorAll("[data-class]").forEach((button) => {
    button.onclick = () => { own.kind = Number(button.dataset.class); controls(own) }
  })
  canvas.onclick = (event) => {
    const at = canvas.getBoundingClientRect()
    const place = [(event.clientX - at.left) / at.width * 2 - 1, 1 - (event.clientY - at.top) / at.height * 2]
    setPoint(own, place, 2 * REACH / at.width)
  }
  canvas.onkeydown = (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
    const cross = own.cross ?? [0, 0], size = NUDGE * (event.shiftKey ? 4 : 1)
    if (by) own.cross = cross.map((at, i) => clamp(at + by[i] * size, -1, 1))
    else if (event.key === "Enter" || event.key === " ") setPoint(own, cross, 0)
    else if (event.key === "Delete" || event.key === "Backspace") {
      const taken = nearest(own, cross, Infinity)
      if (taken >= 0) setMine(own, own.mine.filter((_, i) => i !== taken))
    } else return
    event.preventDefault()
    draw(own)
  }
  canvas.onblur = () => { own.cross = null; draw(own) }
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const packet = unpack(component.data)
  own.component = component.setStateValue ? component : own.component
  if (!packet.token) { receive(own, packet); return }
  const fresh = own.about?.token !== packet.token
  own.about = packet
  own.hand.acknowledge(packet.ack)
  if (!own.hand.busy) {
    const { places, classes } = packet.arrays
    own.points = Array.from(classes, (kind, i) => [places[2 * i], places[2 * i + 1], kind])
    own.given = own.points.slice(0, own.points.length - packet.own)
    own.mine = own.points.slice(own.given.length)
  }
  if (fresh) {
    clearTimeout(own.waiting)
    own.opening = filmOf(packet, { state: null, first: 0, skip: 0 })
    rewind(own, own.opening)
    own.box.querySelector("output").textContent = ""
  } else receive(own, packet)
  own.theme = {
    text: cssValue(own.box, "--st-text-color", "#222"), ground: cssValue(own.box, "--st-background-color", "#fff"),
    font: cssValue(own.box, "--st-font", "sans-serif"), grid: cssValue(own.box, "--st-border-color", "#bbb"),
  }
  wire(own)
  controls(own)
  const end = keepDrawn(own, own.box, draw)
  return () => { own.playing = false; clearTimeout(own.waiting); end() }
}
