// The lens's two pictures, the beams between them and the histograms below.
import { bitmap, outline, sizedCanvas } from "../../js/canvas.js"
import { clamp } from "../../js/geometry.js"
import { written } from "../../js/numbers.js"

export function pixelAt({ data: { arrays } }, row, column, channel) {
  const r = arrays.rows[row], c = arrays.columns[column]
  const [, width, channels] = arrays.input.shape
  return r < 0 || c < 0 ? 0 : arrays.input[(r * width + c) * channels + (channels === 1 ? 0 : channel)]
}

export function paint(values, [height, width, channels], scale, colours) {
  const rgb = new Uint8Array(3 * height * width)
  rgb.shape = [height, width, 3]
  const gain = 255 / (scale.high - scale.low)
  for (let i = 0; i < height * width; i++) {
    for (let k = 0; k < 3; k++) {
      const level = clamp(Math.round((values[channels === 3 ? 3 * i + k : i] - scale.low) * gain), 0, 255)
      rgb[3 * i + k] = channels === 3 ? level : colours[3 * level + k]
    }
  }
  return bitmap(rgb)
}

// Whether the picture on the left is the one already painted: in a drag it is.
export function samePicture(before, data) {
  const same = (name) => {
    const [a, b] = [before.arrays[name], data.arrays[name]]
    return a.length === b.length && a.every((value, i) => value === b[i])
  }
  return before && before.input.low === data.input.low && before.input.high === data.input.high &&
    before.arrays.input.shape[2] === data.arrays.input.shape[2] &&
    ["rows", "columns", "input", "input_colours"].every(same)
}

export function paddedPicture(own) {
  const { input, rows, columns } = own.data.arrays, channels = input.shape[2]
  const values = new Float32Array(rows.length * columns.length * channels)
  for (let r = 0, i = 0; r < rows.length; r++) {
    for (let c = 0; c < columns.length; c++) for (let k = 0; k < channels; k++) values[i++] = pixelAt(own, r, c, k)
  }
  return paint(values, [rows.length, columns.length, channels], own.data.input, own.data.arrays.input_colours)
}

// All padded places that hold the same pixel as this one: reflect, replicate and circular padding repeat pixels.
const copies = (sources, place) =>
  sources[place] < 0 ? [place] : [...sources.keys()].filter((other) => sources[other] === sources[place])

// The outputs along one axis whose windows touch one of these padded places.
function fed(places, taps, { stride, dilation }, outputs) {
  return [...Array(outputs).keys()].filter((o) =>
    places.some((place) => {
      const reach = place - o * stride
      return reach >= 0 && reach % dilation === 0 && reach / dilation < taps
    }))
}

export function drawInput(own, r, c) {
  const { arrays, window: w } = own.data
  const s = own.scale.input, P = w.padding * s
  const width = arrays.columns.length * s, height = arrays.rows.length * s
  const pen = sizedCanvas(own.input, width, height)
  pen.imageSmoothingEnabled = false
  pen.drawImage(own.inputPicture, 0, 0, width, height)
  if (P) {
    pen.save()
    pen.beginPath()
    pen.rect(0, 0, width, height)
    pen.rect(P, P, width - 2 * P, height - 2 * P)
    pen.clip("evenodd")
    pen.fillStyle = "rgba(255, 176, 0, 0.22)"
    pen.fillRect(0, 0, width, height)
    pen.strokeStyle = "rgba(255, 176, 0, 0.6)"
    pen.lineWidth = 1
    pen.beginPath()
    for (let x = -height; x < width; x += 7) { pen.moveTo(x, height); pen.lineTo(x + height, 0) }
    pen.stroke()
    pen.restore()
  }
  const left = c * w.stride * s, top = r * w.stride * s
  const spanX = ((w.columns - 1) * w.dilation + 1) * s, spanY = ((w.rows - 1) * w.dilation + 1) * s
  if (w.dilation > 1) {
    for (let i = 0; i < w.rows; i++) for (let j = 0; j < w.columns; j++) {
      const tap = [left + j * w.dilation * s, top + i * w.dilation * s, Math.max(s, 2), Math.max(s, 2)]
      pen.fillStyle = pen.strokeStyle = "#ffb000"
      if (s < 5) pen.fillRect(...tap)
      else { pen.lineWidth = 2; pen.strokeRect(...tap) }
    }
  }
  outline(pen, left, top, spanX, spanY)
  if (own.hover?.on === "input") outline(pen, own.hover.column * s, own.hover.row * s, s, s)
  return { left, top, right: left + spanX, bottom: top + spanY }
}

