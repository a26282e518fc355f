// The photo of this page as a small JPEG, drawn anew: nothing of the file's metadata is in it.
const SIDE = 480 // pixels of its longer side

export async function shownPhoto() {
  const image = document.querySelector("[data-testid=stSidebar] [data-testid=stImage] img")
  if (!image) throw new Error("There is no photo on this page.")
  await image.decode()
  const scale = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight))
  const canvas = document.createElement("canvas")
  canvas.width = Math.round(scale * image.naturalWidth)
  canvas.height = Math.round(scale * image.naturalHeight)
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL("image/jpeg", 0.85).split(",")[1]
}
