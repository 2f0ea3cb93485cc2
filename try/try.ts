import { readFileSync, statSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { loadExpressions } from '../sandbox/runner/expressions';
import { note, title } from '../sandbox/runner/terminal';
import { readWorkflow } from '../sandbox/runner/workflow';
import { readArguments, USAGE, type Request } from './arguments';
import { calledWorkflows } from './called-workflows';
import { folderOf } from './checkout';
import { githubOf, refOf, type Origin } from './contexts';
import { Interrupted, Interruption } from './interruption';
import { localActionsOf } from './local-action';
import { LocalAws } from './local-aws';
import { plannedJobs } from './plan';
import { provisionDocument } from './provision-document';
import { referencesIn } from './references';
import { runJobs } from './run-jobs';
import { valuesFor } from './stand-ins';
import { triggerOf } from './trigger';

/** Runs the jobs of a workflow file against a local AWS. Returns whether they did what they should. */
async function tryWorkflow(request: Request): Promise<boolean> {
  // npm runs scripts in the folder of the project, wherever its user is.
  const from = process.env.INIT_CWD ?? process.cwd();
  const file = resolve(from, request.file);
  const path = relative(from, file);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`There is no file ${file}.`);
  const read = await readWorkflow(path, readFileSync(file, 'utf8'));
  const { workflow } = read;
  const jobs = plannedJobs(workflow, request.jobs);
  const expressions = await loadExpressions();
  const originOn = (event: string): Origin => ({
    workflow: workflow.name ?? `.github/workflows/${basename(file)}`,
    path: `.github/workflows/${basename(file)}`,
    event,
    repository: request.repository,
    ref: request.ref,
  });
  const { event, isCalled, inputs } = triggerOf(
    workflow,
    request.event,
    request.inputs,
    (event) => (text) =>
      expressions.valueOf(text, { github: githubOf(originOn(event)), vars: request.vars, inputs: {} }),
  );
  const origin = originOn(event);
  const folder = request.workspace === undefined ? folderOf(file) : resolve(from, request.workspace);
  const workflows = await calledWorkflows(jobs, folder);
  title(`${origin.workflow}: ${isCalled ? 'called on ' : ''}${event} of ${refOf(origin)} in ${origin.repository}`);
  if (isCalled) {
    note('It runs without the workflow that calls it, which is taken to permit everything.');
  }

  const interruption = new Interruption();
  const aws = await LocalAws.start(request.repository);
  try {
    const all = [...jobs, ...[...workflows.values()].flatMap(({ planned }) => planned)];
    const actions = await localActionsOf(all, folder);
    const references = referencesIn(read, jobs, { commands: request.commands, actions, workflows });
    const { secrets, vars, notes, missing } = await valuesFor(references, request, aws);
    for (const each of notes) note(each);
    if (missing.length > 0) {
      const example = missing.map((each) => `${each.replace(/^secrets\.| .*/g, '')}=value`).join(' ');
      throw new Error(
        `${path} names what nobody gave: ${missing.join(', ')}.\nGive each after the file, or nothing after its "=" ` +
          `to leave it empty: npm run try -- ${request.file} ${example}`,
      );
    }
    if (request.identities !== undefined) {
      await provisionDocument(resolve(from, request.identities), origin, aws, interruption);
    }
    const { strict, commands } = request;
    const setting = {
      file: path,
      read,
      ...(isCalled && { caller: { permits: () => true } }),
      workflows,
      origin,
      expressions,
      aws,
      secrets,
      vars,
      inputs,
      folder,
      strict,
      commands,
      interruption,
    };
    const ended = await runJobs(jobs, setting);
    title([...ended].map(([id, { result, isMissing }]) => `${id}: ${isMissing ? 'not run' : result}`).join(', '));
    return [...ended.values()].every(({ result }) => result !== 'failure');
  } finally {
    await aws.sandbox.close();
  }
}

void (async () => {
  const args = process.argv.slice(2);
  try {
    if (args.includes('--help') || args.includes('-h')) {
      process.stdout.write(`${USAGE}\n`);
      return;
    }
    const succeeded = await tryWorkflow(readArguments(args));
    process.exitCode = succeeded ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    // A shell says so of what a signal has stopped.
    process.exitCode = error instanceof Interrupted ? 130 : 1;
  }
})();
