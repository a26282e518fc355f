const esc = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
const NARROW = 80, WIDE = 96, CONSTANT = 54, TIGHT = 36, LOOSE = 104, PAD = 5

function build(root) {
  const box = document.createElement("div")
  box.className = "graph"
  box.innerHTML = `
    <div class="bar" role="toolbar" aria-label="Backward pass">
      <button type="button" data-move="first" aria-label="back to the forward pass">⏮</button>
      <button type="button" data-move="back" aria-label="one step back">◀</button>
      <button type="button" data-move="on" aria-label="one step on">▶</button>
      <button type="button" data-move="last" aria-label="to the end of the backward pass">⏭</button>
      <button type="button" data-move="play" aria-label="play the backward pass">play</button>
      <output></output><span class="caption" aria-live="polite"></span>
    </div>
    <div class="scroll"><svg xmlns="http://www.w3.org/2000/svg" role="group"></svg></div>
    <section class="chain" aria-live="polite"></section>
    <div class="below"><section class="about"></section><section class="leaves"></section></div>
    <p class="legend"></p>`
  root.append(box)
  return {
    box, svg: box.querySelector("svg"), scroll: box.querySelector(".scroll"), sender: new Sender(),
    chain: box.querySelector(".chain"), about: box.querySelector(".about"), leaves: box.querySelector(".leaves"), turn: null, timer: null,
  }
}

// Column widths and gaps for the width there is; a graph that is too wide even when tight scrolls sideways.
function place(nodes, space) {
  const count = 1 + Math.max(...nodes.map((n) => n.column))
  const columns = Array.from({ length: count }, (_, c) => nodes.filter((n) => n.column === c))
  const widths = (plain) => columns.map((list) => Math.max(...list.map((n) => n.grid ? n.width : n.kind === "constant" ? CONSTANT : plain)))
  const total = (list) => list.reduce((a, b) => a + b, 0)
  let width = columns.map(() => 0)
  for (let plain = WIDE; plain >= NARROW; plain -= 4) {
    width = widths(plain)
    if (total(width) + (count - 1) * TIGHT + 2 * PAD <= space) break
  }
  const gap = count > 1 ? clamp((space - 2 * PAD - total(width)) / (count - 1), TIGHT, LOOSE) : 0
  const lefts = []
  let x = PAD
  for (const w of width) { lefts.push(x); x += w + gap }
  return { width, lefts, all: Math.max(x - gap + PAD, 60) }
}

function nodeShape(node, i, at, selected) {
  const column = at.width[node.column]
  const w = node.grid ? node.width : node.kind === "constant" ? CONSTANT : column
  const x = at.lefts[node.column] + (column - w) / 2, y = node.middle - node.height / 2
  const kind = `node ${node.kind} ${node.state}${i === selected ? " selected" : ""}`
  const head = `<g class="${kind}" data-node="${i}" tabindex="0" role="button" aria-pressed="${i === selected}"
    aria-label="${esc(node.spoken)}" transform="translate(${x} ${y})">`
  if (node.kind === "constant") {
    return `${head}<rect class="card" width="${w}" height="${node.height}" rx="8"/><text class="number" x="${w / 2}" y="22" text-anchor="middle">${esc(node.title)}</text></g>`
  }
  const card = `<rect class="card" width="${w}" height="${node.height}" rx="${node.kind === "variable" ? 18 : 8}"/>
    <text class="title ${node.title.length > 5 && w < WIDE ? "long" : ""}" x="9" y="19">${esc(node.title)}</text>
    <text class="name" x="${w - 9}" y="19" text-anchor="end">${esc(node.name)}</text>`
  if (node.grid) return head + card + gridShape(node, i) + "</g>"
  const band = (name, top, text, sign, more = "") => `<rect class="band ${name} ${sign < 0 ? "minus" : sign > 0 ? "plus" : ""}"
    x="5" y="${top}" width="${w - 10}" height="20" rx="6"/><text class="number" x="${w - 10}" y="${top + 15.5}" text-anchor="end">${esc(text)}${more}</text>`
  const gradient = node.state === "off" ? "none" : node.gradient || "·"
  return `${head}${card}${band("value", 26, node.value, node.sign)}${band(node.gradient ? "gradient" : "empty", 48, gradient, node.gradientSign, node.partial ? " +…" : "")}</g>`
}

function gridShape(node, i) {
  const { cell, rows, columns, parts } = node.grid
  return parts.map((part, p) => {
    const left = 6 + p * (columns * cell + 12)
    const cells = part.cells.map(([text, fill, ink, mark], k) => {
      const x = left + (k % columns) * cell, y = 46 + Math.floor(k / columns) * cell
      return `<g class="cell ${mark}" data-cell="${i},${Math.floor(k / columns)},${k % columns}"><rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${fill}"/>
        <text x="${x + cell / 2}" y="${y + cell / 2 + 5}" text-anchor="middle" style="fill:${ink}">${esc(text)}</text></g>`
    })
    const marked = cells.filter((_, k) => part.cells[k][3]), plain = cells.filter((_, k) => !part.cells[k][3])
    return `<text class="name" x="${left}" y="40">${esc(part.name)}</text>${plain.join("")}${marked.join("")}`
  }).join("")
}

