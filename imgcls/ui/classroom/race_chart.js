// Lines of validation accuracy over seconds: the best few with a dash, a mark and their name, the others grey.
import { percent } from "../js/numbers.js"

export const NAMED = 5
const DASHES = ["", "9 4", "2 4", "12 4 2 4", "5 3"]
const COLOURS = ["#ffd166", "#6aa9e9", "#5fc9b8", "#ef86ae", "#b99bf0"] // on the panel's dark ground
const MARKS = [
  (x, y) => `<circle cx="${x}" cy="${y}" r="5"/>`,
  (x, y) => `<path d="M${x - 5} ${y - 5}h10v10h-10z"/>`,
  (x, y) => `<path d="M${x} ${y - 6}l6 11h-12z"/>`,
  (x, y) => `<path d="M${x} ${y - 7}l7 7l-7 7l-7 -7z"/>`,
  (x, y) => `<path d="M${x - 6} ${y - 5}h12l-6 11z"/>`,
]
const GAP = 19 // between two names

// Heights at which names stand: as near as can be to the ends of their lines, none on another.
export function spread(heights, low, high, gap = GAP) {
  const order = heights.map((_, place) => place).sort((one, other) => heights[one] - heights[other])
  const found = []
  let least = low
  for (const place of order) {
    found[place] = Math.max(heights[place], least)
    least = found[place] + gap
  }
  let most = high
  for (const place of order.reverse()) {
    found[place] = Math.min(found[place], most)
    most = found[place] - gap
  }
  return found
}

// The dash and the mark of a named line, for the list below the chart.
export function key(place) {
  const colour = COLOURS[place], shown = document.createElement("span")
  shown.innerHTML = `<svg class="key" aria-hidden="true" width="44" height="16" stroke="${colour}" fill="${colour}">
    <path class="line" stroke-dasharray="${DASHES[place]}" d="M0 8H34"/>${MARKS[place](36, 8)}</svg>`
  return shown.firstElementChild
}

// `runs` as the server tells them, the best first; names come by lot, so that they are plain letters.
// `scale`: how much larger than usual its letters are.
export function chart(runs, seconds, width, scale = 1) {
  const height = Math.max(260, Math.min(430, innerHeight - 330, width))
  const narrow = width < 560 // then only the list below has the names
  const left = 54 * scale, right = narrow ? 14 : 190 * scale, top = 22 * scale, bottom = 34 * scale
  const x = (time) => left + (Math.min(time, seconds) / seconds) * (width - left - right)
  const y = (share) => height - bottom - share * (height - top - bottom)
  const started = runs.filter(({ points }) => points.length)
  const named = started.slice(0, NAMED)
  const path = ({ points }) => "M" + points.map(([time, share]) => `${x(time)} ${y(share)}`).join("L")
  const rest = [...started.slice(NAMED)].reverse()
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    `<path class="grid" d="M${left} ${y(share)}H${width - right}"/>` +
    `<text x="${left - 8}" y="${y(share) + 5 * scale}" text-anchor="end">${percent(share, 0)}</text>`)
  const times = [0, 1, 2, 3].map((third) =>
    `<text x="${x((third * seconds) / 3)}" y="${height - 10 * scale}" text-anchor="${third === 3 ? "end" : "middle"}">${
      (third * seconds) / 3}${third === 3 ? " s" : ""}</text>`)
  const ends = named.map(({ points }) => points.at(-1))
  const heights = spread(ends.map(([, share]) => y(share)), top + 6, height - bottom, GAP * scale)
  const lines = named.map((run, place) => {
    const [time, share] = ends[place], colour = COLOURS[place]
    const label = `<path class="leader" d="M${x(time) + 8} ${y(share)}L${width - right + 6} ${heights[place]}"/>` +
      `<text x="${width - right + 10}" y="${heights[place] + 5 * scale}">${run.name}</text>`
    return `<g stroke="${colour}" fill="${colour}"><path class="line" stroke-dasharray="${DASHES[place]}"
      d="${path(run)}"/>${MARKS[place](x(time), y(share))}${narrow ? "" : label}</g>`
  })
  const [best] = runs
  const words = best?.best === null || !best ? "No run has finished its first epoch." :
    `${started.length} ${started.length === 1 ? "line" : "lines"}; the best is ${best.name} with ${percent(best.best)}.`
  const figure = document.createElement("figure")
  figure.innerHTML = `<svg role="img" width="${width}" height="${height}" font-size="${15 * scale}"
    aria-label="Validation accuracy over the seconds of training. ${words}">
    <text class="title" x="${left}" y="${top - 3}">validation accuracy</text>${grid.join("")}${times.join("")}
    ${rest.map((run) => `<path class="line other" d="${path(run)}"/>`).join("")}${lines.reverse().join("")}</svg>`
  return figure
}
