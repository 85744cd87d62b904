/** Messages of a log that `stderr` got: the lines of one message have one process, and further fields their own prefix. */
export function messagesOf(log: string): { readonly pid: string; readonly text: string }[] {
  const messages: { pid: string; text: string }[] = [];
  for (const line of log.split("\n")) {
    const isMessage = /^[^\t].{0,120}?\b(?:LOG|ERROR|FATAL|WARNING|NOTICE|PANIC): {2}/.test(line);
    const last = messages.at(-1);
    if (isMessage || last === undefined) {
      messages.push({ pid: /\[(\d+)\]/.exec(line)?.[1] ?? "0", text: line });
    } else if (line !== "") {
      last.text += `\n${line}`;
    }
  }
  return messages;
}

/**
 * The chunks that a server hands to syslog, after PostgreSQL's documentation of `syslog_split_messages`: by lines, none
 * longer than 900 bytes, cut before a white space where there is one.
 */
export function chunksOf(text: string): string[] {
  const chunks: string[] = [];
  for (const line of text.split("\n")) {
    let rest = line;
    while (Buffer.byteLength(rest) > 900) {
      let end = rest.length;
      while (Buffer.byteLength(rest.slice(0, end)) > 900) end--;
      let cut = end;
      if (!/\s/.test(rest[end] ?? "")) {
        cut--;
        while (cut > 0 && !/\s/.test(rest[cut] ?? "")) cut--;
        if (cut === 0) cut = end;
      }
      chunks.push(rest.slice(0, cut));
      rest = rest.slice(cut);
    }
    if (rest !== "") chunks.push(rest);
  }
  return chunks;
}

/** Writes messages as several processes at a time do: chunks of different processes between each other. */
export function interleave(
  messages: readonly { readonly pid: string; readonly text: string }[],
  write: (pid: string, message: number, chunk: number, text: string) => string,
  random: () => number,
): string[] {
  const counts = new Map<string, number>();
  const queues = new Map<string, string[]>();
  const lines: string[] = [];
  const flush = (): void => {
    const waiting = [...queues.values()].filter((queue) => queue.length > 0);
    while (waiting.length > 0) {
      const at = Math.floor(random() * waiting.length);
      const line = waiting[at]?.shift();
      if (line !== undefined) lines.push(line);
      if (waiting[at]?.length === 0) waiting.splice(at, 1);
    }
  };
  for (const { pid, text } of messages) {
    const message = (counts.get(pid) ?? 0) + 1;
    counts.set(pid, message);
    const queue = queues.get(pid) ?? [];
    queues.set(pid, queue);
    queue.push(...chunksOf(text).map((chunk, index) => write(pid, message, index + 1, chunk)));
    if (random() < 0.2) flush();
  }
  flush();
  return lines;
}
