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

// A bitmap of an (H, W, 3) or (H, W) uint8 array, to be drawn enlarged without smoothing.
export function bitmap(array) {
  const [height, width, channels = 1] = array.shape
  const canvas = document.createElement("canvas")
  canvas.width = width
  canvas.height = height
  const image = new ImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = array[channels === 1 ? i : 3 * i + c]
    image.data[4 * i + 3] = 255
  }
  canvas.getContext("2d").putImageData(image, 0, 0)
  return canvas
}
