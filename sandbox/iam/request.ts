import { Constraints } from '../query/constraints';
import { validationError } from '../query/error';
import type { Parameters } from '../query/parameters';
import type { SignedCall } from '../query/service';

/**
 * Parameters that must be there.
 * @throws Refusal ValidationError that names every one that is missing
 */
export function required<Name extends string>(params: Parameters, ...names: readonly Name[]): Record<Name, string> {
  const constraints = new Constraints();
  const values = names.map((name) => [name, constraints.required(memberName(name), params[name])] as const);
  constraints.check();
  return Object.fromEntries(values) as Record<Name, string>;
}

/** @throws Refusal ValidationError for a name that no user, role or policy can have */
export function checkName(parameter: string, name: string | undefined, max: number): void {
  const member = memberName(parameter);
  const constraints = new Constraints();
  constraints.length(member, name, 1, max);
  constraints.check();
  if (name !== undefined && !/^[\w+=,.@-]+$/.test(name)) {
    throw validationError(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the ` +
        'following: +=,.@_-',
    );
  }
}

/**
 * `Path`, by default `/`.
 * @throws Refusal ValidationError
 */
export function readPath({ Path = '/' }: Parameters): string {
  checkPath('Path', Path);
  return Path;
}

/** @throws Refusal ValidationError for a path that does not go from and to `/` */
export function checkPath(parameter: string, path: string | undefined): void {
  const member = memberName(parameter);
  const constraints = new Constraints();
  constraints.length(member, path, 1, 512);
  constraints.check();
  if (path !== undefined && !/^\/(?:[!-~]+\/)?$/.test(path)) {
    throw validationError(
      `The specified value for ${member} is invalid. It must begin and end with / and contain only alphanumeric ` +
        'characters and/or / characters.',
    );
  }
}

/**
 * `Status` of a credential.
 * @throws Refusal ValidationError
 */
export function readStatus({ Status }: Parameters): 'Active' | 'Inactive' {
  const constraints = new Constraints();
  constraints.oneOf('status', Status, ['Active', 'Inactive']);
  constraints.check();
  return Status === 'Active' ? 'Active' : 'Inactive';
}

/** What is in a part of the tree of paths. */
export function underPrefix<T extends { readonly path: string }>(
  items: Iterable<T>,
  { PathPrefix = '/' }: Parameters,
): T[] {
  return [...items].filter(({ path }) => path.startsWith(PathPrefix));
}

/** Whether a name is taken: names that differ only in case are the same. */
export function isTaken(name: string, names: Iterable<string>): boolean {
  return [...names].some((other) => isSameName(name, other));
}

/**
 * What a request calls by a name, whatever the case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function named<T>(name: string, things: ReadonlyMap<string, T>): T | undefined {
  return things.get(name) ?? [...things].find(([other]) => isSameName(name, other))?.[1];
}

function isSameName(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}

/**
 * A thing as a call sees it: IAM is eventually consistent, so what was just made may be there for one that reads and
 * not yet for one that writes, and an old answer does not show it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export function seen<T extends { readonly createdAt?: Date; readonly writableAt: Date }>(
  thing: T | undefined,
  { params, world }: SignedCall,
): T | undefined {
  if (!thing) return undefined;
  const { createdAt, writableAt } = thing;
  const now = world.clock.now();
  const reads = /^(?:Get|List|Simulate)/.test(params.Action ?? '');
  const tooNew = reads
    ? createdAt !== undefined && createdAt <= now && createdAt > world.settings.readAt()
    : writableAt > now;
  return tooNew ? undefined : thing;
}

/** A parameter as AWS's validation calls it. */
function memberName(parameter: string): string {
  return parameter.charAt(0).toLowerCase() + parameter.slice(1);
}
