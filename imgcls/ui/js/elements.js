// What views share about the elements they live in.

// One record an element, kept between the runs that each change of data or theme causes.
const instances = new WeakMap()
export function instance(root, create) {
  if (!instances.has(root)) instances.set(root, create())
  return instances.get(root)
}

export function cssValue(root, name, fallback = "") {
  return getComputedStyle(root.host ?? root).getPropertyValue(name).trim() || fallback
}

// Whether it is a finger that points: what a phone cannot do is not advised there.
export const byFinger = () => matchMedia("(pointer: coarse)").matches

// A button that nothing can be done with. While it has the focus it only says so: a disabled one would lose it.
export function enable(button, able) {
  button.disabled = !able && !button.matches(":focus")
  button.setAttribute("aria-disabled", String(!able))
}
