// What all scenes are drawn with: words, numbers on tiles, pictures, rows of bars.
import { bitmap, pictureOf } from "../../js/canvas.js"
import { textOn } from "../../js/colour.js"
import { clamp } from "../../js/geometry.js"
import { atLevel, coloured } from "../../js/tiles.js"
import { cellIn, part, wrapped } from "./geometry.js"

const LEAST = 18 // the smallest letters of numbers in a cell; what does not fit then is left out

// Canvases of all arrays that are pictures: palette places in their quantity's colours, or RGB.
export function picturesOf({ arrays, scenes }) {
  const found = {}, paint = (name, colours) => { if (arrays[name]) found[name] = coloured(arrays[name], colours) }
  for (const name of ["sums", "before", "after"]) paint(name, arrays.activation)
  for (const scene of scenes) {
    const colours = { deep: arrays.activation, back: arrays.gradient }[scene.kind]
    scene.layers?.forEach((_, k) => paint(`${scene.kind}${k}`, colours))
  }
  found.maps = Array.from({ length: arrays.maps.shape[0] }, (_, k) =>
    coloured(pictureOf(arrays.maps, k), arrays.activation))
  found.blame = coloured(arrays.blame, arrays.evidence)
  for (const name of ["photo", "pixels"]) found[name] = bitmap(arrays[name])
  return found
}

export function write(pen, film, text, x, y, { size = 30, weight = 500, align = "left", colour, room } = {}) {
  pen.font = `${weight} ${size}px ${film.theme.font}`
  pen.textAlign = align
  pen.textBaseline = "middle"
  pen.fillStyle = colour ?? film.theme.ink
  let shown = String(text)
  while (room && shown.length > 2 && pen.measureText(shown).width > room) shown = shown.slice(0, -2) + "…"
  pen.fillText(shown, x, y)
}

// A caption, or the line below the picture, in as many lines as the frame has for it.
export function sentence(pen, film, text, { x, y, size, room, lines }, { weight = 500, middle = false } = {}) {
  if (!text) return
  pen.font = `${weight} ${size}px ${film.theme.font}`
  const measure = (each) => pen.measureText(each).width
  const smaller = lines === 1 ? Math.min(1, room / measure(text)) : 1 // one line may be set a little smaller
  if (smaller > 0.82) size *= smaller
  pen.font = `${weight} ${size}px ${film.theme.font}`
  const found = wrapped(text, room + 1, lines, measure)
  const lift = middle || lines === 1 ? 0 : (found.length - 1) * 0.5 * size * 1.15
  found.forEach((each, k) => write(pen, film, each, middle ? x + room / 2 : x, y + k * size * 1.15 - lift,
    { size, weight, align: middle ? "center" : "left" }))
}

// A picture in a box, whole or the part `from` of it; enlarged, its pixels stay squares.
export function show(pen, film, picture, box, { from, frame = true, alpha = 1 } = {}) {
  const source = from ?? { x: 0, y: 0, w: picture.width, h: picture.height }
  pen.save()
  pen.globalAlpha *= alpha
  pen.imageSmoothingEnabled = source.w > box.w
  pen.imageSmoothingQuality = "high"
  pen.drawImage(picture, source.x, source.y, source.w, source.h, box.x, box.y, box.w, box.h)
  if (frame) border(pen, film, box)
  pen.restore()
}

export function border(pen, film, { x, y, w, h }) {
  pen.strokeStyle = film.theme.border
  pen.lineWidth = 2
  pen.strokeRect(x - 1, y - 1, w + 2, h + 2)
}

export const largest = (numbers) => numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1e-30)

// The words in a box, as large as they fit; left out where they would be too small to read.
export function fit(pen, film, text, { x, y, w, h }, colour, { most = 32, least = LEAST, weight = 600 } = {}) {
  pen.font = `${weight} 100px ${film.theme.font}`
  const size = Math.min(most, (100 * (w - 4)) / pen.measureText(text).width, h - 6)
  if (size >= least) write(pen, film, text, x + w / 2, y + h / 2 + 1, { size, weight, align: "center", colour })
  return size >= least
}

// side x side numbers on tiles of a signed scale; the first `shown` of them, with their `texts`.
export function numberGrid(pen, film, box, { side, numbers, limit, colours, texts, shown = side * side, least }) {
  for (let k = 0; k < side * side; k++) {
    const cell = cellIn(box, Math.floor(k / side), k % side, side)
    if (k >= shown) continue
    const rgb = atLevel(colours, clamp(Math.round(127.5 + (127.5 * numbers[k]) / limit), 0, 255))
    pen.fillStyle = `rgb(${rgb})`
    pen.fillRect(cell.x, cell.y, cell.w - 2, cell.h - 2)
    if (texts) fit(pen, film, texts[k], cell, textOn(...rgb), { least })
  }
  border(pen, film, box)
}

// Rows of [name, number as text, number]; bars from 0 to both sides, or from the left where nothing is negative.
export function barRows(pen, film, rows, box, { share, colours, ours = -1, between = null, top = 1 }) {
  const tall = Math.min(76, box.h / rows.length), wide = film.frame.wide
  const names = wide ? 0.34 : 0.4, words = { size: film.frame.text }
  const most = largest(rows.map((row) => row.at(-1))), negative = rows.some((row) => row.at(-1) < 0)
  const left = box.x + box.w * (names + (between ? 0.14 : 0)), right = box.x + box.w * (wide ? 0.82 : 0.76)
  const zero = negative ? (left + right) / 2 : left
  rows.forEach((row, k) => {
    const y = box.y + (k + 0.5) * tall, number = row.at(-1), grown = part(share, 0.05 + 0.06 * k, 0.5 + 0.06 * k)
    const bold = k === ours || (ours < 0 && k < top) ? 700 : 500
    write(pen, film, row[0], box.x, y, { ...words, weight: bold, room: box.w * names - 16 })
    if (between) write(pen, film, row[1], left - 18, y, { ...words, align: "right" })
    const width = (grown * number * (right - zero)) / most, tint = number < 0 ? colours[1] : colours[0]
    pen.fillStyle = tint
    pen.fillRect(Math.min(zero, zero + width), y - tall * 0.3, Math.max(2, Math.abs(width)), tall * 0.6)
    write(pen, film, row.at(-2), box.x + box.w, y, { ...words, weight: bold, align: "right" })
  })
  pen.fillStyle = film.theme.border
  pen.fillRect(zero - 1, box.y, 2, tall * rows.length)
  return { tall, row: (k) => ({ x: box.x - 8, y: box.y + k * tall + 3, w: box.w + 16, h: tall - 6 }) }
}
