// Shared by every component.

// The full address of a name of our own, such as "imgcls/plotly.min.js". The app may be served below a path, and a
// proxy may have taken that path off before the server saw it: where Streamlit's program came from is our place, too.
const home = new URL("../../", document.querySelector('script[src*="static/js/"]').src)
export const served = (name) => new URL(name, home).href

// One record an element, kept between the runs that each change of data or theme causes.
const instances = new WeakMap()
export function instance(root, create) {
  if (!instances.has(root)) instances.set(root, create())
  return instances.get(root)
}

// Live elements find each other by their keys: while one of them is dragged, it brings the others new data.
export const live = (window.imgclsLive ??= {})
export function lively(view, styles) {
  return (component) => {
    const scope = component.parentElement.getRootNode() // a shadow root, or the document
    const missing = styles.filter((sheet) => !scope.adoptedStyleSheets.includes(sheet))
    if (missing.length) scope.adoptedStyleSheets = [...scope.adoptedStyleSheets, ...missing]
    const root = component.parentElement.host ?? component.parentElement
    const key = root.closest("[class*=st-key-]").className.match(/st-key-(\S+)/)[1]
    let end
    live[key] = (data) => { end = view({ ...component, data }) ?? end }
    end = view(component) // which may take new data in a way of its own
    return () => { delete live[key]; end?.() }
  }
}

// What imgcls.ui.live.follow answers: new data for the elements beside.
export function bring(bytes) {
  const { beside, arrays } = unpack(bytes)
  for (const [key, data] of Object.entries({ ...beside, ...arrays })) live[key]?.(data)
}

// The mirror of imgcls/ui/packet.py: {...fields, arrays: {name: typed array with .shape}}.
export function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  const packet = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const kinds = {
    uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, int32: Int32Array,
    uint32: Uint32Array, float32: Float32Array, float64: Float64Array,
  }
  for (const [name, about] of Object.entries(packet.arrays)) {
    const kind = kinds[about.dtype]
    const start = bytes.byteOffset + 4 + length + about.offset
    const size = about.shape.reduce((a, b) => a * b, 1) * kind.BYTES_PER_ELEMENT
    const array = new kind(bytes.buffer.slice(start, start + size)) // a copy, so that it is aligned
    array.shape = about.shape
    packet.arrays[name] = array
  }
  return packet
}

// At most one request under way, and the newest value always goes last: a drag never queues up.
// A value is {seq, ...}; Python sends the seq that it has answered back as `ack`.
export class Sender {
  constructor() { this.seq = Date.now() % 1e9; this.waiting = null; this.next = null }
  get busy() { return this.waiting !== null }
  send(component, name, value) {
    if (this.waiting !== null) { this.next = [component, name, value]; return }
    this.waiting = ++this.seq
    component.setStateValue(name, { ...value, seq: this.waiting })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.acknowledge(this.waiting), 2000) // an answer can get lost
  }
  acknowledge(seq) {
    if (this.waiting === null || seq !== this.waiting) return
    clearTimeout(this.timer)
    this.waiting = null
    const next = this.next
    this.next = null
    if (next) this.send(...next)
  }
}

export function cssValue(root, name, fallback = "") {
  return getComputedStyle(root.host ?? root).getPropertyValue(name).trim() || fallback
}

// Black or white, whichever reads better on this colour (the same rule as imgcls/palette.py).
export function textOn(r, g, b) {
  const linear = (c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.179 ? "#000" : "#fff"
}

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

// Whether it is a finger that points: what a phone cannot do is not advised there.
export const byFinger = () => matchMedia("(pointer: coarse)").matches

// A button that nothing can be done with. While it has the focus it only says so: a disabled one would lose it.
export function enable(button, able) {
  button.disabled = !able && !button.matches(":focus")
  button.setAttribute("aria-disabled", String(!able))
}

export function clamp(value, low, high) { return Math.min(high, Math.max(low, value)) }
