import { bitmap, keepDrawn, outline, sizedCanvas } from "../../js/canvas.js"
import { textOn } from "../../js/colour.js"
import { byFinger, cssValue, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

const CHANNELS = ["red", "green", "blue"]
const SMALL = 10 // pixels: letters below could not be read, and the colours alone are shown

function build(root) {
  const box = make("div", "pixels", root)
  box.innerHTML = `
    <figure class="photo"><canvas tabindex="0" role="application"></canvas>
      <figcaption>${
        byFinger() ? "Tap the photo, or drag over it." : "Point at the photo, drag, or use the arrow keys."
      }</figcaption></figure>
    <div class="zoom">
      <div class="grids">${CHANNELS.map((c) =>
        `<figure><figcaption>${c}</figcaption><canvas role="img"></canvas></figure>`).join("")}</div>
      <div class="tools"><span>pixels across</span><button type="button" aria-label="fewer pixels">−</button><b></b>
        <button type="button" aria-label="more pixels">+</button><output aria-live="polite"></output></div>
    </div>`
  const [photo, ...grids] = box.querySelectorAll("canvas")
  const [less, more] = box.querySelectorAll("button")
  const count = matchMedia("(max-width: 560px)").matches ? 4 : 6 // whose numbers can be read
  return { box, photo, grids, less, more, count, x: 0.5, y: 0.4, picture: null }
}

// The window's top left pixel, kept inside the picture.
function corner(own) {
  const [height, width] = own.image.shape
  const n = own.count
  return [
    clamp(Math.round(own.x * width - n / 2), 0, Math.max(0, width - n)),
    clamp(Math.round(own.y * height - n / 2), 0, Math.max(0, height - n)),
  ]
}

function draw(own) {
  const { image, count, box } = own
  const [height, width] = image.shape
  const [left, top] = corner(own)
  const narrow = matchMedia("(max-width: 560px)").matches
  own.photo.parentElement.style.maxWidth = narrow ? "" : `${Math.min(400, (380 * width) / height)}px`
  const space = own.photo.parentElement.clientWidth
  const scale = Math.min(space / width, 380 / height)
  let pen = sizedCanvas(own.photo, width * scale, height * scale)
  pen.imageSmoothingEnabled = false
  pen.drawImage(own.picture, 0, 0, width * scale, height * scale)
  outline(pen, left * scale, top * scale, count * scale, count * scale, "#fff")
  own.scale = scale
  own.grids.forEach((canvas, channel) => {
    const side = canvas.parentElement.clientWidth
    const cell = side / count, letters = Math.min(22, cell * 0.5)
    pen = sizedCanvas(canvas, side, side)
    pen.clearRect(0, 0, side, side) // a tiny photo does not fill it
    pen.textAlign = "center"
    pen.textBaseline = "middle"
    pen.font = `600 ${letters}px ${cssValue(box, "--st-font", "sans-serif")}`
    for (let row = 0; row < count; row++) {
      for (let column = 0; column < count; column++) {
        if (left + column >= width || top + row >= height) continue
        const value = image[((top + row) * width + left + column) * 3 + channel]
        const rgb = [0, 0, 0]
        rgb[channel] = value
        pen.fillStyle = `rgb(${rgb})`
        pen.fillRect(column * cell, row * cell, cell + 0.5, cell + 0.5)
        if (letters < SMALL) continue
        pen.fillStyle = textOn(...rgb)
        pen.fillText(value, (column + 0.5) * cell, (row + 0.5) * cell)
      }
    }
    canvas.setAttribute("aria-label", `${count} by ${count} ${CHANNELS[channel]} values at row ${top}, column ${left}`)
  })
  const row = Math.min(top + (count >> 1), height - 1), column = Math.min(left + (count >> 1), width - 1)
  const middle = (row * width + column) * 3
  const [r, g, b] = image.subarray(middle, middle + 3)
  box.querySelector("b").textContent = count
  box.querySelector("output").textContent =
    `middle pixel: row ${row}, column ${column} = (${r}, ${g}, ${b})`
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.image = unpack(component.data).arrays.image
  own.picture = bitmap(own.image)
  const [height, width] = own.image.shape
  const redraw = () => requestAnimationFrame(() => draw(own))
  const point = (event) => {
    const place = own.photo.getBoundingClientRect()
    own.x = clamp((event.clientX - place.left) / place.width, 0, 1)
    own.y = clamp((event.clientY - place.top) / place.height, 0, 1)
    redraw()
  }
  own.photo.onpointermove = point
  own.photo.onpointerdown = point
  own.photo.onkeydown = (event) => {
    const move = stepOf(event.key)
    if (!move) return
    event.preventDefault()
    const by = event.shiftKey ? 10 : 1
    own.x = clamp(own.x + (move[0] * by) / width, 0, 1)
    own.y = clamp(own.y + (move[1] * by) / height, 0, 1)
    redraw()
  }
  const zoom = (by) => { own.count = clamp(own.count + by, 3, 12); redraw() }
  own.less.onclick = () => zoom(-1)
  own.more.onclick = () => zoom(1)
  const keys = "arrow keys move the window of enlarged pixels"
  own.photo.setAttribute("aria-label", `The photo, ${width} by ${height} pixels; ${keys}`)
  return keepDrawn(own, own.box, redraw)
}
