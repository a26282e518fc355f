// The scenes: each draws itself at a share of its time, and tells where the followed value is when it begins and ends.
import { outline, pictureOf } from "../../js/canvas.js"
import { textOn } from "../../js/colour.js"
import { clamp } from "../../js/geometry.js"
import { MINUS, written } from "../../js/numbers.js"
import { fitted } from "../../js/tiles.js"
import { barRows, fit, largest, numberGrid, sentence, show, write } from "./draw.js"
import {
  cellIn, gridsIn, part, placeIn, rectBetween, squareIn, stepOf, sweep, tilesIn, visible, zoomBetween,
} from "./geometry.js"
import { fadeAt, sceneAt } from "./timeline.js"

const GOLD = "#ffb000"
const grown = (share, from = 0, to = 1) => part(share, from, to)
const mark = (pen, rect, line = 4) => outline(pen, rect.x, rect.y, rect.w, rect.h, GOLD, line)
const half = ({ x, y, w, h }, k) => ({ x: x + (k * w) / 2, y, w: w / 2, h })
const kindOf = (film, kind) => film.scenes.find((scene) => scene.kind === kind)

// ---- The photo ----

const photoBox = ({ main, wide }) => squareIn(main, undefined, wide ? 0.12 : 0.5)
const around = (film, scene) => {
  const side = film.arrays.pixels.shape[0]
  return [scene.around[0], scene.around[1], side, side]
}
const inPhoto = (film, box, place) => placeIn(box, place, [film.side, film.side])
const patchPlace = ({ patch: [top, left, span] }) => [top, left, span, span]

function photo(pen, film, scene, share) {
  const box = photoBox(film.frame), picture = film.pictures.photo, zoom = grown(share, 0.2, 0.65)
  const all = { x: 0, y: 0, w: film.side, h: film.side }, [top, left, rows, columns] = around(film, scene)
  const from = zoomBetween(all, { x: left, y: top, w: columns, h: rows }, zoom), scale = picture.width / film.side
  show(pen, film, picture, box, { from: Object.fromEntries(Object.entries(from).map(([k, v]) => [k, v * scale])) })
  if (zoom === 1) show(pen, film, film.pictures.pixels, box)
  pen.save()
  pen.globalAlpha *= grown(share, 0.65, 0.8)
  pixelNumbers(pen, film, box)
  pixelWords(pen, film, scene, box)
  pen.restore()
  const [, , tall, wide] = patchPlace(scene), [y, x] = scene.patch
  const window = placeIn(box, [y - from.y, x - from.x, tall, wide], [from.h, from.w])
  mark(pen, visible(window, 24))
}

function pixelNumbers(pen, film, box) {
  const { pixels } = film.arrays, side = pixels.shape[0]
  for (let k = 0; k < side * side; k++) {
    const cell = cellIn(box, Math.floor(k / side), k % side, side), rgb = [...pixels.subarray(3 * k, 3 * k + 3)]
    if (cell.h < 84) return
    rgb.forEach((number, c) => fit(pen, film, String(number),
      { x: cell.x, y: cell.y + (c * cell.h) / 3, w: cell.w, h: cell.h / 3 }, textOn(...rgb), { most: 30 }))
  }
}

function pixelWords(pen, film, scene, box) {
  if (!film.frame.wide) return
  const { tap } = kindOf(film, "product"), side = film.arrays.pixels.shape[0], [top, left] = scene.around
  const row = scene.patch[0] + tap[1] - top, column = scene.patch[1] + tap[2] - left, k = row * side + column
  const x = box.x + box.w + 70
  write(pen, film, "a pixel of the patch:", x, box.y + 150, { size: 36 })
  const names = ["red", "green", "blue"]
  names.forEach((name, c) => write(pen, film, `${name} ${film.arrays.pixels[3 * k + c]}`, x, box.y + 220 + 66 * c,
    { size: 48, weight: 700 }))
}

// ---- The kernel on its patch ----

