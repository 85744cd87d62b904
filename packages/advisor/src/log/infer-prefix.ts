const WORD = "[\\p{L}\\p{N}_.$+-]";
const NAME = "(?:\\[unknown\\]|[^\\s,;:|/@()[\\]]*)";
/** Without names it is a background process's, which would match too much. */
const NAMES = `(?!@(?:[\\s,;:|/@()[\\]]|$))${NAME}@${NAME}`;

/** What a written prefix may hold, tried in order at each place, and the escape of `log_line_prefix` that prints it. */
const PIECES: readonly { readonly pattern: RegExp; readonly template: string }[] = [
  { pattern: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?:[A-Za-z]+|[+-]\d{2,6})/y, template: "%m" },
  { pattern: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:[A-Za-z]+|[+-]\d{2,6})/y, template: "%t" },
  { pattern: /\d{10}\.\d{3}(?!\d)/y, template: "%n" },
  { pattern: /(user|usr|u)=(?:\[unknown\]|[^\s,;|\])]*)/iy, template: "$1=%u" },
  { pattern: /(db|dbname|database|d)=(?:\[unknown\]|[^\s,;|\])]*)/iy, template: "$1=%d" },
  {
    pattern:
      /(app|appname|application|application_name|a)=(?:\[unknown\]|(?! \w+=| \[)[^,;|\])])*/iy,
    template: "$1=%a",
  },
  { pattern: /(pid|process|p)=\d+/iy, template: "$1=%p" },
  { pattern: /(session|sess|sid|session_id|c)=[0-9a-f]+\.[0-9a-f]+/iy, template: "$1=%c" },
  { pattern: /(client|host|remote|ip|h|r)=(?:\[local\]|[^\s,;|\]]*)/iy, template: "$1=%h" },
  { pattern: /[0-9a-f]{8}\.[0-9a-f]{1,8}(?![\w.])/y, template: "%c" },
  {
    pattern:
      /(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4})+|::(?:[0-9a-f]{1,4}:?)*)\(\d+\)/y,
    template: "%r",
  },
  { pattern: /\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|\[local\]/y, template: "%h" },
  { pattern: new RegExp(NAMES, "uy"), template: "%u@%d" },
  { pattern: /\d+(?![\p{L}\p{N}_.])/uy, template: "%l" },
  { pattern: new RegExp(`\\[unknown\\]|${WORD}*[\\p{L}\\p{N}]${WORD}*`, "uy"), template: "%i" },
  { pattern: /%/y, template: "%%" },
];

/**
 * Reads a `log_line_prefix` out of one line's prefix: a setting that prints it. Words that can't be told are taken as a
 * command tag and numbers as a line number: both match, neither is used.
 */
export function inferPrefix(prefix: string): string {
  let template = "";
  let at = 0;
  while (at < prefix.length) {
    const piece = nextPiece(prefix, at);
    template += piece?.template ?? prefix[at];
    at += piece?.length ?? 1;
  }
  return withPid(template.replace(/%i(?:[\s-]*%[il])*[\s-]*%i/g, "%i").trimEnd());
}

function nextPiece(
  prefix: string,
  at: number,
): { readonly template: string; readonly length: number } | undefined {
  for (const { pattern, template } of PIECES) {
    pattern.lastIndex = at;
    const match = pattern.exec(prefix);
    if (match === null || match[0] === "") continue;
    return { template: template.replace("$1", match[1] ?? ""), length: match[0].length };
  }
  return undefined;
}

/** The process id is the first number in brackets, else the first one; a session id tells more than either. */
function withPid(template: string): string {
  if (template.includes("%p") || template.includes("%c")) return template;
  return template.includes("[%l") ? template.replace("[%l", "[%p") : template.replace("%l", "%p");
}
