// The landscape under a hand: where it points, the paths start; the button lets the ball roll.
import { keepDrawn } from "../../js/canvas.js"
import { drawCharts } from "../../js/charts.js"
import { cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { stepOf } from "../../js/keys.js"
import { unpack } from "../../js/packet.js"
import { hear, make } from "../../js/text.js"
import { frame, legend, paintGround, shapes } from "./draw.js"

const PAUSE = 160 // ms from one step of the rolling ball to the next

function build(root) {
  const box = make("div", "landscape", root)
  box.innerHTML = `<p class="warning" role="status"></p><div class="main"><div class="field"><canvas></canvas>
    <svg xmlns="http://www.w3.org/2000/svg" role="application" tabindex="0"></svg></div><p class="legend"></p></div>
    <div class="side"><div class="charts first"></div><p class="roll"><button type="button"></button> <span></span></p>
    <p class="verdict"></p><p class="note"></p><div class="charts second"></div></div>`
  const names = ["warning", "field", "canvas", "svg", "legend", "first", "second", "button", "verdict", "note"]
  const selector = (name) => (["canvas", "svg", "button"].includes(name) ? name : "." + name)
  const parts = Object.fromEntries(names.map((name) => [name, box.querySelector(selector(name))]))
  return { ...parts, box, moves: box.querySelector(".roll span"), hand: new Hand() }
}

const colour = (text) => text.match(/[0-9a-f]{2}/gi).map((pair) => parseInt(pair, 16))

function draw(own) {
  const { data, box, field, svg } = own, width = field.clientWidth
  if (!width) return // not laid out yet: the observer calls again
  own.frame = frame(width, data.aspect)
  const { height, left, above } = own.frame
  field.style.height = height + "px"
  Object.assign(own.canvas.style, { left: left + "px", top: above + "px" })
  const looks = { high: cssValue(box, "--q-loss"), none: cssValue(box, "--q-pixel"), line: cssValue(box, "--ink") }
  // The ground is another one only if its numbers, its size or its colours are.
  const ground = JSON.stringify([width, data.about, looks])
  if (own.ground !== ground) {
    own.ground = ground
    paintGround(own.canvas, data, own.frame, { ...looks, high: colour(looks.high), none: colour(looks.none) })
  }
  svg.setAttribute("width", width)
  svg.setAttribute("height", height)
  svg.setAttribute("aria-label", `${data.alt} Drag the start, or move it with the arrow keys.`)
  svg.innerHTML = shapes(data, own.frame)
  own.legend.innerHTML = legend(data)
  for (const [i, place] of [own.first, own.second].entries()) {
    drawCharts(place, data.charts.slice(i, i + 1), Math.min(own.first.clientWidth, 640))
  }
  own.button.textContent = own.timer ? "pause" : "roll"
  own.button.setAttribute("aria-label", own.timer ? "stop the ball" : "let the ball roll, step by step")
  own.moves.textContent = data.moves
  own.verdict.textContent = data.verdict
  own.warning.textContent = data.warning
  own.note.textContent = data.caption
  hear(own, box, data.legend.map(([, name, value]) => `${name} ${value}`).join(", "))
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}

// What is final goes to Streamlit, too, for the address and the code.
function send(own, numbers, final) {
  const { ask, sets, half } = own.data, held = final ? {} : { [sets.half]: half }
  if (!own.hand.asker.broken) own.hand.asker.ask(ask, { numbers: { ...numbers, ...held } })
  if (!final && !own.hand.asker.broken) return
  own.hand.send(own.component, "value", { numbers, final })
}

function startAt(own, point, final) {
  const { sets } = own.data
  const number = (value) => clamp(Math.round(value / 0.02) * 0.02, sets.low, sets.high).toFixed(2)
  const [x, y] = own.frame.number(point, own.data)
  own.start = { [sets.across]: Number(number(x)), ...(sets.up ? { [sets.up]: Number(number(y)) } : {}) }
  send(own, own.start, final)
}

function stop(own) {
  clearInterval(own.timer)
  own.timer = null
}

function roll(own) {
  const { sets } = own.data
  let at = own.data.paths[0].at
  if (own.timer) { stop(own); send(own, { [sets.step]: at }, true); return }
  if (at >= sets.last) at = -1
  own.timer = setInterval(() => {
    at += 1
    if (at >= sets.last) stop(own)
    send(own, { [sets.step]: at }, at >= sets.last)
  }, PAUSE)
}

function wire(own) {
  const { svg } = own
  const place = (event) => {
    const { left, top } = svg.getBoundingClientRect()
    return [event.clientX - left, event.clientY - top]
  }
  svg.onpointerdown = (event) => {
    own.dragging = true
    svg.setPointerCapture(event.pointerId)
    startAt(own, place(event), false)
  }
  svg.onpointermove = (event) => { if (own.dragging) startAt(own, place(event), false) }
  svg.onpointerup = svg.onpointercancel = () => {
    if (!own.dragging) return
    own.dragging = false
    send(own, own.start, true)
  }
  svg.onkeydown = (event) => {
    const by = stepOf(event.key), from = own.data.paths[0].places[0]
    if (!by || !from) return
    event.preventDefault()
    const [x, y] = own.frame.at(from), step = own.frame.tall / 40
    startAt(own, [x + by[0] * step, y + by[1] * step], true)
  }
  own.button.onclick = () => { roll(own); draw(own) }
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.component = component
  const news = unpack(component.data)
  own.hand.acknowledge(news.ack)
  // What a run of the script says counts once it has heard of the last move; answers to a drag always do.
  if (!own.data || !news.ask || !own.hand.busy) own.data = { ...own.data, ...news }
  else own.data.ask = news.ask
  if (!own.wired) { own.wired = true; wire(own) }
  const end = keepDrawn(own, own.field, draw)
  return () => { stop(own); end() }
}
