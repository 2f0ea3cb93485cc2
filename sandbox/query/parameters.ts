/** The flat parameters of a Query request, by name: `Tags.member.1.Key` and so on. */
export type Parameters = Readonly<Record<string, string>>;

export function parseParameters(query: URLSearchParams, form: string): Parameters {
  return Object.fromEntries([...query, ...new URLSearchParams(form)]);
}

/** The values of a list of strings, in order. */
export function stringList(params: Parameters, name: string): string[] {
  const values: string[] = [];
  for (let value; (value = params[`${name}.member.${values.length + 1}`]) !== undefined;) values.push(value);
  return values;
}

/** The members of a list of structures, in order, each with its fields by name. */
export function structureList(params: Parameters, name: string): Parameters[] {
  const structures: Parameters[] = [];
  for (;;) {
    const prefix = `${name}.member.${structures.length + 1}.`;
    const fields = Object.entries(params).filter(([key]) => key.startsWith(prefix));
    if (fields.length === 0) return structures;
    structures.push(Object.fromEntries(fields.map(([key, value]) => [key.slice(prefix.length), value])));
  }
}
