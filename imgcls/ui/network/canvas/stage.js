// Pictures on a canvas that one can pan and zoom, and that fly to their new places when the scene changes.
// `acts` says what stands around them: under(pen), over(pen), point(place or null), tap(place), grab(place).
import { sizedCanvas } from "../../js/canvas.js"
import { clamp } from "../../js/geometry.js"
import { paste } from "./paint.js"

export class Stage {
  constructor(canvas, acts) {
    Object.assign(this, { canvas, acts, scene: { width: 1, height: 1, sprites: [] }, view: { scale: 1, x: 0, y: 0 } })
    Object.assign(this, { from: new Map(), gone: [], share: 1, pointers: new Map(), width: 1, height: 1 })
    Object.assign(this, { light: 1, kept: 0, above: 30 }) // of dark pages; what is pinned at the right and at the top
    this.wire()
  }
  resize(width, height) { this.width = width; this.height = height; sizedCanvas(this.canvas, width, height) }
  get least() { return Math.min(1, this.width / this.scene.width, this.height / this.scene.height) }
  at(x, y) { return [x * this.view.scale + this.view.x, y * this.view.scale + this.view.y] }
  back(x, y) { return { x: (x - this.view.x) / this.view.scale, y: (y - this.view.y) / this.view.scale } }
  box({ x, y, w, h }) {
    const [left, top] = this.at(x, y), { scale } = this.view
    return { x: left, y: top, w: w * scale, h: h * scale }
  }

