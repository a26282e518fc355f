// One script tag for all charts on the page; the server sends plotly.min.js from the installed package.
import { cssValue, instance } from "../../js/elements.js"
import { live } from "../../js/live.js"
import { served } from "../../js/served.js"
import { hear, write } from "../../js/text.js"

function loadPlotly(source) {
  window.imgclsPlotly ??= new Promise((resolve, reject) => {
    const tag = document.createElement("script")
    tag.src = served(source)
    tag.onload = () => resolve(window.Plotly)
    tag.onerror = () => { window.imgclsPlotly = undefined; reject(new Error("no chart library")) }
    document.head.append(tag)
  })
  return window.imgclsPlotly
}

function themeOf(element) {
  return {
    text: cssValue(element, "--st-text-color", "#222"), font: cssValue(element, "--st-font", "sans-serif"),
    grid: cssValue(element, "--st-border-color-light", "#ddd"), zero: cssValue(element, "--st-border-color", "#bbb"),
    ground: cssValue(element, "--st-background-color", "#fff"),
  }
}

// Colours of the page's theme under whatever the figure sets itself.
function themed(layout, { text, font, grid, zero, ground }) {
  const axis = (own) => ({ gridcolor: grid, linecolor: grid, zerolinecolor: zero, automargin: true, ...own })
  const result = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true, ...layout,
    font: { family: font, size: 15, color: text, ...layout.font },
    hoverlabel: {
      bgcolor: ground, bordercolor: zero, font: { family: font, size: 15, color: text }, ...layout.hoverlabel,
    },
  }
  for (const name of ["xaxis", "yaxis"]) result[name] = axis(layout[name])
  for (const name of Object.keys(layout)) if (/^[xy]axis\d+$/.test(name)) result[name] = axis(layout[name])
  return result
}

// The marked place of imgcls/figures/curves.py, drawn here: to move it, Plotly need not draw its chart again.
function drawMark({ mark, layer }, element) {
  if (!mark) return layer.remove()
  const { xaxis, yaxis } = element._fullLayout
  const place = (axis, value) => {
    const pixel = axis.d2p(value)
    return pixel > -0.5 && pixel < axis._length + 0.5 ? axis._offset + pixel : null // null also for NaN
  }
  const x = place(xaxis, mark.x)
  const dots = mark.dots.map(([value, colour]) => [place(yaxis, value), colour]).filter(([y]) => y !== null)
  const circle = ([y, colour]) => `<circle cx="${x}" cy="${y}" r="6" fill="${colour}"/>`
  const line = `<path d="M${Math.round(x)} ${yaxis._offset + yaxis._length}v${-yaxis._length}"/>`
  layer.innerHTML = x === null ? "" : dots.map(circle).join("") + line
  // In front of the curves, behind Plotly's second sheet: legend and hover texts.
  const sheet = element.querySelector(".main-svg")
  if (sheet.nextSibling !== layer) sheet.after(layer)
}

export default function (component) {
  const { parentElement, data } = component
  const element = parentElement.querySelector(".plot")
  const own = instance(element, () => {
    const layer = document.createElementNS("http://www.w3.org/2000/svg", "svg")
    layer.setAttribute("class", "plot-mark")
    return { turn: 0, layer }
  })
  element.setAttribute("role", "img")
  own.caption = parentElement.querySelector(".plot-caption")
  take(own, element, data.source, data)
  // Another live element brings new figures while it is dragged: key -> what takes them.
  const follow = live[data.key] = (news) => take(own, element, data.source, news)
  // While data comes in quickly, the end of an earlier run can be told after the next one has begun: look what is gone.
  return () => setTimeout(() => {
    if (element.isConnected) return
    if (live[data.key] === follow) delete live[data.key]
    window.Plotly?.purge(element)
    own.drawn = own.wired = undefined
  })
}

// What is not said stays as it was.
function take(own, element, source, { figure, mark, alt, caption }) {
  if (alt !== undefined) element.setAttribute("aria-label", alt)
  if (caption !== undefined) {
    write(own.caption, caption)
    own.caption.hidden = !caption
    if (caption) hear(own, own.caption.parentElement, own.caption.textContent)
  }
  if (figure !== undefined) own.text = figure
  if (mark !== undefined) own.mark = mark
  show(own, element, source)
}

function show(own, element, source) {
  const turn = ++own.turn
  const figure = JSON.parse(own.text)
  element.style.height = (figure.layout.height ?? 360) + "px"
  loadPlotly(source).then(async (Plotly) => {
    if (turn !== own.turn) return // newer data is already on its way
    const theme = themeOf(element), looks = JSON.stringify([own.text, theme, element.clientWidth])
    if (looks !== own.drawn) {
      own.drawn = looks
      // In a chart that had no legend, Plotly puts a new one into the curves: such a chart is drawn anew.
      const legend = Boolean(figure.layout.showlegend), anew = own.legend !== legend
      own.legend = legend
      if (anew) own.wired = false // what was wired goes with the old chart
      own.drawing = Plotly[anew ? "newPlot" : "react"](element, figure.data, themed(figure.layout, theme), {
        displaylogo: false, displayModeBar: false, responsive: true, ...figure.config,
      })
    }
    await own.drawing
    wire(own, element)
    drawMark(own, element)
    element.dataset.drawn = String(turn)
  }, () => { element.textContent = "The chart library did not load; reload the page." })
}

function wire(own, element) {
  if (own.wired) return
  own.wired = true
  element.on("plotly_afterplot", () => drawMark(own, element)) // another size moves the axes
}
