// Small charts from imgcls/ui/charts.py.
// A chart comes with its places as shares of the plot; here they only get a size.
import { clamp } from "./geometry.js"
import { esc } from "./text.js"

function chartShape(chart, width) {
  const height = chart.height ?? 200, left = 64, bottom = 26, top = 26, right = 12
  const x = (share) => left + share * (width - left - right)
  const y = (share) => height - bottom - share * (height - bottom - top)
  const text = (x, y, words, more = "") => `<text x="${x}" y="${y}"${more}>${esc(words)}</text>`
  const grid = chart.yticks.map(([at, label]) =>
    `<path class="grid" d="M${left} ${y(at)}H${width - right}"/>` +
    text(left - 7, y(at) + 5, label, ' text-anchor="end"'))
  const below = chart.xticks.map(([at, label]) =>
    `<path class="grid" d="M${x(at)} ${top}V${height - bottom}"/>` +
    text(x(at), height - 6, label, ' text-anchor="middle"'))
  const dots = (run) => run.map(([a, b]) => `<circle class="dot" cx="${x(a)}" cy="${y(b)}" r="3.5"/>`).join("")
  const lines = chart.lines.map((line) => line.runs.map((run) =>
    `<path class="line ${line.kind}" d="M${run.map(([a, b]) => `${x(a)} ${y(b)}`).join("L")}"/>` +
    (line.dots ? dots(run) : "")).join(""))
  const marks = chart.marks.map(({ kind, at: [a, b], label }) => {
    const [cx, cy] = [x(a), y(b)], low = clamp(cy - 13, top + 6, height - bottom)
    const shape = kind === "rises"
      ? `<path d="M${cx - 7} ${cy - 7}l14 14m0 -14l-14 14"/>`
      : `<circle cx="${cx}" cy="${cy}" r="${kind === "ring" ? 9 : 7}"/>`
    return `<g class="mark ${kind}">${shape}<text x="${cx + 10}" y="${low}">${esc(label)}</text></g>`
  })
  const legend = (chart.legend ?? []).map(([kind, label], i, all) => {
    const at = width - right - (all.length - i) * 92
    return `<path class="line ${kind}" d="M${at} 10h26"/><text x="${at + 32}" y="15">${esc(label)}</text>`
  })
  const clip = `clip${left}${Math.round(width)}`
  const heading = `<text class="chart-title" x="${left}" y="15">${esc(chart.title)}</text>`
  const title = legend.length && width < 600 ? "" : heading
  return `<figure><svg role="img" aria-label="${esc(chart.alt)}" width="${width}" height="${height}">
    <clipPath id="${clip}"><rect x="${left - 10}" y="${top - 10}"
      width="${width - left - right + 20}" height="${height - bottom - top + 20}"/></clipPath>
    ${title}${legend.join("")}${grid.join("")}${below.join("")}
    <g clip-path="url(#${clip})">${lines.join("")}${marks.join("")}</g></svg></figure>`
}

// All charts of a picture, side by side where there is room; `box` is emptied when there are none.
export function drawCharts(box, charts = [], space = box.clientWidth) {
  const side = charts.length > 1 && space > 640 ? Math.floor((space - 20) / 2) : space
  box.innerHTML = space ? charts.map((chart) => chartShape(chart, side)).join("") : ""
}
