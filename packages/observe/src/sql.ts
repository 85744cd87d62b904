export { endOfComment } from "./end-of-comment.ts";
export { endOfQuoted } from "./end-of-quoted.ts";
export { rememberTexts } from "./remember-texts.ts";
export { statementShape } from "./statement-shape.ts";
