// One class: its logit as a sum over the last features, and its probability as a share of all exponentials.
import { byFinger } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { added, joined, percent, signed, whole, written } from "../../js/numbers.js"
import { LEFT, TOP } from "./closeup.js"
import { largestOf, mapPicture } from "./paint.js"

export function verdictScene(own) {
  const { verdict, stage, tables } = own, { arrays } = verdict, rows = verdict.channels.length
  const pitch = Math.min(52, (stage.height - TOP - 40) / rows), tile = Math.floor(pitch - 5), gap = 24
  const columns = [LEFT, LEFT + tile + gap, LEFT + 2 * (tile + gap)]
  const limitOf = (name) => Math.max(largestOf(arrays[name]), 1e-12)
  const limits = Object.fromEntries(["features", "weights", "contributions"].map((name) => [name, limitOf(name)]))
  const sprites = []
  verdict.channels.forEach((channel, k) => {
    const size = { y: TOP + k * pitch, w: tile, h: tile }
    sprites.push(
      {
        id: `${verdict.source}-${channel}`, x: columns[0], ...size,
        picture: mapPicture(arrays.features, k, limits.features, tables.activation),
      },
      {
        id: `weight${channel}`, x: columns[1], ...size,
        picture: mapPicture(arrays.weights, k, limits.weights, tables.weight),
      },
      {
        id: `says${channel}`, x: columns[2], ...size,
        picture: mapPicture(arrays.contributions, k, limits.contributions, tables.activation),
      },
    )
  })
  const bars = columns[2] + tile + 16, right = Math.max(bars + 210, Math.min(stage.width * 0.5, 470))
  const size = Math.min(clamp((stage.width - right - 22) / 2, 150, 260), stage.height * 0.34)
  if (verdict.enter) {
    const photo = { x: right, y: TOP, w: size, h: size, smooth: true }
    const places = mapPicture(arrays.places, 0, limitOf("places"), tables.activation)
    sprites.push({ id: "photo", picture: own.photo, ...photo })
    sprites.push({ id: "places", picture: places, ...photo, x: right + size + 14, smooth: false })
  }
  own.verdictPlan = { columns, tile, pitch, bars, right, rows, size, below: verdict.enter ? TOP + size + 10 : 10 }
  const tall = stage.width <= 700 && TOP + rows * pitch + 28 // there the numbers stand below: see view.css
  return { width: Math.max(stage.width, right + 330), height: tall || stage.height, tall, sprites }
}

export function drawVerdict(own, pen) {
  const { verdict, stage, theme } = own, { columns, tile, pitch, bars, right, rows, size } = own.verdictPlan
  const heads = ["feature", "weight", "product"]
  heads.forEach((head, i) => {
    stage.write(pen, head, columns[i] + tile / 2, 26, { align: "center", weight: 600, size: 16 })
  })
  const most = Math.max(1e-12, ...verdict.sums.map(Math.abs))
  const middle = bars + 95, reach = 85
  stage.write(pen, "against", middle - 8, 26, { align: "right", weight: 600, size: 16, colour: theme.minus })
  stage.write(pen, "for", middle + 8, 26, { weight: 600, size: 16, colour: theme.plus })
  const line = (number, y) => {
    const length = Math.min(reach, (reach * Math.abs(number)) / most)
    const box = stage.box({ x: number < 0 ? middle - length : middle, y: y - 8, w: Math.max(length, 1), h: 16 })
    pen.fillStyle = number < 0 ? theme.minus : theme.plus
    pen.fillRect(box.x, box.y, box.w, box.h)
    const [x, align] = number < 0 ? [middle + 6, "left"] : [middle - 6, "right"]
    stage.write(pen, signed(number, 3), x, y + 5, { align, size: 16 })
  }
  verdict.channels.forEach((channel, k) => {
    const y = TOP + k * pitch + tile / 2
    stage.write(pen, channel, columns[0] - 6, y + 5, { align: "right" })
    stage.write(pen, "×", columns[1] - 12, y + 5, { align: "center", size: 17 })
    stage.write(pen, "=", columns[2] - 12, y + 5, { align: "center", size: 17 })
    line(verdict.sums[k], y)
  })
  const foot = TOP + rows * pitch + 8
  const hidden = verdict.others_and_bias
  const label = verdict.hidden ? `${whole(verdict.hidden)} others and bias` : "bias"
  stage.write(pen, label, bars - 12, foot + 5, { align: "right" })
  if (!verdict.hidden) line(hidden, foot) // many together would dwarf each of those shown
  else stage.write(pen, signed(hidden, 3), middle - 6, foot + 5, { align: "right", weight: 700, size: 16 })
  if (verdict.enter) {
    stage.write(pen, "the photo", right, 26, { weight: 600, size: 16 })
    stage.write(pen, "evidence at each position", right + size + 14, 26, { weight: 600, size: 16 })
  }
}

export function verdictHtml(own) {
  const { verdict } = own, rest = verdict.classes - verdict.terms.length
  const rows = verdict.terms.map((term) => `<tr class="${term.index === verdict.index ? "mine" : ""}">
    <td>${escape_(term.label)}</td><td>${written(term.logit, 3)}</td><td>${written(term.term)}</td>
    <td>${percent(term.probability)}</td></tr>`).join("")
  const total = written(verdict.total), shown = added([verdict.for, verdict.against, verdict.bias], verdict.logit)
  const [pro, contra, bias] = shown.operands
  const unlisted = rest > 0 ? `; ${whole(rest)} classes are not listed` : ""
  return `<p><b>${escape_(verdict.label)}</b>: <span class="plus">${pro}</span> for,
    <span class="minus">${contra}</span> against, bias ${bias}: ${joined(shown.operands)} ${shown.sign}
    <b class="logit" data-value="${verdict.logit}">${shown.result}</b>, the logit</p>
    <table><thead><tr><th>class</th><th>logit z</th><th>e<sup>z − max</sup></th><th>÷ ${total}</th></tr></thead>
    <tbody>${rows}</tbody></table>
    <p class="note">${total} is the sum of all ${whole(verdict.classes)} exponentials${unlisted}.</p>`
}

export function sayVerdict({ verdict, keyed }) {
  const enter = verdict.enter ? ` ${byFinger() ? "Tap" : "Click"} a feature to see how it is made.` : ""
  const parts = `${signed(verdict.for, 3)} for, ${signed(verdict.against, 3)} against`
  const sum = keyed ? `${verdict.label}: ${parts}, logit ${written(verdict.logit, 3)}. ` : ""
  const colours = "Right (blue) speaks for the class, left (red) against it."
  return `${sum}${colours}${enter}${byFinger() ? "" : " Escape goes back."}`
}

const escape_ = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