const productRows = (film, scene) => (film.frame.wide && scene.names.length <= 3 ? scene.names.map((_, k) => k)
  : [scene.tap[0]])
function productBoxes(film, scene) {
  const { main, wide } = film.frame, rows = productRows(film, scene)
  const room = wide ? { ...main, x: main.x + 100, w: main.w - 100 } : main
  return gridsIn(room, rows.length, { most: rows.length === 1 ? 150 : 114, sign: wide ? 46 : 40 })
}

function product(pen, film, scene, share) {
  const boxes = productBoxes(film, scene), { values, kernel, products, activation, weight } = film.arrays
  const side = kernel.shape[1], rows = productRows(film, scene), size = side * side
  const done = Math.round(grown(share, 0.12, 0.85) * rows.length * size)
  const heads = ["pixels, normalised", "kernel", "products"]
  boxes[0].forEach((box, k) => write(pen, film, heads[k], box.x + box.w / 2, film.frame.main.y + 18,
    { size: film.frame.wide ? 30 : 26, align: "center", weight: 600 }))
  rows.forEach((channel, row) => {
    const shown = Math.min(size, Math.max(0, done - row * size)), of = (array) => pictureOf(array, channel)
    const [first, second, third] = boxes[row]
    const sets = [[first, values, activation], [second, kernel, weight], [third, products, activation]]
    sets.forEach(([box, array, colours], k) => numberGrid(pen, film, box, {
      side, numbers: of(array), limit: largest(array), colours, shown: k === 2 ? shown : size,
      texts: textsOf(film, scene, k, of(array), channel * size, first.w / side),
    }))
    for (const [sign, box] of [["×", second], [signOf(film, scene), third]]) {
      write(pen, film, sign, box.x - (film.frame.wide ? 23 : 20), box.y + box.h / 2, { size: 40, align: "center" })
    }
    if (film.frame.wide) write(pen, film, scene.names[channel], first.x - 20, first.y + first.h / 2, { align: "right" })
    const at = done - row * size
    if (at < 0 || at >= size) return
    for (const box of boxes[row]) mark(pen, cellIn(box, Math.floor(at / side), at % side, side))
  })
}

// On a phone there is no room for all digits: then the grids do not come out exactly.
function textsOf({ frame }, { texts }, k, numbers, from, room) {
  if (!texts.length) return null
  return frame.wide ? texts[k].slice(from, from + numbers.length) : [...numbers].map((each) => fitted(each, room, 12))
}
const signOf = ({ frame }, scene) => (frame.wide ? scene.sign : "≈")

const sumBox = ({ frame: { line } }) => ({ x: line.x - 6, y: line.y - 30, w: line.room * 0.6, h: 60 })

// ---- Its sums make a map ----

function slideBoxes({ main, wide }) {
  const side = wide ? 500 : 336
  return [0, 1].map((k) => squareIn(half(main, k), side))
}
function slideMap(film, scene) {
  const [, , rows, columns] = scene.cell, [, right] = slideBoxes(film.frame)
  return { ...right, h: (right.w * rows) / columns }
}

function slide(pen, film, scene, share) {
  const [left] = slideBoxes(film.frame), box = slideMap(film, scene), [row, column, rows, columns] = scene.cell
  show(pen, film, film.pictures.photo, left)
  const done = grown(share, 0.06, 0.86), at = done < 1 ? sweep(done, rows, columns) : { row, column, whole: rows }
  const reveal = (top, tall, wide) => {
    const picture = film.pictures.sums, down = picture.height / rows, across = picture.width / columns
    const from = { x: 0, y: top * down, w: Math.max(0.01, wide * across), h: Math.max(0.01, tall * down) }
    show(pen, film, picture, placeIn(box, [top, 0, tall, wide], [rows, columns]), { from, frame: false })
  }
  reveal(0, at.whole, columns)
  if (done < 1) reveal(at.whole, at.until - at.whole, at.column)
  pen.strokeStyle = film.theme.border
  pen.lineWidth = 2
  pen.strokeRect(box.x - 1, box.y - 1, box.w + 2, box.h + 2)
  const place = [scene.first[0] + at.row * scene.stride, scene.first[1] + at.column * scene.stride]
  const window = inPhoto(film, left, done < 1 ? [...place, scene.patch[2], scene.patch[2]] : patchPlace(scene))
  mark(pen, visible(window, 20))
  mark(pen, visible(placeIn(box, [at.row, at.column, 1, 1], [rows, columns])), 3)
}