function edgeShape(edge, nodes, at) {
  const right = (n) => at.lefts[n.column] + (at.width[n.column] + (n.grid ? n.width : n.kind === "constant" ? CONSTANT : at.width[n.column])) / 2
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
  const end = [at.lefts[to.column] + (at.width[to.column] - (to.grid ? to.width : at.width[to.column])) / 2, to.middle + spread]
  curve(...end)
  const middle = [(x + end[0]) / 2, (y + end[1]) / 2]
  const side = edge.sign < 0 ? "minus" : "plus"
  const lit = edge.state === "done" || edge.state === "now"
  const width = lit ? 2 + 4 * edge.share : 1.5
  const arrow = lit ? `<path class="arrow ${side}" d="M${start[0] + 1} ${start[1]}l11 -6v12z"/>` : ""
  const label = !edge.local ? "" : `<text class="label" x="${middle[0]}" y="${middle[1] - 3}" text-anchor="middle">×${esc(edge.local)}</text>`
  const passed = lit && edge.passed ? `<text class="label passed" x="${middle[0]}" y="${middle[1] + 14}" text-anchor="middle">${esc(edge.passed)}</text>` : ""
  return [`<path class="edge ${edge.state} ${lit ? side : ""}" d="${path}" stroke-width="${width}"/>${arrow}`, label + passed]
}

const fraction = (top, bottom) => `<mfrac><mrow><mo>∂</mo><mi>${esc(top)}</mi></mrow><mrow><mo>∂</mo><mi>${esc(bottom)}</mi></mrow></mfrac>`
const formula = (inside) => `<math>${inside}</math>`
const bracket = (text) => (/^[−-]/.test(text) ? `(${text})` : text)

// The chain rule in one line where there is room: symbols, then numbers.
function chainRule(chain) {
  if (chain.plain) return `<b>${esc(chain.plain)}</b>`
  if (!chain.terms.length) return `<b>${esc(chain.heading)}</b>${chain.note ? ` <span>${esc(chain.note)}</span>` : ""}`
  const plus = "<mo>+</mo>"
  const symbols = chain.terms.map((t) => `<mrow class="${t.done ? "" : "pending"}">${fraction(chain.output, t.upper)}<mo>·</mo>${fraction(t.upper, chain.name)}</mrow>`)
  const numbers = chain.terms.map((t) => `<mrow class="${t.done ? "" : "pending"}"><mn>${t.done ? esc(bracket(t.arriving)) : "?"}</mn><mo>·</mo><mn>${esc(bracket(t.local))}</mn></mrow>`)
  const total = chain.total ? `<mo>=</mo><mn class="total">${esc(chain.total)}</mn>` : ""
  return `<span>${formula(`${fraction(chain.output, chain.name)}<mo>=</mo>${symbols.join(plus)}`)}</span>
    <span>${formula(`<mo>=</mo>${numbers.join(plus)}${total}`)}</span>`
}

// What the chosen node is, where its local derivatives come from, and the switch that cuts it off.
function aboutNode(chain) {
  const rules = chain.terms.filter((t) => t.rule).map((t) => `<div>${formula(`${fraction(t.upper, chain.name)}<mo>=</mo><mtext>${esc(t.rule)}</mtext><mo>=</mo><mn>${esc(t.local)}</mn>`)}</div>`)
  const titled = chain.terms.length || chain.plain
  return `${titled ? `<h4>${esc(chain.heading)}</h4>` : ""}${chain.recorded ? `<p>recorded as <code>${esc(chain.recorded)}</code></p>` : ""}
    ${rules.join("")}${chain.note && titled ? `<p>${esc(chain.note)}</p>` : ""}
    ${chain.cut ? `<button type="button" data-cut="1">${esc(chain.cut)}</button>` : ""}`
}

function leafTable({ rows, reasons }) {
  const body = rows.map((r) => `<tr><th scope="row">${esc(r.name)}</th><td>${esc(r.value)}</td><td>${esc(r.gradient)}</td><td>${esc(r.difference)}</td>
    <td class="${r.agrees ? "" : "differs"}">${r.agrees ? "=" : "≠"}</td></tr>`)
  return `<table><caption>Autograd against nudging each variable</caption><thead><tr><th scope="col">leaf</th><th scope="col">value</th><th scope="col">.grad</th>
    <th scope="col">difference</th><th scope="col"><span class="hidden">agree?</span></th></tr></thead><tbody>${body.join("")}</tbody></table>
    ${reasons.map((reason) => `<p class="why">${esc(reason)}</p>`).join("")}`
}

