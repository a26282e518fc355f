import { keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { fixed } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

const LEFT = 44, GAP = 34, HANDLE_X = 3, STEP = 0.05

function build(root) {
  const box = make("div", "curves", root)
  box.innerHTML = `<canvas tabindex="0" role="slider"></canvas>
    <div class="side"><div class="where"></div><ul></ul><div class="key"></div></div>`
  return { box, canvas: box.querySelector("canvas"), list: box.querySelector("ul"), hand: new Hand(), grip: null }
}

// The two panels' places on the canvas, and the maps from numbers to pixels.
function geometry(own) {
  const { packet } = own
  const x = packet.arrays.x
  const width = own.canvas.parentElement.clientWidth < 620 ? own.box.clientWidth : own.box.clientWidth - 250
  const heights = width < 460 ? [180, 140] : [190, 150]
  const px = (value) => LEFT + ((value - x[0]) / (x.at(-1) - x[0])) * (width - LEFT - 10)
  const panel = (top, height, [low, high]) => ({
    top, height, low, high, y: (value) => top + height - ((value - low) / (high - low)) * height,
    value: (y) => low + ((top + height - y) / height) * (high - low),
  })
  const slopes = packet.arrays.slope
  const most = Math.max(1, ...slopes) + 0.2, least = Math.min(-0.1, ...slopes) - 0.15
  return {
    width, height: 16 + heights[0] + GAP + heights[1] + 28, px,
    x: (pixel) => x[0] + ((pixel - LEFT) / (width - LEFT - 10)) * (x.at(-1) - x[0]),
    upper: panel(16, heights[0], packet.yRange), lower: panel(16 + heights[0] + GAP, heights[1], [least, most]),
  }
}

function drawPanel(own, pen, panel, values, name, g) {
  const { arrays, zones, colours, dashes } = own.packet
  const text = cssValue(own.box, "--st-text-color", "#222"), grid = cssValue(own.box, "--st-border-color", "#ccc")
  for (const [kind, low, high] of zones) {
    pen.fillStyle = kind === "off" ? "rgba(210, 82, 74, 0.20)" : "rgba(217, 140, 0, 0.16)"
    pen.fillRect(g.px(low), panel.top, g.px(high) - g.px(low), panel.height)
    if (kind !== "off") continue
    pen.save() // where it is off it is hatched as well, for those who do not see the hue
    pen.beginPath()
    pen.rect(g.px(low), panel.top, g.px(high) - g.px(low), panel.height)
    pen.clip()
    pen.strokeStyle = "rgba(210, 82, 74, 0.35)"
    pen.lineWidth = 1
    for (let at = g.px(low) - panel.height; at < g.px(high); at += 12) {
      pen.beginPath(); pen.moveTo(at, panel.top + panel.height); pen.lineTo(at + panel.height, panel.top); pen.stroke()
    }
    pen.restore()
  }
  pen.font = `15px ${cssValue(own.box, "--st-font", "sans-serif")}`
  pen.lineWidth = 1
  pen.textAlign = "right"
  pen.textBaseline = "middle"
  const step = panel.high - panel.low > 8 ? 4 : panel.high - panel.low > 3 ? 2 : 1
  for (let tick = Math.ceil(panel.low / step) * step; tick <= panel.high; tick += step) {
    pen.strokeStyle = grid
    pen.globalAlpha = tick === 0 ? 1 : 0.5
    pen.beginPath(); pen.moveTo(LEFT, panel.y(tick)); pen.lineTo(g.width - 10, panel.y(tick)); pen.stroke()
    pen.globalAlpha = 1
    pen.fillStyle = text
    pen.fillText(String(tick).replace("-", "\u2212"), LEFT - 8, panel.y(tick))
  }
  pen.textAlign = "left"
  pen.font = `600 15px ${cssValue(own.box, "--st-font", "sans-serif")}`
  pen.textBaseline = "top"
  pen.fillText(name, LEFT + 8, panel.top + 5)
  pen.textBaseline = "middle"
  pen.save()
  pen.beginPath()
  pen.rect(LEFT, panel.top - 4, g.width - LEFT, panel.height + 8)
  pen.clip()
  const n = arrays.x.length
  own.packet.titles.forEach((_, curve) => {
    pen.strokeStyle = colours[curve % colours.length]
    pen.setLineDash(dashes[curve % dashes.length])
    pen.lineWidth = 3.5
    pen.beginPath()
    for (let i = 0; i < n; i++) {
      const value = values[curve * n + i]
      // A jump of the slope is drawn as a jump, not as a steep line; ELU's own bend makes up to 0.075 between points.
      const jump = i && name.startsWith("slope") && Math.abs(value - values[curve * n + i - 1]) > 0.1
      if (i && !jump) pen.lineTo(g.px(arrays.x[i]), panel.y(value))
      else pen.moveTo(g.px(arrays.x[i]), panel.y(value))
    }
    pen.stroke()
  })
  pen.setLineDash([])
  pen.restore()
}

function draw(own) {
  const { packet } = own
  const { x, y, slope } = packet.arrays
  const g = own.g = geometry(own)
  const pen = sizedCanvas(own.canvas, g.width, g.height)
  const text = cssValue(own.box, "--st-text-color", "#222")
  pen.clearRect(0, 0, g.width, g.height)
  drawPanel(own, pen, g.upper, y, "f(x)", g)
  drawPanel(own, pen, g.lower, slope, "slope f′(x)", g)
  pen.font = `15px ${cssValue(own.box, "--st-font", "sans-serif")}`
  pen.fillStyle = text
  pen.textAlign = "center"
  for (let tick = Math.ceil(x[0] / 2) * 2; tick <= x.at(-1); tick += 2) {
    pen.fillText(String(tick).replace("-", "\u2212"), g.px(tick), g.lower.top + g.lower.height + 16)
  }
  own.lines.forEach(([w, b], line) => {
    pen.strokeStyle = text
    pen.globalAlpha = 0.55
    pen.lineWidth = 1.5
    pen.setLineDash([6, 4])
    pen.save()
    pen.beginPath(); pen.rect(LEFT, g.upper.top - 4, g.width - LEFT, g.upper.height + 8); pen.clip()
    pen.beginPath()
    pen.moveTo(g.px(x[0]), g.upper.y(w * x[0] + b))
    pen.lineTo(g.px(x.at(-1)), g.upper.y(w * x.at(-1) + b))
    pen.stroke()
    pen.restore()
    pen.setLineDash([])
    pen.globalAlpha = 1
    for (const end of [-HANDLE_X, HANDLE_X]) {
      const [cx, cy] = [g.px(end), clamp(g.upper.y(w * end + b), g.upper.top, g.upper.top + g.upper.height)]
      pen.fillStyle = cssValue(own.box, "--st-primary-color", "#2a62a3")
      pen.beginPath(); pen.arc(cx, cy, 12, 0, 7); pen.fill()
      pen.fillStyle = cssValue(own.box, "--st-background-color", "#fff")
      pen.fillText(String(line + 1), cx, cy + 1)
    }
  })
  const at = own.place = nearest(x, own.cursor)
  pen.strokeStyle = text
  pen.lineWidth = 2
  pen.beginPath()
  pen.moveTo(g.px(x[at]), g.upper.top)
  pen.lineTo(g.px(x[at]), g.lower.top + g.lower.height)
  pen.stroke()
  packet.titles.forEach((_, curve) => {
    for (const [panel, values] of [[g.upper, y], [g.lower, slope]]) {
      const value = values[curve * x.length + at]
      if (value < panel.low || value > panel.high) continue
      pen.fillStyle = packet.colours[curve % packet.colours.length]
      pen.strokeStyle = cssValue(own.box, "--st-background-color", "#fff")
      pen.beginPath(); pen.arc(g.px(x[at]), panel.y(value), 7, 0, 7); pen.fill(); pen.stroke()
    }
  })
  pen.fillStyle = cssValue(own.box, "--st-primary-color", "#2a62a3")
  pen.beginPath()
  pen.arc(g.px(x[at]), g.lower.top - GAP / 2, 12, 0, 7)
  pen.fill()
  pen.fillStyle = cssValue(own.box, "--st-background-color", "#fff")
  pen.fillText("x", g.px(x[at]), g.lower.top - GAP / 2 + 1)
  read(own)
}

const nearest = (x, value) => clamp(Math.round(((value - x[0]) / (x.at(-1) - x[0])) * (x.length - 1)), 0, x.length - 1)

// The numbers at the cursor, as torch computed them.
function read(own) {
  const { titles, arrays: { x, y, slope }, colours, dashes, zones } = own.packet
  own.box.querySelector(".where").textContent = `x = ${fixed(x[own.place], 2)}`
  own.list.replaceChildren(...titles.map((title, curve) => {
    const item = document.createElement("li")
    const i = curve * x.length + own.place
    item.innerHTML = `<svg width="34" height="12" aria-hidden="true"><line x1="0" y1="6" x2="34" y2="6"
      stroke="${colours[curve % colours.length]}" stroke-width="4"
      stroke-dasharray="${dashes[curve % dashes.length]}"/></svg><b></b><span
      class="y">f = ${fixed(y[i], 3)}</span><span class="slope">slope ${fixed(slope[i], 3)}</span>`
    item.querySelector("b").textContent = title
    return item
  }))
  const shades = { off: "Hatched (red)", saturated: "Plain (orange)" }
  own.box.querySelector(".key").textContent = Object.entries(own.packet.words)
    .map(([kind, [word, bound]]) => `${shades[kind]}: ${titles[0]} is ${word}, ${bound}.`).join(" ")
  const words = titles.map((title, c) => {
    const i = c * x.length + own.place
    return `${title} ${fixed(y[i], 3)}, slope ${fixed(slope[i], 3)}`
  })
  for (const [name, value] of Object.entries({
    "aria-label": "Cursor on the functions",
    "aria-valuemin": x[0], "aria-valuemax": x.at(-1), "aria-valuenow": x[own.place],
    "aria-valuetext": `x ${fixed(x[own.place], 2)}: ${words.join("; ")}`,
  })) own.canvas.setAttribute(name, value)
}

function wire(own, component) {
  const { canvas } = own
  const tell = (numbers, final) => own.hand.tell(component, own.packet.ask, { numbers }, final)
  const rounded = (number) => Number(number.toFixed(4))
  const moveCursor = (x, final) => {
    own.cursor = x
    draw(own)
    if (final) tell({ [own.packet.sets]: own.packet.arrays.x[own.place] }, true)
  }
  const spot = (event) => {
    const r = canvas.getBoundingClientRect()
    return [event.clientX - r.left, event.clientY - r.top]
  }
  const gripAt = ([px, py]) => {
    for (const [line, [w, b]] of own.lines.entries()) for (const end of [-HANDLE_X, HANDLE_X]) {
      const y = clamp(own.g.upper.y(w * end + b), own.g.upper.top, own.g.upper.top + own.g.upper.height)
      if (Math.hypot(px - own.g.px(end), py - y) < 20) return { line, end }
    }
    return { cursor: true }
  }
  const follow = (event, final) => {
    const [px, py] = spot(event)
    if (own.grip.cursor) return moveCursor(own.g.x(px), final)
    const { line, end } = own.grip
    const [w, b] = own.lines[line]
    const pulled = clamp(Math.round(own.g.upper.value(py) / STEP) * STEP, -6, 6), other = -w * end + b
    own.lines[line] = [(pulled - other) / (2 * end), (pulled + other) / 2]
    draw(own)
    const names = own.packet.names[line]
    tell(Object.fromEntries(names.map((name, i) => [name, rounded(own.lines[line][i])])), final)
  }
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId)
    own.grip = gripAt(spot(event))
    follow(event, false)
  }
  canvas.onpointermove = (event) => {
    if (own.grip) follow(event, false)
    else canvas.style.cursor = gripAt(spot(event)).cursor ? "ew-resize" : "ns-resize"
  }
  canvas.onpointerup = (event) => { if (own.grip) follow(event, true); own.grip = null }
  canvas.onpointercancel = () => { own.grip = null }
  canvas.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -20, PageUp: 20 }[event.key]
    if (!by) return
    event.preventDefault()
    const x = own.packet.arrays.x
    moveCursor(x[clamp(own.place + by * (event.shiftKey ? 10 : 1), 0, x.length - 1)], false)
  }
  canvas.onkeyup = (event) => { if (/Arrow|Page/.test(event.key)) moveCursor(own.cursor, true) }
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const packet = own.packet = unpack(component.data)
  packet.ask ??= own.ask // an answer brings new curves, not the way to ask
  own.ask = packet.ask
  own.hand.acknowledge(packet.ack)
  if (!own.grip && !own.hand.busy) { own.lines = packet.lines; own.cursor = packet.cursor ?? own.cursor }
  own.lines ??= packet.lines
  own.cursor ??= packet.cursor
  wire(own, component)
  const end = keepDrawn(own, own.box, draw)
  own.box.dataset.answered = String(packet.ack ?? "")
  own.box.dataset.draws = String(Number(own.box.dataset.draws ?? 0) + 1)
  return end
}
