/**
 * The password in a URL, or the user where there is no password, as a token may stand there alone: in every way in which
 * a message may write it, as it is written, decoded, and encoded. The text need not be a right URL: it may lack its
 * scheme, or have a wrong one.
 */
export function passwordsIn(text: string): string[] {
  const written = partsOf(text)?.password;
  if (!written) return [];
  const meant = decoded(written);
  return [...new Set([written, meant, encodeURIComponent(meant), inUrl(meant), inUrl(written)])];
}

/** The same URL, with its password hidden. */
export function withoutPassword(text: string): string {
  const parts = partsOf(text);
  return parts ? `${parts.before}***${parts.after}` : text;
}

/** All up to the last `@` is for the user; the password begins at the first colon that is not the scheme's. */
function partsOf(text: string): { before: string; password: string; after: string } | undefined {
  const [, scheme = '', who = '', host = ''] = /^((?:[^:/@]*:?\/+)?)(.*)(@.*?)$/s.exec(text) ?? [];
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(who) ?? [];
  if (password) return { before: `${scheme}${user}:`, password, after: host };
  return user ? { before: scheme, password: user, after: `${who.slice(user.length)}${host}` } : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As `URL` writes it. */
function inUrl(password: string): string {
  const url = new URL('http://host');
  url.password = password;
  return url.password;
}
