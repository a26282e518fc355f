// Where things stand in a frame, in its own units: numbers in, numbers out.
import { clamp } from "../../js/geometry.js"

const WIDE = {
  wide: true, width: 1280, height: 720, caption: { x: 40, y: 56, size: 40, room: 1200, lines: 1 },
  line: { x: 40, y: 684, size: 32, room: 1200, lines: 1 }, main: { x: 40, y: 96, w: 1200, h: 530 }, text: 30,
}
// On a phone one unit is half a pixel.
const SQUARE = {
  wide: false, width: 720, height: 760, caption: { x: 16, y: 44, size: 38, room: 688, lines: 2 },
  line: { x: 16, y: 704, size: 34, room: 688, lines: 2 }, main: { x: 16, y: 124, w: 688, h: 520 }, text: 32,
}

// The frame for a picture so many CSS pixels wide.
export const frameFor = (width) => (width < 560 ? SQUARE : WIDE)

export const ease = (share) => { const t = clamp(share, 0, 1); return t * t * (3 - 2 * t) }

// How far a part of a scene is that begins at one share of it and ends at another.
export const part = (share, from, to) => ease((share - from) / (to - from))

export const between = (a, b, share) => a + (b - a) * share

export const rectBetween = (a, b, share) => ({
  x: between(a.x, b.x, share), y: between(a.y, b.y, share), w: between(a.w, b.w, share), h: between(a.h, b.h, share),
})

// From one rectangle to a much smaller one within it at a steady pace: every moment enlarges by the same factor.
export function zoomBetween(a, b, share) {
  const size = a.w * (b.w / a.w) ** share
  const done = a.w === b.w ? share : (a.w - size) / (a.w - b.w)
  return rectBetween(a, b, done)
}

export const middle = ({ x, y, w, h }) => [x + w / 2, y + h / 2]

// A square as large as there is room, at a share of the room's width.
export function squareIn({ x, y, w, h }, side = Math.min(w, h), across = 0.5) {
  return { x: x + (w - side) * across, y: y + (h - side) / 2, w: side, h: side }
}

// [top, left, rows, columns] of a picture with so many rows and columns, where the picture is drawn at `box`.
export function placeIn(box, [top, left, rows, columns], [tall, wide]) {
  return {
    x: box.x + (left / wide) * box.w, y: box.y + (top / tall) * box.h, w: (columns / wide) * box.w,
    h: (rows / tall) * box.h,
  }
}

// Never too small to be seen from the last row.
export function visible(rect, least = 16) {
  const w = Math.max(rect.w, least), h = Math.max(rect.h, least), [x, y] = middle(rect)
  return { x: x - w / 2, y: y - h / 2, w, h }
}

// n squares in rows of so many, as large as the room allows, in its middle.
export function tilesIn({ x, y, w, h }, n, across, gap = 14) {
  const rows = Math.ceil(n / across)
  const side = Math.min((w + gap) / across - gap, (h + gap) / rows - gap)
  const left = x + (w - across * (side + gap) + gap) / 2, top = y + (h - rows * (side + gap) + gap) / 2
  return Array.from({ length: n }, (_, k) => ({
    x: left + (k % across) * (side + gap), y: top + Math.floor(k / across) * (side + gap), w: side, h: side,
  }))
}

// Three grids of F x F cells beside each other, `rows` of them below each other: grids[row][0..2].
export function gridsIn({ x, y, w, h }, rows, { head = 44, sign = 46, gap = 16, most = 110 } = {}) {
  const wide = Math.min((w - 2 * sign) / 3, 3 * most), tall = Math.min((h - head - (rows - 1) * gap) / rows, 3 * most)
  const left = x + (w - 3 * wide - 2 * sign) / 2, top = y + head + (h - head - rows * tall - (rows - 1) * gap) / 2
  return Array.from({ length: rows }, (_, row) => [0, 1, 2].map((k) => (
    { x: left + k * (wide + sign), y: top + row * (tall + gap), w: wide, h: tall }
  )))
}

export const cellIn = ({ x, y, w, h }, row, column, side) => (
  { x: x + (column * w) / side, y: y + (row * h) / side, w: w / side, h: h / side }
)

// Where the sweeping kernel is: it goes over the map in so many rows of strokes, as one writes.
export function sweep(share, rows, columns, strokes = 8) {
  const at = clamp(share, 0, 0.9999) * strokes, stroke = Math.floor(at)
  const row = Math.min(rows - 1, Math.floor(((stroke + 0.5) * rows) / strokes))
  return { row, column: Math.floor((at - stroke) * columns), whole: Math.floor((stroke * rows) / strokes),
           until: Math.floor(((stroke + 1) * rows) / strokes) }
}

// Words in lines that fit into `room`; `measure` tells a text's width. What does not fit into the last one is cut.
export function wrapped(text, room, lines, measure) {
  const found = [""]
  for (const word of String(text).split(" ")) {
    const longer = found.at(-1) ? `${found.at(-1)} ${word}` : word
    if (measure(longer) <= room || !found.at(-1)) found[found.length - 1] = longer
    else if (found.length < lines) found.push(word)
    else { found[found.length - 1] += "…"; break }
  }
  return found
}

// Which of n steps a scene is at, and how far that one is.
export function stepOf(share, n) {
  const at = clamp(share, 0, 0.9999) * n, index = Math.floor(at)
  return { index, share: at - index }
}
