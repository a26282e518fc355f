import { keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { byFinger, cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"
import { percent, whole, written } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"
import { make } from "../../js/text.js"

const TOP = 30, BOTTOM = 30, TALL = 296, SIDE = 58

function build(root) {
  const box = make("div", "nodes", root)
  box.innerHTML = `
    <canvas tabindex="0" role="img"></canvas>
    <div class="legend">
      <span><i class="line minus"></i>weight &lt; 0</span><span><i class="line plus"></i>weight &gt; 0</span>
      <span>thicker: larger |w|</span><span class="many"><i class="band"></i>too many to draw</span>
    </div>
    <output aria-live="polite"></output>
    <div class="shares"></div>`
  const own = { box, canvas: box.querySelector("canvas"), at: null }, row = box.querySelector(".shares")
  // A segment too narrow for its name says it under the pointer, the focus or a finger.
  const tell = ({ target }) => {
    if (target.title) box.querySelector("output").textContent = `Of all parameters, ${target.title}`
  }
  for (const name of ["focusin", "pointerover", "click"]) row.addEventListener(name, tell)
  for (const name of ["focusout", "pointerleave"]) row.addEventListener(name, () => describe(own))
  return own
}

function brief(count) {
  const [size, letter] = count >= 1e9 ? [1e9, "G"] : count >= 1e6 ? [1e6, "M"] : count >= 1e4 ? [1e3, "k"] : [1, ""]
  return (letter ? written(count / size, 3) : whole(count)) + (letter && "\u202f" + letter)
}

// The exact number where there is room for it.
const fitting = (pen, count, room) => (pen.measureText(whole(count)).width < room ? whole(count) : brief(count))

// Where the drawn nodes are: columns of {x, y, radius}; a column that leaves nodes out ends in three dots.
function place(own, width) {
  const { layers } = own.packet
  const gap = (width - 2 * SIDE) / (layers.length - 1)
  own.columns = layers.map((layer, l) => {
    const slots = layer.drawn + (layer.count > layer.drawn ? 1.4 : 0)
    const step = Math.min(30, (TALL - TOP - BOTTOM) / slots)
    const first = TOP + (TALL - TOP - BOTTOM - step * slots) / 2 + step / 2
    return {
      x: SIDE + l * gap, step, radius: Math.min(10, step * 0.42),
      ys: Array.from({ length: layer.drawn }, (_, i) => first + i * step),
      bottom: first + (slots - 0.5) * step,
    }
  })
}

function edges(own, pen, l, alpha, chosen) {
  const { packet, columns } = own, w = packet.arrays[`w${l}`], pair = packet.pairs[l]
  const [rows, count] = w.shape, from = columns[l], to = columns[l + 1]
  pen.globalAlpha = alpha
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < count; j++) {
      if ((chosen && !chosen(i, j)) || packet.off[l + 1].has(i) || packet.off[l].has(j)) continue
      const weight = w[i * count + j]
      pen.strokeStyle = packet.colours[+(weight > 0)]
      pen.setLineDash(weight > 0 ? [] : [6, 4])
      pen.lineWidth = 0.4 + 3.2 * Math.abs(weight) / pair.limit
      pen.beginPath()
      pen.moveTo(from.x, from.ys[j])
      pen.lineTo(to.x, to.ys[i])
      pen.stroke()
    }
  pen.setLineDash([])
  pen.globalAlpha = 1
}

function band(own, pen, l) {
  const a = own.columns[l], b = own.columns[l + 1], middle = (a.x + b.x) / 2
  pen.beginPath()
  pen.moveTo(a.x, a.ys[0])
  pen.bezierCurveTo(middle, a.ys[0], middle, b.ys[0], b.x, b.ys[0])
  pen.lineTo(b.x, b.bottom)
  pen.bezierCurveTo(middle, b.bottom, middle, a.bottom, a.x, a.bottom)
  pen.closePath()
  pen.globalAlpha = 0.3
  pen.fillStyle = cssValue(own.box, "--q-weight", "#218c81")
  pen.fill()
  pen.globalAlpha = 1
}

function cross(pen, x, y, size) {
  pen.lineWidth = 3
  pen.beginPath()
  for (const way of [-1, 1]) { pen.moveTo(x - size, y - way * size); pen.lineTo(x + size, y + way * size) }
  pen.stroke()
}

function draw(own) {
  const { packet, at } = own, width = own.box.clientWidth
  if (!width) return
  place(own, width)
  const pen = sizedCanvas(own.canvas, width, TALL)
  const text = cssValue(own.box, "--st-text-color", "#222"), page = cssValue(own.box, "--st-background-color", "#fff")
  const font = cssValue(own.box, "--st-font", "sans-serif")
  pen.clearRect(0, 0, width, TALL)
  packet.pairs.forEach((pair, l) => {
    if (pair.bundled) band(own, pen, l)
    else edges(own, pen, l, at ? 0.1 : 0.8)
  })
  if (at) {
    if (at.l) edges(own, pen, at.l - 1, 1, (i) => i === at.i)
    if (at.l < packet.pairs.length) edges(own, pen, at.l, 1, (_, j) => j === at.i)
  }
  pen.textAlign = "center"
  pen.textBaseline = "middle"
  const gap = own.columns[1].x - own.columns[0].x, narrow = gap < 112
  packet.layers.forEach((layer, l) => {
    const column = own.columns[l]
    column.ys.forEach((y, i) => {
      const chosen = at && at.l === l && at.i === i
      pen.beginPath()
      pen.arc(column.x, y, column.radius + (chosen ? 2 : 0), 0, 7)
      pen.fillStyle = chosen ? cssValue(own.box, "--st-primary-color", "#2a62a3") : page
      pen.strokeStyle = text
      pen.lineWidth = 2
      const off = packet.off[l].has(i)
      pen.globalAlpha = off ? 0.45 : 1
      pen.fill()
      pen.stroke()
      pen.globalAlpha = 1
      if (off) cross(pen, column.x, y, column.radius + 3)
    })
    pen.fillStyle = text
    if (layer.count > layer.drawn)
      for (const y of [0, 7, 14]) { pen.beginPath(); pen.arc(column.x, column.bottom - 12 + y, 2.4, 0, 7); pen.fill() }
    pen.font = `600 ${narrow ? 14 : 16}px ${font}`
    pen.fillText(narrow ? layer.title.replace("hidden ", "h") : layer.title, column.x, 10)
    pen.fillText(fitting(pen, layer.count, gap - 10), column.x, TALL - 10)
  })
  pen.font = `600 ${narrow ? 14 : 17}px ${font}`
  packet.pairs.forEach((pair, l) => {
    if (!pair.bundled) return
    const x = (own.columns[l].x + own.columns[l + 1].x) / 2, label = fitting(pen, pair.count, gap - 34)
    const half = pen.measureText(label).width / 2 + 6
    pen.globalAlpha = 0.85
    pen.fillStyle = page
    pen.fillRect(x - half, TALL / 2 - 14, 2 * half, 28)
    pen.globalAlpha = 1
    pen.fillStyle = text
    pen.fillText(label, x, TALL / 2)
  })
  describe(own)
}

function describe(own) {
  const { packet, at } = own
  own.box.querySelector(".many").hidden = !packet.pairs.some((pair) => pair.bundled)
  own.canvas.setAttribute("aria-label", packet.alt)
  const output = own.box.querySelector("output")
  if (!at) {
    const bands = packet.pairs.flatMap((pair, l) =>
      pair.bundled ? [`${packet.layers[l + 1].title}: ${whole(pair.count)}`] : [])
    output.textContent = bands.length
      ? `Weights in the bands: into ${bands.join("; ")}.`
      : `${byFinger() ? "Tap" : "Point at"} a node: its connections light up.`
    return
  }
  const layer = packet.layers[at.l], before = packet.layers[at.l - 1], after = packet.layers[at.l + 1]
  if (packet.off[at.l].has(at.i)) {
    output.textContent = `${layer.title}, node ${at.i + 1}: dropped in this step, with all its weights.`
    return
  }
  const parts = [], left = (layer) => whole(layer.count - layer.off.length)
  if (before) parts.push(`${left(before)} weights and a bias come in`)
  if (after) parts.push(`${left(after)} weights go out`)
  output.textContent = `${layer.title}, node ${at.i + 1} of ${whole(layer.count)}: ${parts.join(", ")}.`
}

// Where all the parameters are: one segment a layer, as wide as its share.
function shares(own) {
  const { packet } = own, row = own.box.querySelector(".shares")
  row.hidden = !packet.shares
  if (row.hidden) return
  row.replaceChildren(...packet.pairs.map((pair, l) => {
    const part = document.createElement("span")
    part.style.flexGrow = pair.share
    const name = `${packet.layers[l].title} → ${packet.layers[l + 1].title}: ${percent(pair.share, 2)}`
    part.title = name
    part.textContent = name
    part.setAttribute("role", "img")
    part.setAttribute("aria-label", name)
    return part
  }))
  roving(row, "span")
  // The whole sentence where there is room for it, else the number, else nothing.
  for (const part of row.children) {
    for (const shorter of [part.title.split(": ")[1], ""]) {
      if (part.scrollWidth > part.clientWidth) part.textContent = shorter
    }
  }
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.packet = unpack(component.data)
  own.packet.off = own.packet.layers.map((layer) => new Set(layer.off))
  const { layers } = own.packet, { canvas } = own
  if (own.at && !(own.at.i < layers[own.at.l]?.drawn)) own.at = null
  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const at = canvas.getBoundingClientRect(), x = event.clientX - at.left, y = event.clientY - at.top
    let best = 22
    own.at = null
    own.columns.forEach((column, l) => column.ys.forEach((cy, i) => {
      const far = Math.hypot(column.x - x, cy - y)
      if (far < best) { best = far; own.at = { l, i } }
    }))
    draw(own)
  }
  canvas.onpointerleave = canvas.onblur = () => { own.at = null; draw(own) }
  canvas.onkeydown = (event) => {
    const by = stepOf(event.key)
    if (!by) return
    event.preventDefault()
    const l = clamp((own.at?.l ?? 0) + by[0], 0, layers.length - 1)
    own.at = { l, i: clamp((own.at?.i ?? 0) + by[1], 0, layers[l].drawn - 1) }
    draw(own)
  }
  return keepDrawn(own, own.box, () => { shares(own); draw(own) })
}