export function drawOutput(own, r, c) {
  const { arrays, window: w } = own.data
  const [rows, columns] = arrays.output.shape, s = own.scale.output
  const pen = sizedCanvas(own.output, columns * s, rows * s)
  pen.imageSmoothingEnabled = false
  pen.drawImage(own.outputPicture, 0, 0, columns * s, rows * s)
  own.lit = []
  if (own.hover?.on === "input") {
    const across = fed(copies(arrays.columns, own.hover.column), w.columns, w, columns)
    for (const row of fed(copies(arrays.rows, own.hover.row), w.rows, w, rows)) {
      for (const column of across) own.lit.push([row, column])
    }
    for (const [row, column] of own.lit) outline(pen, column * s, row * s, s, s)
    pen.fillStyle = "#ffb000"
    for (const [row, column] of own.lit) pen.fillRect(column * s, row * s, s, s)
  } else outline(pen, c * s - 1, r * s - 1, s + 2, s + 2)
}

// The window reaches from the input to the cells, and what comes of it from the cells to its output.
export function drawBeams(own, window, r, c) {
  const { beams, scale: { output: s }, polygons: [from, to] } = own
  if (!beams) return
  const { input, cells, output } = beams
  const trace = (polygon, points) => {
    const text = points.map((point) => point.map(Math.round).join()).join(" ")
    if (polygon.getAttribute("points") !== text) polygon.setAttribute("points", text) // or it would be painted again
  }
  trace(from, [
    [input.left + window.right, input.top + window.top], [cells.left, cells.top],
    [cells.left, cells.bottom], [input.left + window.right, input.top + window.bottom],
  ])
  trace(to, [
    [cells.right, cells.top], [output.left + c * s, output.top + r * s],
    [output.left + c * s, output.top + (r + 1) * s], [cells.right, cells.bottom],
  ])
}

// Bars in the picture's own colours, so that the histogram is the legend of the scale too. Heights go by square root,
// or the flat parts of a photo would leave nothing else to see.
export function drawHistogram(own, name) {
  const { data: { arrays, [name]: scale } } = own
  const counts = arrays[`${name}_counts`], colours = arrays[`${name}_colours`], rgb = arrays[name].shape[2] === 3
  const canvas = own.box.querySelector(`.${name} .histogram`)
  const width = own.size, high = 40
  const pen = sizedCanvas(canvas, width, high + 20)
  const most = Math.sqrt(Math.max(...counts)), step = width / counts.length
  pen.fillStyle = own.theme.ground
  pen.fillRect(0, 0, width, high)
  pen.strokeStyle = own.theme.ink
  pen.beginPath() // the outline shows bars whose own colour is that of the page
  counts.forEach((count, i) => {
    const level = Math.round((255 * (i + 0.5)) / counts.length)
    const height = most ? (Math.sqrt(count) / most) * (high - 2) : 0
    pen.fillStyle = `rgb(${rgb ? [level, level, level] : colours.subarray(3 * level, 3 * level + 3)})`
    pen.fillRect(i * step, high - height, step + 0.3, height)
    pen.lineTo(i * step, high - height)
    pen.lineTo((i + 1) * step, high - height)
  })
  pen.stroke()
  pen.fillStyle = own.theme.ink
  pen.font = `14px ${own.theme.font}`
  const at = (number, align, x) => {
    pen.textAlign = align
    pen.fillText(written(number, 3), x, high + 16)
  }
  at(scale.low, "left", 0)
  at(scale.high, "right", width)
  if (scale.low < 0) at(0, "center", (-scale.low / (scale.high - scale.low)) * width)
  canvas.setAttribute("aria-label", `Histogram of the ${name} from ${written(scale.low)} to ${written(scale.high)}`)
}
