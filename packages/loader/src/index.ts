export { type BatchMessage, onBatch } from "./batch-channel.ts";
export { DataLoader, DataLoader as default } from "./data-loader.ts";
export { TupleMap } from "./tuple-map.ts";