function draw(own) {
  const { data, svg, box } = own
  const at = place(data.nodes, own.scroll.clientWidth)
  const focused = svg.getRootNode().activeElement?.dataset?.node
  // A small graph is drawn larger, for the last row of the hall.
  const tall = data.height + 2 * PAD
  const scale = clamp(Math.min(own.scroll.clientWidth / at.all, 340 / tall), 1, 1.35)
  svg.setAttribute("width", at.all * scale)
  svg.setAttribute("height", tall * scale)
  svg.setAttribute("viewBox", `0 0 ${at.all} ${tall}`)
  svg.setAttribute("aria-label", data.alt)
  const edges = data.edges.map((edge) => edgeShape(edge, data.nodes, at))
  svg.innerHTML = `<g transform="translate(0 ${PAD})">${edges.map((e) => e[0]).join("")}
    ${data.nodes.map((node, i) => nodeShape(node, i, at, data.selected)).join("")}${edges.map((e) => e[1]).join("")}</g>`
  if (focused !== undefined) svg.querySelector(`[data-node="${focused}"]`)?.focus({ preventScroll: true })
  box.querySelector("output").textContent = `${data.turn} / ${data.turns}`
  box.querySelector(".caption").textContent = data.caption
  own.chain.innerHTML = chainRule(data.chain)
  own.about.innerHTML = aboutNode(data.chain)
  box.querySelector(".legend").innerHTML = data.grids
    ? `<span><i class="chosen"></i>the cell you clicked</span><span><i class="route"></i>where its gradient comes from</span>
       <span><i class="winner"></i>largest of its window</span>`
    : `<span><i class="value"></i>value, forward</span><span><i class="gradient"></i>gradient, arriving</span>
       <span><b>×</b> local derivative</span><span><b>bold</b> what the backward pass hands on</span>`
  for (const button of box.querySelectorAll("[data-move]")) {
    const backwards = button.dataset.move === "first" || button.dataset.move === "back"
    button.disabled = data.turns === 0 || (backwards ? data.turn === 0 : button.dataset.move !== "play" && data.turn === data.turns)
  }
  box.querySelector("[data-move=play]").textContent = own.timer ? "pause" : "play"
  if (own.turn !== data.turn && own.turn !== null) follow(own)
  own.turn = data.turn
}

// On a narrow screen the node at work is scrolled into view, without moving the page.
function follow(own) {
  const node = own.svg.querySelector(".node.firing")
  if (!node || own.scroll.scrollWidth <= own.scroll.clientWidth) return
  const place = node.getBoundingClientRect(), frame = own.scroll.getBoundingClientRect()
  own.scroll.scrollLeft += place.left + place.width / 2 - frame.left - frame.width / 2
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const data = (own.data = component.data)
  own.sender.acknowledge(data.ack)
  // What was asked for last, so that quick clicks add up while an answer is still under way.
  if (!own.sender.busy) own.asked = { turn: data.turn, selected: data.picked }
  const send = (value) => {
    own.asked = { ...own.asked, ...value, cut: null, cell: null }
    own.sender.send(component, "value", { cut: null, cell: null, ...own.asked, ...value })
  }
  const stop = () => { clearInterval(own.timer); own.timer = null }
  const go = (turn) => send({ turn: clamp(turn, 0, own.data.turns) })
  own.box.onclick = (event) => {
    const target = event.target.closest("[data-move], [data-cut], [data-cell], [data-node]")
    if (!target) return
    const { move, cut, cell, node } = target.dataset
    if (move === "play") {
      if (own.timer) stop()
      else {
        if (own.data.turn === own.data.turns) go(0)
        own.timer = setInterval(() => { if (own.data.turn === own.data.turns) { stop(); draw(own) } else go(own.data.turn + 1) }, 900)
      }
      draw(own)
    } else if (move) { stop(); go({ first: 0, back: own.asked.turn - 1, on: own.asked.turn + 1, last: own.data.turns }[move]) }
    else if (cut) send({ cut: own.data.selected })
    else if (cell) send({ cell, selected: Number(cell.split(",")[0]) })
    else if (node !== undefined) send({ selected: Number(node) })
  }
  own.svg.onkeydown = (event) => {
    const node = event.target.dataset?.node
    if ((event.key === "Enter" || event.key === " ") && node !== undefined) send({ selected: Number(node) })
    else if (event.key === "ArrowRight") go(own.asked.turn + 1)
    else if (event.key === "ArrowLeft") go(own.asked.turn - 1)
    else return
    event.preventDefault()
  }
  own.observer ??= new ResizeObserver(() => requestAnimationFrame(() => draw(own)))
  own.observer.observe(own.scroll)
  draw(own)
  return () => { stop(); own.observer.disconnect(); own.observer = null }
}
