import { setFlagsFromString } from "node:v8";

/**
 * Lets threads that begin after it optimise their own code, instead of handing it to threads beside them: those keep some 5 MB
 * each of what they needed for it, and where every core reads there is nobody to do it sooner. Holds for the whole process.
 */
export function compileInThread(): void {
  setFlagsFromString("--no-concurrent-recompilation");
}
