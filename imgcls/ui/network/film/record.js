// The film as a file: a canvas is recorded in the browser, in as many seconds as the film has. Nothing leaves the
// device.
import { withLength } from "./webm.js"

const KINDS = [
  // H.264 in mp4 plays on every phone and in every slide show.
  ["video/mp4;codecs=avc1.42E01F", "mp4"], ["video/mp4;codecs=avc1", "mp4"], ["video/webm;codecs=vp9", "webm"],
  ["video/webm;codecs=vp8", "webm"], ["video/webm", "webm"], ["video/mp4", "mp4"],
]

// [type, ending] of the best file that can be recorded; null for none.
export const kindOf = (supported) => KINDS.find(([type]) => supported(type)) ?? null

// A file name of plain letters.
export const fileName = (label, ending) =>
  ["imgcls", ...(label.normalize("NFKD").toLowerCase().match(/[a-z0-9]+/g) ?? [])].join("-") + "." + ending

export function kindHere() {
  const records = typeof MediaRecorder === "function" && HTMLCanvasElement.prototype.captureStream
  return records ? kindOf((type) => MediaRecorder.isTypeSupported(type)) : null
}

const FRAMES = 30, BITS = 6e6 // a second

// Calls draw(pen, seconds) on a canvas of its own until `length` seconds are over, and tells `progress` of the seconds.
// The clock stands still while the page is hidden: browsers draw nothing then. An aborted `signal` ends it with null.
export async function record({ width, height, length, draw, progress, signal }) {
  const [type] = kindHere()
  const canvas = Object.assign(document.createElement("canvas"), { width, height })
  const pen = canvas.getContext("2d", { alpha: false })
  draw(pen, 0)
  const stream = canvas.captureStream(FRAMES)
  const recorder = new MediaRecorder(stream, { mimeType: type, videoBitsPerSecond: BITS })
  const pieces = []
  recorder.ondataavailable = ({ data }) => { if (data.size) pieces.push(data) }
  const ended = new Promise((done, failed) => {
    recorder.onstop = done
    recorder.onerror = ({ error }) => failed(error ?? new Error("the recorder stopped"))
  })
  recorder.start(1000)
  let seconds = 0, last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now(), passed = (now - last) / 1000
    last = now
    if (recorder.state === "paused" && !document.hidden) { recorder.resume(); return }
    if (recorder.state === "recording" && document.hidden) recorder.pause()
    if (recorder.state !== "recording") return
    seconds += Math.min(passed, 0.5)
    draw(pen, Math.min(seconds, length - 1e-3))
    progress(Math.min(seconds, length))
    if (seconds >= length || signal.aborted) { clearInterval(timer); recorder.stop() }
  }, 1000 / FRAMES)
  signal.addEventListener("abort", () => { clearInterval(timer); if (recorder.state !== "inactive") recorder.stop() })
  try { await ended } finally {
    clearInterval(timer)
    stream.getTracks().forEach((track) => track.stop())
  }
  if (signal.aborted) return null
  const blob = new Blob(pieces, { type: type.split(";")[0] })
  if (blob.type !== "video/webm") return blob
  return new Blob([withLength(new Uint8Array(await blob.arrayBuffer()), seconds)], { type: blob.type })
}

export function download(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
