import { Asker } from "../../js/asker.js"
import { bitmap, keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { byFinger, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"
import { bring } from "../../js/live.js"
import { unpack } from "../../js/packet.js"
import { Sender } from "../../js/sender.js"
import { coloured } from "../../js/tiles.js"

function build(root) {
  const box = document.createElement("div")
  box.className = "sight"
  box.innerHTML = `<div class="panels"></div>
    <label class="opacity"><span>photo</span><input type="range" min="0" max="1" step="0.01" value="0.6"
      aria-label="opacity of the heat map"><span>heat map</span></label>
    <div class="hint"><span></span><button type="button">Take the patch off</button></div>`
  root.append(box)
  return {
    asker: new Asker(bring), sender: new Sender(),
    box, panels: box.querySelector(".panels"), opacity: box.querySelector("input"),
    off: box.querySelector("button"), hint: box.querySelector(".hint"), canvases: [], patch: null, dragging: false,
  }
}

function layOut(own) {
  const wanted = own.packet.mode === "patch" ? [{ title: "", alt: "" }] : own.packet.heats
  if (own.canvases.length !== wanted.length) {
    own.panels.replaceChildren(...wanted.map(() => {
      const figure = document.createElement("figure")
      figure.innerHTML = "<figcaption></figcaption><canvas></canvas>"
      return figure
    }))
    own.canvases = [...own.panels.querySelectorAll("canvas")]
  }
  wanted.forEach(({ title, alt }, i) => {
    const caption = own.canvases[i].previousElementSibling
    caption.textContent = title
    caption.hidden = !title
    own.canvases[i].setAttribute("role", own.packet.mode === "patch" ? "application" : "img")
    own.canvases[i].setAttribute("aria-label", alt)
  })
}

function draw(own) {
  const { packet } = own
  const most = 420
  own.canvases.forEach((canvas, i) => {
    const side = Math.min(canvas.parentElement.clientWidth, most)
    const pen = sizedCanvas(canvas, side, side)
    pen.drawImage(own.picture, 0, 0, side, side)
    if (packet.mode === "heat") {
      pen.globalAlpha = Number(own.opacity.value)
      pen.drawImage(own.maps[i], 0, 0, side, side)
      pen.globalAlpha = 1
    } else if (own.patch) {
      const width = packet.size * side
      const [left, top] = [own.patch.x * side - width / 2, own.patch.y * side - width / 2]
      pen.fillStyle = "rgb(128, 128, 128)"
      pen.fillRect(left, top, width, width)
      pen.strokeStyle = "#fff"
      pen.lineWidth = 2
      pen.strokeRect(left, top, width, width)
    }
  })
}

function describe(own) {
  const { patch, packet } = own
  own.off.hidden = !patch
  own.hint.firstElementChild.textContent = patch
    ? byFinger() ? "Drag it with your finger." : "Drag it, or use the arrow keys."
    : "Press on the photo and drag a grey patch over it."
  const where = patch ? `Grey patch at ${Math.round(100 * patch.x)}% across, ${Math.round(100 * patch.y)}% down.` : ""
  if (packet.mode === "patch") {
    own.canvases[0].setAttribute("aria-label", `What the network sees. Arrow keys move a grey patch over it. ${where}`)
  }
}

function wirePatch(own, component) {
  const canvas = own.canvases[0]
  canvas.tabIndex = 0
  const tell = () => { own.asker.cancel(); own.sender.send(component, "value", own.patch ?? { x: null, y: null }) }
  const put = (x, y) => {
    own.patch = { x: clamp(x, 0, 1), y: clamp(y, 0, 1) }
    draw(own)
    describe(own)
    if (own.dragging && !own.asker.broken) own.asker.ask(own.packet.ask, own.patch)
    else tell()
  }
  const follow = (event) => {
    const place = canvas.getBoundingClientRect()
    put((event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height)
  }
  canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); own.dragging = true; follow(event) }
  canvas.onpointermove = (event) => { if (own.dragging) follow(event) }
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (own.dragging) tell()
    own.dragging = false
  }
  const remove = () => {
    own.patch = null
    draw(own)
    describe(own)
    tell()
  }
  canvas.onkeydown = (event) => {
    const move = stepOf(event.key)
    if (event.key === "Escape") remove()
    if (!move) return
    event.preventDefault()
    const { x, y } = own.patch ?? { x: 0.5, y: 0.5 }
    put(x + 0.04 * move[0], y + 0.04 * move[1])
  }
  own.off.onclick = remove
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const packet = own.packet = unpack(component.data)
  own.picture = bitmap(packet.arrays.crop)
  own.maps = packet.heats.map((_, i) => coloured(packet.arrays[`heat${i}`], packet.arrays.colours))
  own.opacity.parentElement.hidden = packet.mode !== "heat"
  own.hint.hidden = packet.mode !== "patch"
  own.box.classList.toggle("patch", packet.mode === "patch")
  layOut(own)
  own.opacity.oninput = () => draw(own)
  if (packet.mode === "patch") {
    wirePatch(own, component)
    own.sender.acknowledge(packet.ack)
    if (!own.dragging && !own.sender.busy) own.patch = packet.patch
    describe(own)
  }
  const end = keepDrawn(own, own.box, draw)
  own.box.dataset.answered = String(packet.ack ?? "")
  return end
}
