export type OneOrMore<T> = T | readonly T[];

/** `"*"`, or kinds of principal (`AWS`, `Federated`, `Service`) with who is meant. */
export type PrincipalElement = '*' | Readonly<Record<string, OneOrMore<string>>>;

/** Operator → condition key → the values to compare with. */
export type ConditionElement = Readonly<Record<string, Readonly<Record<string, OneOrMore<string | number | boolean>>>>>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PrincipalElement;
  readonly NotPrincipal?: PrincipalElement;
  readonly Action?: OneOrMore<string>;
  readonly NotAction?: OneOrMore<string>;
  readonly Resource?: OneOrMore<string>;
  readonly NotResource?: OneOrMore<string>;
  readonly Condition?: ConditionElement;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: OneOrMore<Statement>;
}

export function list<T>(value: OneOrMore<T>): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
