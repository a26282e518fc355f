// The chain rule of the chosen node, and the table of leaves.
import { esc } from "../../js/text.js"

const partial = (name) => `<mrow><mo>∂</mo><mi>${esc(name)}</mi></mrow>`
const fraction = (top, bottom) => `<mfrac>${partial(top)}${partial(bottom)}</mfrac>`
const formula = (inside) => `<math>${inside}</math>`
const bracket = (text) => (/^[−-]/.test(text) ? `(${text})` : text)

// The chain rule in one line where there is room: symbols, then numbers. A narrow screen breaks it before a plus.
export function chainRule(chain) {
  if (chain.plain) return `<b>${esc(chain.plain)}</b>`
  if (!chain.terms.length) return `<b>${esc(chain.heading)}</b>${chain.note ? ` <span>${esc(chain.note)}</span>` : ""}`
  const sum = (left, terms, right = "") => terms.map((term, i) =>
    formula(`${i ? '<mo form="infix">+</mo>' : left}${term}${i < terms.length - 1 ? "" : right}`)).join(" ")
  const product = (term, ...factors) =>
    `<mrow class="${term.done ? "" : "pending"}">${factors.join("<mo>·</mo>")}</mrow>`
  const symbols = chain.terms.map((t) => product(t, fraction(chain.output, t.upper), fraction(t.upper, chain.name)))
  const numbers = chain.terms.map((t) =>
    product(t, `<mn>${t.done ? esc(bracket(t.arriving)) : "?"}</mn>`, `<mn>${esc(bracket(t.local))}</mn>`))
  const total = chain.total ? `<mo>${esc(chain.sign)}</mo><mn class="total">${esc(chain.total)}</mn>` : ""
  return `<span>${sum(`${fraction(chain.output, chain.name)}<mo>=</mo>`, symbols)}</span>
    <span>${sum('<mo form="infix">=</mo>', numbers, total)}</span>`
}

// What the chosen node is, where its local derivatives come from, and the switch that cuts it off.
export function aboutNode(chain) {
  const rules = chain.terms.filter((t) => t.rule).map((t) => {
    const slope = `${fraction(t.upper, chain.name)}<mo>=</mo><mtext>${esc(t.rule)}</mtext><mo>=</mo>`
    return `<div>${formula(`${slope}<mn>${esc(t.local)}</mn>`)}</div>`
  })
  const titled = chain.terms.length || chain.plain
  const heading = titled ? `<h2>${esc(chain.heading)}</h2>` : ""
  return `${heading}${chain.recorded ? `<p>recorded as <code>${esc(chain.recorded)}</code></p>` : ""}
    ${rules.join("")}${chain.note && titled ? `<p>${esc(chain.note)}</p>` : ""}
    ${chain.cut ? `<button type="button" data-cut="1">${esc(chain.cut)}</button>` : ""}`
}

export function leafTable({ rows, reasons }) {
  const body = rows.map((r) => `<tr><th scope="row">${esc(r.name)}</th><td>${esc(r.value)}</td>
    <td>${esc(r.gradient)}</td><td>${esc(r.difference)}</td>
    <td class="${r.agrees === "≠" ? "differs" : ""}">${esc(r.agrees)}</td></tr>`)
  return `<table><caption>Autograd versus a numerical check</caption><thead><tr>
    <th scope="col">leaf</th><th scope="col">value</th><th scope="col">.grad</th>
    <th scope="col">difference</th><th scope="col"><span class="spoken">agree?</span></th>
    </tr></thead><tbody>${body.join("")}</tbody></table>
    ${reasons.map((reason) => `<p class="why">${esc(reason)}</p>`).join("")}`
}
