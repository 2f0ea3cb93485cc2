import { ActionError } from '../errors/action-error';

/** Words that every reader takes as they are. */
const PLAIN = /^[\p{L}\p{M}\p{N}_.:/@+~#%=,-]+$/u;
const PLAIN_ON_WINDOWS = /^[\w.:\\/@+~#-]+$/;
/** Words that some reader misreads in quotes, too: it expands a variable, or sees a comment or the end of a line. */
const ODD = /[\p{Cc}\p{Zl}\p{Zp}"$`]|\s[#;]|\\(\\|$)/u;
const ODD_ON_WINDOWS = /[\p{Cc}\p{Zl}\p{Zp}"%]|\s[#;]/u;
const BEYOND_ASCII = /[^ -~]/;

/** A program, and what it is started with. */
export interface Command {
  /** Environment variables, in place of those of whoever runs it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Absolute paths. */
  readonly words: readonly [program: string, ...args: string[]];
}

/**
 * The value of `credential_process` that runs a program, in the form that AWS's tools read alike. Some split it at spaces
 * and quotes, others pass it to a shell. What begins with a quote is cut or stripped by the SDKs for Go, and by `cmd` on
 * Windows. So a word has quotes only if it needs them, and the first word never begins with one.
 *
 * Variables are not set on Windows, where no program can be named that does so and that all tools can start; nor for a
 * program with `=` in its path, which `env` takes for a variable.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 *
 * @throws ActionError `credential-process-path` when there is no such form
 */
export function commandLine({ variables, words }: Command, platform: NodeJS.Platform): string {
  const windows = platform === 'win32';
  const [plain, odd] = windows ? [PLAIN_ON_WINDOWS, ODD_ON_WINDOWS] : [PLAIN, ODD];
  const refused = words.find((word) => odd.test(word));
  if (refused !== undefined) throw misread(refused);
  const recoded = windows ? words.find((word) => BEYOND_ASCII.test(word)) : undefined;
  if (recoded !== undefined) throw misreadByCodePage(recoded);
  const inQuotes = (word: string) => (plain.test(word) ? word : `"${word}"`);
  const [program, ...args] = words;
  const quotedArgs = args.map(inQuotes);
  if (windows) {
    const first = plain.test(program) ? program : program.replace(/^(\\*.)(.*)$/, '$1"$2"');
    return [first, ...quotedArgs].join(' ');
  }
  if (program.includes('=')) {
    if (!plain.test(program)) throw misread(program);
    return [program, ...quotedArgs].join(' ');
  }
  const assignments = Object.entries(variables).map(([name, value]) => inQuotes(`${name}=${value}`));
  return ['/usr/bin/env', ...assignments, inQuotes(program), ...quotedArgs].join(' ');
}

/** The last word of a command line in that form: of the program behind a profile, the file of its session. */
export function lastWord(line: string): string {
  const [, quoted, plain] = /"([^"]*)"$|(\S*)$/.exec(line.trim()) ?? [];
  return quoted ?? plain ?? '';
}

/** Whether the SDKs for Go and Rust run it, too: on Windows, they pass quotes to `cmd` in a form that it does not know. */
export function isReadByAll(line: string, platform: NodeJS.Platform): boolean {
  return platform !== 'win32' || !line.includes('"');
}

function misread(path: string): ActionError {
  return refusal(path, {
    why: "AWS's tools read a credential_process in different ways, and not all of them understand this path.",
    fix: 'Let the runner work in folders without quotes, $, %, # and ; in their names, or omit refresh-credentials.',
  });
}

function misreadByCodePage(path: string): ActionError {
  return refusal(path, {
    why:
      'On Windows, the AWS CLI and boto3 read profile files in the code page of the machine, others in UTF-8: in a path ' +
      'with letters beyond ASCII, they find different ones.',
    fix: 'Let the runner work in a folder such as C:\\actions-runner, with letters of ASCII alone, or omit refresh-credentials.',
  });
}

function refusal(path: string, said: { readonly why: string; readonly fix: string }): ActionError {
  const tried = `let the profile renew itself: its command line would hold the path ${path}`;
  return new ActionError({ code: 'credential-process-path', tried, ...said });
}
