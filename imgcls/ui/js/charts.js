// Small charts from imgcls/ui/charts.py.
// A chart comes with its places as shares of the plot; here they only get a size.
import { clamp } from "./geometry.js"
import { esc } from "./text.js"

const LEFT = 64, RIGHT = 12, ROW = 20, LETTER = 7.4 // CSS pixels; a letter's is for keys of the legend

// A pixel from a chart's left edge as a share of its plot.
export const chartPlace = (pixel, width) => (pixel - LEFT) / (width - LEFT - RIGHT)

// The keys of a legend at [x, row]: all on the title's row where they fit, else on rows of their own.
function keys(legend, title, width) {
  const wide = legend.map(([, label]) => 32 + LETTER * label.length + 16)
  const all = wide.reduce((sum, one) => sum + one, 0), beside = LEFT + 8 * title.length + 16 + all <= width
  let x = beside ? width - RIGHT - all : LEFT, row = beside ? 0 : 1
  return wide.map((one) => {
    if (!beside && x > LEFT && x + one > width) { x = LEFT; row++ }
    const at = [x, row]
    x += one
    return at
  })
}

function chartShape(chart, width) {
  const places = keys(chart.legend ?? [], chart.title, width)
  const height = chart.height ?? 200, left = LEFT, right = RIGHT, bottom = chart.xtitle ? 46 : 26
  const top = 26 + ROW * Math.max(0, ...places.map(([, row]) => row))
  const x = (share) => left + share * (width - left - right)
  const y = (share) => height - bottom - share * (height - bottom - top)
  const text = (x, y, words, more = "") => `<text x="${x}" y="${y}"${more}>${esc(words)}</text>`
  const grid = chart.yticks.map(([at, label]) =>
    `<path class="grid" d="M${left} ${y(at)}H${width - right}"/>` +
    text(left - 7, y(at) + 5, label, ' text-anchor="end"'))
  const below = chart.xticks.map(([at, label]) =>
    `<path class="grid" d="M${x(at)} ${top}V${height - bottom}"/>` +
    text(x(at), height - bottom + 20, label, ' text-anchor="middle"'))
  if (chart.xtitle) below.push(text(x(0.5), height - 5, chart.xtitle, ' text-anchor="middle"'))
  const points = (run) => run.map(([a, b]) => `${x(a)} ${y(b)}`).join("L")
  const bands = (chart.bands ?? []).map(({ kind, edge }) => `<path class="band ${kind}" d="M${points(edge)}Z"/>`)
  const dots = (run) => run.map(([a, b]) => `<circle class="dot" cx="${x(a)}" cy="${y(b)}" r="3.5"/>`).join("")
  const lines = chart.lines.map((line) => line.runs.map((run) =>
    `<path class="line ${line.kind}" d="M${points(run)}"/>` +
    (line.dots ? dots(run) : "")).join(""))
  const marks = chart.marks.map(({ kind, at: [a, b], label, left: before }) => {
    const [cx, cy] = [x(a), y(b)], low = clamp(cy - 13, top + 6, height - bottom)
    const shape = kind === "rises" || kind === "gone"
      ? `<path d="M${cx - 7} ${cy - 7}l14 14m0 -14l-14 14"/>`
      : `<circle cx="${cx}" cy="${cy}" r="${kind === "ring" ? 9 : 7}"/>`
    const words = before ? text(cx - 12, cy + 5, label, ' text-anchor="end"')
      : kind === "gone" ? text(cx + 12, cy + 5, label) : text(cx + 10, low, label)
    return `<g class="mark ${kind}">${shape}${words}</g>`
  })
  const legend = (chart.legend ?? []).map(([kind, label], i) => {
    const [at, row] = places[i], high = ROW * row
    return `<path class="line ${kind}" d="M${at} ${10 + high}h26"/>` + text(at + 32, 15 + high, label)
  })
  const upright = (at) => `<path class="grid cursor" d="M${x(at)} ${top}V${height - bottom}"/>`
  const cursor = chart.cursor === undefined ? "" : upright(chart.cursor)
  const clip = `clip${Math.round(width)}-${height}-${top}`
  const title = `<text class="chart-title" x="${left}" y="15">${esc(chart.title)}</text>`
  return `<figure><svg role="img" aria-label="${esc(chart.alt)}" width="${width}" height="${height}">
    <clipPath id="${clip}"><rect x="${left - 10}" y="${top - 10}"
      width="${width - left - right + 20}" height="${height - bottom - top + 20}"/></clipPath>
    ${title}${legend.join("")}${grid.join("")}${below.join("")}
    <g clip-path="url(#${clip})">${bands.join("")}${cursor}${lines.join("")}${marks.join("")}</g></svg></figure>`
}

// All charts of a picture, side by side where there is room; `box` is emptied when there are none.
export function drawCharts(box, charts = [], space = box.clientWidth) {
  const side = charts.length > 1 && space > 640 ? Math.floor((space - 20) / 2) : space
  box.innerHTML = space ? charts.map((chart) => chartShape(chart, side)).join("") : ""
}
