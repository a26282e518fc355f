// The overview: the photo and its channels, a column of maps for each layer, the bars of the classes.
import { textOn } from "../../js/colour.js"
import { clamp } from "../../js/geometry.js"
import { percent, whole } from "../../js/numbers.js"
import { largestOf, mapPicture, tilePictures } from "./paint.js"
import { isOff } from "./tools.js"
import { act, present } from "./view.js"

export const HEAD = 82, PHOTO = 144
const MAP = 56 // the least side of a map where there is room for a projector
const TAIL = 128 // between the last maps and the bars: flatten and dense
const LARGEST = 260 // side of a map of the layer that is shown large

function rangeOf(own, place, k) {
  const { columns, arrays } = own.over, wanted = own.state.colours ?? "map"
  if (wanted === "layer") return columns[place].limit
  if (wanted === "network") return Math.max(...columns.slice(0, -1).map((column) => column.limit))
  return Math.max(arrays[`stats${place}`][4 * k], 1e-12)
}

// The layer that is shown large: its maps in the rows and columns in which they are largest; null if there is none.
function largeGrid({ over, stage, state, mode }, high) {
  const place = Number(state.large ?? 0), count = over.columns[place]?.channels.length
  if (mode !== "forward" || !place || place >= over.columns.length - 1) return null
  const wide = stage.width < 700 ? stage.width - 24 : 0.56 * stage.width
  const pitchOf = (across) => Math.min(high / Math.ceil(count / across), wide / across, LARGEST)
  const across = Array.from({ length: count }, (_, k) => k + 1).reduce((a, b) => (pitchOf(b) > pitchOf(a) ? b : a))
  const pitch = Math.floor(pitchOf(across))
  return { place, across, pitch, down: Math.ceil(count / across), w: across * pitch }
}

export function overviewScene(own) {
  const { over, stage } = own, last = over.columns.length - 1
  const rows = Math.max(...over.columns.slice(0, last).map((column) => column.channels.length))
  const paged = over.columns.some((column) => column.pages > 1)
  const room = stage.width - PHOTO - 34, widest = (room - 250) / (last - 1) - 10
  const free = stage.height - HEAD - (paged ? 26 : 4), big = (own.big = largeGrid(own, free))
  const small = stage.width < 700 || big ? 30 : MAP + 4 // on a phone all maps of a column are on the screen
  const pitch = clamp(free / rows, small, big ? MAP + 4 : Math.max(small, 44, widest))
  const tile = Math.floor(pitch - 4), tail = over.tail ? TAIL : 0
  const least = Math.max(tile + 10, longestTitle(own) + 4), bars = clamp(room - tail - (last - 1) * least, 190, 250)
  const step = big ? least : Math.max(least, (room - tail - bars) / (last - 1))
  const wider = big ? Math.max(0, big.w + 12 - step) : 0 // by so much than the others
  const leftOf = (place) => PHOTO + 22 + (place - 1) * step + (big && place > big.place ? wider : 0)
  const colours = own.tables[over.gradient ? "gradient" : "activation"]
  const sprites = [{ id: "photo", picture: own.photo, x: 4, y: HEAD, w: PHOTO, h: PHOTO, smooth: true }]
  if (own.cam) sprites.push({ id: "cam", picture: own.cam, x: 4, y: HEAD, w: PHOTO, h: PHOTO, smooth: true })
  own.tiles = []
  own.lanes = over.columns.map((column, place) => {
    if (place === last) return { x: leftOf(last) + tail + 8, w: bars - 16 }
    const large = place === big?.place, width = large ? step + wider : step
    const x = !place ? 4 + PHOTO - tile : leftOf(place) + (width - (large ? big.w - 4 : tile)) / 2
    const top = place ? HEAD : HEAD + PHOTO + 14
    const spot = (k) => large
      ? { x: x + (k % big.across) * big.pitch, y: top + Math.floor(k / big.across) * big.pitch, side: big.pitch - 4 }
      : { x, y: top + k * pitch, side: tile }
    const gains = column.channels.map((_, k) =>
      Math.max(over.arrays[`stats${place}`][4 * k], 1e-12) / Math.max(rangeOf(own, place, k), 1e-12))
    const pictures = tilePictures(over.arrays[`maps${place}`], gains, colours)
    column.channels.forEach((channel, k) => {
      const { side, ...corner } = spot(k), size = { ...corner, w: side, h: side, smooth: false }
      const sprite = { id: `${column.step}-${channel}`, picture: pictures[k], ...size, place, row: k, channel }
      if (isOff(own, place, channel)) sprite.alpha = 0.3
      sprites.push(sprite)
      own.tiles.push(sprite)
    })
    const lane = place ? { x: leftOf(place) + 2, w: width - 4 } : { x: 4, w: PHOTO }
    const foot = top + (large ? big.down * big.pitch : column.channels.length * pitch)
    return { ...lane, mid: place ? lane.x + lane.w / 2 : x + tile / 2, foot }
  })
  const height = Math.max(stage.height, HEAD + rows * pitch + (paged ? 26 : 4), HEAD + PHOTO + 18 + 3 * pitch)
  const shown = Math.min(height, stage.height) // the bars stay in sight
  const bar = Math.min(48, (shown - HEAD) / over.classes.length)
  own.tail = null
  if (tail) {
    const x = leftOf(last) + 22, h = Math.min(shown - HEAD - 10, rows * pitch - 4)
    own.tail = { x, y: HEAD, w: 24, h, dense: x + 74 }
    const strip = mapPicture(over.arrays.tail, 0, Math.max(largestOf(over.arrays.tail), 1e-12), own.tables.activation)
    sprites.push({ id: "tail", picture: strip, ...own.tail, smooth: false })
  }
  own.bars = over.classes.map((_, k) => ({ x: own.lanes[last].x, y: HEAD + k * bar, w: own.lanes[last].w, h: bar }))
  own.hover = stillThere(own, own.hover)
  own.barsAt = own.lanes[last].x
  return { width: Math.max(stage.width, leftOf(last) + tail + bars), height, sprites }
}

