// The photo with the squares on it; a pointer or the arrow keys move the place that is looked at.
import { keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { stepOf } from "../../js/keys.js"
import { unpack } from "../../js/packet.js"

const MOST = 350 // CSS pixels of its side

function draw(own) {
  const { data, box, photo } = own, size = Math.min(MOST, box.clientWidth)
  if (!size || !data.side) return
  const pen = sizedCanvas(own.canvas, size, size), scale = size / data.side
  pen.clearRect(0, 0, size, size)
  pen.imageSmoothingQuality = "high"
  if (photo) pen.drawImage(photo, 0, 0, size, size)
  const square = ([top, left, bottom, right], colour, dashes) => {
    for (const [ink, width] of [["#000", 5], [colour, 2.5]]) {
      pen.strokeStyle = ink
      pen.lineWidth = width
      pen.setLineDash(ink === "#000" ? [] : dashes)
      const edge = (at) => clamp(at * scale, 1.5, size - 1.5) // a square that leaves the photo ends at its edge
      pen.strokeRect(edge(left), edge(top), edge(right) - edge(left), edge(bottom) - edge(top))
    }
  }
  square(data.box, "#fff", [])
  if (data.inner) square(data.inner, "#f98e09", [7, 5])
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}

// An older picture never replaces a newer.
function decode(own, bytes) {
  const turn = (own.turn = (own.turn ?? 0) + 1)
  createImageBitmap(new Blob([bytes])).then((photo) => { if (turn === own.turn) { own.photo = photo; draw(own) } })
}

function build(box) {
  const canvas = document.createElement("canvas")
  canvas.tabIndex = 0
  canvas.setAttribute("role", "img")
  box.append(canvas)
  return { box, canvas, data: {}, hand: new Hand(), held: false }
}

export default function (component) {
  const box = component.parentElement.querySelector(".field"), own = instance(box, () => build(box)), { canvas } = own
  const { arrays, ...news } = unpack(component.data)
  own.hand.acknowledge(news.ack)
  if (!own.held) own.place = news.place
  own.data = { ...own.data, ...news }
  if (arrays.picture) decode(own, arrays.picture)
  canvas.setAttribute("aria-label", own.data.alt)
  const move = (row, column, final) => {
    own.place = [row, column].map((share) => clamp(Number(share.toFixed(3)), 0, 1))
    const { ask, sets } = own.data
    own.hand.tell(component, ask, { numbers: { [sets]: own.place } }, final)
  }
  const at = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return [(clientY - top) / height, (clientX - left) / width]
  }
  canvas.onpointerdown = (event) => {
    own.held = true
    canvas.setPointerCapture(event.pointerId)
    move(...at(event), false)
  }
  canvas.onpointermove = (event) => { if (own.held) move(...at(event), false) }
  canvas.onpointerup = (event) => { if (own.held) { own.held = false; move(...at(event), true) } }
  canvas.onpointercancel = () => { if (own.held) { own.held = false; move(...own.place, true) } }
  canvas.onkeydown = (event) => {
    const step = stepOf(event.key)
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    own.held = true
    move(own.place[0] + 0.03 * step[1], own.place[1] + 0.03 * step[0], false)
  }
  canvas.onkeyup = ({ key }) => { if (stepOf(key) && own.held) { own.held = false; move(...own.place, true) } }
  return keepDrawn(own, box, draw)
}
