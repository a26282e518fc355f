// Small pictures of maps, and the theme.
import { bitmap } from "../../js/canvas.js"
import { cssValue } from "../../js/elements.js"

const GREY = "rgb(128 128 128)" // of the patch on the photo

// A table of 256 colours as whole pixels, made once a table: an overview has a hundred pictures.
const pixelTables = new WeakMap()
function pixelsOf(colours) {
  if (!pixelTables.has(colours)) {
    const bytes = new Uint8ClampedArray(1024).fill(255)
    for (let level = 0; level < 256; level++) bytes.set(colours.subarray(3 * level, 3 * level + 3), 4 * level)
    pixelTables.set(colours, new Uint32Array(bytes.buffer))
  }
  return pixelTables.get(colours)
}

function pictureOf(height, width, fill) {
  const canvas = document.createElement("canvas")
  canvas.width = width
  canvas.height = height
  const image = new ImageData(width, height)
  fill(new Uint32Array(image.data.buffer))
  canvas.getContext("2d").putImageData(image, 0, 0)
  return canvas
}

// Numbers of one map in a stack (n, h, w), coloured so that +-limit are the ends of a signed scale.
export function mapPicture(stack, k, limit, colours) {
  const [height, width] = stack.shape.slice(-2), start = k * height * width
  const gain = 127.5 / Math.max(limit, 1e-12), table = pixelsOf(colours)
  return pictureOf(height, width, (pixels) => {
    for (let i = 0; i < pixels.length; i++) {
      const level = 128 + stack[start + i] * gain // cut off below, this is 127.5 + ... rounded
      pixels[i] = table[level < 0 ? 0 : level > 255 ? 255 : level | 0]
    }
  })
}

// The tiles of a column come as palette places within their own limits; for the layer's or network's range they shrink.
// One canvas holds them all, one below the other: a canvas for each of a hundred tiles takes four times as long.
export function tilePictures(tiles, gains, colours) {
  const [n, height, width] = tiles.shape, size = height * width, table = pixelsOf(colours)
  const canvas = pictureOf(n * height, width, (pixels) => {
    gains.forEach((gain, k) => {
      for (let i = k * size; i < (k + 1) * size; i++) {
        const level = 128 + (tiles[i] - 127.5) * gain
        pixels[i] = table[gain === 1 ? tiles[i] : level < 0 ? 0 : level > 255 ? 255 : level | 0]
      }
    })
  })
  return gains.map((_, k) => ({ canvas, top: k * height, width, height }))
}

// Draws a picture: a canvas of its own, or a part of one.
export function paste(pen, picture, x, y, w, h) {
  pen.drawImage(picture.canvas ?? picture, 0, picture.top ?? 0, picture.width, picture.height, x, y, w, h)
}

// Heat over a picture: the hotter, the less of the picture shows through.
export function heatPicture(heat, colours) {
  const [height, width] = heat.shape
  const table = pixelsOf(colours)
  return pictureOf(height, width, (pixels) => {
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = (table[heat[i]] & 0xffffff) | ((90 + Math.round(heat[i] * 0.55)) << 24)
    }
  })
}

export function largestOf(values) {
  let most = 0
  for (let i = 0; i < values.length; i++) { const size = Math.abs(values[i]); if (size > most) most = size }
  return most
}
// A dark page: white maps would glare on it.
function darkGround(colour) {
  const hex = colour.match(/[0-9a-f]{2}/gi) ?? ["ff"]
  return parseInt(hex[0], 16) < 90
}

export function readTheme(box) {
  return {
    ink: cssValue(box, "--st-text-color", "#222"), ground: cssValue(box, "--st-background-color", "#fff"),
    panel: cssValue(box, "--st-secondary-background-color", "#eee"), border: cssValue(box, "--st-border-color", "#999"),
    accent: cssValue(box, "--st-primary-color", "#2a62a3"), font: cssValue(box, "--st-font", "sans-serif"),
    plus: cssValue(box, "--q-activation"), minus: cssValue(box, "--q-activation-negative"),
    chance: cssValue(box, "--q-probability"), gold: "#ffb000",
    dark: darkGround(cssValue(box, "--st-background-color", "#fff")),
  }
}

// The photo with the grey patch on it, which is told in pixels of the network's input.
export function photoPicture({ arrays, patch, side }) {
  const picture = bitmap(arrays.photo)
  if (!patch) return picture
  const [left, top, right, bottom] = patch.map((edge) => (edge * picture.width) / side)
  const pen = picture.getContext("2d")
  pen.fillStyle = GREY
  pen.fillRect(left, top, right - left, bottom - top)
  return picture
}
