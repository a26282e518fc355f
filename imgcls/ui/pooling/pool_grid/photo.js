// The photo beside the grids, with the square that is cut out of it.
import { outline, sizedCanvas } from "../../js/canvas.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"

export function drawPhoto(own) {
  const canvas = own.get("photo").querySelector("canvas"), [height, width] = own.data.arrays.photo.shape
  const side = own.before.shape[0]
  const scale = (own.photoScale = Math.min((own.wide ? 150 : 240) / width, 250 / height))
  const pen = sizedCanvas(canvas, width * scale, height * scale)
  pen.imageSmoothingEnabled = false
  pen.drawImage(own.picture, 0, 0, width * scale, height * scale)
  const [row, column] = own.corner
  outline(pen, column * scale, row * scale, side * scale, side * scale)
  const keys = `Arrow keys move the patch, now at row ${row}, column ${column}.`
  canvas.setAttribute("aria-label", `Your photo in grey, ${width} by ${height}. ${keys}`)
}

export function wirePhoto(own) {
  const canvas = own.get("photo").querySelector("canvas")
  const move = (row, column, final) => {
    const [height, width] = own.data.arrays.photo.shape, side = own.before.shape[0]
    own.corner = [clamp(row, 0, height - side), clamp(column, 0, width - side)]
    drawPhoto(own)
    own.change(final)
  }
  const point = (event, final) => {
    const place = canvas.getBoundingClientRect(), half = own.before.shape[0] / 2
    const [row, column] = [event.clientY - place.top, event.clientX - place.left]
    move(Math.round(row / own.photoScale - half), Math.round(column / own.photoScale - half), final)
  }
  canvas.onpointerdown = (event) => { own.held = true; canvas.setPointerCapture(event.pointerId); point(event, false) }
  canvas.onpointermove = (event) => { if (own.held) point(event, false) }
  canvas.onpointerup = canvas.onpointercancel = (event) => { if (own.held) { own.held = false; point(event, true) } }
  canvas.onkeydown = (event) => {
    const by = stepOf(event.key)
    if (!by) return
    event.preventDefault()
    const far = event.shiftKey ? own.before.shape[0] : 1
    move(own.corner[0] + by[1] * far, own.corner[1] + by[0] * far, true)
  }
}
