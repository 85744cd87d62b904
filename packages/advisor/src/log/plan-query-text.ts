/** The statement of an `auto_explain` record in its text or JSON format; `undefined` for the other formats. */
export function planQueryText(plan: string): string | undefined {
  if (plan.startsWith("{")) {
    try {
      const text: unknown = (JSON.parse(plan) as Readonly<Record<string, unknown>>)["Query Text"];
      return typeof text === "string" ? text : undefined;
    } catch {
      return undefined;
    }
  }
  const label = "Query Text: ";
  if (!plan.startsWith(label)) return undefined;
  // The statement ends where its parameters or the plan's first node begin.
  const end = /\n(?:Query Parameters: |[A-Z][^\n]*  \((?:cost=\d|actual |never executed))/.exec(
    plan,
  );
  return plan.slice(label.length, end?.index);
}
