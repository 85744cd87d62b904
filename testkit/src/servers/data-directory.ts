import { join } from "node:path";
import type { Place } from "./place.ts";
import type { ServerProgram } from "./start-keeper.ts";

const UNUSED = "unused-data";

/** Makes the data directory: by `create`, which is given its path, or as a copy of the origin's. */
export function makeDataDirectory(
  { member }: ServerProgram,
  place: Place,
  create: (data: string) => void,
): string {
  const data = join(place.directory, "data");
  if (typeof member === "object") {
    copy(place, join(member.copyOf, UNUSED), data);
  } else {
    create(place.makeDirectory("data"));
    if (member === "origin") copy(place, data, join(place.directory, UNUSED));
  }
  return data;
}

/** As the server's account: all servers of this user run as the same one. */
function copy(place: Place, from: string, to: string): void {
  place.run("cp", ["-Rp", from, to]);
}