// On a wide canvas the bars stay at its right edge, and the layers' names at its top, whatever is scrolled.
export function pin(own) {
  const { stage } = own, last = own.lanes.at(-1), { scale } = stage.view
  own.pinned = stage.width >= 700 && stage.scene.width * scale > stage.width + 2
  const x = own.pinned ? stage.back(stage.width, 0).x - last.w - 8 : own.barsAt
  last.x = x
  const top = (own.headTop = Math.max(0, stage.back(0, 0).y))
  own.bars.forEach((bar, k) => Object.assign(bar, { x, y: top + HEAD + k * bar.h }))
  stage.kept = own.pinned ? (last.w + 22) * scale : 0
  stage.above = HEAD * scale + 6
}

// In pixels: a column has room for its name.
function longestTitle({ over, stage }) {
  const pen = stage.canvas.getContext("2d")
  pen.font = `700 16px ${stage.font}`
  const words = over.columns.slice(1, -1).flatMap(({ title, maps, size }) => [title, `${maps} maps`, size])
  return Math.max(...words.map((text) => pen.measureText(text).width))
}

// What was pointed at, in the new scene: whoever walks with the arrow keys stays where they are.
function stillThere({ over, tiles }, hover) {
  if (hover?.tile) {
    const tile = tiles.findLast(({ place, row }) => place === hover.tile.place && row <= hover.tile.row)
    return tile ? { ...hover, tile } : null
  }
  const place = hover?.head ?? hover?.foot ?? 0
  return place < over.columns.length && (hover?.bar ?? 0) < over.classes.length ? hover : null
}

export function drawHeads(own, pen) {
  const { over, stage, theme, headTop: top } = own
  for (const tile of own.tiles.filter((each) => !each.place)) {
    const name = over.columns[0].names[tile.row]
    stage.write(pen, name, tile.x - 8, tile.y + tile.h / 2 + 5, { align: "right" })
  }
  over.columns.forEach((column, place) => {
    if (column.pages < 2 || !place) return
    const { x, w, foot } = own.lanes[place], look = { room: w + 8, align: "center", weight: 600, colour: theme.accent }
    stage.write(pen, `‹${column.page + 1}/${column.pages}›`, x + w / 2, foot + 16, look)
  })
  const strip = stage.box({ x: 0, y: top, w: stage.scene.width, h: HEAD - 4 })
  pen.fillStyle = theme.ground
  pen.fillRect(0, strip.y, stage.width, strip.h)
  stage.write(pen, "parameters:", 4 + PHOTO, top + 72, { align: "right" })
  over.columns.forEach((column, place) => { if (place < over.columns.length - 1) drawHead(own, pen, column, place) })
  if (!own.tail) return
  const { x, w, dense } = own.tail, { tail } = over
  const line = (words, middle, y, weight) => stage.write(pen, words, middle, top + y, { align: "center", weight })
  line(tail.title, x + w / 2, 18, 700)
  line(whole(tail.count), x + w / 2, 36, 400)
  line("dense", dense, 18, 700)
  line(whole(tail.parameters), dense, 72, 400)
}

