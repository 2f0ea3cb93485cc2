import type { Iam } from './connect';
import type { Purpose } from './explain';
import type { Input, Operation } from './sdk';

/** Something that IAM is asked for by `find`. */
export type Lookup = { [O in Operation]: { readonly operation: O; readonly input: Input<O> } }[Operation];

/** IAM that has begun to look for things: the first who asks for one of them gets the answer to that. */
export function lookAhead(iam: Iam, lookups: readonly Lookup[]): Iam {
  const begun = new Map<string, Promise<unknown>>();
  for (const { operation, input } of lookups) {
    const answer = iam.find(operation, input);
    // Who asks for it gets the failure, too; it may be that nobody does any more.
    answer.catch(() => undefined);
    begun.set(nameOf(operation, input), answer);
  }
  return {
    ...iam,
    find<O extends Operation>(operation: O, input: Input<O>, purpose?: Purpose) {
      const name = nameOf(operation, input);
      const answer = begun.get(name);
      begun.delete(name);
      // What an operation of this name and input is answered is of its type.
      return (answer as ReturnType<typeof iam.find<O>> | undefined) ?? iam.find(operation, input, purpose);
    },
  };
}

function nameOf(operation: Operation, input: object): string {
  return JSON.stringify([operation, input]);
}
