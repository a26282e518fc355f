// The network's picture with a grey patch on it; a pointer or the arrow keys move the patch.
import { bitmap, keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { byFinger, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { stepOf } from "../../js/keys.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

const STEP = 0.04 // of the picture's side, for an arrow key

function build(root) {
  const box = make("div", "grey-patch", root)
  box.innerHTML = `<div class="frame"><canvas tabindex="0" role="application"></canvas></div>
    <div class="hint"><span></span><button type="button">Take the patch off</button></div>`
  const [canvas, hint, off] = ["canvas", "span", "button"].map((name) => box.querySelector(name))
  return { box, canvas, hint, off, data: {}, place: [], held: false, hand: new Hand() }
}

function draw(own) {
  const { canvas, place: [x, y], data: { size } } = own
  const side = canvas.parentElement.clientWidth
  if (!side || !own.picture) return
  const pen = sizedCanvas(canvas, side, side)
  pen.drawImage(own.picture, 0, 0, side, side)
  if (x === undefined) return
  const square = [(x - size / 2) * side, (y - size / 2) * side, size * side, size * side]
  pen.fillStyle = "rgb(128, 128, 128)"
  pen.fillRect(...square)
  pen.strokeStyle = "#fff"
  pen.lineWidth = 2
  pen.strokeRect(...square)
}

function describe(own) {
  const [x, y] = own.place, there = x !== undefined
  own.off.hidden = !there
  own.hint.textContent = there
    ? byFinger() ? "Drag it with your finger." : "Drag it, or use the arrow keys."
    : "Press on the photo and drag a grey patch over it."
  const where = there ? `Grey patch at ${Math.round(100 * x)}% across, ${Math.round(100 * y)}% down.` : ""
  own.canvas.setAttribute("aria-label", `What the network sees. Arrow keys move a grey patch over it. ${where}`)
}

function put(own, place, final) {
  own.place = place.map((share) => clamp(Math.round(1000 * share) / 1000, 0, 1))
  draw(own)
  describe(own)
  const { ask, sets } = own.data
  own.hand.tell(own.component, ask, { numbers: { [sets]: own.place } }, final)
}

function wire(own) {
  const { canvas } = own
  const at = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return [(clientX - left) / width, (clientY - top) / height]
  }
  canvas.onpointerdown = (event) => {
    own.held = true
    canvas.setPointerCapture(event.pointerId)
    put(own, at(event), false)
  }
  canvas.onpointermove = (event) => { if (own.held) put(own, at(event), false) }
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (own.held) put(own, own.place, true)
    own.held = false
  }
  canvas.onkeydown = (event) => {
    const move = stepOf(event.key)
    if (event.key === "Escape") put(own, [], true)
    if (!move) return
    event.preventDefault()
    const [x, y] = own.place.length ? own.place : [0.5, 0.5]
    put(own, [x + STEP * move[0], y + STEP * move[1]], true)
  }
  own.off.onclick = () => put(own, [], true)
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const { arrays, ...news } = unpack(component.data)
  own.component = component
  own.data = { ...own.data, ...news }
  if (arrays.crop) own.picture = bitmap(arrays.crop)
  own.hand.acknowledge(news.ack)
  if (!own.held && !own.hand.busy) own.place = own.data.place
  wire(own)
  describe(own)
  const end = keepDrawn(own, own.box, draw)
  own.box.dataset.drawn = Number(own.box.dataset.drawn ?? 0) + 1
  return end
}
