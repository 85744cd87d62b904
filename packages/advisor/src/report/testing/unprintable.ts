/** Control characters, marks of direction and the like, but for line breaks and joiners. */
export const UNPRINTABLE: RegExp = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\n\u200c\u200d]]/v;
