// A node's numbers while its owner moves its weights: what neuron.py computes for all, for one alone. No imports.
const KEPT = 0.5 // the share of nodes that dropout leaves on

const dot = (one, other) => one.reduce((total, value, place) => total + value * other[place], 0)

// `news` is what the server told of the layer and of this node (`mine`), whose weights are others now: its new w · x
// and output, and what they make of the logits, the probabilities, the loss and the node's own gradient.
export function moved(news, weights) {
  const { mine, pixels, label, dropout } = news
  const scale = dropout ? (mine.kept ? 1 / KEPT : 0) : 1
  const input = dot(weights, pixels)
  const output = scale * input
  const logits = news.logits.map((logit, place) => place === mine.label ? logit - mine.output + output : logit)
  const largest = Math.max(...logits)
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0)
  const logs = logits.map((logit) => logit - largest - Math.log(sum))
  const probabilities = logs.map(Math.exp)
  const toInput = (probabilities[mine.label] - (mine.label === label ? 1 : 0)) * scale
  return { input, output, logits, probabilities, loss: -logs[label], gradient: pixels.map((pixel) => toInput * pixel) }
}
