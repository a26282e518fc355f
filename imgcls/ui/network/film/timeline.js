// Which scene there is at which time: scenes [{seconds}, ...] and seconds in, numbers out.
import { clamp } from "../../js/geometry.js"

export const FADE = 0.3 // seconds from one scene to the next

export const lengthOf = (scenes) => scenes.reduce((sum, { seconds }) => sum + seconds, 0)

export const beginOf = (scenes, index) => lengthOf(scenes.slice(0, index))

// The scene at a time, and how far it is, from 0 to 1; at the film's end the last scene is over.
export function sceneAt(scenes, time) {
  let begin = 0
  for (let index = 0; index < scenes.length; index++) {
    const { seconds } = scenes[index]
    if (time < begin + seconds || index === scenes.length - 1) {
      return { index, begin, share: clamp((time - begin) / seconds, 0, 1) }
    }
    begin += seconds
  }
}

// How much of the scene there is to be seen over the one before, from 0 to 1.
export const fadeAt = (scenes, time) => {
  const { index, begin } = sceneAt(scenes, time)
  return index ? clamp((time - begin) / FADE, 0, 1) : 1
}

// The scene that "next" (1) and "previous" (-1) lead to.
export const neighbour = (scenes, time, by) => clamp(sceneAt(scenes, time).index + by, 0, scenes.length - 1)

// The time in a scene at which all of it is shown, for those who want no movement.
export const wholeAt = (scenes, index) => beginOf(scenes, index) + 0.999 * scenes[index].seconds

// After so many seconds, in a loop.
export const onward = (scenes, time, seconds) => (time + seconds) % lengthOf(scenes)
