// The picture of imgcls/ui/autodiff/landscape/picture.py: its places are shares, which get their pixels here.
import { sizedCanvas } from "../../js/canvas.js"
import { esc } from "../../js/text.js"

const LEFT = 52, RIGHT = 14, ABOVE = 12, BELOW = 46
const SYMBOLS = { plain: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", momentum: "M-4 -4h8v8h-8z", noisy: "M0 -5l5 9h-10z" }

// Where the plot stands in the width there is, and the ways from shares to pixels, and from pixels to numbers.
export function frame(width, aspect) {
  const wide = width - LEFT - RIGHT, tall = wide / aspect
  return {
    width, height: tall + ABOVE + BELOW, wide, tall, left: LEFT, above: ABOVE,
    at: ([x, y]) => [LEFT + x * wide, ABOVE + (1 - y) * tall],
    number: ([px, py], data) => [(px - LEFT) / wide, 1 - (py - ABOVE) / tall].map((share, i) => {
      const [low, high] = i ? data.y : data.x
      return low + Math.min(1, Math.max(0, share)) * (high - low)
    }),
  }
}

// The darker, the higher; level curves on top. Where the function has no value the ground is grey.
export function paintGround(canvas, data, box, colours) {
  const context = sizedCanvas(canvas, box.wide, box.tall), { depth, pieces } = data.arrays
  context.clearRect(0, 0, box.wide, box.tall)
  if (data.kind !== "map") return
  const [rows, columns] = depth.shape, small = new OffscreenCanvas(columns, rows)
  const image = new ImageData(columns, rows)
  depth.forEach((value, i) => {
    const none = value === 255
    image.data.set([...(none ? colours.none : colours.high), none ? 110 : 0.85 * value], 4 * i)
  })
  small.getContext("2d").putImageData(image, 0, 0)
  context.drawImage(small, 0, 0, box.wide, box.tall)
  const x = (share) => (share / 60000) * box.wide, y = (share) => (1 - share / 60000) * box.tall
  context.strokeStyle = colours.line
  context.globalAlpha = 0.45
  context.beginPath()
  for (let i = 0; i < pieces.length; i += 4) {
    context.moveTo(x(pieces[i]), y(pieces[i + 1]))
    context.lineTo(x(pieces[i + 2]), y(pieces[i + 3]))
  }
  context.stroke()
  context.globalAlpha = 1
}

const text = (name, x, y, anchor, words, more = "") =>
  `<text class="${name}" x="${x}" y="${y}" text-anchor="${anchor}" ${more}>${esc(words)}</text>`
const pixels = (box, places) => places.filter(Boolean).map((p) => box.at(p).map((n) => n.toFixed(1)).join(" "))
const way = (box, name, places) => {
  const points = pixels(box, places)
  return points.length > 1 ? `<path class="${name}" d="M${points.join("L")}"/>` : ""
}

function axes(box, { xticks, yticks, xtitle, ytitle, kind }) {
  const [left, low] = box.at([0, 0]), [right, top] = box.at([1, 1]), middle = (top + low) / 2
  const grid = (d) => (kind === "curve" ? `<path class="grid" d="${d}"/>` : "")
  const across = xticks.map(([share, words]) => {
    const [x] = box.at([share, 0])
    return grid(`M${x} ${low}V${top}`) + text("tick", x, low + 20, "middle", words)
  })
  const up = yticks.map(([share, words]) => {
    const [, y] = box.at([0, share])
    return grid(`M${left} ${y}H${right}`) + text("tick", left - 8, y + 5, "end", words)
  })
  const border = `<rect class="border" x="${left}" y="${top}" width="${right - left}" height="${low - top}"/>`
  return `${across.join("")}${up.join("")}${border}${text("axis", (left + right) / 2, low + 40, "middle", xtitle)}
    ${text("axis", 14, middle, "middle", ytitle, `transform="rotate(-90 14 ${middle})"`)}`
}

// What lies behind is drawn in full, what lies ahead faintly.
function path(box, { kind, places, at }) {
  const dot = (point) => `<path class="dot" d="${SYMBOLS[kind]}" transform="translate(${point})"/>`
  const dots = (list) => pixels(box, list).map(dot).join("")
  const done = places.slice(0, at + 1), ahead = places.slice(at)
  return `<g class="path ${kind}"><g class="ahead">${way(box, "way", ahead)}${dots(ahead.slice(1))}</g>
    ${way(box, "way halo", done)}${way(box, "way", done)}${dots(done)}</g>`
}

const circle = (box, name, radius, place) => {
  if (!place) return ""
  const [x, y] = box.at(place)
  return `<circle class="${name}" r="${radius}" cx="${x}" cy="${y}"/>`
}

// On a curve the step goes across, as far as rate times slope; from there it is down, or up, to the curve.
function step(box, places) {
  if (!places) return ""
  const [here, there, landing] = places, [[ax, ay], [bx, by]] = [box.at(here), box.at(there)]
  const drop = landing ? way(box, "drop", [there, landing]) : ""
  if (Math.hypot(bx - ax, by - ay) < 3) return drop // no room for a head
  return `${drop}${way(box, "step halo", [here, there])}
    <path class="step" d="M${ax} ${ay}L${bx} ${by}" marker-end="url(#head)"/>`
}

export function shapes(data, box) {
  const { left, above, wide, tall } = box, paths = [...data.paths].reverse() // plain descent on top
  const curve = data.ground.runs?.map((run) => way(box, "curve", run)).join("") ?? ""
  return `<defs><clipPath id="inside"><rect x="${left}" y="${above}" width="${wide}" height="${tall}"/></clipPath>
    <marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="3.8" markerHeight="3.8" orient="auto">
    <path d="M0 0L10 5L0 10z"/></marker></defs>${axes(box, data)}
    <g clip-path="url(#inside)">${curve}${paths.map((each) => path(box, each)).join("")}
    ${circle(box, "origin", 14, data.paths[0].places[0])}
    ${paths.map(({ kind, places, at }) => circle(box, `ball ${kind}`, 9, places[at])).join("")}
    ${step(box, data.step)}</g>`
}

const sample = (inside) => `<svg width="34" height="14" aria-hidden="true">${inside}</svg>`

export function legend({ legend: paths, kind }) {
  const names = paths.map(([symbol, name, value]) => {
    const dot = `<path class="dot" d="${SYMBOLS[symbol]}" transform="translate(17 7)"/>`
    const drawn = sample(`<path class="way" d="M0 7H34"/>${dot}`)
    return `<span class="${symbol}">${drawn}${esc(name)}: <b>${esc(value)}</b></span>`
  })
  const arrow = sample(`<path class="step" d="M1 7H22"/><path class="tip" d="M20 1L31 7L20 13z"/>`)
  const high = kind === "map" ? "<span>darker: higher</span>" : ""
  return `${names.join("")}<span>${arrow}next step</span>${high}`
}
