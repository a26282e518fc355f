import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { stepOf } from "../../js/keys.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

function build(root) {
  const box = make("div", "broadcast", root)
  box.innerHTML = `<div class="axes"></div><div class="grids"></div><p class="detail" aria-live="polite"></p>`
  return { box }
}

// The shapes right-aligned, one column an axis; a stretched size says how often it is repeated.
function axesTable({ axes, shapes, trouble }) {
  const row = (name, title) => `<tr><th scope="row">${title}</th>${axes.map((axis) => {
    const size = axis[name], stretched = axis.stretched.includes(name)
    if (name === "result") return `<td class="${size === null ? "clash" : ""}">${size ?? "✗"}</td>`
    const mark = stretched ? "stretched" : ""
    if (size === null) return `<td class="missing ${mark}">${stretched ? `→ ${axis.result}` : "–"}</td>`
    return `<td class="${mark}">${stretched ? `${size} → ${axis.result}` : size}</td>`
  }).join("")}</tr>`
  const rows = row("a", `a ${shapes[0]}`) + row("b", `b ${shapes[1]}`) + row("result", "a + b")
  return `<table><tbody>${rows}</tbody></table>
    ${trouble ? `<p class="trouble">${trouble}.</p>` : ""}`
}

// Cells of one tensor in the common shape: the last dimension runs right, the one before it down, the others in blocks.
function cellsOf(name, data, seen) {
  const { size, arrays } = data
  const width = size.at(-1), height = size.length > 1 ? size.at(-2) : 1
  const per = width * height
  const values = name === "total" ? arrays.total : arrays[name]
  const from = name === "total" ? null : arrays[`from_${name}`]
  const blocks = []
  for (let start = 0; start < arrays.total.length; start += per) {
    const cells = []
    for (let i = start; i < start + per; i++) {
      const place = from ? from[i] : i
      const ghost = from && seen.has(place)
      seen.add(place)
      cells.push(`<span data-i="${i}" class="${ghost ? "ghost" : ""}">${values[place]}</span>`)
    }
    blocks.push(`<div class="block" style="grid-template-columns:repeat(${width}, 1fr)">${cells.join("")}</div>`)
  }
  return blocks.join("")
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const data = unpack(component.data)
  const { box } = own
  box.querySelector(".axes").innerHTML = axesTable(data)
  const grids = box.querySelector(".grids"), detail = box.querySelector(".detail")
  if (data.trouble) {
    grids.innerHTML = detail.innerHTML = ""
    return
  }
  const [a, b] = data.strides
  const titled = [["a", `a, stride ${a}`, "+"], ["b", `b, stride ${b}`, "="], ["total", "a + b", ""]]
  grids.style.setProperty("--cell", data.arrays.total.length > 40 ? "32px" : "44px")
  grids.innerHTML = titled.map(([name, title, sign]) => `<figure class="${name}"><figcaption>${title}</figcaption>
    <div class="blocks">${cellsOf(name, data, new Set())}</div></figure>${
      sign ? `<b class="sign">${sign}</b>` : ""}`).join("")
  // Pointing at any cell lights its partners: the same place of the common shape.
  const show = (i) => {
    for (const cell of grids.querySelectorAll("span")) cell.classList.toggle("lit", Number(cell.dataset.i) === i)
    const { a, b, total, from_a, from_b } = data.arrays
    const index = []
    for (let rest = i, d = data.size.length - 1; d >= 0; d--) {
      index.unshift(rest % data.size[d])
      rest = Math.floor(rest / data.size[d])
    }
    detail.innerHTML = `(a + b)[${index.join(", ")}] = ${a[from_a[i]]} + ${b[from_b[i]]} = <b>${total[i]}</b>`
  }
  const point = (event) => { const cell = event.target.closest("[data-i]"); if (cell) show(Number(cell.dataset.i)) }
  grids.onpointerover = point
  grids.onclick = point
  grids.tabIndex = 0
  grids.setAttribute("role", "application")
  grids.setAttribute("aria-label", "Cells of a, b and their sum; arrow keys move from sum to sum")
  own.i = data.arrays.total.length - 1
  grids.onkeydown = (event) => {
    const by = stepOf(event.key)
    if (!by) return
    event.preventDefault()
    own.i = clamp(own.i + by[0] + data.size.at(-1) * by[1], 0, data.arrays.total.length - 1)
    show(own.i)
  }
  show(own.i)
}
