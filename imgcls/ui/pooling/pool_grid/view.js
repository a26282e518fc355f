// One slice under a pooling window. Which window is shown is decided here, without a message to the server.
import { bitmap } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { pooledText, written } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"
import { colour, fitted } from "../../js/tiles.js"
import { buildSide, fillSide } from "./cells.js"
import { drawPhoto, wirePhoto } from "./photo.js"

function build(root) {
  const box = make("div", "pool", root)
  const grid = (name) => `<figure class="${name}"><figcaption></figcaption>
    <div class="sheet"><div class="cells" role="group"></div>${
      name === "before" ? '<i class="frame"></i>' : ""}</div></figure>`
  box.innerHTML = `<svg class="beams" aria-hidden="true"><polygon/><polygon/></svg>
    <figure class="photo"><figcaption></figcaption><canvas tabindex="0" role="application"></canvas></figure>
    ${grid("before")}
    <div class="middle"><span class="verb"></span><div class="mini"></div><b class="result"></b></div>
    ${grid("after")}
    <p class="words" aria-live="polite"></p><p class="refusal" role="alert"></p>
    <div class="tools"><button type="button" class="play"></button>
      <button type="button" class="reset">Reset the numbers</button>
      <button type="button" class="ones">1 on every output</button>
      <button type="button" class="none">No gradient</button><span class="formula"></span></div>`
  const get = (name) => box.querySelector("." + name)
  const side = (name) => ({
    figure: get(name), holder: get(name).querySelector(".cells"), frame: get(name).querySelector(".frame"), cells: [],
  })
  const sides = { before: side("before"), after: side("after") }
  return { box, get, ...sides, hand: new Hand(), pin: [0, 0], hover: null }
}

// The places that the window of output `at` looks at.
const windowOf = ({ data: { arrays: { places } } }, at) =>
  places.subarray(at * places.shape[1], (at + 1) * places.shape[1])
