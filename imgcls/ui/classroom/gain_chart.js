// A class's normalised gain on one line with those of other courses.
import { fixed } from "../js/numbers.js"

const SIDE = 40, LINE = 62
const WIDE = 620 // from this width on, in pixels, the names of the marks stand side by side

// `others`: the name of each kind of course and its mean gain. Drawn for so many pixels.
export function gainChart(gain, others, width) {
  const isWide = width >= WIDE, height = LINE + (isWide ? 56 : 78)
  const low = Math.max(-1, Math.min(0, Math.floor(10 * gain) / 10)), span = (width - 2 * SIDE) / (1 - low)
  const x = (number) => SIDE + span * (Math.max(number, low) - low)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((number) =>
    `<path class="grid" d="M${x(number)} ${LINE - 5}v10"/>
     <text class="tick" x="${x(number)}" y="${LINE + 24}" text-anchor="middle">${number}</text>`)
  // The names stand apart from each other, as their marks lie close.
  const name = (number, place) => {
    if (!isWide) return `x="4" y="${LINE + 46 + 22 * place}" text-anchor="start"`
    const side = place ? `x="${x(number) - 30}" text-anchor="start"` : `x="${x(number) + 30}" text-anchor="end"`
    return `${side} y="${LINE + 46}"`
  }
  const marks = Object.entries(others).map(([course, number], place) =>
    `<path class="other" d="M${x(number)} ${LINE - 12}v24"/>
      <text ${name(number, place)}>${course}: ${fixed(number, 2)}</text>`)
  const at = Math.min(Math.max(x(gain), 90), width - 90)
  const figure = document.createElement("figure")
  const words = Object.entries(others).map(([course, number]) => `${course} ${fixed(number, 2)}`).join(", ")
  figure.innerHTML = `<svg role="img" width="${width}" height="${height}"
    aria-label="Normalised gain of this class: ${fixed(gain, 2)}; ${words}">
    <path class="grid" d="M${SIDE} ${LINE}H${width - SIDE}"/>${ticks.join("")}${marks.join("")}
    <path class="mine" d="M${x(0)} ${LINE}H${x(gain)}"/><circle class="mine" cx="${x(gain)}" cy="${LINE}" r="9"/>
    <text class="class" x="${at}" y="${LINE - 24}" text-anchor="middle">this class: ${fixed(gain, 2)}</text></svg>`
  return figure
}
