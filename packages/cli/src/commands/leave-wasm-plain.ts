import { setFlagsFromString } from "node:v8";

/**
 * Lets V8 compile WebAssembly once, quickly, and never optimise it: planning is over before the optimiser has paid for
 * itself, and while it works on the embedded PostgreSQL's large functions it takes 400 MB. Holds for the whole process.
 */
export function leaveWasmPlain(): void {
  // Only the function with this number would be optimised: a tiny one. Turning the optimiser off works at V8's start alone.
  setFlagsFromString("--wasm-tier-up-filter=1");
}
