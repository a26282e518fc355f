// The overview: the photo and its channels, a column of maps for each layer, the bars of the classes.
import { textOn } from "../../js/colour.js"
import { clamp } from "../../js/geometry.js"
import { percent, whole } from "../../js/numbers.js"
import { tilePictures } from "./paint.js"
import { isOff } from "./tools.js"
import { act } from "./view.js"

export const HEAD = 62, PHOTO = 144

function rangeOf(own, place, k) {
  const { columns, arrays } = own.over, wanted = own.state.colours ?? "map"
  if (wanted === "layer") return columns[place].limit
  if (wanted === "network") return Math.max(...columns.slice(0, -1).map((column) => column.limit))
  return Math.max(arrays[`stats${place}`][4 * k], 1e-12)
}

export function overviewScene(own) {
  const { over, stage } = own, last = over.columns.length - 1
  const rows = Math.max(...over.columns.slice(0, last).map((column) => column.channels.length))
  const paged = over.columns.some((column) => column.pages > 1)
  const room = stage.width - PHOTO - 34, widest = (room - 250) / (last - 1) - 10
  const pitch = clamp((stage.height - HEAD - (paged ? 26 : 4)) / rows, 30, Math.max(44, widest))
  const tile = Math.floor(pitch - 4)
  const least = Math.max(55, tile + 14, longestTitle(own) + 4), bars = clamp(room - (last - 1) * least, 176, 250)
  const step = Math.max(least, (room - bars) / (last - 1))
  const colours = own.tables[over.gradient ? "gradient" : "activation"]
  const sprites = [{ id: "photo", picture: own.photo, x: 4, y: HEAD, w: PHOTO, h: PHOTO, smooth: true }]
  if (own.cam) sprites.push({ id: "cam", picture: own.cam, x: 4, y: HEAD, w: PHOTO, h: PHOTO, smooth: true })
  own.tiles = []
  own.lanes = over.columns.map((column, place) => {
    if (place === last) return { x: PHOTO + 22 + (last - 1) * step + 8, w: bars - 16 }
    const x = place ? PHOTO + 22 + (place - 1) * step + (step - tile) / 2 : 4 + PHOTO - tile
    const top = place ? HEAD : HEAD + PHOTO + 14
    const gains = column.channels.map((_, k) =>
      Math.max(over.arrays[`stats${place}`][4 * k], 1e-12) / Math.max(rangeOf(own, place, k), 1e-12))
    const pictures = tilePictures(over.arrays[`maps${place}`], gains, colours)
    column.channels.forEach((channel, k) => {
      const y = top + k * pitch
      const size = { x, y, w: tile, h: tile, smooth: false }
      const sprite = { id: `${column.step}-${channel}`, picture: pictures[k], ...size, place, row: k, channel }
      if (isOff(own, place, channel)) sprite.alpha = 0.3
      sprites.push(sprite)
      own.tiles.push(sprite)
    })
    const lane = place ? { x: x - (step - tile) / 2 + 2, w: step - 4 } : { x: 4, w: PHOTO }
    return { ...lane, mid: x + tile / 2, foot: top + column.channels.length * pitch }
  })
  const height = Math.max(stage.height, HEAD + rows * pitch + (paged ? 26 : 4), HEAD + PHOTO + 18 + 3 * pitch)
  const bar = Math.min(48, (height - HEAD) / over.classes.length)
  own.bars = over.classes.map((_, k) => ({ x: own.lanes[last].x, y: HEAD + k * bar, w: own.lanes[last].w, h: bar }))
  own.hover = stillThere(own, own.hover)
  return { width: Math.max(stage.width, PHOTO + 22 + (last - 1) * step + bars), height, sprites }
}

