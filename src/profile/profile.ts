import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { LeftBehindError } from '../errors/left-behind-error';
import { messageOf } from '../errors/message';
import { asOneFile, editFile, hasCopies, ProfileError, readProfileFile, rehearseEdit } from './files';
import { headersIn, undoSections, writeSections, type NewSection, type Settings } from './ini';
import type { ProfileFiles } from './locations';
import { validateProfileName } from './name';

type FileKind = keyof ProfileFiles;

/** A profile to write. A file for which it has no settings is left alone, unless it has a section to be replaced. */
export interface Profile {
  readonly name: string;
  /** Of the credentials file, such as `aws_access_key_id`. */
  readonly credentials: Settings;
  /** Of the config file, such as `region`. */
  readonly config: Settings;
}

/** What prevents a profile from being written. */
export interface Problem {
  readonly name: string;
  /** With the path of the file. */
  readonly reason: string;
}

interface CheckOptions {
  readonly overwrite: boolean;
  readonly inPlace: boolean;
}

/** A section of ours in a file. */
export interface WrittenSection {
  readonly path: string;
  readonly header: string;
  /** What the file was before. */
  readonly before: 'absent' | 'empty' | 'filled';
}

/** What `removeProfiles` needs to know of one. */
export interface WrittenProfile {
  /** Free of secrets: fit for the runner's state file. */
  readonly state: { readonly name: string; readonly sections: readonly WrittenSection[] };
  /** For each of these sections, the text of the one that it replaced, if there was one. It may hold secrets. */
  readonly replaced: readonly (string | null)[];
}

/** How profiles are written. */
export interface WriteOptions {
  /** Whether a profile of the same name is replaced, or is an error. */
  readonly overwrite: boolean;
  /**
   * Called before each of the two files is changed, with all that will have been written once it is. A caller that
   * stores this can clean up even when the process is killed on the way: taking out what was never put in is fine.
   */
  readonly record?: (written: WrittenProfile[]) => void;
}

interface Edit extends WrittenSection {
  readonly name: string;
  readonly replaced: string | null;
}

const KINDS: readonly FileKind[] = ['credentials', 'config'];

/**
 * Looks whether profiles can be written, and changes nothing.
 *
 * @param options.inPlace whether the files themselves are to be edited, or copies of them
 * @returns a problem for each profile that cannot
 */
export async function checkProfiles(
  named: ProfileFiles,
  profiles: readonly Profile[],
  options: CheckOptions,
): Promise<readonly Problem[]> {
  const files = await asOneFile(named);
  const inAny = await reasonAgainst(files, profiles, options);
  if (inAny === undefined) return [];
  const problems: Problem[] = [];
  for (const profile of profiles) {
    const reason = await reasonAgainst(files, [profile], options);
    if (reason !== undefined) problems.push({ name: profile.name, reason });
  }
  return problems;
}

async function reasonAgainst(
  files: ProfileFiles,
  profiles: readonly Profile[],
  { overwrite, inPlace }: CheckOptions,
): Promise<string | undefined> {
  for (const kind of KINDS) {
    const path = files[kind];
    try {
      await rehearseEdit(path, (original) => withProfiles(original, files, kind, profiles, overwrite).text, {
        inPlace,
      });
    } catch (error) {
      if (error instanceof ProfileError) return error.message;
      throw error;
    }
  }
  return undefined;
}

/**
 * Writes profiles, each of another name, into both files, each file once: all profiles, or none. With `overwrite` a
 * profile of the same name is replaced, else it is an error.
 *
 * @throws ProfileError when a name is not allowed, a profile is there already, or a file cannot be written; what had
 * been written is then removed again. LeftBehindError when that fails, too.
 */
export async function writeProfiles(
  named: ProfileFiles,
  profiles: readonly Profile[],
  options: WriteOptions,
): Promise<WrittenProfile[]> {
  for (const { name } of profiles) {
    const broken = validateProfileName(name);
    if (broken !== undefined) {
      const message = `Could not write the profile ${JSON.stringify(name)}: a profile name ${broken}.`;
      throw new ProfileError('write', named.credentials, message);
    }
  }
  const files = await asOneFile(named);
  const done: Edit[] = [];
  try {
    for (const kind of KINDS) {
      const record = (edits: readonly Edit[]) => options.record?.(writtenProfiles(profiles, [...done, ...edits]));
      done.push(...(await writeInto(files, kind, profiles, { ...options, record })));
    }
    return writtenProfiles(profiles, done);
  } catch (error) {
    await undoEdits(done).catch((left: unknown) => {
      throw new LeftBehindError(error, left);
    });
    throw error;
  }
}

/**
 * Removes profiles that were written, last first, and puts back the sections that they replaced. A file left empty
 * is deleted, unless it was there and empty before. What is missing already counts as done.
 *
 * @throws AggregateError when a file cannot be edited; the other one is, even so.
 */
export async function removeProfiles(written: readonly WrittenProfile[]): Promise<void> {
  await undoEdits(editsOf(written));
}

