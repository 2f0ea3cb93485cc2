/** The commands that GitHub documents for each `shell:`, and for none. */
const SHELLS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  bash: ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '{0}'],
  sh: ['sh', '-e', '{0}'],
  python: ['python', '{0}'],
  pwsh: ['pwsh', '-command', ". '{0}'"],
};
const NONE = ['bash', '-e', '{0}'] as const;

/**
 * The program, with its arguments, that runs the file of a step.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
 *
 * @param shell a name, or a command with `{0}` for the file
 * @throws Error when it is neither
 */
export function shellCommand(shell: string | undefined, file: string): [string, ...string[]] {
  const template = shell === undefined ? NONE : (SHELLS[shell] ?? shell.trim().split(/\s+/));
  if (!template.some((part) => part.includes('{0}'))) throw new Error(`There is no shell "${shell ?? ''}"`);
  const [program = '', ...args] = template.map((part) => part.replaceAll('{0}', file));
  return [program, ...args];
}
