// Numbers on coloured tiles.
import { paint } from "./canvas.js"
import { textOn } from "./colour.js"
import { clamp } from "./geometry.js"
import { shortened, written } from "./numbers.js"

const levelOf = (number, [low, high]) => clamp(Math.round(((number - low) / (high - low)) * 255), 0, 255)
export const atLevel = (colours, level) => [colours[3 * level], colours[3 * level + 1], colours[3 * level + 2]]

export function colour(element, number, scale, colours) {
  const rgb = atLevel(colours, levelOf(number, scale))
  element.style.background = `rgb(${rgb})`
  element.style.color = textOn(...rgb)
}

// As many decimals as fit into a cell of this width, in pixels, a digit being so wide.
export function fitted(number, width, digit = 9.5) {
  const shorter = [written(number), ...[2, 1, 0].map((decimals) => shortened(number, decimals))]
  return shorter.find((text) => text.length * digit < width - 4) ?? shorter[3]
}

// Palette places (uint8) on a canvas, coloured by a table of 256 colours; pictures of a stack lie below one another.
export function coloured(levels, colours, canvas = document.createElement("canvas")) {
  const rgb = new Uint8Array(3 * levels.length), width = levels.shape.at(-1)
  rgb.shape = [levels.length / width, width, 3]
  for (let i = 0; i < levels.length; i++) for (let k = 0; k < 3; k++) rgb[3 * i + k] = colours[3 * levels[i] + k]
  return paint(canvas, rgb)
}