function drawHead(own, pen, column, place) {
  const { stage, theme, headTop: top, over } = own, { x, w } = own.lanes[place], off = isOff(own, place, "all")
  const chosen = own.mode === "backwards" && over.layer === place
  if (chosen || own.hover?.head === place || own.big?.place === place) {
    const box = stage.box({ x: x - 1, y: top + 2, w: w + 2, h: HEAD - 6 })
    pen.fillStyle = chosen ? theme.accent : theme.panel
    pen.beginPath()
    pen.roundRect(box.x, box.y, box.w, box.h, 6)
    pen.fill()
  }
  const colour = chosen ? textOnAccent(theme) : off ? theme.minus : null
  const look = { room: w + 6, align: "center", colour }, middle = x + w / 2
  stage.write(pen, place ? column.title : "input", middle, top + 18, { ...look, weight: 700 })
  stage.write(pen, off ? "off" : `${column.maps} ${place ? "maps" : "channels"}`, middle, top + 36, look)
  stage.write(pen, column.size, middle, top + 54, look)
  const count = column.parameters ? whole(column.parameters) : place ? "–" : ""
  stage.write(pen, count, middle, top + 72, look)
}

// Arrows at the edges beyond which there is more; pressed, each goes a good part further (see `hitMore`).
export function drawMore(own, pen) {
  const { stage, theme } = own, [left, right, up, down] = stage.beyond, edge = stage.width - stage.kept
  const spots = [[left, 15, "‹"], [right, edge - 15, "›"]].filter(([there]) => there)
  const middle = (stage.height + HEAD) / 2
  const round = (x, y, sign) => {
    pen.fillStyle = theme.accent
    pen.beginPath()
    pen.arc(x, y, 14, 0, 2 * Math.PI)
    pen.fill()
    Object.assign(pen, { fillStyle: textOnAccent(theme), font: `700 20px ${stage.font}`, textAlign: "center" })
    pen.fillText(sign, x, y + 6)
  }
  for (const [, x, sign] of spots) round(x, middle, sign)
  if (up) round(edge / 2, HEAD + 16, "↑")
  if (down) round(edge / 2, stage.height - 18, "↓")
}

// How far a press on one of the arrows goes, in pixels of the canvas: [across, down], or null.
export function hitMore(own, at) {
  const { stage } = own, [x, y] = stage.at(at.x, at.y), [left, right, up, down] = stage.beyond
  const edge = stage.width - stage.kept, middle = (stage.height + HEAD) / 2
  const near = (there, cx, cy) => there && Math.hypot(x - cx, y - cy) < 22
  if (near(left, 15, middle)) return [0.6 * edge, 0]
  if (near(right, edge - 15, middle)) return [-0.6 * edge, 0]
  if (near(up, edge / 2, HEAD + 16)) return [0, 0.6 * stage.height]
  return near(down, edge / 2, stage.height - 18) ? [0, -0.6 * stage.height] : null
}

function textOnAccent(theme) {
  const [r, g, b] = (theme.accent.match(/[0-9a-f]{2}/gi) ?? ["0", "0", "0"]).map((part) => parseInt(part, 16))
  return textOn(r, g, b)
}