const placeOf = (side, i) => [Math.floor(i / side.shape[1]), i % side.shape[1]]
const countOf = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`

// The outputs that the touched input feeds, and the window to show: the touched one, else the pinned one.
function shown(own) {
  const { before, after, hover } = own
  own.pin = own.pin.map((place, axis) => Math.min(place, after.shape[axis] - 1))
  if (hover?.side === after) return { fed: [], window: hover.place }
  if (hover?.side !== before) return { fed: [], window: own.pin }
  const touched = hover.place[0] * before.shape[1] + hover.place[1]
  const fed = [...after.cells.keys()].filter((i) => windowOf(own, i).includes(touched))
  const pinned = own.pin[0] * after.shape[1] + own.pin[1]
  return { fed, window: !fed.length || fed.includes(pinned) ? own.pin : placeOf(after, fed[0]) }
}

function draw(own) {
  const { data, before, after, get, cell: size } = own, { arrays, window: w, stride, kind } = data
  const { fed, window: [r, c] } = shown(own), at = r * after.shape[1] + c, winner = arrays.winners?.[at]
  const forward = data.direction === "forward"
  const inside = [...windowOf(own, at)], parts = arrays.parts.subarray(at * w * w, (at + 1) * w * w)
  const idle = own.hover?.side === before && !fed.length
  before.cells.forEach(({ cell }, i) => {
    cell.classList.toggle("winner", Boolean(arrays.wins?.[i]))
    cell.classList.toggle("chosen", !idle && winner === i)
    cell.classList.toggle("unused", arrays.uses[i] === 0)
  })
  after.cells.forEach(({ cell }, i) => {
    cell.classList.toggle("fed", fed.includes(i))
    cell.classList.toggle("chosen", !idle && i === at)
  })
  const span = w * size + "px"
  const shift = `translate(${c * stride * size}px, ${r * stride * size}px)`
  Object.assign(before.frame.style, { width: span, height: span, transform: shift })
  get("mini").style.setProperty("--columns", w)
  get("mini").replaceChildren(...inside.map((i, k) => {
    const tile = document.createElement("span"), number = forward ? arrays.values[i] : parts[k]
    tile.textContent = fitted(number, 44)
    tile.classList.toggle("chosen", i === winner)
    colour(tile, number, ...(forward ? own.look.values : own.look.gradient))
    return tile
  }))
  const value = written(arrays.output[at]), gradient = written(arrays.upstream[at])
  get("verb").textContent = !forward ? "sent back" : kind === "max" ? "the largest" : "the mean"
  get("result").textContent = forward ? `= ${value}` : `of ${gradient}`
  get("result").dataset.value = forward ? arrays.output[at] : arrays.upstream[at]
  const worked = pooledText(kind, inside.map((i) => arrays.values[i]), arrays.output[at]), tie = arrays.ties?.[at]
  get("words").textContent = own.hover?.side === before ? aboutInput(own, own.hover.place)
    : forward ? `${worked}${tie ? ". A tie: torch keeps the first." : ""}`
    : kind === "max"
      ? `The winner ${written(arrays.values[winner])} gets the whole gradient ${gradient}; the other ${
        w * w - 1} get 0.${tie ? " A tie: torch chose the first." : ""}`
    : `Each of the ${w * w} values gets 1/${w * w} of ${gradient}, that is ${written(parts[0])}.`
  own.box.dataset.shown = `${r},${c}`
  drawBeams(own, r, c)
}

function aboutInput(own, [row, column]) {
  const { arrays, kind, direction, window: w } = own.data, i = row * own.before.shape[1] + column
  const uses = arrays.uses[i], value = written(arrays.values[i])
  if (!uses) {
    const { stride, covered } = own.data, beyond = row >= covered[0] || column >= covered[1]
    const why = beyond ? "after one more step the window would stick out" : `a stride of ${stride} steps over it`
    return `${value} lies in no window: ${why}.`
  }
  const won = arrays.wins?.[i] === 1 && uses === 1 ? "it" : arrays.wins?.[i] || "none"
  const wins = kind === "max" ? ` and wins ${won}` : ""
  const where = `${value} lies in ${countOf(uses, "window")}${wins}`
  if (direction === "backward") return `${where}: the gradient that reaches it is ${written(arrays.gradient[i])}.`
  if (kind === "average") return `${where} and counts 1/${w * w} in ${uses === 1 ? "it" : "each"}.`
  return `${where}${arrays.wins[i] ? "." : ": change it a little, and no output changes."}`
}

// From the window to its tile, and from there to the output.
function drawBeams(own, r, c) {
  const { box, before, after, get, cell, wide } = own
  get("beams").style.display = wide ? "" : "none"
  if (!wide) return
  const { left, top } = box.getBoundingClientRect(), { window: w, stride } = own.data
  const place = (element) => {
    const p = element.getBoundingClientRect()
    return { left: p.left - left, top: p.top - top, right: p.right - left, bottom: p.bottom - top }
  }
  const mini = place(get("mini")), from = place(before.holder), to = place(after.holder)
  const x = from.left + (c * stride + w) * cell, y = from.top + r * stride * cell
  const out = [to.left + c * cell, to.top + r * cell]
  const [first, second] = get("beams").children
  first.setAttribute("points", `${x},${y} ${mini.left},${mini.top} ${mini.left},${mini.bottom} ${x},${y + w * cell}`)
  const foot = `${out[0]},${out[1] + cell}`
  second.setAttribute("points", `${mini.right},${mini.top} ${out} ${foot} ${mini.right},${mini.bottom}`)
}

function layout(own) {
  const { box, before, after, data } = own, { arrays } = data, width = box.clientWidth, photo = Boolean(arrays.photo)
  own.wide = width >= 640
  const taken = (photo ? 168 : 0) + Math.max(112, 44 * data.window) + 64
  const cell = own.wide ? (width - taken) / (before.shape[1] + after.shape[1]) : (width - 4) / before.shape[1]
  own.cell = Math.floor(clamp(cell, 30, Math.min(72, 300 / before.shape[0])))
  box.style.setProperty("--cell", own.cell + "px")
  box.classList.toggle("wide", own.wide)
  own.look = { values: [data.scale, arrays.value_colours], gradient: [data.gradient_scale, arrays.gradient_colours] }
  const forward = data.direction === "forward"
  const look = own.look[forward ? "values" : "gradient"]
  fillSide(own, before, forward ? own.values : arrays.gradient, ...look, forward ? null : own.values)
  fillSide(own, after, forward ? arrays.output : own.upstream, ...look, forward ? null : arrays.output)
  if (photo) drawPhoto(own)
  draw(own)
}

function wire(own) {
  const { get, box } = own
  own.draw = () => { cancelAnimationFrame(own.frame); own.frame = requestAnimationFrame(() => draw(own)) }
  own.change = (final, values = own.values, upstream = own.upstream) => {
    const { version, ask, sets } = own.data, numbers = { [sets.upstream]: upstream, [sets.values]: { version, values } }
    if (sets.corner) numbers[sets.corner] = own.corner
    own.hand.tell(own.component, ask, { numbers }, final)
  }
  const all = (number) => { own.upstream = own.upstream.map(() => number); own.change(true); layout(own) }
  get("ones").onclick = () => all(1)
  get("none").onclick = () => all(0)
  get("reset").onclick = () => own.change(true, own.data.start, own.upstream.map((_, i) => Number(!i)))
  const playing = (on) => {
    clearInterval(own.timer)
    own.timer = on ? setInterval(() => {
      const i = own.pin[0] * own.after.shape[1] + own.pin[1] + 1
      own.pin = placeOf(own.after, i % own.after.cells.length)
      own.draw()
    }, 900) : null
    get("play").textContent = on ? "Stop" : "Slide the window"
  }
  get("play").onclick = () => playing(!own.timer)
  playing(false)
  for (const side of [own.before, own.after]) side.figure.onpointerleave = () => { own.hover = null; own.draw() }
  wirePhoto(own)
  own.observer = new ResizeObserver(() => layout(own))
  own.observer.observe(box)
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.component = component
  const data = (own.data = { ...own.data, ...unpack(component.data) }), { arrays } = data // a drag's answer has less
  own.hand.acknowledge(data.ack)
  // Python's numbers do not count while newer ones are on their way to it, or a number would jump back.
  const busy = own.hand.busy || own.hand.asker.busy
  if (!busy || own.version !== data.version || own.upstream.length !== arrays.upstream.length) {
    [own.values, own.upstream, own.version] = [Array.from(arrays.values), Array.from(arrays.upstream), data.version]
  }
  if (!own.held) own.corner = data.corner
  const forward = data.direction === "forward"
  if (!own.draw) wire(own)
  buildSide(own, own.before, arrays.values.shape, "value", forward && "values")
  buildSide(own, own.after, arrays.output.shape, forward ? "output" : "gradient on output", forward ? null : "upstream")
  own.get("photo").hidden = !arrays.photo
  if (arrays.photo) own.picture = bitmap(arrays.photo)
  own.get("photo").querySelector("figcaption").textContent = data.captions.photo
  for (const name of ["before", "after"]) own[name].figure.querySelector("figcaption").textContent = data.captions[name]
  for (const name of ["before", "after"]) own[name].holder.setAttribute("aria-label", data.captions[name])
  for (const name of ["ones", "none"]) own.get(name).hidden = forward
  own.get("formula").textContent = data.formula
  own.box.dataset.direction = data.direction
  layout(own)
  own.box.dataset.drawn = Number(own.box.dataset.drawn ?? 0) + 1
  return () => { clearInterval(own.timer); own.observer?.disconnect(); own.observer = null; own.draw = null }
}
