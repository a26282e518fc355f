// How one map is made: its inputs, the kernel's slices, their products, the sum, and what follows it.
import { byFinger } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { whole, written } from "../../js/numbers.js"
import { curve, frame } from "./edges.js"
import { largestOf, mapPicture } from "./paint.js"
import { showTools } from "./tools.js"

export const TOP = 40, LEFT = 46

export function closeupScene(own) {
  const { close, stage, tables } = own, { arrays } = close
  const narrow = stage.width < 640 // a phone: the stages stand below one another, so that all is on the screen
  const width = narrow ? stage.width : Math.max(stage.width, 760), rows = close.channels.length + (close.hidden ? 1 : 0)
  const left = narrow ? 34 : LEFT, gap = narrow ? 20 : 26
  const pitch = Math.min(narrow ? 46 : 62, (stage.height - TOP - 26) / rows)
  const tile = Math.floor(pitch - 5), columns = [0, 1, 2].map((i) => left + i * (tile + gap))
  const start = columns[2] + tile + (narrow ? 26 : 44)
  const count = 1 + close.stages.length, rest = width - start - 8
  const big = narrow
    ? Math.min(rest, (stage.height - TOP) / count - 26)
    : clamp(rest / count - 28, 60, clamp(stage.height - 270, 165, 320)) // below: the arithmetic
  const limits = { inputs: largestOf(arrays.inputs), kernels: largestOf(arrays.kernels) }
  limits.products = Math.max(largestOf(arrays.products), 1e-12)
  const sprites = [], parts = (own.parts = [])
  const put = (sprite, about) => { sprites.push(sprite); parts.push({ ...sprite, ...about }) }
  close.channels.forEach((channel, k) => {
    const y = TOP + k * pitch, size = { y, w: tile, h: tile }
    const three = [
      ["input", `${close.source}-${channel}`, arrays.inputs, limits.inputs, tables.activation],
      ["kernel", `kernel${channel}`, arrays.kernels, limits.kernels, tables.weight],
      ["product", `product${channel}`, arrays.products, limits.products, tables.activation],
    ]
    three.forEach(([kind, id, maps, limit, table], i) => {
      put({ id, picture: mapPicture(maps, k, limit, table), x: columns[i], ...size }, { kind, k })
    })
  })
  if (close.hidden) {
    const limit = Math.max(largestOf(arrays.rest), 1e-12)
    const others = { id: "rest", picture: mapPicture(arrays.rest, 0, limit, tables.activation) }
    put({ ...others, x: columns[2], y: TOP + (rows - 1) * pitch, w: tile, h: tile }, { kind: "rest" })
  }
  const maps = [arrays.sum, ...close.stages.map((_, i) => arrays[`stage${i}`])]
  maps.forEach((map, i) => {
    const one = i ? close.stages[i - 1] : close, id = `${one.step}-${one.channel}`
    const picture = mapPicture(map, 0, Math.max(largestOf(map), 1e-12), tables.activation)
    const x = narrow ? start + (rest - big) / 2 : start + i * (big + 28)
    const y = TOP + 6 + (narrow ? i * (big + 26) : 0)
    put({ id, picture, x, y, w: big, h: big }, { kind: "stage", stage: i - 1 })
  })
  own.closeup = { narrow, start, big, tile, columns, pitch, rows }
  const tall = narrow && Math.max(TOP + rows * pitch, TOP + 6 + count * (big + 26)) + 4
  return { width, height: tall || stage.height, tall, sprites }
}

export const mapOf = (close, stage) => (stage < 0 ? close.arrays.sum : close.arrays[`stage${stage}`])

// The place in the sum behind a place of stage i: a pooling leads back to its winner, or to its window's first place.
function toSum(close, stage, place) {
  for (let i = stage; i >= 0; i--) place = close.arrays[`back${i}`]?.[place] ?? place
  const width = close.arrays.sum.shape[1]
  return { row: Math.floor(place / width), column: place % width }
}