// ---- All kernels, all maps ----

const mapTiles = (film) => {
  const n = film.pictures.maps.length, across = film.frame.wide ? Math.ceil(n / 2) : Math.min(4, Math.ceil(n / 3))
  return tilesIn(film.frame.main, n, Math.max(1, across))
}

function maps(pen, film, scene, share) {
  const tiles = mapTiles(film), from = slideMap(film, kindOf(film, "slide")), fly = grown(share, 0, 0.35)
  tiles.forEach((tile, k) => {
    if (k === scene.followed) return
    show(pen, film, film.pictures.maps[k], tile, { alpha: grown(share, 0.1 + 0.03 * k, 0.4 + 0.03 * k) })
  })
  const place = rectBetween(from, tiles[scene.followed], fly)
  show(pen, film, film.pictures.maps[scene.followed], place)
  mark(pen, place)
}

// ---- Pooling ----

function poolBoxes(film, scene) {
  const { main, wide } = film.frame, [, , rows, columns, tall, broad] = scene.window
  const before = wide ? 420 : 300, after = before * (scene.cell[2] / tall), cell = wide ? 110 : 96
  const window = { w: columns * Math.min(cell, 300 / columns), h: rows * Math.min(cell, 300 / rows) }
  const y = main.y + main.h / 2
  if (wide) {
    return {
      before: { x: main.x + 10, y: y - before / 2, w: before, h: (before * tall) / broad },
      window: { x: main.x + 630 - window.w / 2, y: y - window.h / 2, ...window },
      after: { x: main.x + main.w - 60 - after, y: y - after / 2, w: after, h: after },
    }
  }
  return {
    before: { x: main.x + 4, y: main.y, w: before, h: (before * tall) / broad },
    window: { x: main.x + main.w / 2 - window.w / 2, y: main.y + main.h - window.h, ...window },
    after: { x: main.x + main.w - 60 - after, y: main.y + (before - after) / 2, w: after, h: after },
  }
}

function pool(pen, film, scene, share) {
  const boxes = poolBoxes(film, scene), [top, left, rows, columns, tall, wide] = scene.window
  const from = placeIn(boxes.before, [top, left, rows, columns], [tall, wide]), opened = grown(share, 0.1, 0.35)
  show(pen, film, film.pictures.before, boxes.before)
  mark(pen, visible(from, 18))
  const window = rectBetween(visible(from, 18), boxes.window, opened)
  pen.save()
  pen.globalAlpha *= opened
  const { window: numbers, activation } = film.arrays, limit = largest(numbers)
  for (let k = 0; k < numbers.length; k++) {
    const row = Math.floor(k / columns), column = k % columns
    const cell = placeIn(window, [row, column, 1, 1], [rows, columns])
    const text = cell.w < 90 ? fitted(numbers[k], cell.w, 14) : written(numbers[k])
    numberGrid(pen, film, cell, { side: 1, numbers: [numbers[k]], limit, colours: activation, texts: [text] })
  }
  mark(pen, placeIn(window, [...scene.winner, 1, 1], [rows, columns]))
  pen.globalAlpha *= grown(share, 0.45, 0.7)
  show(pen, film, film.pictures.after, boxes.after)
  mark(pen, visible(placeIn(boxes.after, [...scene.cell.slice(0, 2), 1, 1], scene.cell.slice(2)), 18))
  pen.restore()
}

// ---- Layer after layer, there and back ----

