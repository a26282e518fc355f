// The picture of imgcls/ui/autodiff/landscape/picture.py: its places are shares, which get their pixels here.
import { esc } from "../../js/dials.js"
import { sizedCanvas } from "../../js/shared.js"

const LEFT = 52, RIGHT = 14, ABOVE = 12, BELOW = 46
const SYMBOLS = { plain: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", momentum: "M-4 -4h8v8h-8z", noisy: "M0 -5l5 9h-10z" }

// Where the plot stands in the width there is, and its way from shares to pixels.
export function frame(width, aspect) {
  const wide = width - LEFT - RIGHT, tall = wide / aspect
  return {
    width, height: tall + ABOVE + BELOW, wide, tall, left: LEFT, above: ABOVE,
    at: ([x, y]) => [LEFT + x * wide, ABOVE + (1 - y) * tall],
    // What stands at a pixel, of the numbers that the axes run over.
    number: ([px, py], data) => [(px - LEFT) / wide, 1 - (py - ABOVE) / tall].map((share, i) => {
      const [low, high] = i ? data.y : data.x
      return low + Math.min(1, Math.max(0, share)) * (high - low)
    }),
  }
}

const points = (box, places) => places.filter(Boolean).map((p) => box.at(p).map((n) => n.toFixed(1)).join(" ")).join("L")

// The darker, the higher; level curves on top. Where the function has no value the ground is grey.
export function paintGround(canvas, data, box, colours) {
  const context = sizedCanvas(canvas, box.wide, box.tall), { depth, pieces } = data.arrays
  context.clearRect(0, 0, box.wide, box.tall)
  if (data.kind !== "map") return
  const [rows, columns] = depth.shape, small = new OffscreenCanvas(columns, rows), image = new ImageData(columns, rows)
  depth.forEach((value, i) => {
    const none = value === 255
    image.data.set([...(none ? colours.none : colours.high), none ? 110 : 0.85 * value], 4 * i)
  })
  small.getContext("2d").putImageData(image, 0, 0)
  context.drawImage(small, 0, 0, box.wide, box.tall)
  context.strokeStyle = colours.line
  context.globalAlpha = 0.45
  context.beginPath()
  for (let i = 0; i < pieces.length; i += 4) {
    context.moveTo((pieces[i] / 60000) * box.wide, (1 - pieces[i + 1] / 60000) * box.tall)
    context.lineTo((pieces[i + 2] / 60000) * box.wide, (1 - pieces[i + 3] / 60000) * box.tall)
  }
  context.stroke()
  context.globalAlpha = 1
}

function axes(box, { xticks, yticks, xtitle, ytitle, kind }) {
  const [left, low] = box.at([0, 0]), [right, top] = box.at([1, 1])
  const grid = kind === "curve"
  const across = xticks.map(([share, text]) => {
    const [x] = box.at([share, 0])
    return `${grid ? `<path class="grid" d="M${x} ${low}V${top}"/>` : ""}<text x="${x}" y="${low + 20}" text-anchor="middle">${esc(text)}</text>`
  })
  const up = yticks.map(([share, text]) => {
    const [, y] = box.at([0, share])
    return `${grid ? `<path class="grid" d="M${left} ${y}H${right}"/>` : ""}<text x="${left - 8}" y="${y + 5}" text-anchor="end">${esc(text)}</text>`
  })
  return `${across.join("")}${up.join("")}<rect class="border" x="${left}" y="${top}" width="${right - left}" height="${low - top}"/>
    <text class="axis" x="${(left + right) / 2}" y="${low + 40}" text-anchor="middle">${esc(xtitle)}</text>
    <text class="axis" x="14" y="${(top + low) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(top + low) / 2})">${esc(ytitle)}</text>`
}

// What lies behind is drawn in full, what lies ahead faintly.
function path(box, { kind, places, at }) {
  const dots = (list) => list.filter(Boolean).map((p) => `<path class="dot" d="${SYMBOLS[kind]}" transform="translate(${box.at(p)})"/>`).join("")
  const done = places.slice(0, at + 1), ahead = places.slice(at)
  return `<g class="path ${kind}"><g class="ahead"><path class="way" d="M${points(box, ahead)}"/>${dots(ahead.slice(1))}</g>
    <path class="way halo" d="M${points(box, done)}"/><path class="way" d="M${points(box, done)}"/>${dots(done)}</g>`
}

function ball(box, { kind, places, at }) {
  return places[at] ? `<circle class="ball ${kind}" r="10" cx="${box.at(places[at])[0]}" cy="${box.at(places[at])[1]}"/>` : ""
}

// On a curve the step goes across, as far as rate times slope; from there it is down, or up, to the curve.
function step(box, places) {
  if (!places) return ""
  const [here, there, landing] = places, drop = landing ? `<path class="drop" d="M${points(box, [there, landing])}"/>` : ""
  return `${drop}<path class="step halo" d="M${points(box, [here, there])}"/>
    <path class="step" d="M${points(box, [here, there])}" marker-end="url(#head)"/>`
}

export function shapes(data, box) {
  const { left, above, wide, tall } = box, [main] = data.paths, start = main.places[0]
  const curve = data.ground.runs?.map((run) => `<path class="curve" d="M${points(box, run)}"/>`).join("") ?? ""
  const ring = start ? `<circle class="start" r="15" cx="${box.at(start)[0]}" cy="${box.at(start)[1]}"/>` : ""
  return `<defs><clipPath id="inside"><rect x="${left}" y="${above}" width="${wide}" height="${tall}"/></clipPath>
    <marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="4.5" markerHeight="4.5" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z"/></marker></defs>
    ${axes(box, data)}<g clip-path="url(#inside)">${curve}${[...data.paths].reverse().map((each) => path(box, each)).join("")}
    ${ring}${[...data.paths].reverse().map((each) => ball(box, each)).join("")}${step(box, data.step)}</g>`
}

export function legend({ legend, kind }) {
  const names = legend.map(([symbol, name, value]) => `<span class="${symbol}"><svg width="34" height="14" aria-hidden="true">
    <path class="way" d="M0 7H34"/><path class="dot" d="${SYMBOLS[symbol]}" transform="translate(17 7)"/></svg>${esc(name)}: <b>${esc(value)}</b></span>`)
  return `${names.join("")}<span class="steps"><svg width="30" height="14" aria-hidden="true"><path class="step" d="M1 7H20"/><path class="tip" d="M18 1L29 7L18 13z"/></svg>next step</span>
    ${kind === "map" ? "<span>darker: higher</span>" : ""}`
}
