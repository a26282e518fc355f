// The pictures of a frame: the neurons with their weights, and what both networks answer all over the plane.
import { sizedCanvas } from "../../js/canvas.js"
import { clamp } from "../../js/geometry.js"

export const TALL = 252
const HEAD = 22, OUT = 26

const packed = new WeakMap() // a table of 256 colours as the words of an ImageData
function wordsOf(table) {
  if (!packed.has(table)) {
    const bytes = new Uint8ClampedArray(1024).fill(255)
    for (let level = 0; level < 256; level++) for (let k = 0; k < 3; k++) bytes[4 * level + k] = table[3 * level + k]
    packed.set(table, new Uint32Array(bytes.buffer))
  }
  return packed.get(table)
}

// A picture of palette places in their colours, `finer` times as fine with levels between those that are given, so that
// a boundary has no stairs. There is one canvas for all of a size: it is to be drawn at once.
const sheets = new Map()
function sheetOf(side) {
  if (!sheets.has(side)) {
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side })
    const image = new ImageData(side, side), words = new Uint32Array(image.data.buffer)
    sheets.set(side, { canvas, pen: canvas.getContext("2d"), image, words })
  }
  return sheets.get(side)
}

function tinted(levels, from, side, table) {
  const { canvas, pen, image, words } = sheetOf(side), colours = wordsOf(table)
  for (let i = 0; i < side * side; i++) words[i] = colours[levels[from + i]]
  pen.putImageData(image, 0, 0)
  return canvas
}

const FINER = 2, spots = new Map() // between which rows a finer one lies, and how far down
function spotsOf(side) {
  if (!spots.has(side)) {
    spots.set(side, Array.from({ length: side * FINER }, (_, i) => {
      const at = clamp((i + 0.5) / FINER - 0.5, 0, side - 1), low = Math.min(Math.floor(at), side - 2)
      return [low, at - low]
    }))
  }
  return spots.get(side)
}

function refined(levels, from, side, table) {
  const wide = side * FINER, between = spotsOf(side), colours = wordsOf(table)
  const { canvas, pen, image, words } = sheetOf(wide)
  for (let y = 0, to = 0; y < wide; y++) {
    const [row, down] = between[y], top = from + row * side
    for (let x = 0; x < wide; x++) {
      const [column, across] = between[x], i = top + column
      const upper = levels[i] + across * (levels[i + 1] - levels[i])
      const lower = levels[i + side] + across * (levels[i + side + 1] - levels[i + side])
      words[to++] = colours[(upper + down * (lower - upper) + 0.5) | 0]
    }
  }
  pen.putImageData(image, 0, 0)
  return canvas
}

// Where the tiles are: a column for the inputs and each hidden layer; the output is the point at the right edge.
export function columns(layers, width) {
  const shown = layers.slice(0, -1), gap = (width - OUT - 44) / Math.max(1, shown.length - 0.4)
  return shown.map((count, l) => {
    const side = Math.min(44, (TALL - HEAD) / count - 4, gap - 16), step = side + (count > 6 ? 4 : 8)
    const top = HEAD + (TALL - HEAD - step * count) / 2
    return { x: l * gap, side, ys: Array.from({ length: count }, (_, i) => top + i * step) }
  })
}

// A canvas that keeps what is drawn on it until what it shows is another thing: most of a frame stays the same.
function keptSheet(own, name, about, width, height, draw) {
  const sheets = (own.sheets ??= {}), sheet = (sheets[name] ??= { canvas: document.createElement("canvas") })
  const now = [...about, width, height, window.devicePixelRatio]
  if (!sheet.about || now.some((each, i) => each !== sheet.about[i])) {
    const pen = sizedCanvas(sheet.canvas, width, height)
    pen.clearRect(0, 0, width, height)
    draw(pen)
    sheet.about = now
  }
  return sheet.canvas
}

const WIDTHS = 12 // of lines