function deepBoxes({ main, wide }, n) {
  const side = wide ? 360 : 320, strip = wide ? 104 : 72, y = main.y + 46, gap = wide ? 120 : 24
  const left = main.x + (main.w - 2 * side - gap) / 2, room = { x: main.x, y: y + side + 16, w: main.w, h: strip }
  const tile = Math.min(strip, (main.w + 10) / n - 10), start = main.x + (main.w - n * (tile + 10) + 10) / 2
  return {
    photo: { x: left, y, w: side, h: side }, map: { x: left + side + gap, y, w: side, h: side },
    tiles: Array.from({ length: n }, (_, k) => ({ x: start + k * (tile + 10), y: room.y, w: tile, h: tile })),
  }
}

const cellOf = (box, [row, column, rows, columns]) => visible(placeIn(box, [row, column, 1, 1], [rows, columns]), 18)

function layers(pen, film, scene, share, back) {
  const n = scene.layers.length, boxes = deepBoxes(film.frame, n), steps = back ? n + 1 : n
  const at = stepOf(share, steps), layer = scene.layers[Math.min(at.index, n - 1)], end = back && at.index === n
  const slot = (k) => boxes.tiles[back ? n - 1 - k : k], picture = (k) => film.pictures[`${scene.kind}${k}`]
  const heading = (text, box) => write(pen, film, text, box.x + box.w / 2, film.frame.main.y + 20,
    { size: film.frame.text, align: "center", weight: 600, room: box.w + 40 })
  show(pen, film, end ? film.pictures.blame : film.pictures.photo, boxes.photo)
  heading(end ? "gradient, by pixel" : "the photo", boxes.photo)
  scene.layers.forEach((_, k) => { if (k <= at.index) show(pen, film, picture(k), slot(k)) })
  if (end) {
    mark(pen, visible(inPhoto(film, boxes.photo, [...scene.pixel, 1, 1]), 24))
    show(pen, film, film.pictures.photo, boxes.map)
    heading("the photo", boxes.map)
    mark(pen, visible(inPhoto(film, boxes.map, [...scene.pixel, 1, 1]), 24))
  } else {
    show(pen, film, picture(at.index), boxes.map)
    heading(layer.title, boxes.map)
    if (layer.box) mark(pen, visible(inPhoto(film, boxes.photo, seenOf(layer, film.side)), 20))
    mark(pen, cellOf(boxes.map, layer.cell))
    mark(pen, slot(at.index), 3)
  }
  sentence(pen, film, end ? scene.last : back ? layer.back : layer.line, film.frame.line)
}

// What it has seen of the photo: its field may reach beyond.
function seenOf({ box: [top, left, bottom, right] }, side) {
  const inside = (edge) => clamp(edge, 0, side)
  return [inside(top), inside(left), inside(bottom) - inside(top), inside(right) - inside(left)]
}

// ---- Logit, probabilities, loss ----

const rowsBox = ({ main, wide }) => (wide ? { x: main.x + 70, y: main.y + 20, w: main.w - 140, h: main.h - 90 }
  : { ...main, y: main.y + 20, h: main.h - 80 })

function logit(pen, film, scene, share) {
  const box = rowsBox(film.frame), { plus, minus } = film.theme
  const drawn = barRows(pen, film, scene.rows, box, { share, colours: [plus, minus], ours: scene.ours })
  if (scene.ours >= 0) mark(pen, drawn.row(scene.ours))
  write(pen, film, scene.total, box.x + box.w, totalOf(film, scene).y + 30,
    { size: 46, weight: 700, align: "right" })
}
const rowOf = (film, scene, k) => {
  const box = rowsBox(film.frame), tall = Math.min(76, box.h / scene.rows.length)
  return { x: box.x - 8, y: box.y + k * tall + 3, w: box.w + 16, h: tall - 6 }
}
const totalOf = (film, scene) => {
  const last = rowOf(film, scene, scene.rows.length - 1)
  return { x: last.x + last.w - 220, y: last.y + last.h + 12, w: 220, h: 60 }
}