export function drawBars(own, pen) {
  const { over, stage, theme, headTop: top } = own, last = own.lanes.at(-1)
  if (own.pinned) {
    const box = stage.box({ x: last.x - 14, y: top, w: last.w + 30, h: stage.scene.height })
    pen.fillStyle = theme.ground
    pen.fillRect(box.x, 0, box.w, stage.height)
    pen.fillStyle = theme.border
    pen.fillRect(box.x, 0, 1, stage.height)
  }
  const head = { room: last.w, weight: 700 }
  stage.write(pen, "softmax", last.x, top + 18, head)
  stage.write(pen, `${whole(Number(over.columns.at(-1).shape))} classes`, last.x, top + 36, { room: last.w })
  over.classes.forEach((one, k) => {
    const { x, y, w, h } = own.bars[k], thick = Math.min(13, h / 3.2)
    const top = one.index === over.best, mine = own.mode !== "forward" && one.index === over.chosen
    if (mine || own.hover?.bar === k) {
      const box = stage.box({ x: x - 5, y: y, w: w + 10, h: h - 2 })
      pen.fillStyle = theme.panel
      pen.beginPath()
      pen.roundRect(box.x, box.y, box.w, box.h, 6)
      pen.fill()
      if (mine) { pen.strokeStyle = theme.accent; pen.lineWidth = 2; pen.stroke() }
    }
    const full = pen.globalAlpha
    stage.write(pen, one.label, x, y + h / 2 - 2, { room: w - 60, weight: top ? 700 : 400, size: 16 })
    const right = { align: "right", weight: top ? 700 : 400, size: 16 }
    stage.write(pen, percent(one.probability), x + w, y + h / 2 - 2, right)
    const line = (share, place, height, fill) => {
      const box = stage.box({ x, y: y + place, w: Math.max(w * share, 0.5), h: height })
      pen.fillStyle = fill
      pen.fillRect(box.x, box.y, box.w, box.h)
    }
    pen.globalAlpha = 0.25 * full
    line(1, h / 2 + 3, thick, theme.border)
    pen.globalAlpha = full
    if (over.changed) {
      line(one.before, h / 2 + 3, thick / 2, "#7d848f")
      line(one.probability, h / 2 + 3 + thick / 2, thick / 2, theme.chance)
    }
    else line(one.probability, h / 2 + 3, thick, theme.chance)
  })
  drawNoOthers(own, pen)
}

// Of a network of few classes, all of them listed: it says one of them whatever it sees.
function noOthers({ columns, classes }) {
  if (Number(columns.at(-1).shape) !== classes.length) return []
  const sum = `these ${classes.length} add up to 100%,`
  return ["It knows no others:", "the probabilities of", sum, "whatever it is shown."]
}

function drawNoOthers({ over, stage, bars, headTop }, pen) {
  const { x, y, w, h } = bars.at(-1)
  if (y - headTop + h + 80 > Math.min(stage.scene.height, stage.height)) return
  noOthers(over).forEach((line, k) => stage.write(pen, line, x, y + h + 20 + 17 * k, { room: w }))
}

// On a phone, or with many layers, the bars lie outside of what the canvas shows: then the same list stands below it.
export function showList(own) {
  const { over, list } = own
  list.hidden = own.view !== "overview" || own.stage.width >= 700 || own.stage.scene.width <= own.stage.width + 1
  if (list.hidden) return
  const wanted = over.classes.map(({ index }) => index).join()
  if (list.dataset.classes !== wanted) {
    list.dataset.classes = wanted
    const button = `<button type="button"><span></span><b></b><i class="before"></i><i></i></button>`
    list.innerHTML = button.repeat(over.classes.length) + `<p>${noOthers(over).join(" ")}</p>`
  }
  over.classes.forEach((one, k) => {
    const button = list.children[k], [name, chance, before, now] = button.children
    name.textContent = one.label
    chance.textContent = percent(one.probability)
    before.style.setProperty("--share", `${100 * one.before}%`)
    before.hidden = !over.changed
    now.style.setProperty("--share", `${100 * one.probability}%`)
    button.className = one.index === over.best ? "best" : ""
    button.setAttribute("aria-pressed", String(own.mode !== "forward" && one.index === over.chosen))
    button.onclick = () => { own.hover = { bar: k }; act(own) }
  })
}