// The weights: all lines of a sign and a width are one path, for each path on its own takes its time.
function drawWeights(own, pen, places, out, film, frame) {
  const { about } = own, { weights } = film.arrays, paths = new Map()
  let at = frame * weights.shape[1]
  for (let l = 0; l < about.layers.length - 1; l++) {
    const [from, to] = [places[l], places[l + 1]], inputs = about.layers[l], outputs = about.layers[l + 1]
    for (let i = 0; i < outputs; i++) for (let j = 0; j < inputs; j++) {
      const weight = weights[at + i * inputs + j], width = Math.round(WIDTHS * Math.abs(weight) / 127)
      const kind = weight > 0 ? width : -1 - width
      if (!paths.has(kind)) paths.set(kind, new Path2D())
      const path = paths.get(kind), [x1, y1] = [from.x + from.side, from.ys[j] + from.side / 2]
      const [x2, y2] = to ? [to.x, to.ys[i] + to.side / 2] : [out.x - 10, out.y]
      path.moveTo(x1, y1)
      path.bezierCurveTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2)
    }
    at += outputs * (inputs + 1)
  }
  for (const [kind, path] of paths) {
    pen.strokeStyle = about.lines[+(kind >= 0)]
    pen.setLineDash(kind >= 0 ? [] : [5, 3])
    pen.lineWidth = 0.3 + 3 * (kind >= 0 ? kind : -1 - kind) / WIDTHS
    pen.stroke(path)
  }
  pen.setLineDash([])
}

export function drawNetwork(own, canvas, width, film, frame) {
  const { theme } = own, pen = sizedCanvas(canvas, width, TALL), places = columns(own.about.layers, width)
  pen.clearRect(0, 0, width, TALL)
  const out = { x: width - OUT / 2, y: HEAD + (TALL - HEAD) / 2 }
  drawWeights(own, pen, places, out, film, frame)
  const unit = Math.floor(frame / film.every)
  const tiles = keptSheet(own, "tiles", [film, unit, theme], width, TALL, (layer) => {
    drawTiles(own, layer, places, film, unit)
  })
  pen.drawImage(tiles, 0, 0, width, TALL)
  pen.fillStyle = theme.text
  pen.beginPath(); pen.arc(out.x, out.y, 11, 0, 7); pen.fill()
  pen.fillStyle = theme.ground
  pen.font = `italic 600 16px ${theme.font}`
  pen.textAlign = "center"
  pen.textBaseline = "middle"
  pen.fillText("p", out.x, out.y)
}

function drawTiles(own, pen, places, film, frame) {
  const { neurons } = film.arrays, [, count, side] = neurons.shape, { text, font, grid } = own.theme
  let unit = frame * count
  pen.imageSmoothingEnabled = true
  places.forEach(({ x, side: wide, ys }, l) => {
    for (const y of ys) {
      pen.drawImage(tinted(neurons, unit++ * side * side, side, own.about.arrays.activation), x, y, wide, wide)
      pen.strokeStyle = grid
      pen.lineWidth = 1
      pen.strokeRect(x + 0.5, y + 0.5, wide - 1, wide - 1)
    }
    pen.fillStyle = text
    pen.font = `15px ${font}`
    pen.textAlign = l ? "center" : "left"
    pen.textBaseline = "top"
    pen.fillText(l ? `layer ${l}` : "x\u2081, x\u2082", l ? x + wide / 2 : x, 0)
  })
}

const ratio = (place) => [(place[0] + 1) / 2, (1 - place[1]) / 2]

// One network's answer everywhere, with the points on it; `mark` is the place of the keyboard's cross.
export function drawAnswer(own, canvas, side, film, frame, twin, mark) {
  const { answers } = film.arrays, g = answers.shape[2], pen = sizedCanvas(canvas, side, side)
  pen.imageSmoothingEnabled = true
  pen.drawImage(refined(answers, (2 * frame + twin) * g * g, g, own.about.arrays.certainty), 0, 0, side, side)
  const points = keptSheet(own, "points", [own.points], side, side, (layer) => {
    for (const [x, y, kind] of own.points) {
      drawPoint(layer, ratio([x, y]).map((share) => share * side), kind, own.about.colours)
    }
  })
  pen.drawImage(points, 0, 0, side, side)
  if (!mark) return
  const [x, y] = ratio(mark).map((share) => share * side)
  pen.strokeStyle = "#000"
  pen.lineWidth = 2
  pen.beginPath()
  for (const [dx, dy] of [[10, 0], [0, 10]]) { pen.moveTo(x - dx, y - dy); pen.lineTo(x + dx, y + dy) }
  pen.stroke()
}

// A disc for the first class, a square for the second: they differ without their colours, too.
export function drawPoint(pen, [x, y], kind, colours, size = 4) {
  pen.fillStyle = colours[kind]
  pen.strokeStyle = "#fff"
  pen.lineWidth = 1.5
  pen.beginPath()
  if (kind) pen.rect(x - size, y - size, 2 * size, 2 * size)
  else pen.arc(x, y, size + 0.5, 0, 7)
  pen.fill()
  pen.stroke()
}
