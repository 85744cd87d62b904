/** To read and write four bytes at a time, as a `Buffer` can't quickly. */
export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * Views of the buffers that were asked for last, for those who are given one buffer or two, again and again: making a view
 * takes as long as reading a statement.
 */
export function createViews(): (bytes: Buffer) => DataView {
  let buffer: Buffer = Buffer.alloc(0);
  let view = viewOf(buffer);
  let otherBuffer = buffer;
  let otherView = view;
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
