// Two pictures and the window between them. Which window is shown is decided here, without a message to the server.
import { byFinger, cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { stepOf } from "../../js/keys.js"
import { written } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"
import { buildCells, buildChannels, fillCells, wireEquation } from "./cells.js"
import { drawBeams, drawHistogram, drawInput, drawOutput, paddedPicture, paint, samePicture } from "./pictures.js"

function build(root) {
  const box = make("div", "lens", root)
  const picture = (name) => `<figure class="${name}"><figcaption></figcaption>
    <canvas class="picture" tabindex="0" role="application"></canvas><p class="where"></p>
    <canvas class="histogram" role="img"></canvas></figure>`
  box.innerHTML = `<svg class="beams" aria-hidden="true"><polygon/><polygon/></svg>${picture("input")}
    <div class="middle">
      <div class="head"><span class="legend"></span>
        <span class="channels" role="group" aria-label="channel shown"></span></div>
      <div class="cells" role="group" aria-label="kernel"></div>
      <div class="equation"><span class="name">sum</span><b class="sum"></b>
        <span class="scaling"><span>÷</span><input class="divisor" aria-label="divisor">
          <span>+</span><input class="bias" aria-label="bias"></span><span class="sign">=</span>
        <output class="value"></output></div>
      <p class="refusal" role="alert"></p></div>
    ${picture("output")}<p class="spoken" aria-live="polite"></p>`
  const [input, output] = box.querySelectorAll("canvas.picture")
  return { box, input, output, hand: new Hand(), channel: 0, pin: null, hover: null }
}

// The output whose window is shown: the one under the pointer, else the pinned one.
function shown(own) {
  const [rows, columns] = own.data.arrays.output.shape
  if (own.hover?.on === "output") return [own.hover.row, own.hover.column]
  return [Math.round(own.pin.row * (rows - 1)), Math.round(own.pin.column * (columns - 1))]
}

function draw(own) {
  const { data, box } = own
  const { arrays, window: w } = data
  const [r, c] = shown(own)
  const window = drawInput(own, r, c)
  drawOutput(own, r, c)
  const value = fillCells(own, r, c)
  drawBeams(own, window, r, c)
  const [left, right] = box.querySelectorAll(".where")
  const top = r * w.stride - w.padding, first = c * w.stride - w.padding
  if (own.hover?.on === "input") {
    const { row, column } = own.hover
    const inside = arrays.rows[row] >= 0 && arrays.columns[column] >= 0
    const at = `row ${written(row - w.padding)}, column ${written(column - w.padding)}`
    left.textContent = `${at}: ${inside ? "this pixel" : "padding"}`
    const feeds = own.lit.length
    right.textContent = feeds ? `feeds ${feeds} output${feeds > 1 ? "s" : ""}` : "feeds no output"
  } else {
    left.textContent = `window from row ${written(top)}, column ${written(first)}`
    const { low, high } = data.output, clipped = low === 0 && (value < low || value > high)
    const drawn = clipped ? `: ${written(value)} clipped to ${value < low ? low : high}` : ""
    right.textContent = `row ${r}, column ${c}${own.pin.held && !own.hover ? ", pinned" : ""}${drawn}`
  }
  const spoken = own.hover?.on === "input"
    ? `${left.textContent} ${right.textContent}`
    : `Output ${right.textContent} is ${written(value)}; ${left.textContent}.`
  clearTimeout(own.speaking) // a screen reader wants to hear where the pointer rests, not every step
  own.speaking = setTimeout(() => { box.querySelector(".spoken").textContent = spoken }, 400)
  box.dataset.shown = `${r},${c}`
}

// Sizes and places, measured only when something has moved: measuring makes the browser lay out the page.
function layout(own) {
  const { data: { arrays }, box } = own
  const wide = own.width >= 700
  own.size = Math.min(box.querySelector("figure").clientWidth, 420)
  const fit = ([rows, columns]) => own.size / Math.max(rows, columns)
  own.scale = { input: fit([arrays.rows.length, arrays.columns.length]), output: fit(arrays.output.shape) }
  own.beams = null
  draw(own) // gives the canvases their size, which the beams need
  drawHistogram(own, "input")
  drawHistogram(own, "output")
  box.classList.toggle("wide", wide)
  if (!wide) return
  const base = box.getBoundingClientRect()
  const place = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    return { left: left - base.left, right: right - base.left, top: top - base.top, bottom: bottom - base.top }
  }
  own.beams = { input: place(own.input), output: place(own.output), cells: place(box.querySelector(".cells")) }
  draw(own)
}

// What a drag sends is only what changes; without sums the products alone make the output.
function together(before, { arrays, ...news }) {
  return { ...before, ...news, arrays: { ...before?.arrays, sums: undefined, ...arrays } }
}

