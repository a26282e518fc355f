// What connects the maps: faint lines everywhere, strong ones into the map under the pointer; and what it says.
import { outline } from "../../js/canvas.js"
import { byFinger } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { percent, signed, whole, written } from "../../js/numbers.js"
import { HEAD, PHOTO } from "./overview.js"
import { endsOf, isOff } from "./tools.js"

export function curve(pen, stage, from, to) {
  const [x0, y0] = stage.at(from.x + from.w, from.y + from.h / 2), [x1, y1] = stage.at(to.x, to.y + to.h / 2)
  const bend = (x1 - x0) / 2
  pen.moveTo(x0, y0)
  pen.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1)
}

// The edges into a tile or bar: [{from, weight}], the weight null where several layers lie between.
function edgesInto(own, target) {
  const { over, tiles } = own
  if (target.bar !== undefined) {
    const lastPlace = over.columns.length - 2, votes = over.arrays.votes
    const sources = tiles.filter((tile) => tile.place === lastPlace)
    return sources.map((from) => ({ from, weight: votes ? votes[target.bar * sources.length + from.row] : null }))
  }
  const { place, row } = target.tile
  if (!place) return []
  const sources = tiles.filter((tile) => tile.place === place - 1), link = over.columns[place].link
  if (link === "same") {
    const same = sources.filter((from) => from.channel === target.tile.channel)
    return same.map((from) => ({ from, weight: null, only: true }))
  }
  const edges = over.arrays[`edges${place}`]
  const known = link === "sum" && edges // not while a hand moves
  return sources.map((from) => ({ from, weight: known ? edges[row * edges.shape[1] + from.row] : null }))
}

export function drawWeb(own, pen) {
  const { over, stage, theme } = own, full = pen.globalAlpha
  pen.strokeStyle = theme.ink
  pen.lineWidth = 1
  pen.globalAlpha = 0.055 * full
  for (let place = 1; place < over.columns.length - 1; place++) {
    const [before, after] = [place - 1, place].map((each) => own.tiles.filter((tile) => tile.place === each))
    const same = over.columns[place].link === "same"
    pen.beginPath()
    for (const to of after) for (const from of before) {
      if (same && from.channel !== to.channel) continue
      const [x0, y0] = stage.at(from.x + from.w, from.y + from.h / 2), [x1, y1] = stage.at(to.x, to.y + to.h / 2)
      pen.moveTo(x0, y0)
      pen.lineTo(x1, y1)
    }
    pen.stroke()
  }
  if (own.tail && !stage.beyond[1]) {
    pen.globalAlpha = 0.12 * full
    pen.beginPath()
    for (const bar of own.bars) for (const share of [0.02, 0.25, 0.5, 0.75, 0.98]) {
      const from = stage.at(own.tail.x + own.tail.w, own.tail.y + share * own.tail.h)
      pen.moveTo(...from)
      pen.lineTo(...stage.at(bar.x - 4, bar.y + bar.h / 2))
    }
    pen.stroke()
  }
  pen.globalAlpha = full
}

export function drawEdges(own, pen) {
  const { hover, stage, theme } = own
  if (!hover?.tile && hover?.bar === undefined) return
  const to = hover.tile ?? own.bars[hover.bar], edges = edgesInto(own, hover)
  const most = Math.max(1e-12, ...edges.map(({ weight }) => Math.abs(weight ?? 0)))
  for (const { from, weight, only } of edges) {
    pen.strokeStyle = weight === null ? theme.accent : weight < 0 ? theme.minus : theme.plus
    pen.lineWidth = weight === null ? (only ? 3 : 1.5) : 1 + (5 * Math.abs(weight)) / most
    pen.setLineDash(weight !== null && weight < 0 ? [7, 4] : []) // not by colour alone
    pen.beginPath()
    curve(pen, stage, from, to)
    pen.stroke()
  }
  pen.setLineDash([])
  frame(pen, stage.box(to), theme.gold)
  for (const { from } of edges) frame(pen, stage.box(from), theme.gold, 1.5)
}

export const frame = (pen, { x, y, w, h }, colour, width) => outline(pen, x, y, w, h, colour, width)

// The part of the photo behind the pixel under the pointer.
export function drawReceptive(own, pen) {
  const { hover, over, stage, theme } = own
  if (!hover?.tile || !hover.tile.place) return
  const seen = over.columns[hover.tile.place].seen, at = stage.box({ x: 4, y: HEAD, w: PHOTO, h: PHOTO })
  if (!seen || hover.row === undefined) return
  const [size, jump, first] = seen, unit = at.w / over.side
  const ends = (place) =>
    [first + place * jump, first + place * jump + size].map((end) => clamp(end, 0, over.side) * unit)
  const [left, right] = ends(hover.column), [top, bottom] = ends(hover.row)
  frame(pen, { x: at.x + left, y: at.y + top, w: Math.max(right - left, 2), h: Math.max(bottom - top, 2) }, theme.gold)
}