// Where stage i shows what became of a place of the sum; null where a pooling leaves it out.
export function fromSum(close, stage, { row, column }) {
  for (let i = 0; i <= stage; i++) {
    const { kind, stride, before } = close.stages[i]
    if (kind === "pool") { row = Math.floor((row + before) / stride); column = Math.floor((column + before) / stride) }
  }
  const [height, width] = mapOf(close, stage).shape
  return row < height && column < width ? { row, column } : null
}

// Where to look first: the strongest place of the map that was clicked.
export const strongestPlace = (close) => toSum(close, close.chosen, close.strongest)

export function hitCloseup(own, at) {
  if (!at) return null
  const part = own.parts.find(({ x, y, w, h }) => at.x >= x && at.x < x + w && at.y >= y && at.y < y + h)
  if (!part) return null
  const { close } = own, sum = close.arrays.sum.shape
  const shape = { input: close.arrays.inputs.shape.slice(1), kernel: [1, 1], product: sum, rest: sum }
  const [height, width] = part.kind === "stage" ? mapOf(close, part.stage).shape : shape[part.kind]
  const row = clamp(Math.floor(((at.y - part.y) / part.h) * height), 0, height - 1)
  const column = clamp(Math.floor(((at.x - part.x) / part.w) * width), 0, width - 1)
  return { part, row, column }
}

// The pointer chooses the place of the sum whose arithmetic is shown, and the slice that is shown in full.
export function pointCloseup(own, hit) {
  const { close } = own, { part, row, column } = hit
  if (own.sliding) slide(own, false)
  if (part.k !== undefined) own.slice = part.k
  if (part.kind === "stage") own.place = toSum(close, part.stage, row * mapOf(close, part.stage).shape[1] + column)
  else if (part.kind === "product" || part.kind === "rest") own.place = { row, column }
  else if (part.kind === "input") {
    const [height, width] = close.arrays.sum.shape, reach = ((close.arrays.kernels.shape[1] - 1) * close.dilation) / 2
    const middle = (place, before, count) => clamp(Math.round((place + before - reach) / close.stride), 0, count - 1)
    own.place = { row: middle(row, close.before[0], height), column: middle(column, close.before[1], width) }
  }
}

// One slice of the kernel slides by itself, as in a convolution: along the row, then on to the next.
const SLIDE_MS = 140
export function slide(own, on) {
  clearInterval(own.sliding)
  if (on) own.slice = sliceOf(own)
  own.sliding = on ? setInterval(() => goOn(own), SLIDE_MS) : null
  showTools(own)
}

function goOn(own) {
  const [height, width] = own.close.arrays.sum.shape
  const spot = (own.place.row * width + own.place.column + 1) % (height * width)
  own.place = { row: Math.floor(spot / width), column: spot % width }
  own.redraw()
}

