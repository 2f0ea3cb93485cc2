/** The Date of an answer as the SDK's middleware has it, in milliseconds since 1970; undefined where there is none that can be read. */
export function dateOf(response: unknown): number | undefined {
  const { headers = {} } = response as { readonly headers?: Readonly<Record<string, string>> };
  const time = Date.parse(headers.date ?? '');
  return Number.isNaN(time) ? undefined : time;
}
