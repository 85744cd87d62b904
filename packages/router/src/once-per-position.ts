import type { Position } from "./position.ts";

/** A function of a position that remembers its answers as long as the position is in use: most reads of a while ask for the same one. */
export function oncePerPosition<Answer extends object | string>(
  read: (position: Position) => Answer,
): (position: Position) => Answer {
  const answers = new WeakMap<Position, Answer>();
  return (position) => {
    const known = answers.get(position);
    if (known !== undefined) return known;
    const answer = read(position);
    answers.set(position, answer);
    return answer;
  };
}
