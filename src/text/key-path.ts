/** The keys and list positions that lead from the top of a document to one of its parts. */
export type KeyPath = readonly (string | number)[];

/** A path as people write it: `users.pulumi.access-key.deliver[0]`. A key with other characters is quoted. */
export function keyPathText(path: KeyPath): string {
  return path.map(step).join('').replace(/^\./, '');
}

function step(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
