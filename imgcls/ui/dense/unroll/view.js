import { bitmap, keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { added, joined, whole, written } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

const NAMES = ["x", "w", "product"], TITLES = ["the photo x", "weights w", "products x · w"], SIGNS = ["×", "=", ""]
const PLANES = ["red", "green", "blue"], STRIP = 24, LABEL = 22

function build(root) {
  const box = make("div", "unroll", root)
  box.innerHTML = `
    <canvas role="img"></canvas>
    <div class="bar">
      <button type="button"></button>
      <input type="range" min="0" step="1" aria-label="Rows laid out">
    </div>
    <output aria-live="polite"></output>`
  const [canvas, input, button] = ["canvas", "input", "button"].map((tag) => box.querySelector(tag))
  return { box, canvas, input, button, rows: 0, timer: null }
}

function draw(own) {
  const { packet, box } = own, width = box.clientWidth
  if (!width) return
  const [channels, high, wide] = packet.arrays.x.shape
  const total = channels * high, narrow = width < 620
  const sign = narrow ? 0 : 26, group = narrow ? width : (width - 2 * sign) / 3
  const gap = 6, side = Math.min((group - gap * (channels - 1)) / channels, 118)
  const blockTall = LABEL + side + 24, stripsTop = (narrow ? 3 * blockTall : blockTall) + 10
  const tall = stripsTop + 3 * (STRIP + LABEL + 4)
  const pen = sizedCanvas(own.canvas, width, tall)
  pen.clearRect(0, 0, width, tall)
  pen.imageSmoothingEnabled = false
  pen.textBaseline = "alphabetic"
  const text = cssValue(box, "--st-text-color", "#222"), grid = cssValue(box, "--st-border-color", "#bbb")
  const font = cssValue(box, "--st-font", "sans-serif")
  const cell = side / high, one = width / (total * wide)
  NAMES.forEach((name, n) => {
    const left = narrow ? 0 : n * (group + sign), top = (narrow ? n * blockTall : 0) + LABEL
    const stripY = stripsTop + n * (STRIP + LABEL + 4) + LABEL
    pen.fillStyle = text
    pen.font = `600 16px ${font}`
    pen.textAlign = "left"
    pen.fillText(TITLES[n], left, top - 7)
    if (SIGNS[n] && !narrow) {
      pen.font = `600 24px ${font}`
      pen.fillText(SIGNS[n], left + group + 6, top + side / 2 + 8)
    }
    pen.font = `15px ${font}`
    const vector = `the vector: ${whole(total * wide)} numbers`
    const part = [vector, "× its weights", "= products"][n]
    pen.fillText(part, 0, stripY - 6)
    pen.strokeStyle = grid
    pen.lineWidth = 1
    pen.strokeRect(0.5, stripY - 0.5, width - 1, STRIP + 1)
    for (let c = 0; c < channels; c++) {
      const x = left + c * (side + gap)
      pen.strokeRect(x + 0.5, top + 0.5, side - 1, side - 1)
      pen.textAlign = "center"
      pen.font = `14px ${font}`
      pen.fillText(side < 50 ? PLANES[c][0] : PLANES[c], x + side / 2, top + side + 16)
    }
    const moving = own.rows % 1
    for (let r = 0; r < total; r++) {
      const done = clamp(own.rows - r, 0, 1), c = Math.floor(r / high), y = r % high
      const from = [left + c * (side + gap), top + y * cell, side, cell]
      const to = [r * wide * one, stripY, wide * one, STRIP]
      const ghost = done === 1
      if (ghost) { // a laid out row leaves a pale trace in its plane
        pen.globalAlpha = 0.2
        pen.drawImage(own.pictures[n], 0, r, wide, 1, ...from)
        pen.globalAlpha = 1
      }
      const at = from.map((start, k) => start + (to[k] - start) * done)
      pen.drawImage(own.pictures[n], 0, r, wide, 1, ...at)
      if (done > 0 && done < 1 && moving) {
        pen.strokeStyle = cssValue(box, "--st-primary-color")
        pen.lineWidth = 2
        pen.strokeRect(...at)
      }
    }
  })
  say(own, total)
}

// The sum so far; of all rows with the bias, the neuron's output.
export function sumText({ arrays: { running }, bias, output }, rows, total) {
  if (rows < total) return `Sum of the first ${rows} of ${total} rows: ${written(running[rows])}`
  const all = added([running[total], bias], output)
  return `Sum of all products, plus the bias: ${joined(all.operands)} ${all.sign} ${all.result}, the neuron's output`
}

function say(own, total) {
  const { packet } = own, rows = Math.floor(own.rows)
  own.box.querySelector("output").textContent = sumText(packet, rows, total)
  own.input.value = rows
  own.input.setAttribute("aria-valuetext", `${rows} of ${total} rows`)
  own.button.textContent = own.timer ? "❚❚ Pause" : rows < total ? "▶ Lay out row by row" : "↺ Back to a picture"
  own.canvas.setAttribute("aria-label", packet.alt)
}

function stop(own) { cancelAnimationFrame(own.timer); own.timer = null }

// All rows in about four seconds, in one step where motion is unwanted.
function play(own, total) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) { own.rows = total; draw(own); return }
  let last = performance.now()
  const step = (now) => {
    own.rows = Math.min(total, own.rows + (now - last) * total / 4000)
    last = now
    own.timer = own.rows < total ? requestAnimationFrame(step) : null
    draw(own)
  }
  own.timer = requestAnimationFrame(step)
  draw(own)
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const packet = own.packet = unpack(component.data)
  const [channels, high, wide] = packet.arrays.x.shape, total = channels * high
  const share = own.total ? own.rows / own.total : 0
  if (own.total !== total) { stop(own); own.rows = Math.round(share * total); own.total = total }
  own.pictures = NAMES.map((name) => {
    packet.arrays[name].shape = [total, wide, 3]
    const picture = bitmap(packet.arrays[name])
    packet.arrays[name].shape = [channels, high, wide, 3]
    return picture
  })
  own.input.max = total
  own.input.oninput = () => { stop(own); own.rows = Number(own.input.value); draw(own) }
  own.button.onclick = () => {
    if (own.timer) {
      stop(own)
      draw(own)
    } else if (own.rows >= total) {
      own.rows = 0
      draw(own)
    } else play(own, total)
  }
  const end = keepDrawn(own, own.box, draw)
  return () => { stop(own); end() }
}