export function drawCloseup(own, pen) {
  const { close, stage, theme, place } = own, { narrow, big, tile, columns, pitch, rows } = own.closeup
  stage.write(pen, "input", columns[0] + tile / 2, 26, { align: "center", weight: 600, size: 16 })
  stage.write(pen, "kernel", columns[1] + tile / 2, 26, { align: "center", weight: 600, size: 16 })
  stage.write(pen, "product", columns[2] + tile / 2, 26, { align: "center", weight: 600, size: 16 })
  close.channels.forEach((channel, k) => {
    const y = TOP + k * pitch + tile / 2 + 5, focus = sliceOf(own) === k
    const name = close.source ? channel : ["R", "G", "B"][channel]
    const look = { align: "right", weight: focus ? 700 : 400, colour: focus ? theme.accent : null }
    stage.write(pen, name, columns[0] - 6, y, look)
    stage.write(pen, "∗", columns[1] - (narrow ? 10 : 13), y + 2, { align: "center", size: 18 })
    stage.write(pen, "=", columns[2] - (narrow ? 10 : 13), y, { align: "center", size: 17 })
  })
  if (close.hidden) {
    const y = TOP + (rows - 1) * pitch + tile / 2 + 5
    stage.write(pen, `${whole(close.hidden)} others`, columns[2] - 10, y, { align: "right" })
  }
  const bias = close.bias ? `${close.bias > 0 ? "+ " : "− "}${written(Math.abs(close.bias), 3)}` : ""
  const names = [`Σ ${bias}`, ...close.stages.map(({ name }) => name)]
  own.parts.filter(({ kind }) => kind === "stage").forEach(({ x, y }, i) => {
    const mine = close.chosen === i - 1, name = narrow && i ? `↓ ${names[i]}` : names[i]
    const look = { room: big + 24, align: "center", size: 15, weight: mine ? 700 : 600 }
    stage.write(pen, name, x + big / 2, narrow && i ? y - 8 : 26, { ...look, colour: mine ? theme.accent : null })
    if (i && !narrow) stage.write(pen, "→", x - 14, TOP + big / 2 + 8, { align: "center", size: 20 })
  })
  const F = close.arrays.kernels.shape[1], reach = (F - 1) * close.dilation + 1, boxes = []
  for (const part of own.parts) {
    const at = stage.box(part)
    if (part.kind === "input") {
      const [, height, width] = close.arrays.inputs.shape, unit = at.w / width, down = at.h / height
      const x = (place.column * close.stride - close.before[1]) * unit
      const y = (place.row * close.stride - close.before[0]) * down
      boxes.push([{ x: at.x + x, y: at.y + y, w: reach * unit, h: reach * down }, part.k === sliceOf(own)])
    } else if (part.kind !== "kernel") {
      const spot = part.kind === "stage" ? fromSum(close, part.stage, place) : place
      const [height, width] = part.kind === "stage" ? mapOf(close, part.stage).shape : close.arrays.sum.shape
      if (!spot) continue
      const one = { x: at.x + (spot.column * at.w) / width, y: at.y + (spot.row * at.h) / height }
      boxes.push([{ ...one, w: Math.max(at.w / width, 3), h: Math.max(at.h / height, 3) }, true])
    } else if (part.k === sliceOf(own)) boxes.push([at, true])
  }
  for (const [box, strong] of boxes) frame(pen, box, theme.gold, strong ? 2.2 : 1.2)
}

export function drawCloseupBeams(own, pen) {
  const { stage, theme, parts } = own, sum = parts.find((part) => part.kind === "stage")
  pen.strokeStyle = theme.border
  pen.lineWidth = 1.5
  pen.beginPath()
  const end = { x: sum.x, y: sum.y + sum.h * 0.25, h: sum.h * 0.5 }
  for (const part of parts) if (part.kind === "product" || part.kind === "rest") curve(pen, stage, part, end)
  pen.stroke()
}

// The slice whose cells are shown: the one pointed at, else the one that says most at this place.
export function sliceOf(own) {
  const { close, place } = own, [n, height, width] = close.arrays.products.shape
  if (own.slice !== null && own.slice < n) return own.slice
  const at = (k) => Math.abs(close.arrays.products[(k * height + place.row) * width + place.column])
  return [...Array(n).keys()].reduce((best, k) => (at(k) > at(best) ? k : best), 0)
}

// Whoever moves the place with the keyboard hears its numbers; to all others they stand in the panel.
export function sayCloseup(own) {
  const { close, place } = own
  if (own.keyed) {
    const sum = close.arrays.sum[place.row * close.arrays.sum.shape[1] + place.column]
    const after = close.stages.flatMap(({ name }, i) => {
      const spot = fromSum(close, i, place), map = mapOf(close, i)
      return spot ? [`after ${name} ${written(map[spot.row * map.shape[1] + spot.column], 3)}`] : []
    })
    const all = [written(sum, 3), ...after].join(", ")
    const what = `the products${close.bias ? " and the bias" : ""}`
    return `Row ${place.row}, column ${place.column}: ${what} add up to ${all}.`
  }
  if (byFinger()) {
    const again = close.source ? " Tap an input again to see how that one is made." : ""
    return `Tap any picture: the arithmetic follows.${again}`
  }
  const click = close.source ? " Click an input to see how that one is made." : ""
  return `Point at any picture: the arithmetic follows.${click} Escape goes back.`
}
