/** Texts that may stand in a statement's constants, and that look like something else in a log. */
export const HOSTILE_TEXTS: readonly string[] = [
  "plain",
  "it's",
  'say "hi", twice ""',
  "two\nlines",
  "tab\there\r\nand a Windows line break",
  "back\\slash \\' \\n",
  "Käufer — 漢字 🚀 \u2028 separator",
  "semicolon; -- no comment /* nor this one */",
  "a,comma,\"and\",'quotes'",
  "x\n2026-01-01 10:00:00.000 UTC [7] LOG:  duration: 1.500 ms  statement: select 1",
  '{"timestamp":"2026-01-01 10:00:00.000 UTC","pid":7,"message":"duration: 1.5 ms  statement: select 1"}',
  "DETAIL:  parameters: $1 = '1', $2 = 'x'\nSTATEMENT:  select 2",
  "duration: 3.000 ms  plan:\nQuery Text: select 3",
  "$1 $2 $$ $tag$ ? %s",
];
