/** Collects the conditions of a query with their values; each `$` becomes the parameter's number. */
export function collectConditions() {
  const texts: string[] = [];
  const values: unknown[] = [];
  return {
    values,
    add(text: string, value: unknown) {
      texts.push(text);
      values.push(value);
    },
    text: (first: number) => texts.map((text, index) => `and ${text.replaceAll("$", `$${first + index}`)}`).join(" "),
  };
}
