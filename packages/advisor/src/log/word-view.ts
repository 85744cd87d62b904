import { NO_BYTES } from "./byte-span.ts";

/** To read and write four bytes at a time, as a `Buffer` can't quickly. */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

const NO_VIEW = viewOf(NO_BYTES);

/**
 * Views of the buffers that were asked for last, for those who are given one buffer or two, again and again: making a view
 * takes as long as reading a statement.
 */
export function createViews(): (bytes: Buffer) => DataView {
  let buffer = NO_BYTES;
  let view = NO_VIEW;
  let otherBuffer = NO_BYTES;
  let otherView = NO_VIEW;
  return (bytes) => {
    if (bytes === buffer) return view;
    const found = bytes === otherBuffer ? otherView : viewOf(bytes);
    otherBuffer = buffer;
    otherView = view;
    buffer = bytes;
    view = found;
    return found;
  };
}
