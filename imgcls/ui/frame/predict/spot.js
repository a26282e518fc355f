// A place on a picture, clicked, or moved with the arrow keys; after the reveal the map of what counts lies over it.
import { bitmap, sizedCanvas } from "../../js/canvas.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"
import { percent } from "../../js/numbers.js"
import { arrive, between } from "./arrive.js"

const MOST = Math.max(220, Math.min(340, innerHeight * 0.33)) // pixels: the button below is to be seen

export function draw({ box, arrays, value, change, truth, moves, others, says }) {
  const [rows, columns] = arrays.photo.shape, photo = bitmap(arrays.photo)
  const canvas = document.createElement("canvas")
  box.append(canvas)
  let place = value ?? null, come = 1 // how far the answer has come
  const show = () => {
    const room = Math.min(MOST, box.clientWidth || MOST)
    const scale = Math.min(room / columns, Math.min(MOST, truth === undefined ? MOST : 280) / rows)
    const width = columns * scale, height = rows * scale
    const pen = sizedCanvas(canvas, width, height)
    pen.drawImage(photo, 0, 0, width, height)
    if (truth !== undefined) {
      heat(pen, truth.map, width, height, come)
      for (const [x, y] of others) dot(pen, x * width, y * height)
      const [x, y] = truth.peak.map((end, axis) => between(place?.[axis] ?? end, end, come))
      mark(pen, x * width, y * height, true)
    }
    if (place) mark(pen, place[0] * width, place[1] * height, false)
  }
  new ResizeObserver(show).observe(box)
  show()
  if (truth !== undefined) {
    const where = ([x, y]) => `${percent(x, 0)} from the left and ${percent(y, 0)} from the top`
    arrive(canvas, moves, (share) => {
      come = share
      show()
    })
    canvas.setAttribute("role", "img")
    const mine = place ? `your place, ${where(place)}; ` : ""
    canvas.setAttribute("aria-label", `The photo under the map: ${mine}its highest value, ${where(truth.peak)}`)
    return
  }
  canvas.tabIndex = 0
  canvas.setAttribute("role", "application")
  canvas.setAttribute("aria-label", "The photo: click a place, or move the ring with the arrow keys")
  const set = (x, y) => {
    place = [clamp(x, 0, 1), clamp(y, 0, 1)]
    show()
    change(place)
  }
  const point = (event) => {
    const at = canvas.getBoundingClientRect()
    set((event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height)
  }
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId)
    point(event)
  }
  canvas.onpointermove = (event) => { if (event.buttons) point(event) }
  canvas.onkeydown = (event) => {
    const step = stepOf(event.key)
    if (!step) return
    event.preventDefault()
    const size = event.shiftKey ? 0.1 : 0.03
    const [x, y] = place ?? [0.5, 0.5]
    set(x + step[0] * size, y + step[1] * size)
    says(`${percent(place[0], 0)} from the left, ${percent(place[1], 0)} from the top`)
  }
}

// Rings that are seen on any picture: hollow and dashed for the prediction, with a filled middle for the answer.
function mark(pen, x, y, filled) {
  for (const [ink, line] of [["#000", 7], ["#fff", 3.5]]) {
    pen.beginPath()
    pen.setLineDash(filled ? [] : [7, 5])
    pen.arc(x, y, 15, 0, 2 * Math.PI)
    pen.strokeStyle = ink
    pen.lineWidth = line
    pen.stroke()
  }
  pen.setLineDash([])
  if (!filled) return
  pen.beginPath()
  pen.arc(x, y, 7, 0, 2 * Math.PI)
  pen.fillStyle = "#fff"
  pen.strokeStyle = "#000"
  pen.lineWidth = 2
  pen.fill()
  pen.stroke()
}

function dot(pen, x, y) {
  pen.beginPath()
  pen.arc(x, y, 4, 0, 2 * Math.PI)
  pen.fillStyle = "#fff"
  pen.strokeStyle = "#000"
  pen.lineWidth = 1.5
  pen.fill()
  pen.stroke()
}

// The lower the map, the darker the photo, once all of the map has `come`.
function heat(pen, map, width, height, come) {
  const rows = map.length, columns = map[0].length
  const shade = document.createElement("canvas")
  Object.assign(shade, { width: columns, height: rows })
  const image = new ImageData(columns, rows)
  map.flat().forEach((level, i) => image.data.set([10, 12, 20, 215 - Math.round((215 * level) / 255)], 4 * i))
  shade.getContext("2d").putImageData(image, 0, 0)
  pen.imageSmoothingEnabled = true
  pen.globalAlpha = come
  pen.drawImage(shade, 0, 0, width, height)
  pen.globalAlpha = 1
}