function softmax(pen, film, scene, share) {
  const box = rowsBox(film.frame), { chance } = film.theme
  barRows(pen, film, scene.rows.map(([name, z, text, p]) => [name, z, text, p]), box,
    { share, colours: [chance, chance], between: true })
  mark(pen, rowOf(film, scene, 0))
}

function loss(pen, film, scene, share) {
  const box = rowsBox(film.frame), { up, down } = film.theme
  write(pen, film, scene.head, box.x + box.w, box.y + 8, { size: film.frame.text, align: "right" })
  barRows(pen, film, scene.rows, lossBox(film), { share, colours: [up, down], top: 2 })
}
const lossBox = (film) => { const box = rowsBox(film.frame); return { ...box, y: box.y + 40, h: box.h - 20 } }

// ---- One step of learning, and the end ----

const kernelBoxes = ({ main, wide }) => gridsIn(main, 1, { most: 130, sign: wide ? 60 : 40 })[0]

function kernel(pen, film, scene, share) {
  const boxes = kernelBoxes(film.frame), { kernel: before, steps, moved, weight, gradient } = film.arrays
  const side = before.shape[1], limit = largest(before), signs = ["", MINUS, signOf(film, scene)]
  const sets = [[before, weight, limit], [steps, gradient, largest(steps)], [moved, weight, limit]]
  sets.forEach(([array, colours, most], k) => {
    const numbers = pictureOf(array, scene.tap[0]), box = boxes[k]
    const texts = textsOf(film, scene, k, numbers, 0, box.w / side)
    pen.save()
    pen.globalAlpha *= k ? grown(share, 0.1 + 0.22 * k, 0.3 + 0.22 * k) : 1
    write(pen, film, scene.names[k], box.x + box.w / 2, box.y - 34,
      { size: film.frame.wide ? 30 : 26, align: "center", weight: 600 })
    write(pen, film, signs[k], box.x - (film.frame.wide ? 30 : 20), box.y + box.h / 2, { size: 40, align: "center" })
    numberGrid(pen, film, box, { side, numbers, limit: most, colours, texts })
    mark(pen, cellIn(box, scene.tap[1], scene.tap[2], side))
    pen.restore()
  })
}

function end(pen, film, scene, share) {
  const { main, wide } = film.frame, side = wide ? 420 : 270
  const box = wide ? squareIn({ ...main, w: 520 }, side) : { x: main.x, y: main.y, w: side, h: side }
  show(pen, film, film.pictures.photo, box)
  mark(pen, visible(inPhoto(film, box, patchPlace(kindOf(film, "photo"))), 24))
  pen.save()
  pen.globalAlpha *= grown(share, 0.05, 0.3)
  const x = wide ? main.x + 560 : main.x, room = wide ? main.w - 560 : main.w
  const code = film.code?.complete && film.code.naturalWidth ? film.code : null, square = wide ? 250 : 270
  if (code) {
    const at = wide ? { x, y: main.y + 60 } : { x: main.x + main.w - square, y: main.y }
    pen.fillStyle = "#fff"
    pen.fillRect(at.x, at.y, square, square)
    pen.drawImage(code, at.x + 8, at.y + 8, square - 16, square - 16)
  }
  const y = wide ? main.y + 370 : main.y + 330
  write(pen, film, "Make your own film:", x, y, { size: 36 })
  fit2(pen, film, film.address, x, y + 58, room)
  sentence(pen, film, scene.made, { ...film.frame.line })
  pen.restore()
}
function fit2(pen, film, text, x, y, room) {
  pen.font = `700 100px ${film.theme.font}`
  write(pen, film, text, x, y, { size: Math.min(50, (100 * room) / pen.measureText(text).width), weight: 700 })
}

// ---- The table: how each is drawn, and where the followed value is at its beginning and its end ----

