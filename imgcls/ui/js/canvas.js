// A canvas whose drawing units are CSS pixels on every screen; returns its 2D context.
export function sizedCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1
  const w = Math.round(width * ratio), h = Math.round(height * ratio)
  if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h }
  canvas.style.width = width + "px"
  canvas.style.height = height + "px"
  const context = canvas.getContext("2d")
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  return context
}

// Draws now, and again whenever the element's size changes; returns what ends that.
export function keepDrawn(own, element, draw) {
  own.observer ??= new ResizeObserver(() => requestAnimationFrame(() => draw(own)))
  own.observer.observe(element)
  draw(own)
  return () => { own.observer.disconnect(); own.observer = null }
}

// An (H, W, 3) or (H, W) uint8 array on a canvas of the same size, to be drawn or shown enlarged without smoothing.
export function paint(canvas, array) {
  const [height, width, channels = 1] = array.shape, next = channels === 1 ? 0 : 1
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const image = new ImageData(width, height), { data } = image
  for (let from = 0, to = 0; to < data.length; from += channels, to += 4) {
    data[to] = array[from]
    data[to + 1] = array[from + next]
    data[to + 2] = array[from + 2 * next]
    data[to + 3] = 255
  }
  canvas.getContext("2d").putImageData(image, 0, 0)
  return canvas
}

export const bitmap = (array) => paint(document.createElement("canvas"), array)

// Picture k of a stack (N, H, W) or (N, H, W, 3); it shares the stack's numbers.
export function pictureOf(stack, k) {
  const shape = stack.shape.slice(1), size = shape.reduce((a, b) => a * b, 1)
  return Object.assign(stack.subarray(k * size, (k + 1) * size), { shape })
}

// A frame in a colour on black, seen on any picture.
export function outline(pen, x, y, width, height, colour = "#ffb000", line = 2.5) {
  for (const [ink, thick] of [["#000", line + 2], [colour, line]]) {
    pen.strokeStyle = ink
    pen.lineWidth = thick
    pen.strokeRect(x, y, width, height)
  }
}
