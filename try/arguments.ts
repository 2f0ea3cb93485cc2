import { parseArgs } from 'node:util';

export const USAGE = `npm run try -- WORKFLOW.yml [JOB …] [SECRET=value …] [vars.NAME=value …] [inputs.NAME=value …]
  --event NAME        what triggers the workflow: by default push, else what it names first; with inputs, what has them
  --repository O/N    whose workflow it is: octo-org/app by default
  --ref REF           refs/heads/main by default
  --workspace FOLDER  what actions/checkout checks out: by default the folder that the workflow belongs to
  --identities FILE   a document that is provisioned before the workflow begins
  --strict            makes no role that the workflow names; keys that it names are an administrator's
  --no-run            shows the commands under "run:", and does not run them`;

/** What the command line asks for. */
export interface Request {
  /** The path of the workflow file. */
  readonly file: string;
  /** Jobs to run, with those that they need; all if there are none. */
  readonly jobs: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly event: string | undefined;
  readonly repository: string;
  readonly ref: string;
  readonly workspace: string | undefined;
  readonly identities: string | undefined;
  readonly strict: boolean;
  /** Whether the commands of steps run. */
  readonly commands: boolean;
}

/**
 * Reads the command line.
 *
 * @throws Error that says what is wrong with it
 */
export function readArguments(args: readonly string[]): Request {
  const { values, positionals } = parse(args);
  const [file, ...rest] = positionals;
  if (file === undefined || /^\w+=/.test(file)) throw new Error(`Name the workflow file first:\n\n${USAGE}`);
  if (!/^[\w.-]+\/[\w.-]+$/.test(values.repository)) {
    throw new Error(`--repository is "${values.repository}"; it must be OWNER/NAME`);
  }
  if (!/^refs\/(heads|tags|pull)\/./.test(values.ref)) {
    throw new Error(`--ref is "${values.ref}"; it must be whole, such as refs/heads/main or refs/tags/v1`);
  }

  const jobs: string[] = [];
  const given = { secrets: {}, vars: {}, inputs: {} } as Record<'secrets' | 'vars' | 'inputs', Record<string, string>>;
  for (const argument of rest) {
    const [, context = 'secrets', name, value] = /^(?:(secrets|vars|inputs)\.)?([\w-]+)=(.*)$/s.exec(argument) ?? [];
    if (name === undefined || value === undefined) jobs.push(argument);
    // GitHub knows secrets and variables in capitals, however they were written.
    else given[context as 'secrets'][context === 'inputs' ? name : name.toUpperCase()] = value;
  }
  const { event, repository, ref, workspace, identities, strict } = values;
  return { file, jobs, ...given, event, repository, ref, workspace, identities, strict, commands: !values['no-run'] };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        event: { type: 'string' },
        repository: { type: 'string', default: 'octo-org/app' },
        ref: { type: 'string', default: 'refs/heads/main' },
        workspace: { type: 'string' },
        identities: { type: 'string' },
        strict: { type: 'boolean', default: false },
        'no-run': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    // Node goes on to say how to give a word that looks like an option, which no file or job here does.
    const [problem = ''] = (error as Error).message.split(/[.\n]/, 1);
    throw new Error(`${problem}.\n\n${USAGE}`);
  }
}
