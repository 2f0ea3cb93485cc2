import { isMapping } from '../policy/policy-document';
import { readYaml } from '../text/yaml';
import type { Declaration } from './declaration';
import { Deliveries } from './deliveries';
import { DocumentProblems, type DocumentProblem } from './document-problems';
import type { DocumentReading, DocumentSettings } from './document-reading';
import type { DocumentText } from './document-text';
import { readDeclaredProviders } from './read-oidc-providers';
import { readDeclaredPolicies } from './read-policies';
import { readDeclaredRoles } from './read-roles';
import { readDeclaredUsers } from './read-users';
import { readStructure } from './structure';

export interface ReadDocument {
  readonly declaration: Declaration;
  /** What is worth saying although nothing is wrong with it. */
  readonly warnings: readonly DocumentProblem[];
}

/**
 * Reads an identity document. Everything that is wrong with it is found at once. If the text is no YAML at all, only the
 * problems of its syntax are.
 */
export function readDocument(
  { text, file }: DocumentText,
  settings: DocumentSettings,
): ReadDocument | { readonly problems: readonly DocumentProblem[] } {
  const yaml = readYaml(text);
  const problems = new DocumentProblems(yaml, file);
  for (const problem of yaml.problems) problems.addInText(problem);
  if (yaml.value === undefined) return { problems: problems.all };
  const structure = readStructure(yaml.value);
  for (const { path, message } of structure.problems) problems.add(path, message);
  const reading: DocumentReading = {
    settings,
    document: structure.sound,
    policyNames: isMapping(yaml.value) && isMapping(yaml.value.policies) ? Object.keys(yaml.value.policies) : [],
    yaml,
    problems,
    warnings: [],
    deliveries: new Deliveries(problems),
  };
  const declaration = readDeclaration(reading);
  if (!problems.any && isEmpty(declaration)) {
    problems.add([], 'declares nothing; it should have at least one of policies, users, roles and oidc-providers');
  }
  return problems.any ? { problems: problems.all } : { declaration, warnings: reading.warnings };
}

function readDeclaration(reading: DocumentReading): Declaration {
  return {
    oidcProviders: readDeclaredProviders(reading),
    policies: readDeclaredPolicies(reading),
    users: readDeclaredUsers(reading),
    roles: readDeclaredRoles(reading),
  };
}

function isEmpty({ oidcProviders, policies, users, roles }: Declaration): boolean {
  return [oidcProviders, policies, users, roles].every((section) => section.length === 0);
}
