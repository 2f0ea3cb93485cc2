import { randomBytes } from 'node:crypto';
import { Refusal } from '../http/refusal';

/** A variable of a workspace or of a variable set. */
export interface Variable {
  readonly id: string;
  readonly key: string;
  readonly value: string;
  readonly description: string | null;
  readonly category: 'env' | 'terraform';
  readonly sensitive: boolean;
  readonly hcl: boolean;
  readonly createdAt: Date;
  /** Another one with each writing. */
  readonly version: string;
}

/** What a client may say of a variable. */
export type Given = Readonly<Partial<Record<keyof Variable, unknown>>>;

/** A workspace of an organization, as far as its variables go. */
export class Workspace {
  readonly id = `ws-${word()}`;
  readonly variables: Variable[] = [];

  constructor(
    readonly organization: string,
    readonly name: string,
  ) {}

  find(id: string): Variable | undefined {
    return this.variables.find((one) => one.id === id);
  }

  /** @throws Refusal when there is one of that name already, or the attributes are none of a variable */
  create(given: Given, now: Date): Variable {
    const { key, value = '', description = null, category, sensitive = false, hcl = false } = given;
    if (typeof key !== 'string' || !/^[^\s=]+$/.test(key)) throw invalid("Key can't be blank");
    if (category !== 'env' && category !== 'terraform') throw invalid('Category is not included in the list');
    const taken = this.variables.some((one) => one.key === key && one.category === category);
    if (taken) throw invalid('Key has already been taken');
    const created: Variable = {
      id: `var-${word()}`,
      key,
      value: textOf(value),
      description: typeof description === 'string' ? description : null,
      category,
      sensitive: sensitive === true,
      hcl: hcl === true,
      createdAt: now,
      version: newVersion(),
    };
    this.variables.push(created);
    return created;
  }

  /**
   * Of a variable that is sensitive, only the value may change.
   * https://developer.hashicorp.com/terraform/cloud-docs/workspaces/variables/managing-variables#sensitive-values
   */
  update(id: string, given: Given): Variable {
    const old = this.find(id);
    if (!old) throw notFound();
    const changed = (['key', 'description', 'category', 'hcl'] as const).filter(
      (name) => given[name] !== undefined && given[name] !== old[name],
    );
    const [first] = changed;
    if (old.sensitive && first) {
      const named = first.charAt(0).toUpperCase() + first.slice(1);
      throw invalid(`${named} cannot be updated for a sensitive variable`);
    }
    if (old.sensitive && given.sensitive === false) {
      throw invalid(
        'Sensitive cannot be changed from true to false on saved records. To make this variable readable, destroy this ' +
          'record and create a new one with the same key value.',
      );
    }
    const updated: Variable = {
      ...old,
      ...(Object.fromEntries(changed.map((name) => [name, given[name]])) as Partial<Variable>),
      value: given.value === undefined ? old.value : textOf(given.value),
      sensitive: old.sensitive || given.sensitive === true,
      version: newVersion(),
    };
    this.variables.splice(this.variables.indexOf(old), 1, updated);
    return updated;
  }

  delete(id: string): void {
    const old = this.find(id);
    if (!old) throw notFound();
    this.variables.splice(this.variables.indexOf(old), 1);
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'NotFound', 'not found');
}

function invalid(detail: string): Refusal {
  return new Refusal(422, 'InvalidAttribute', detail);
}

export function word(): string {
  return randomBytes(12).toString('base64url').replace(/[-_]/g, 'x');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function newVersion(): string {
  return randomBytes(18).toString('hex');
}