const SCENES = {
  photo: [photo, (film, scene) => {
    const box = photoBox(film.frame), [top, left, side] = around(film, scene)
    const place = [scene.patch[0] - top, scene.patch[1] - left, scene.patch[2], scene.patch[2]]
    return [inPhoto(film, box, patchPlace(scene)), placeIn(box, place, [side, side])]
  }],
  product: [product, (film, scene) => [productBoxes(film, scene)[0][0], sumBox(film)]],
  slide: [slide, (film, scene) => [inPhoto(film, slideBoxes(film.frame)[0], patchPlace(scene)),
    cellOf(slideMap(film, scene), scene.cell)]],
  maps: [maps, (film, scene) => [slideMap(film, kindOf(film, "slide")), mapTiles(film)[scene.followed]]],
  pool: [pool, (film, scene) => {
    const boxes = poolBoxes(film, scene), [top, left, rows, columns, tall, wide] = scene.window
    return [placeIn(boxes.before, [top, left, rows, columns], [tall, wide]), cellOf(boxes.after, scene.cell)]
  }],
  deep: [(...all) => layers(...all, false), (film, scene) => {
    const boxes = deepBoxes(film.frame, scene.layers.length)
    return [cellOf(boxes.map, scene.layers[0].cell), cellOf(boxes.map, scene.layers.at(-1).cell)]
  }],
  logit: [logit, (film, scene) => [rowOf(film, scene, Math.max(0, scene.ours)), totalOf(film, scene)]],
  softmax: [softmax, (film, scene) => [rowOf(film, scene, 0), rowOf(film, scene, 0)]],
  loss: [loss, (film, scene) => { const row = rowOf(film, scene, 0); return [row, row] }],
  back: [(...all) => layers(...all, true), (film, scene) => {
    const boxes = deepBoxes(film.frame, scene.layers.length)
    return [cellOf(boxes.map, scene.layers[0].cell), inPhoto(film, boxes.photo, [...scene.pixel, 1, 1])]
  }],
  kernel: [kernel, (film, scene) => {
    const boxes = kernelBoxes(film.frame), side = film.arrays.kernel.shape[1]
    return [0, 2].map((k) => cellIn(boxes[k], scene.tap[1], scene.tap[2], side))
  }],
  end: [end, (film) => { const { main } = film.frame; return [squareIn(main, 200), squareIn(main, 200)] }],
}

export const focusOf = (film, scene) => SCENES[scene.kind][1](film, scene).map((rect) => visible(rect, 20))

function drawScene(pen, film, index, share, alpha) {
  const scene = film.scenes[index], { frame } = film
  pen.save()
  pen.globalAlpha = alpha
  sentence(pen, film, scene.caption, frame.caption, { weight: 700 })
  SCENES[scene.kind][0](pen, film, scene, share)
  sentence(pen, film, scene.line, frame.line)
  pen.restore()
}

// The frame at a time; `still` shows the scene whole, without any movement.
export function drawFilm(pen, film, time, still = false) {
  const { frame, scenes } = film, { index, share } = sceneAt(scenes, time)
  pen.globalAlpha = 1
  pen.fillStyle = film.theme.ground
  pen.fillRect(-9, -9, frame.width + 18, frame.height + 18) // also where the frame ends within a pixel
  const fade = still ? 1 : fadeAt(scenes, time)
  // One goes before the other comes: words over words cannot be read.
  if (fade < 0.5) drawScene(pen, film, index - 1, 1, 1 - 2 * fade)
  else drawScene(pen, film, index, still ? 1 : share, 2 * fade - 1)
  if (fade < 1) {
    const from = focusOf(film, scenes[index - 1])[1], to = focusOf(film, scenes[index])[0]
    mark(pen, rectBetween(from, to, part(fade, 0, 1)))
  }
}

// What can be read and heard of the scene at a time.
export function sayScene(film, time) {
  const { index } = sceneAt(film.scenes, time), { caption, line, alt } = film.scenes[index]
  return [`Scene ${index + 1} of ${film.scenes.length}.`, caption, line, alt].filter(Boolean).join(" ")
}
export const secondsOf = (time) => written(Math.round(10 * time) / 10)