function wire(own) {
  const redraw = () => { cancelAnimationFrame(own.frame); own.frame = requestAnimationFrame(() => draw(own)) }
  const shape = (on) => {
    const { output, rows, columns } = own.data.arrays
    return on === "output" ? output.shape : [rows.length, columns.length]
  }
  const under = (event, on) => {
    const place = own[on].getBoundingClientRect(), [rows, columns] = shape(on)
    const index = (share, count) => clamp(Math.floor(share * count), 0, count - 1)
    const down = (event.clientY - place.top) / place.height, across = (event.clientX - place.left) / place.width
    return { on, row: index(down, rows), column: index(across, columns) }
  }
  const pin = (row, column, held = true) => {
    const [rows, columns] = own.data.arrays.output.shape
    own.pin = { row: row / Math.max(1, rows - 1), column: column / Math.max(1, columns - 1), held }
  }
  for (const on of ["input", "output"]) {
    const canvas = own[on]
    canvas.onpointermove = canvas.onpointerdown = (event) => { own.hover = under(event, on); redraw() }
    canvas.onpointerleave = () => { own.hover = null; redraw() }
    canvas.onclick = (event) => {
      // A click in the input pins the output whose window has that pixel in its middle.
      const { row, column } = under(event, on), w = own.data.window, [rows, columns] = shape("output")
      const middle = (place, taps, count) =>
        clamp(Math.round((place - ((taps - 1) * w.dilation) / 2) / w.stride), 0, count - 1)
      if (on === "output") pin(row, column)
      else pin(middle(row, w.rows, rows), middle(column, w.columns, columns))
      redraw()
    }
    canvas.onkeydown = (event) => {
      const step = stepOf(event.key)
      const by = event.shiftKey ? 10 : 1, [rows, columns] = shape(on)
      if (step) {
        const onOutput = on === "output" || own.hover?.on !== "input"
        const [row, column] = onOutput ? shown(own) : [own.hover.row, own.hover.column]
        const to = [clamp(row + step[1] * by, 0, rows - 1), clamp(column + step[0] * by, 0, columns - 1)]
        if (on === "output") { own.hover = null; pin(...to) } else own.hover = { on, row: to[0], column: to[1] }
      } else if (event.key === "Enter") {
        if (own.hover?.on === "output") pin(own.hover.row, own.hover.column)
        else own.pin.held = true
      }
      else if (event.key === "Escape") { own.hover = null; own.pin.held = false }
      else return
      event.preventDefault()
      redraw()
    }
    canvas.onblur = () => { if (own.hover?.on === on) { own.hover = null; redraw() } }
  }
  own.refuse = (reason) => { own.box.querySelector(".refusal").textContent = reason }
  own.change = (final) => {
    own.editing = !final
    const { ask, sets } = own.data
    if (own.hand.asks(ask, { numbers: { [sets]: own.kernel } }, final)) return
    own.sent = true
    own.hand.send(own.component, "edit", { ...own.kernel, final })
  }
  own.polygons = own.box.querySelectorAll("polygon")
  own.redraw = redraw
}

// Everything that depends on the output, after a rerun or an answer.
function show(own, moved) {
  const { data, box, data: { arrays } } = own
  own.outputPicture = paint(arrays.output, arrays.output.shape, data.output, arrays.output_colours)
  box.querySelector(".output figcaption").textContent = data.caption_output
  const arrows = "Arrow keys move the output whose arithmetic is shown, Enter pins it."
  own.output.setAttribute("aria-label", `${data.caption_output}. ${arrows}`)
  if (moved) layout(own)
  else { drawHistogram(own, "output"); draw(own) }
  box.dataset.weights = arrays.weights.join(" ") // what torch has answered
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}

export default function (component) {
  const root = component.parentElement
  const own = instance(root, () => build(root))
  const before = own.data, news = unpack(component.data), data = (own.data = together(before, news))
  if (before && !news.window) return show(own) // other weights alone
  own.component = component
  const { arrays, window: w } = data, { box, hand } = own
  ;[own.rows, own.columns] = arrays.input.shape
  if (arrays.input.shape[2] === 1) own.channel = 0
  if (!samePicture(before, data)) own.inputPicture = paddedPicture(own)
  hand.acknowledge(data.ack)
  // Python's kernel counts once it answers the last one sent, and nobody is changing it: else a number would jump back.
  const answered = !own.sent || (data.ack === hand.seq && !hand.busy)
  if (answered && !own.editing) {
    own.kernel = { weights: Array.from(arrays.weights), divisor: data.divisor, bias: data.bias }
  }
  own.pin ??= { row: data.start[0], column: data.start[1], held: false }
  if (!own.wired) { own.wired = true; wire(own) }
  const built = [w.rows, w.columns, data.editable].join()
  if (own.built !== built) { own.built = built; buildCells(own); if (data.editable) wireEquation(own) }
  buildChannels(own)
  box.classList.toggle("summed", data.summed)
  box.querySelector(".input figcaption").textContent = data.caption_input
  box.querySelector(".legend").textContent = data.caption_middle
  const hint = data.editable ? `Drag a cell, or ${byFinger() ? "tap it" : "click"} and type` : ""
  box.querySelector(".refusal").dataset.hint = hint
  const moves = "Arrow keys move a pixel and light up the outputs that it feeds."
  own.input.setAttribute("aria-label", `${data.caption_input}. ${moves}`)
  own.width = box.clientWidth
  own.theme = {
    ink: cssValue(box, "--st-text-color", "#222"),
    ground: cssValue(box, "--st-secondary-background-color", "#eee"),
    font: cssValue(box, "--st-font", "sans-serif"),
  }
  own.hand.asker.cancel() // an answer to the settings of before would not fit
  show(own, true)
  if (own.editing) own.change(false)
  if (!own.observer) {
    own.observer = new ResizeObserver(() => {
      if (box.clientWidth === own.width) return
      own.width = box.clientWidth
      layout(own)
    })
    own.observer.observe(box)
  }
  return () => { own.observer.disconnect(); own.observer = null }
}
