// Where nodes and edges stand, and their SVG.
import { esc } from "../../js/text.js"

export const NARROW = 80, WIDE = 96, CONSTANT = 54, TIGHT = 36, ROOMY = 60, LOOSE = 104, PAD = 5

// Column widths and gaps for the width there is; a graph that is too wide even when tight scrolls sideways,
// and then need not be tight: the numbers on its edges stand clear of its nodes.
export function place(nodes, space) {
  const count = 1 + Math.max(...nodes.map((n) => n.column))
  const columns = Array.from({ length: count }, (_, c) => nodes.filter((n) => n.column === c))
  const widthOf = (node, plain) => (node.grid ? node.width : node.kind === "constant" ? CONSTANT : plain)
  const widths = (plain) => columns.map((list) => Math.max(...list.map((n) => widthOf(n, plain))))
  const total = (list) => list.reduce((a, b) => a + b, 0)
  let width = columns.map(() => 0)
  for (let plain = WIDE; plain >= NARROW; plain -= 4) {
    width = widths(plain)
    if (total(width) + (count - 1) * TIGHT + 2 * PAD <= space) break
  }
  const free = count > 1 ? (space - 2 * PAD - total(width)) / (count - 1) : 0
  const gap = free < TIGHT && count > 1 ? ROOMY : Math.min(free, LOOSE)
  const lefts = []
  let x = PAD
  for (const w of width) { lefts.push(x); x += w + gap }
  return { width, lefts, all: Math.max(x - gap + PAD, 60) }
}

// All nodes are one tab stop, `stop`, and so is each grid.
export function nodeShape(node, i, at, selected, stop) {
  const column = at.width[node.column]
  const w = node.grid ? node.width : node.kind === "constant" ? CONSTANT : column
  const x = at.lefts[node.column] + (column - w) / 2, y = node.middle - node.height / 2
  // The spoken label begins with what is seen: whoever speaks to the computer says what they read.
  const gradient = node.state === "off" ? "none" : node.gradient || "·"
  const numbers = node.kind === "constant" ? [] : [node.name, node.value, gradient]
  const drawn = [node.title, ...numbers].filter(Boolean).join(" ")
  const kind = `node ${node.kind} ${node.state}${i === selected ? " selected" : ""}`
  const stops = `tabindex="${i === stop ? 0 : -1}"`
  const pressed = node.grid ? `role="group"` : `role="button" ${stops} aria-pressed="${i === selected}"`
  const head = `<g class="${kind}" data-node="${i}" ${pressed}
    aria-label="${esc(node.grid ? node.spoken : `${drawn}: ${node.spoken}`)}" transform="translate(${x} ${y})">`
  if (node.kind === "constant") {
    return `${head}<rect class="card" width="${w}" height="${node.height}" rx="8"/><text class="number"
      x="${w / 2}" y="22" text-anchor="middle">${esc(node.title)}</text></g>`
  }
  const card = `<rect class="card" width="${w}" height="${node.height}" rx="${node.kind === "variable" ? 18 : 8}"/>
    <text class="title ${node.title.length > 5 && w < WIDE ? "long" : ""}" x="9" y="19">${esc(node.title)}</text>
    <text class="name" x="${w - 9}" y="19" text-anchor="end">${esc(node.name)}</text>`
  if (node.grid) return head + card + gridShape(node, i) + "</g>"
  const signed = (sign) => (sign < 0 ? "minus" : sign > 0 ? "plus" : "")
  const band = (name, top, text, sign, more = "") => `<rect class="band ${name} ${signed(sign)}"
    x="5" y="${top}" width="${w - 10}" height="20" rx="6"/> <text class="number" x="${w - 10}" y="${top + 15.5}"
    text-anchor="end">${esc(text)}${more}</text>`
  const upper = band("value", 26, node.value, node.sign)
  const more = node.partial ? " +…" : ""
  const lower = band(node.gradient ? "gradient" : "empty", 48, gradient, node.gradientSign, more)
  return `${head}${card}${upper}${lower}</g>`
}

function gridShape(node, i) {
  const { cell, rows, columns, parts } = node.grid
  return parts.map((part, p) => {
    const left = 6 + p * (columns * cell + 12)
    const cells = part.cells.map(([text, fill, ink, mark], k) => {
      const x = left + (k % columns) * cell, y = 46 + Math.floor(k / columns) * cell
      const [row, column] = [Math.floor(k / columns), k % columns]
      const spoken = `${text}, ${part.name} of ${node.title}[${row}, ${column}]`
      return `<g class="cell ${mark}" data-cell="${i},${row},${column}" data-part="${p}" tabindex="-1" role="button"
        aria-pressed="${mark === "chosen"}" aria-label="${esc(spoken)}"><rect x="${x}" y="${y}"
        width="${cell}" height="${cell}" fill="${fill}"/>
        <text x="${x + cell / 2}" y="${y + cell / 2 + 5}" text-anchor="middle"
        style="fill:${ink}">${esc(text)}</text></g>`
    })
    const marked = cells.filter((_, k) => part.cells[k][3]), plain = cells.filter((_, k) => !part.cells[k][3])
    return `<text class="name" x="${left}" y="40">${esc(part.name)}</text>${plain.join("")}${marked.join("")}`
  }).join("")
}

export function edgeShape(edge, nodes, at) {
  const wide = (n) => (n.grid ? n.width : n.kind === "constant" ? CONSTANT : at.width[n.column])
  const right = (n) => at.lefts[n.column] + (at.width[n.column] + wide(n)) / 2
  const from = nodes[edge.from], to = nodes[edge.to]
  const twin = edge.slots > 1 && edge.twin
  const spread = (edge.slot - (edge.slots - 1) / 2) * (twin ? 36 : 22)
  let [x, y] = [right(from), from.middle + (twin ? spread : 0)]
  const start = [x, y]
  let path = `M${x} ${y}`
  const curve = (nx, ny) => { const m = (x + nx) / 2; path += `C${m} ${y} ${m} ${ny} ${nx} ${ny}` }
  for (const [column, vy] of edge.via) {
    curve(at.lefts[column], vy)
    x = at.lefts[column] + at.width[column]; y = vy
    path += `L${x} ${y}`
  }
  const landing = at.lefts[to.column] + (at.width[to.column] - (to.grid ? to.width : at.width[to.column])) / 2
  const end = [landing, to.middle + spread]
  curve(...end)
  const middle = [(x + end[0]) / 2, (y + end[1]) / 2]
  const side = edge.sign < 0 ? "minus" : "plus"
  const lit = edge.state === "done" || edge.state === "now"
  const width = lit ? 2 + 4 * edge.share : 1.5
  const arrow = lit ? `<path class="arrow ${side}" d="M${start[0] + 1} ${start[1]}l11 -6v12z"/>` : ""
  const text = (name, below, words) =>
    `<text class="${name}" x="${middle[0]}" y="${middle[1] + below}" text-anchor="middle">${words}</text>`
  const label = edge.local ? text("label", -3, `×${esc(edge.local)}`) : ""
  const passed = lit && edge.passed ? text("label passed", 14, esc(edge.passed)) : ""
  const line = `<path class="edge ${edge.state} ${lit ? side : ""}" d="${path}" stroke-width="${width}"/>`
  return [line + arrow, label + passed]
}
