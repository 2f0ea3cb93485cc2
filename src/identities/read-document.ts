import { nearest } from '../text/did-you-mean';
import type { DocumentText } from '../text/document-text';
import type { KeyPath } from '../text/problem';
import { isMapping, kindOf } from '../text/value';
import { readYaml } from '../text/yaml';
import type { Declaration } from './declaration';
import { KEYS_OF_SECTIONS } from './definition/identity-document';
import { DocumentPart, type DocumentSettings } from './document-part';
import { DocumentProblems, type DocumentProblem } from './document-problems';
import { readDeclaredProviders } from './read-oidc-providers';
import { readDeclaredPolicies } from './read-policies';
import { readDeclaredRoles } from './read-roles';
import { readDeclaredUsers } from './read-users';
import { readStructure, type SoundDocument } from './structure';

export interface ReadDocument {
  readonly declaration: Declaration;
  /** What is worth saying although nothing is wrong with it. */
  readonly warnings: readonly DocumentProblem[];
  /** Files of the workspace that say what is declared: that of the document, and those of policies. */
  readonly files: readonly string[];
}

/**
 * Reads an identity document. Everything that is wrong with it is found at once. If the text is no YAML at all, only the
 * problems of its syntax are.
 */
export function readDocument(
  { text, file }: DocumentText,
  settings: DocumentSettings,
): ReadDocument | { readonly problems: readonly DocumentProblem[]; readonly files: readonly string[] } {
  const yaml = readYaml(text);
  const problems = new DocumentProblems(yaml, file);
  const files = file === undefined ? [] : [file];
  if (file !== undefined && yaml.value !== undefined && !resemblesDocument(yaml.value)) {
    problems.add([], `is ${kindOf(yaml.value)}; it should be a mapping with policies, users, roles or oidc-providers`);
    return { problems: problems.all, files };
  }
  for (const problem of yaml.problems) problems.addInText(problem);
  if (yaml.value === undefined) return { problems: problems.all, files };
  const { sound: document, problems: ofStructure } = readStructure(yaml.value, yaml.written);
  for (const { path, message } of ofStructure) problems.add(path, message);
  const policyNames = isMapping(yaml.value) && isMapping(yaml.value.policies) ? Object.keys(yaml.value.policies) : [];
  const deliveries = new Map<string, KeyPath>();
  const issuers = new Map<string, string>();
  const audiences = new Map<string, readonly string[]>();
  const reading = { settings, document, policyNames, yaml, problems, deliveries, issuers, audiences, files };
  const declaration = readDeclaration(new DocumentPart(document, [], reading));
  if (!problems.any && isEmpty(declaration)) {
    problems.add([], 'declares nothing; it should have at least one of policies, users, roles and oidc-providers');
  }
  return problems.any ? { problems: problems.all, files } : { declaration, warnings: problems.warnings, files };
}

/** Whether a value has anything of a document. The file may be a link to any other, and what is in that one secret. */
function resemblesDocument(value: unknown): boolean {
  if (!isMapping(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 0 || keys.some((key) => nearest(key, Object.keys(KEYS_OF_SECTIONS)) !== undefined);
}

function readDeclaration(document: DocumentPart<SoundDocument>): Declaration {
  return {
    // Before the roles, whose trust is compared with them.
    oidcProviders: readDeclaredProviders(document.at('oidc-providers')),
    policies: readDeclaredPolicies(document.at('policies')),
    users: readDeclaredUsers(document.at('users')),
    roles: readDeclaredRoles(document.at('roles')),
  };
}

function isEmpty({ oidcProviders, policies, users, roles }: Declaration): boolean {
  return [oidcProviders, policies, users, roles].every((section) => section.length === 0);
}
