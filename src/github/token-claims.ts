/** What a web identity token says about itself. Read without checking its signature: only for messages. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** The claims of a JSON Web Token, or undefined when the text is none. */
export function decodeClaims(token: string): TokenClaims | undefined {
  const [, part = ''] = /^[\w-]+=*\.([\w-]+=*)\.[\w-]*=*\s*$/.exec(token) ?? [];
  try {
    const claims: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as TokenClaims) : undefined;
  } catch {
    return undefined;
  }
}

/** A claim as text, or undefined when it is missing. */
export function claim(claims: TokenClaims, name: string): string | undefined {
  const value = claims[name];
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
