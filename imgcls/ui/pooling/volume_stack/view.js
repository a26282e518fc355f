// Two volumes as stacks of sheets in depth; the chosen sheet is pulled out of both.
import { sizedCanvas } from "../../js/canvas.js"
import { cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"
import { coloured } from "../../js/tiles.js"

// How the sheets' plane is seen, and how far one is pulled out.
const FLAT = 0.62, SLANT = 0.17, TALL = 0.92, LIFT = 0.72

function build(root) {
  const box = make("div", "stack", root)
  box.innerHTML = `<canvas tabindex="0" role="slider" aria-orientation="horizontal"></canvas>
    <div class="captions"><p></p><p class="between"></p><p></p></div>`
  return {
    box, canvas: box.querySelector("canvas"), hand: new Hand(), have: "", hover: null, lifts: [],
  }
}

// All sheets of a stack in one bitmap, below one another.
function atlas(levels, colours) {
  const [count, height, width] = levels.shape
  return { picture: coloured(levels, colours), count, height, width }
}

function measure(own) {
  const { data, box } = own, width = box.clientWidth, [a, b] = data.extents, sheets = data.count
  const step = clamp((width - 150) / 2.6 / sheets, 0.6, 2.4) // pixels to the right from sheet to sheet
  const room = width - 92 - 2 * step * (sheets - 1)
  const side = Math.min(152, room / (FLAT * (1 + b / a)))
  const rise = step * 0.34
  const base = LIFT * side + rise * (sheets - 1) + 8
  const height = base + (TALL + SLANT) * side + 22
  const second = 30 + FLAT * side + step * (sheets - 1) + 56
  return {
    width, height, step, rise,
    stacks: [
      { x: 30, y: base, side },
      { x: second, y: base + (TALL * (side - (side * b) / a)) / 2, side: (side * b) / a },
    ],
  }
}

const corner = (view, stack, i, lift) =>
  [stack.x + i * view.step, stack.y - i * view.rise - (lift ?? 0) * LIFT * stack.side]

function drawSheet(own, pen, stack, i, lift, { picture, width, height }) {
  const { side } = stack, [x, y] = corner(own.view, stack, i, lift)
  pen.save()
  pen.transform((FLAT * side) / width, (SLANT * side) / width, 0, (TALL * side) / height, x, y)
  pen.drawImage(picture, 0, i * height, width, height, 0, 0, width, height)
  pen.restore()
  const bright = lift && (i === own.data.chosen || i === own.hover)
  pen.strokeStyle = bright ? "#ffb000" : "rgba(20, 40, 70, 0.42)"
  pen.lineWidth = bright ? 3 : 0.7
  const right = x + FLAT * side, down = TALL * side
  pen.stroke(outline([[x, y], [right, y + SLANT * side], [right, y + (SLANT + TALL) * side], [x, y + down]]))
}

function outline(points) {
  const path = new Path2D()
  points.forEach(([x, y]) => path.lineTo(x, y))
  path.closePath()
  return path
}

// All sheets in their places, with the three extents along the edges: drawn once, then copied into every frame.
function drawStill(own) {
  const { view, data } = own, still = document.createElement("canvas")
  const pen = sizedCanvas(still, view.width, view.height)
  const write = (text, x, y, turn) => {
    pen.save()
    pen.translate(x, y)
    pen.rotate(turn)
    pen.fillText(text, 0, 0)
    pen.restore()
  }
  own.stacks.forEach((sheets, k) => {
    const stack = view.stacks[k], { side } = stack
    const [x, y] = corner(view, stack, 0, 0), end = corner(view, stack, data.count - 1, 0)
    for (let i = data.count - 1; i >= 0; i--) drawSheet(own, pen, stack, i, 0, sheets)
    pen.fillStyle = cssValue(own.box, "--st-text-color", "#222")
    pen.font = `15px ${cssValue(own.box, "--st-font", "sans-serif")}`
    pen.textAlign = "center"
    const [high, wide, deep] = data.names[k]
    write(high, x - 7, y + (TALL * side) / 2, -Math.PI / 2)
    write(wide, x + (FLAT * side) / 2 - 4, y + (TALL + SLANT / 2) * side + 18, Math.atan2(SLANT, FLAT))
    const [middle, foot] = [(x + end[0]) / 2 + FLAT * side, (y + end[1]) / 2 + (SLANT + TALL) * side]
    write(deep, middle + 8, foot + 12, Math.atan2(-view.rise, view.step))
  })
  return still
}

// What the sheets in front of sheet i hide: the canvas without their common outline.
function visibleBehind(own, stack, i) {
  const { side } = stack, [x, y] = corner(own.view, stack, 0, 0), [u, v] = corner(own.view, stack, i - 1, 0)
  const path = outline([
    [x, y], [u, v], [u + FLAT * side, v + SLANT * side], [u + FLAT * side, v + (SLANT + TALL) * side],
    [x + FLAT * side, y + (SLANT + TALL) * side], [x, y + TALL * side],
  ])
  path.rect(0, 0, own.view.width, own.view.height)
  return path
}

function draw(own) {
  const { data, view } = own
  if (!own.stacks || !view?.width) return // it is not laid out yet
  const pen = sizedCanvas(own.canvas, view.width, view.height)
  pen.clearRect(0, 0, view.width, view.height)
  pen.drawImage(own.still ??= drawStill(own), 0, 0, view.width, view.height)
  own.stacks.forEach((sheets, k) => {
    for (let i = data.count - 1; i >= 0; i--) {
      if (!own.lifts[i]) continue
      pen.save()
      if (i) pen.clip(visibleBehind(own, view.stacks[k], i), "evenodd")
      drawSheet(own, pen, view.stacks[k], i, own.lifts[i], sheets)
      pen.restore()
    }
  })
  own.box.dataset.shown = data.chosen
}

// Sheets glide out and back; who asked for less motion sees them jump.
function animate(own) {
  cancelAnimationFrame(own.frame)
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches
  const step = () => {
    let moving = false
    for (let i = 0; i < own.data.count; i++) {
      const goal = i === own.data.chosen ? 1 : i === own.hover ? 0.13 : 0, now = own.lifts[i] ?? 0
      own.lifts[i] = still || Math.abs(goal - now) < 0.01 ? goal : now + (goal - now) * 0.34
      if (own.lifts[i] !== goal) moving = true
    }
    draw(own)
    if (moving) own.frame = requestAnimationFrame(step)
  }
  own.frame = requestAnimationFrame(step)
}

// The sheet seen at a point: the foremost that has it, or none.
function sheetAt(own, event) {
  const place = own.canvas.getBoundingClientRect(), px = event.clientX - place.left, py = event.clientY - place.top
  for (let i = 0; i < own.data.count; i++) {
    for (const stack of own.view.stacks) {
      const [x, y] = corner(own.view, stack, i, own.lifts[i]), across = (px - x) / (FLAT * stack.side)
      const down = (py - y - across * SLANT * stack.side) / (TALL * stack.side)
      if (across >= 0 && across <= 1 && down >= 0 && down <= 1) return i
    }
  }
  return null
}

function wire(own) {
  const { canvas } = own
  const pick = (slice, final) => {
    own.data.chosen = clamp(slice, 0, own.data.count - 1)
    animate(own)
    const { ask, chosen, sets } = own.data, numbers = { [sets]: chosen }
    if (own.hand.asks(ask, { numbers }, final)) return
    own.hand.send(own.component, "value", { numbers, have: own.have, final })
  }
  canvas.onpointerdown = (event) => {
    const slice = sheetAt(own, event)
    if (slice === null) return
    canvas.setPointerCapture(event.pointerId)
    own.drag = { x: event.clientX, slice }
    pick(slice, false)
  }
  canvas.onpointermove = (event) => {
    if (own.drag) {
      const slice = own.drag.slice + Math.round((event.clientX - own.drag.x) / own.view.step)
      if (clamp(slice, 0, own.data.count - 1) !== own.data.chosen) pick(slice, false)
      return
    }
    const hover = sheetAt(own, event)
    if (hover !== own.hover) { own.hover = hover; canvas.style.cursor = hover === null ? "" : "pointer"; animate(own) }
  }
  canvas.onpointerup = canvas.onpointercancel = () => { if (own.drag) { own.drag = null; pick(own.data.chosen, true) } }
  canvas.onpointerleave = () => { own.hover = null; animate(own) }
  canvas.onkeydown = (event) => {
    const { chosen, count } = own.data
    const to = {
      ArrowRight: chosen + 1, ArrowUp: chosen + 1, ArrowLeft: chosen - 1, ArrowDown: chosen - 1,
      PageUp: chosen + 8, PageDown: chosen - 8, Home: 0, End: count - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    pick(to, true)
  }
}

// What the still picture depends on besides the sheets.
const look = (own) => [own.view.width, own.data.extents, own.data.names, cssValue(own.box, "--st-text-color")].join()

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.component = component
  const data = { ...own.data, ...unpack(component.data) }, { arrays } = data // a drag's answer has less
  own.hand.acknowledge(data.ack)
  if (own.data && own.drag) data.chosen = own.data.chosen
  own.data = data
  if (!own.wired) { own.wired = true; wire(own) }
  if (arrays.before) own.stacks = [atlas(arrays.before, arrays.colours), atlas(arrays.after, arrays.colours)]
  // The sheets are sent once, and again only when the server learns that this page has not got them.
  if (own.have !== data.version) {
    own.have = arrays.before ? data.version : ""
    own.hand.send(component, "value", { have: own.have, final: true })
  }
  const { canvas, box } = own
  canvas.setAttribute("aria-label", data.alt)
  canvas.setAttribute("aria-valuemin", 0)
  canvas.setAttribute("aria-valuemax", data.count - 1)
  canvas.setAttribute("aria-valuenow", data.chosen)
  canvas.setAttribute("aria-valuetext", `slice ${data.chosen} of ${data.count}`)
  box.querySelectorAll(".captions p").forEach((p, k) => p.replaceChildren(...data.captions[k].flatMap((line, n) => {
    const text = document.createElement(n ? "span" : "b")
    text.textContent = line
    return [text, document.createElement("br")]
  })))
  own.view = measure(own)
  if (arrays.before || own.look !== look(own)) { own.look = look(own); own.still = null }
  animate(own)
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
  own.observer ??= new ResizeObserver(() => { own.view = measure(own); own.still = null; draw(own) })
  own.observer.observe(box)
  return () => { own.observer.disconnect(); own.observer = null }
}
