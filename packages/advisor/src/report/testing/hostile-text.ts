/** What a log or a catalog may hold to break out of a page, a terminal or a table. */
export const HOSTILE =
  "</script><script>alert(1)</script><img src=x onerror=\"alert('2')\"> ' \" ` ]]> --> <!-- ${7*7} {{7*7}} &lt; \u2028\u2029 \u202eevil\u202c \u2066\u200f \0\u001b[31m\u009b | [x](javascript:alert(3)) </textarea></style></title><svg onload=alert(4)> javascript:alert(5) \ud800";