  show(scene, { moving = false, view = null } = {}) {
    const placed = (sprite) => ({ ...this.box(sprite), picture: sprite.picture })
    const before = new Map(this.scene.sprites.map((sprite) => [sprite.id, placed(sprite)]))
    this.scene = scene
    if (view) this.view = { ...view }
    this.keepInside()
    moving &&= !matchMedia("(prefers-reduced-motion: reduce)").matches
    this.from = moving ? before : new Map()
    const staying = new Set(scene.sprites.map((sprite) => sprite.id))
    this.gone = moving ? [...before].filter(([id]) => !staying.has(id)).map(([, sprite]) => sprite) : []
    this.began = moving ? performance.now() : -1e9
    this.paint()
  }
  later() { this.frame ??= requestAnimationFrame(() => { this.frame = null; this.paint() }) }
  paint() {
    const passed = clamp((performance.now() - this.began) / 320, 0, 1), t = 1 - (1 - passed) ** 3
    this.share = t
    const pen = sizedCanvas(this.canvas, this.width, this.height)
    pen.clearRect(0, 0, this.width, this.height)
    pen.imageSmoothingEnabled = false
    pen.globalAlpha = t
    this.acts.under(pen)
    for (const { x, y, w, h, picture } of t < 1 ? this.gone : []) {
      pen.globalAlpha = 1 - t
      paste(pen, picture, x, y, w, h)
    }
    for (const sprite of this.scene.sprites) {
      const to = this.box(sprite), from = this.from.get(sprite.id)
      const between = (side) => [side, from[side] + (to[side] - from[side]) * t]
      const now = from && t < 1 ? Object.fromEntries(["x", "y", "w", "h"].map(between)) : to
      if (now.x > this.width || now.y > this.height || now.x + now.w < 0 || now.y + now.h < 0) continue
      pen.globalAlpha = (from ? 1 : t) * (sprite.alpha ?? 1) * (sprite.smooth ? 1 : this.light)
      pen.imageSmoothingEnabled = now.w < sprite.picture.width || Boolean(sprite.smooth) // shrunk, a map would flicker
      paste(pen, sprite.picture, now.x, now.y, now.w, now.h)
      pen.strokeStyle = this.border
      pen.lineWidth = 1
      pen.strokeRect(now.x - 0.5, now.y - 0.5, now.w + 1, now.h + 1)
    }
    pen.globalAlpha = t
    this.acts.over(pen)
    pen.globalAlpha = 1
    if (passed < 1) this.later()
  }
  // Words keep their size at every zoom; those without room end in dots, or are left out.
  write(pen, words, x, y, { room = Infinity, align = "left", weight = 400, size = 16, colour = null } = {}) {
    const [left, top] = this.at(x, y), most = room * this.view.scale
    pen.font = `${weight} ${size}px ${this.font}`
    pen.textAlign = align
    pen.fillStyle = colour ?? this.ink
    let text = String(words)
    while (text.length > 2 && pen.measureText(text).width > most) text = text.slice(0, -2) + "…"
    if (pen.measureText(text).width <= most + 1) pen.fillText(text, left, top)
  }
  keepInside() {
    const view = this.view
    view.scale = clamp(view.scale, this.least, 10)
    for (const [side, room, size] of [["x", this.width, this.scene.width], ["y", this.height, this.scene.height]]) {
      const spare = room - size * view.scale
      view[side] = spare >= 0 ? (side === "x" ? spare / 2 : 0) : clamp(view[side], spare, 0)
    }
    this.canvas.dataset.scale = view.scale
    const larger = view.scale > this.least * 1.01 && this.scene.height * view.scale > this.height + 2
    this.canvas.style.touchAction = larger ? "none" : "pan-y"
  }
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const scale = clamp(this.view.scale * factor, this.least, 10), by = scale / this.view.scale
    if (Math.abs(by - 1) < 1e-6) return false
    this.view = { scale, x: x - (x - this.view.x) * by, y: y - (y - this.view.y) * by }
    this.keepInside()
    this.later()
    return true
  }
  // Where the scene goes on beyond what is shown: [left, right, top, bottom].
  get beyond() {
    const { x, y, scale } = this.view
    const right = x + this.scene.width * scale - this.width, bottom = y + this.scene.height * scale - this.height
    return [x < -2, right > 2, y < -2, bottom > 2]
  }
  pan(dx, dy) { this.view.x += dx; this.view.y += dy; this.keepInside(); this.later() }
  reveal({ x, y, w, h }) {
    const box = this.box({ x, y, w, h }), room = 30
    const by = (low, size, before, whole) =>
      low < before ? before - low : low + size > whole - room ? whole - room - low - size : 0
    const move = [by(box.x, box.w, room, this.width - this.kept), by(box.y, box.h, this.above, this.height)]
    if (move[0] || move[1]) this.pan(...move)
  }
  wire() {
    const { canvas, pointers } = this
    const place = (event) => {
      const box = canvas.getBoundingClientRect()
      return { x: event.clientX - box.left, y: event.clientY - box.top }
    }
    // Alone, the wheel scrolls the page; a pinch on a touchpad comes as the wheel with Ctrl.
    canvas.onwheel = (event) => {
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        this.pan(-(event.deltaX || event.deltaY), 0)
        event.preventDefault()
      }
      if (!event.ctrlKey && !event.metaKey) return
      const { x, y } = place(event)
      this.zoom(Math.exp(clamp(-event.deltaY, -120, 120) / 90), x, y)
      event.preventDefault()
    }
    canvas.onpointerdown = (event) => {
      const at = place(event)
      pointers.set(event.pointerId, at)
      canvas.setPointerCapture(event.pointerId)
      this.travel = 0
      this.grabbed = pointers.size === 1 ? this.acts.grab(this.back(at.x, at.y)) : null
    }
    canvas.onpointermove = (event) => {
      const at = place(event), last = pointers.get(event.pointerId)
      if (!last) return this.acts.point(this.back(at.x, at.y))
      const others = [...pointers].filter(([id]) => id !== event.pointerId)
      this.travel += Math.abs(at.x - last.x) + Math.abs(at.y - last.y)
      pointers.set(event.pointerId, at)
      if (others.length) {
        const other = others[0][1], far = (a, b) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y))
        this.travel += 9
        this.pan((at.x - last.x) / 2, (at.y - last.y) / 2)
        this.zoom(far(at, other) / far(last, other), (at.x + other.x) / 2, (at.y + other.y) / 2)
      } else if (this.grabbed) this.grabbed(this.back(at.x, at.y), false)
      else if (this.travel > 6) this.pan(at.x - last.x, at.y - last.y)
    }
    // Or a finger that goes down scrolls the page.
    canvas.ontouchstart = (event) => { if (this.grabbed) event.preventDefault() }
    const end = (event) => {
      const last = pointers.get(event.pointerId)
      const at = event.type === "pointerup" ? place(event) : last // cancelled, it is nowhere
      if (!last) return
      pointers.delete(event.pointerId)
      if (this.grabbed) this.grabbed(this.back(at.x, at.y), true)
      else if (this.travel <= 6 && event.type === "pointerup") this.acts.tap(this.back(at.x, at.y), event.pointerType)
      this.grabbed = null
    }
    canvas.onpointerup = end
    canvas.onpointercancel = end
    // A lifted finger still means its place.
    canvas.onpointerleave = ({ pointerType }) => {
      if (!pointers.size && pointerType !== "touch") this.acts.point(null)
    }
  }
}
