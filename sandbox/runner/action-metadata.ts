import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** An action's `action.yml`, as far as a runner needs it. */
export interface ActionMetadata {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string; readonly 'post-if'?: string };
}

const known = new Map<string, ActionMetadata>();

/** What is in the folder's `action.yml`, which is read once. */
export function readActionMetadata(folder: string): ActionMetadata {
  const metadata = known.get(folder) ?? (parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as ActionMetadata);
  known.set(folder, metadata);
  return metadata;
}

/** The `INPUT_` variables of a step: what is under `with`, else the defaults, else empty, as the runner sets them. */
export function inputVariables({ inputs }: ActionMetadata, given: Readonly<Record<string, string>>) {
  const all = {
    ...Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default ?? ''])),
    ...given,
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
  );
}
