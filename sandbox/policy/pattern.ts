import type { Context } from './context';

/** Where policy variables get their values; undefined for a policy in which `${…}` is plain text. */
export type Variables = Context | undefined;

/** Whether a pattern with `*`, `?` and policy variables matches the whole value. */
export function matches(pattern: string, value: string, variables: Variables, flags = ''): boolean {
  let source = '';
  for (const token of pattern.split(/(\$\{[^}]*\}|[*?])/)) {
    if (token === '*') source += '.*';
    else if (token === '?') source += '.';
    else {
      const text = substitute(token, variables);
      if (text === undefined) return false;
      source += text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    }
  }
  return new RegExp(`^${source}$`, `s${flags}`).test(value);
}

/** The text with its policy variables filled in; undefined when one of them has no value in this request. */
export function substitute(text: string, variables: Variables): string | undefined {
  if (variables === undefined) return text;
  const values = text.split(/(\$\{[^}]*\})/).map((token) => {
    return token.startsWith('${') && token.endsWith('}') ? variable(token.slice(2, -1), variables) : token;
  });
  return values.includes(undefined) ? undefined : values.join('');
}

function variable(expression: string, context: Context): string | undefined {
  if (['*', '?', '$'].includes(expression)) return expression;
  const [, key = '', fallback] = /^([^,]*?)(?:\s*,\s*'(.*)')?$/.exec(expression.trim()) ?? [];
  return context.get(key.toLowerCase())?.[0] ?? fallback;
}