export function sayOverview(own) {
  const { hover, over, mode } = own, what = over.gradient ? "gradient" : "values"
  const press = byFinger() ? "Tap it again" : "Click"
  const best = over.classes.find(({ index }) => index === over.best)
  const off = hover?.tile && isOff(own, hover.tile.place, hover.tile.channel)
  const now = over.changed && best ? ` Now: ${best.label}, ${percent(best.probability)}.` : ""
  if (hover?.tile) {
    const { place, row, channel } = hover.tile, column = over.columns[place], numbers = over.arrays[`stats${place}`]
    const [, low, high, mean] = [0, 1, 2, 3].map((k) => numbers[4 * row + k])
    const name = column.names.length ? `the photo's ${column.names[row]} channel` : `${column.title}, map ${channel}`
    const most = column.strongest ? edgesInto(own, hover)[column.strongest[row]] : null
    const among = over.columns[place - 1]?.pages > 1 ? "of the maps shown, " : ""
    const average = most && `${signed(most.weight, 3)} on average`
    const share = most ? `; ${among}most comes from map ${most.from.channel} (${average})` : ""
    const influence = column.influence.length && !over.gradient ? `; influence ${signed(column.influence[row], 3)}` : ""
    const tap = byFinger() && place && mode === "forward" ? ` ${press} to see how it is made.` : ""
    const todo = mode === "what if" && place ? ` ${press} to switch it ${off ? "on" : "off"}.${now}` : tap
    const range = `${what} ${written(low, 3)} to ${written(high, 3)}, mean ${written(mean, 3)}`
    return `${name}${off ? ", switched off" : ""}: ${range}${influence}${share}.${todo}`
  }
  if (hover?.tail) {
    const { title, count, parameters, outputs, from } = over.tail
    const means = { average: `the mean of each of the ${from} maps`, hidden: "those of the last hidden layer" }
    const made = means[title] ?? `all values of the ${from} maps in one row`
    return `${title}: ${whole(count)} numbers, ${made}. dense: each of the ${whole(outputs)} classes has one ` +
      `weight for each of them, ${whole(parameters)} parameters with the biases. softmax: the logits become ` +
      `probabilities that add up to 100%. ${press} to see the sum for ${best ? best.label : "a class"}.`
  }
  if (hover?.photo && mode === "what if") {
    return own.holding
      ? "The arrow keys move the patch; Enter or Escape lets go."
      : "Drag on the photo, or press Enter here, to cover a part of it."
  }
  if (hover?.bar !== undefined) {
    const one = over.classes[hover.bar], was = over.changed ? `, before ${percent(one.before)}` : ""
    const todo = mode === "forward" ? "to see why" : "to choose it"
    return `${one.label}: ${percent(one.probability)}${was}, logit ${written(one.logit, 3)}. ${press} ${todo}.`
  }
  if (hover?.head !== undefined) {
    const column = over.columns[hover.head], size = column.seen?.[0]
    const region = size >= over.side ? "the whole photo" : `${size} × ${size} pixels of the photo`
    const seen = size ? `; one value sees ${region}` : ""
    const again = own.big?.place === hover.head ? "small again" : "large"
    const enlarge = hover.head ? ` ${press} to see its maps ${again}.` : ""
    const cam = mode === "backwards" ? ` ${press} for Grad-CAM here.` : enlarge
    const todo = mode === "what if" && hover.head ? ` ${press} to switch the layer off or on.${now}` : cam
    return `${column.title}: ${column.shape} values, ${whole(column.parameters)} parameters${seen}.${todo}`
  }
  if (mode === "what if") {
    const how = byFinger() ? "Tap maps or layer names twice" : "Click maps or layer names"
    return `${how} to switch them off; drag on the photo to cover it. Grey bars: before.${now}`
  }
  if (mode === "backwards") {
    const name = over.classes.find((one) => one.index === over.chosen).label
    const [lowers, , raises] = endsOf(own)
    const signs = `${raises[0].toUpperCase()}${raises.slice(1)} (+): more of this value raises the logit of ${name}`
    const photo = over.cam || `On the photo: Grad-CAM at ${over.columns[over.layer].title}.`
    return `${signs}; ${lowers} (−): lowers it. ${photo}`
  }
  if (byFinger()) {
    return "Tap a map: what comes in lights up. Tap it again to look closer, or tap a class or a layer's name. " +
      "Zoom: two fingers."
  }
  return "Point at a map: what comes in lights up. Click a map, a class or a layer's name to look closer. " +
    "Zoom: Ctrl + wheel."
}