// What lies at a place: a tile, a header, the foot with the pages, a bar or the photo.
export function hitOverview(own, at) {
  if (!at || !own.lanes) return null
  const inside = ({ x, y, w, h }, room = 0) =>
    at.x >= x - room && at.x < x + w + room && at.y >= y - room && at.y < y + h + room
  const top = own.headTop ?? 0
  const bar = own.bars.findIndex((each) => inside(each))
  if (bar >= 0) return { bar }
  if (own.pinned && at.x >= own.lanes.at(-1).x - 14) return null
  if (own.tail && inside({ ...own.tail, y: own.tail.y, w: 100 })) return { tail: true }
  const tile = at.y < top + HEAD ? null : own.tiles.find((each) => inside(each, 2))
  if (tile) {
    const rows = own.over.columns[tile.place].rows, cell = (share) => clamp(Math.floor(share * rows), 0, rows - 1)
    return { tile, row: cell((at.y - tile.y) / tile.h), column: cell((at.x - tile.x) / tile.w) }
  }
  const photo = { x: 4, y: HEAD, w: PHOTO, h: PHOTO }
  if (at.y >= top + HEAD && inside(photo)) return { photo: { x: (at.x - 4) / PHOTO, y: (at.y - HEAD) / PHOTO } }
  const place = own.lanes.findIndex(({ x, w }) => at.x >= x && at.x < x + w)
  if (place < 0) return null
  if (at.y < top + HEAD) return { head: place }
  const { foot, mid } = own.lanes[place]
  const onPages = own.over.columns[place].pages > 1 && at.y >= foot && at.y < foot + 24
  return onPages ? { foot: place, by: at.x < mid ? -1 : 1 } : null
}

// The arrow keys go from map to map, up to the header of a column, and on to the bars.
export function walk(own, [across, down]) {
  const last = own.over.columns.length - 1, at = own.hover ?? {}
  let place = at.tile?.place ?? at.head ?? (at.bar !== undefined || at.tail ? last : 0)
  // The photo lies between its header and its channels; above the bars stands what comes before them.
  const above_ = at.head ? -1 : -2
  let row = at.tile ? at.tile.row : at.bar ?? (at.head !== undefined ? above_ : at.photo || at.tail ? -1 : 0)
  if (own.big && at.tile?.place === own.big.place) [place, row] = walkLarge(own, at.tile, across, down)
  else if (own.hover) { place = clamp(place + across, 0, last); row += down }
  const bars = own.over.classes.length - 1
  if (place === last) own.hover = row < 0 && own.tail ? { tail: true } : { bar: clamp(row, 0, bars) }
  else {
    const tiles = own.tiles.filter((tile) => tile.place === place)
    const above = place || row < -1 ? { head: place } : { photo: { x: 0.5, y: 0.5 } }
    own.hover = row < 0 ? above : { tile: tiles[Math.min(row, tiles.length - 1)] }
  }
  const { tile, photo, bar } = own.hover, header = { ...own.lanes[place], y: 0, h: HEAD }
  const shown = photo ? { x: 4, y: HEAD, w: PHOTO, h: PHOTO } : bar !== undefined ? own.bars[bar] : header
  if (own.hover.tail) own.stage.reveal({ ...own.tail, w: 100 })
  else if (!own.pinned || bar === undefined) own.stage.reveal(tile ?? shown)
  own.stage.later()
}

// Among the maps of the large layer, which stand in rows; from an end of a row to the layer beside it.
function walkLarge({ big, tiles }, { place, row }, across, down) {
  const column = (row % big.across) + across, count = tiles.filter((tile) => tile.place === place).length
  if (column < 0 || column >= big.across || (across && row + across >= count)) {
    return [place + across, Math.floor(row / big.across)]
  }
  const to = row + across + down * big.across
  return [place, to < 0 ? -1 : to < count ? to : row]
}

// Shows a layer large, or again like the others.
export function enlarge(own, place) {
  own.set({ large: own.big?.place === place ? undefined : String(place) })
  present(own, true)
}

// What if: where that answers a question (see predict/view.js), it shows at the classes, which a phone has no room for.
export function revealClasses(own) {
  pin(own)
  const asked = own.mode === "what if" && document.querySelector("[data-told]")
  if (asked && !own.pinned) own.stage.reveal({ ...own.lanes.at(-1), y: 0, h: HEAD })
}

// A layer that has just become large is scrolled into sight.
export function revealLarge(own) {
  const place = own.big?.place
  if (place && own.revealed !== place) {
    pin(own)
    own.stage.reveal({ ...own.lanes[place], y: 0, h: HEAD })
  }
  own.revealed = place
}