// In pixels: a column has room for its name.
function longestTitle({ over, stage }) {
  const pen = stage.canvas.getContext("2d")
  pen.font = `700 14.5px ${stage.font}`
  return Math.max(...over.columns.slice(1, -1).map(({ title }) => pen.measureText(title).width))
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
  const { over, stage, theme } = own
  stage.write(pen, "parameters:", 4 + PHOTO, 53, { align: "right", size: 14 })
  for (const tile of own.tiles.filter((each) => !each.place)) {
    const name = over.columns[0].names[tile.row]
    stage.write(pen, name, tile.x - 8, tile.y + tile.h / 2 + 5, { align: "right", size: 14.5 })
  }
  over.columns.forEach((column, place) => {
    const { x, w } = own.lanes[place], last = place === over.columns.length - 1, off = !last && isOff(own, place, "all")
    const middle = last ? x : x + w / 2, align = last ? "left" : "center"
    const chosen = own.mode === "backwards" && over.layer === place
    const pointed = own.hover?.head === place
    if (chosen || pointed) {
      const box = stage.box({ x: x - 1, y: 2, w: w + 2, h: HEAD - 6 })
      pen.fillStyle = chosen ? theme.accent : theme.panel
      pen.beginPath()
      pen.roundRect(box.x, box.y, box.w, box.h, 6)
      pen.fill()
    }
    const colour = chosen ? textOnAccent(theme) : off ? theme.minus : null
    const name = place ? column.title : "input"
    stage.write(pen, name, middle, 18, { room: w + 3, align, weight: 700, size: 14.5, colour })
    const about = off ? "off" : last ? `${column.shape} classes` : column.short || column.shape
    const look = { room: w + 6, align, size: 14, colour }
    stage.write(pen, about, middle, 36, look)
    const count = column.parameters ? whole(column.parameters) : place && !last ? "–" : ""
    stage.write(pen, last && count ? `${count} parameters` : count, middle, 53, look)
    if (column.pages > 1) {
      const pages = { room: w + 8, align: "center", size: 14, weight: 600, colour: theme.accent }
      stage.write(pen, `‹${column.page + 1}/${column.pages}›`, middle, own.lanes[place].foot + 15, pages)
    }
  })
}

function textOnAccent(theme) {
  const [r, g, b] = (theme.accent.match(/[0-9a-f]{2}/gi) ?? ["0", "0", "0"]).map((part) => parseInt(part, 16))
  return textOn(r, g, b)
}

export function drawBars(own, pen) {
  const { over, stage, theme } = own
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
    stage.write(pen, one.label, x, y + h / 2 - 2, { room: w - 54, weight: top ? 700 : 400, size: 14.5 })
    const right = { align: "right", weight: top ? 700 : 400, size: 14.5 }
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
  return ["It knows no others:", "softmax shares 100%", `among these ${classes.length},`, "whatever it is shown."]
}

function drawNoOthers({ over, stage, bars }, pen) {
  const { x, y, w, h } = bars.at(-1)
  if (y + h + 80 > stage.scene.height) return
  noOthers(over).forEach((line, k) => stage.write(pen, line, x, y + h + 20 + 17 * k, { room: w, size: 14 }))
}

// On a phone, or with many layers, the bars lie outside of what the canvas shows: then the same list stands below it.
export function showList(own) {
  const { over, list } = own
  list.hidden = own.view !== "overview" || own.stage.scene.width <= own.stage.width + 1
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
  const tile = own.tiles.find((each) => inside(each, 2))
  if (tile) {
    const rows = own.over.columns[tile.place].rows, cell = (share) => clamp(Math.floor(share * rows), 0, rows - 1)
    return { tile, row: cell((at.y - tile.y) / tile.h), column: cell((at.x - tile.x) / tile.w) }
  }
  const bar = own.bars.findIndex((each) => inside(each))
  if (bar >= 0) return { bar }
  const photo = { x: 4, y: HEAD, w: PHOTO, h: PHOTO }
  if (inside(photo)) return { photo: { x: (at.x - 4) / PHOTO, y: (at.y - HEAD) / PHOTO } }
  const place = own.lanes.findIndex(({ x, w }) => at.x >= x && at.x < x + w)
  if (place < 0) return null
  if (at.y < HEAD) return { head: place }
  const { foot, mid } = own.lanes[place]
  const onPages = own.over.columns[place].pages > 1 && at.y >= foot && at.y < foot + 24
  return onPages ? { foot: place, by: at.x < mid ? -1 : 1 } : null
}
