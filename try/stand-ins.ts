import { DEFAULT_ACCOUNT, DEFAULT_REGION, type LocalAws } from './local-aws';
import type { Reference } from './references';

/** The secrets and variables of a run. */
export interface Values {
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  /** What was made, in sentences. */
  readonly notes: readonly string[];
  /** Secrets that nobody gave and that cannot be made, each with where it is named. */
  readonly missing: readonly string[];
}

export interface GivenValues {
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly strict: boolean;
}

/** A value that was made for a secret or a variable, and what it is. */
interface StandIn {
  readonly value: string;
  readonly what: string;
}

/** The secret that GitHub makes for each job. */
const OF_EACH_JOB = 'GITHUB_TOKEN';
const MADE_UP_ROLE = `arn:aws:iam::${DEFAULT_ACCOUNT}:role/deploy`;

/** Finds a value for every secret and variable that a workflow names: the one given, or what the local AWS has for it. */
export async function valuesFor(
  references: readonly Reference[],
  { strict, ...given }: GivenValues,
  aws: LocalAws,
): Promise<Values> {
  const values = { secrets: { ...given.secrets }, vars: { ...given.vars } };
  const [notes, missing]: [string[], string[]] = [[], []];
  const keys = new Keys(references, strict, aws);
  let certificate: ReturnType<LocalAws['certificate']> | undefined;

  for (const reference of references) {
    const { context, name, place } = reference;
    const known: Record<string, string> = values[context];
    if (name in known || name === OF_EACH_JOB) continue;
    const standIn = keys.of(reference) ?? (await issued(reference)) ?? (strict ? undefined : madeUp(reference));
    if (standIn) {
      known[name] = standIn.value;
      notes.push(`${context}.${name} is not given: ${standIn.what}.`);
    } else if (context === 'vars') {
      known[name] = '';
      notes.push(`vars.${name} is not given: it is empty, as on GitHub. To give it: vars.${name}=value`);
    } else missing.push(`secrets.${name} (${place})`);
  }
  return { ...values, notes, missing: [...new Set(missing)] };

  /** What only the local AWS and GitHub can issue. */
  async function issued({ input, text }: Reference): Promise<StandIn | undefined> {
    if (!isAlone(text)) return undefined;
    switch (input ?? '') {
      case 'certificate':
        return { value: (await (certificate ??= aws.certificate())).certificate, what: 'a certificate made for it' };
      case 'certificate-private-key':
        return { value: (await (certificate ??= aws.certificate())).privateKey, what: "that certificate's key" };
      case 'github-token':
        return { value: aws.githubToken(), what: "a token that may write the repository's secrets" };
      case 'terraform-token':
        return { value: aws.terraformToken(), what: 'a token that may write the workspaces that documents name' };
      default:
        return undefined;
    }
  }
}

/** A value that fits where the workflow has it. */
function madeUp({ input, text }: Reference): StandIn | undefined {
  const alone = isAlone(text);
  if (/:iam::\$\{\{[^}]*\}\}:/.test(text) || (alone && input === 'allowed-account-ids')) {
    return { value: DEFAULT_ACCOUNT, what: `the account ${DEFAULT_ACCOUNT}` };
  }
  if (alone && input === 'role-to-assume') return { value: MADE_UP_ROLE, what: `the role ${MADE_UP_ROLE}` };
  if (alone && input === 'aws-region') return { value: DEFAULT_REGION, what: DEFAULT_REGION };
  return undefined;
}

/** Whether a text is one secret or variable and nothing else. */
function isAlone(text: string): boolean {
  return /^\s*\$\{\{\s*[\w.-]+\s*\}\}\s*$/.test(text);
}

/** The keys of users, for secrets that stand together in a step: one user for each ID of a key. */
class Keys {
  readonly #userOf = new Map<string, string>();

  constructor(
    references: readonly Reference[],
    strict: boolean,
    private readonly aws: LocalAws,
  ) {
    for (const { input, name, inputs } of references) {
      if (input !== 'aws-access-key-id') continue;
      const [, serial] = /:mfa\/(?:.*\/)?([\w+=,.@-]+)$/.exec(String(inputs['mfa-serial'] ?? '')) ?? [];
      const [prefix] = name.toLowerCase().split(/_?(?:aws_)?access_?key/);
      const named = prefix === undefined || ['', 'aws'].includes(prefix) ? 'ci' : prefix.replaceAll('_', '-');
      this.#userOf.set(name, strict ? 'admin' : (serial ?? named));
    }
  }

  of({ input, inputs }: Reference): StandIn | undefined {
    if (input === 'aws-session-token') return { value: '', what: 'empty, as keys of a user need none' };
    const [, keyId = ''] = /(?:secrets|vars)\.([\w-]+)/.exec(String(inputs['aws-access-key-id'] ?? '')) ?? [];
    const name = this.#userOf.get(keyId.toUpperCase());
    if (name === undefined) return undefined;
    const accountId = /\d{12}/.exec(`${inputs['allowed-account-ids'] ?? ''} ${inputs['mfa-serial'] ?? ''}`)?.[0];
    const user = this.aws.createUser(name, accountId ?? DEFAULT_ACCOUNT);
    const [key] = user.accessKeys;
    const [device] = user.mfaDevices.values();
    const may = `${user.arn}, made for it, who may do everything`;
    if (input === 'aws-access-key-id' && key) return { value: key.accessKeyId, what: `the key of ${may}` };
    if (input === 'aws-secret-access-key' && key) {
      return { value: key.secretAccessKey, what: `the secret of that key of ${user.arn}` };
    }
    if (input === 'mfa-secret' && device) {
      return { value: device.seed, what: `the seed of ${device.serialNumber}` };
    }
    return undefined;
  }
}
