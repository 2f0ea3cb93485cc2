import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

/** A role that a step names, and how it comes to it. */
export interface NamedRole {
  readonly partition: string;
  readonly account: string;
  readonly path: string;
  readonly name: string;
  /** Whether the step assumes it first, with what it begins with, and not with another role. */
  readonly first: boolean;
}

const ARN = /^arn:([\w-]+):iam::(\d{12}):role(\/(?:.+\/)?)([\w+=,.@-]{1,64})$/;
const NAME = /^[\w+=,.@-]{1,64}$/;

/**
 * The roles that the inputs of a step name, in `role-to-assume` and `roles`. What is no role is left for the action to
 * refuse.
 *
 * @param account of a role that is named alone
 * @param workspace in which `roles` may name a file
 */
export function rolesIn(inputs: Readonly<Record<string, string>>, account: string, workspace: string): NamedRole[] {
  const chains = [linesOf(inputs['role-to-assume']), ...chainsOf(inputs.roles, workspace)];
  return chains.flatMap((chain) =>
    chain.flatMap((text, index) => {
      const first = index === 0;
      const [, partition, id, path, name] = ARN.exec(text) ?? [];
      if (partition !== undefined && id !== undefined && path !== undefined && name !== undefined) {
        return [{ partition, account: id, path, name, first }];
      }
      return NAME.test(text) ? [{ partition: 'aws', account, path: '/', name: text, first }] : [];
    }),
  );
}

function linesOf(text = ''): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

function chainsOf(given = '', workspace: string): string[][] {
  try {
    const text: unknown = parse(given);
    const roles: unknown = typeof text === 'string' ? parse(readFileSync(resolve(workspace, text), 'utf8')) : text;
    if (roles === null || typeof roles !== 'object') return [];
    return Object.values(roles).map((chain: unknown) => (Array.isArray(chain) ? chain.map(String) : [String(chain)]));
  } catch {
    return [];
  }
}
