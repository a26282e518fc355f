import { keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { textOn } from "../../js/colour.js"
import { byFinger, cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

function build(root) {
  const box = make("div", "grids", root)
  box.innerHTML = `<div class="row"></div><output aria-live="polite"></output>`
  return { box, row: box.firstElementChild, at: null, canvases: [] }
}

function layOut(own) {
  const { grids } = own.packet
  if (own.canvases.length === grids.length) return
  own.row.replaceChildren(...grids.flatMap((grid, i) => {
    const figure = document.createElement("figure")
    figure.innerHTML = `<figcaption></figcaption><canvas tabindex="${i ? -1 : 0}" role="img"></canvas>`
    const sign = make("span", "sign")
    sign.textContent = grid.sign
    return grid.sign ? [figure, sign] : [figure]
  }))
  own.canvases = [...own.row.querySelectorAll("canvas")]
}

function draw(own) {
  const { packet } = own
  const [rows, columns] = packet.arrays.values0.shape
  own.canvases.forEach((canvas, i) => {
    const { title, low, high, texts } = packet.grids[i]
    const values = packet.arrays[`values${i}`], colours = packet.arrays[`colours${i}`]
    canvas.previousElementSibling.textContent = title
    const width = canvas.parentElement.clientWidth
    const cell = width / columns, height = Math.min(cell, 44)
    const pen = sizedCanvas(canvas, width, height * rows)
    pen.textAlign = "center"
    pen.textBaseline = "middle"
    pen.font = `600 ${Math.min(17, cell * 0.34)}px ${cssValue(own.box, "--st-font", "sans-serif")}`
    values.forEach((value, place) => {
      const x = (place % columns) * cell, y = Math.floor(place / columns) * height
      const shade = 3 * Math.round(clamp((value - low) / (high - low), 0, 1) * 255)
      const rgb = colours.subarray(shade, shade + 3)
      pen.fillStyle = `rgb(${rgb})`
      pen.fillRect(x, y, cell - 1, height - 1)
      pen.fillStyle = textOn(...rgb)
      pen.fillText(texts[place], x + cell / 2, y + height / 2)
      if (place !== own.at) return
      pen.strokeStyle = cssValue(own.box, "--st-primary-color", "#2a62a3")
      pen.lineWidth = 4
      pen.strokeRect(x + 2, y + 2, cell - 5, height - 5)
    })
    own.cell = [cell, height]
  })
  own.canvases.forEach((canvas) => canvas.setAttribute("aria-label", packet.alt))
  own.box.querySelector("output").textContent = own.at === null
    ? `${byFinger() ? "Tap" : "Point at"} a cell: the same one lights up everywhere.`
    : packet.lines[own.at]
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const packet = own.packet = unpack(component.data)
  layOut(own)
  const [rows, columns] = packet.arrays.values0.shape
  for (const canvas of own.canvases) {
    canvas.onpointermove = canvas.onpointerdown = (event) => {
      const place = canvas.getBoundingClientRect()
      const column = Math.floor((event.clientX - place.left) / own.cell[0])
      const row = Math.floor((event.clientY - place.top) / own.cell[1])
      own.at = clamp(row, 0, rows - 1) * columns + clamp(column, 0, columns - 1)
      draw(own)
    }
    canvas.onkeydown = (event) => {
      const by = stepOf(event.key)
      if (!by) return
      event.preventDefault()
      own.at = clamp((own.at ?? 0) + by[0] + columns * by[1], 0, rows * columns - 1)
      draw(own)
    }
  }
  return keepDrawn(own, own.box, draw)
}
