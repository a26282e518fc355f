// One slice before and after pooling, one value a pixel, and a lens over two by two windows. No message to the server.
import { outline, sizedCanvas } from "../../js/canvas.js"
import { textOn } from "../../js/colour.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"
import { pooledText } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"
import { atLevel, coloured, fitted } from "../../js/tiles.js"

function build(root) {
  const box = make("div", "pair", root)
  const picture = (name) => `<figure class="${name}"><figcaption></figcaption>
    <canvas tabindex="0" role="application"></canvas><div class="note"></div></figure>`
  box.innerHTML = `<div class="row">${picture("before")}${picture("after")}</div>
    <div class="row lens"><div class="tiles"></div><span class="verb" aria-hidden="true"></span><div
      class="tiles"></div></div><p aria-live="polite"></p>`
  const canvases = [...box.querySelectorAll("canvas")], [inputs, outputs] = box.querySelectorAll(".tiles")
  return { box, canvases, inputs, outputs, x: 0.5, y: 0.5, moved: false, active: [0, 0] }
}

// The lens's first output (row, column): two by two of them, kept inside the slice.
function origin(own) {
  const [rows, columns] = own.data.arrays.after.shape
  const first = (share, count) => clamp(Math.round(share * count - 1), 0, Math.max(0, count - 2))
  return [first(own.y, rows), first(own.x, columns)]
}

function drawPicture(own, k, row, column, span) {
  const [rows, columns] = own.data.arrays[k ? "after" : "before"].shape, zoom = own.zoom
  const pen = sizedCanvas(own.canvases[k], columns * zoom, rows * zoom)
  pen.imageSmoothingEnabled = false
  pen.drawImage(own.pictures[k], 0, 0, columns * zoom, rows * zoom)
  outline(pen, column * zoom - 1.5, row * zoom - 1.5, span * zoom + 3, span * zoom + 3, "#ffb000", 2)
}

function fillTiles(own, holder, k, row, column, count, mark) {
  const { arrays, scale } = own.data, name = k ? "after" : "before", [rows, columns] = arrays[name].shape
  const values = arrays[name + "_values"], tile = (own.tile = Math.min(46, Math.floor(196 / own.reach)))
  holder.style.setProperty("--columns", count)
  holder.style.setProperty("--tile", tile + "px")
  while (holder.children.length > count * count) holder.lastChild.remove()
  while (holder.children.length < count * count) holder.append(document.createElement("span"))
  ;[...holder.children].forEach((element, i) => {
    const r = row + Math.floor(i / count), c = column + (i % count), at = r * columns + c
    element.hidden = r >= rows || c >= columns
    if (element.hidden) return
    const rgb = atLevel(arrays.colours, arrays[name][at])
    element.style.background = `rgb(${rgb})`
    element.style.color = textOn(...rgb)
    element.textContent = values ? fitted(values[at], tile, 8) : ""
    element.dataset.value = values ? values[at] : ""
    mark(element, r, c, at)
  })
}

function draw(own) {
  const { data, box } = own, { arrays, window: w, stride: s, kind } = data, [row, column] = origin(own)
  const reach = (own.reach = s + w), values = arrays.before_values
  const [outHeight, outWidth] = arrays.after.shape
  own.active = own.active.map((place, axis) => Math.min(place, arrays.after.shape[axis] - 1))
  drawPicture(own, 0, row * s, column * s, reach)
  drawPicture(own, 1, row, column, 2)
  const r = Math.min(row + own.active[0], outHeight - 1), c = Math.min(column + own.active[1], outWidth - 1)
  const result = arrays.after_values?.[r * outWidth + c]
  const winner = arrays.winners?.[r * outWidth + c]
  const terms = []
  fillTiles(own, own.inputs, 0, row * s, column * s, reach, (element, y, x, at) => {
    const inside = y >= r * s && y < r * s + w && x >= c * s && x < c * s + w
    element.className = at === winner ? "inside winner" : inside ? "inside" : ""
    if (inside && values) terms.push(values[at])
  })
  fillTiles(own, own.outputs, 1, row, column, 2, (element, y, x) => {
    element.className = y === r && x === c ? "inside winner" : ""
    element.onpointerenter = element.onclick = () => { own.active = [y - row, x - column]; own.redraw() }
  })
  box.querySelector(".verb").textContent = `${kind} \u2192`
  box.querySelector("p").textContent = values ? pooledText(kind, terms, result) : "\u2026"
  box.dataset.shown = `${r},${c}`
}

function wire(own) {
  own.redraw = () => { cancelAnimationFrame(own.frame); own.frame = requestAnimationFrame(() => draw(own)) }
  for (const canvas of own.canvases) {
    canvas.onpointermove = canvas.onpointerdown = (event) => {
      const place = canvas.getBoundingClientRect()
      own.moved = true
      own.x = clamp((event.clientX - place.left) / place.width, 0, 1)
      own.y = clamp((event.clientY - place.top) / place.height, 0, 1)
      own.redraw()
    }
    canvas.onkeydown = (event) => {
      const by = stepOf(event.key)
      if (!by) return
      event.preventDefault()
      own.moved = true
      const [rows, columns] = own.data.arrays.after.shape, far = event.shiftKey ? 10 : 1, [row, column] = origin(own)
      own.y = clamp((row + by[1] * far + 1) / rows, 0, 1)
      own.x = clamp((column + by[0] * far + 1) / columns, 0, 1)
      own.redraw()
    }
  }
  own.observer = new ResizeObserver(() => layout(own))
  own.observer.observe(own.box)
}

// One value a pixel where there is room for it.
function layout(own) {
  const { before, after } = own.data.arrays
  own.zoom = Math.min(1, (own.box.clientWidth - 28) / (before.shape[1] + after.shape[1]))
  own.redraw()
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const data = (own.data = unpack(component.data)), { arrays } = data
  own.pictures = [arrays.before, arrays.after].map((levels) => coloured(levels, arrays.colours))
  if (!own.moved) [own.y, own.x] = data.liveliest // until it is moved, the lens lies where most happens
  if (!own.observer) wire(own)
  ;[...own.box.querySelectorAll("figcaption")].forEach((caption, k) => { caption.textContent = data.captions[k] })
  own.box.querySelector(".after .note").textContent = data.note
  own.canvases.forEach((canvas, k) => {
    canvas.setAttribute("aria-label", `${data.captions[k]}. Arrow keys move the lens.`)
  })
  layout(own)
  own.box.dataset.slice = data.slice
  own.box.dataset.exact = Boolean(arrays.before_values)
  own.box.dataset.drawn = Number(own.box.dataset.drawn ?? 0) + 1
  return () => { own.observer?.disconnect(); own.observer = null }
}
