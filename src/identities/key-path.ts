/** The keys and list positions that lead from the top of a document to one of its parts. */
export type KeyPath = readonly PropertyKey[];

/** A path as people write it: `users.pulumi.access-key.deliver[0]`. A key with other characters is quoted. */
export function keyPathText(path: KeyPath): string {
  return path.map(step).join('').replace(/^\./, '');
}

function step(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const text = String(key);
  return /^[\w-]+$/.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`;
}
