import { homedir } from 'node:os';
import { environmentBehind } from '../credential-process/keep-sessions';
import { ActionError } from '../errors/action-error';
import { readRequest } from '../inputs/read-request';
import { profileOfSource } from '../inputs/refresh-inputs';
import { profilesIn, type Request } from '../inputs/request';
import { profileFiles } from '../profile/locations';

/**
 * Looks whether profiles that are to renew themselves would, by way of others, be renewed from themselves: their programs
 * would call each other without end.
 *
 * @throws ActionError `source-not-renewable`
 */
export async function checkProfileCircle(request: Request, env: NodeJS.ProcessEnv): Promise<void> {
  const profiles = profilesIn(request);
  const source = profileOfSource(request.identity.source, env);
  if (!profiles?.refresh || source === undefined) return;
  const way = [source];
  for (let next = await sourceOf(source, env); next !== undefined; next = await sourceOf(next, env)) {
    if (way.includes(next)) return;
    way.push(next);
    if (profiles.names.includes(next)) throw inCircle(way);
  }
}

/** The profile from which another gets its credentials: by its settings, or by the step that keeps its session. */
async function sourceOf(profile: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { credentials: filepath, config: configFilepath } = profileFiles(env, homedir());
  const { parseKnownFiles } = await import('@smithy/core/config');
  const profiles = await parseKnownFiles({ filepath, configFilepath, ignoreCache: true });
  const { credential_process: process, source_profile: named } = profiles[profile] ?? {};
  const kept = process === undefined ? undefined : environmentBehind(process);
  if (kept === undefined) return named;
  // What cannot be read any more is not renewed, either.
  const read = await readRequest(kept).catch(() => undefined);
  return read && profileOfSource(read.request.identity.source, kept);
}

function inCircle(way: readonly string[]): ActionError {
  const [source = ''] = way;
  const itself = way.at(-1) ?? '';
  return new ActionError({
    code: 'source-not-renewable',
    tried: `let the profile ${itself} renew itself with credentials from the profile ${source}. Nothing was sent to AWS`,
    why: `That profile gets its own from this one (${[itself, ...way].join(' from ')}): neither could be renewed.`,
    fix: 'Choose another name for one of them in aws-profile or roles, or another source.',
  });
}