/** Whether nothing is left of profiles that were written, and what they replaced is back. */
export async function areRemoved(written: readonly WrittenProfile[]): Promise<boolean> {
  for (const [path, edits] of byFile(editsOf(written))) if (!(await isUndone(path, edits))) return false;
  return true;
}

function editsOf(written: readonly WrittenProfile[]): Edit[] {
  return written.flatMap(({ state, replaced }) =>
    state.sections.map((section, index) => ({ ...section, name: state.name, replaced: replaced[index] ?? null })),
  );
}

async function writeInto(
  files: ProfileFiles,
  kind: FileKind,
  profiles: readonly Profile[],
  { overwrite, record }: { readonly overwrite: boolean; readonly record: (edits: readonly Edit[]) => void },
): Promise<readonly Edit[]> {
  let written: readonly Edit[] = [];
  await editFile(files[kind], (original) => {
    const { text, edits } = withProfiles(original, files, kind, profiles, overwrite);
    if (edits.length > 0) record(edits);
    written = edits;
    return text;
  });
  return written;
}

/** The text of a file with profiles in it, and what was done to it. */
function withProfiles(
  original: string | undefined,
  files: ProfileFiles,
  kind: FileKind,
  profiles: readonly Profile[],
  overwrite: boolean,
): { readonly text: string | undefined; readonly edits: readonly Edit[] } {
  const path = files[kind];
  const before = original === undefined ? 'absent' : original === '' ? 'empty' : 'filled';
  const there = headersIn(original ?? '');
  const sections = profiles.flatMap((profile) => {
    const { name } = profile;
    const settings = settingsFor(files, kind, profile);
    if (settings === undefined) return [];
    const headers = headersFor(there, files, kind, name);
    if (!overwrite && headers.some((header) => there.has(header))) {
      throw new ProfileError('write', path, existsAlready(name, path));
    }
    const written = headers.filter((header) => there.has(header) || Object.keys(settings).length > 0);
    return written.map((header): NewSection & { readonly name: string } => ({ name, header, settings }));
  });
  if (sections.length === 0) return { text: original, edits: [] };
  const { text, written } = writeSections(original ?? '', sections);
  return {
    text,
    edits: written.map((section, index) => ({ ...section, name: sections[index]?.name ?? '', path, before })),
  };
}

/** One file may serve as both, and `[default]` is spelled alike in both: that one section then holds all settings. */
function settingsFor(files: ProfileFiles, kind: FileKind, profile: Profile): Settings | undefined {
  if (profile.name !== 'default' || files.credentials !== files.config) return profile[kind];
  return kind === 'credentials' ? { ...profile.credentials, ...profile.config } : undefined;
}

/**
 * The sections to write a profile to. The config file's default profile is `[default]` or `[profile default]`. Where it has
 * both, some of AWS's tools read the one, and some the other.
 */
function headersFor(there: ReadonlySet<string>, files: ProfileFiles, kind: FileKind, name: string): string[] {
  if (kind === 'credentials' && files.credentials !== files.config) return [name];
  if (name !== 'default') return [kind === 'config' ? `profile ${name}` : name];
  const found = [name, `profile ${name}`].filter((header) => there.has(header));
  return found.length > 0 ? found : [name];
}

async function undoEdits(edits: readonly Edit[]): Promise<void> {
  const failures: unknown[] = [];
  for (const [path, inThis] of byFile(edits)) {
    await undoIn(path, inThis).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join(' '));
}

/** The edits of each file, last first. */
function byFile(edits: readonly Edit[]): (readonly [path: string, edits: Edit[]])[] {
  const lastFirst = edits.toReversed();
  const paths = new Set(lastFirst.map(({ path }) => path));
  return [...paths].map((path) => [path, lastFirst.filter((edit) => edit.path === path)]);
}

async function undoIn(path: string, edits: readonly Edit[]): Promise<void> {
  // Where nothing is left to undo, not even a directory for the lock need be there. What is in the directory only shows under
  // the lock: while another job replaces a file, some file systems do not find it, or find it empty.
  if (existsSync(dirname(path))) await editFile(path, (text) => without(edits, text));
}

async function isUndone(path: string, edits: readonly Edit[]): Promise<boolean> {
  const text = await readProfileFile(path);
  return without(edits, text) === text && !(await hasCopies(path));
}

function without(edits: readonly Edit[], original: string | undefined): string | undefined {
  const text = undoSections(original ?? '', edits);
  const keepEmpty = original === '' || edits.some(({ before }) => before === 'empty');
  return original === undefined || (text === '' && !keepEmpty) ? undefined : text;
}

function writtenProfiles(profiles: readonly Profile[], edits: readonly Edit[]): WrittenProfile[] {
  const ofName = new Map<string, Edit[]>(profiles.map(({ name }) => [name, []]));
  for (const edit of edits) ofName.get(edit.name)?.push(edit);
  return [...ofName].map(([name, ours]) => ({
    state: { name, sections: ours.map(({ path, header, before }) => ({ path, header, before })) },
    replaced: ours.map(({ replaced }) => replaced),
  }));
}

function existsAlready(name: string, path: string): string {
  return `The profile ${name} is in ${path} already. Set overwrite-aws-profile: true to replace it for the time of the job.`;
}
