import { fieldIn, textIn } from '../network/request';
import { restRefusalOf } from '../rest/failure';
import type { GithubApi } from './api';

/** A pull request of a repository (`owner/name`). */
export interface PullRequest {
  readonly repository: string;
  readonly number: number;
}

/** What one comment of a pull request is to say. */
export interface StickyComment {
  /** The first line of the comment, which nobody sees: by it, a later run finds it. */
  readonly marker: string;
  readonly text: string;
  /** Whether it is only corrected where it is there already. */
  readonly onlyUpdate: boolean;
}

/** Comments of pull requests. https://docs.github.com/rest/issues/comments */
export interface PullRequestComments {
  /** Makes one comment say the text: that of an earlier run, or else a new one. */
  put(pullRequest: PullRequest, comment: StickyComment): Promise<'written' | 'unchanged'>;
}

interface Found {
  readonly id: number;
  readonly body: string;
  readonly author: string;
  readonly isBot: boolean;
}

/** Comments that GitHub lists in one answer, and that are looked through, at most. */
const [PAGE_SIZE, MOST_PAGES] = [100, 50];

/** The comments that are reached by a connection. Throws errors for `explainComment`. */
export function pullRequestComments(api: GithubApi): PullRequestComments {
  return {
    async put({ repository, number }, { marker, text, onlyUpdate }) {
      const ofRepository = `/repos/${repository}/issues`;
      const ofPullRequest = `${ofRepository}/${number}/comments`;
      const ofComment = ({ id }: Found) => `${ofRepository}/comments/${id}`;
      const body = `${marker}\n${text}`;
      const read = () => undefined;
      // There are several where two runs wrote at once, or the answer to a first attempt was lost.
      const [own, ...others] = await findOwn(ofPullRequest, marker, api);
      for (const other of others) await unlessGone(api({ method: 'DELETE', path: ofComment(other), read }));
      if (own?.body === body) return 'unchanged';
      const update = (comment: Found) => api({ method: 'PATCH', path: ofComment(comment), parameters: { body }, read });
      if (own && (await unlessGone(update(own)))) return 'written';
      if (onlyUpdate) return 'unchanged';
      await api({ method: 'POST', path: ofPullRequest, parameters: { body }, read });
      return 'written';
    },
  };
}

/** Whether what was asked of a comment was done: somebody may have deleted it meanwhile. */
async function unlessGone(asked: Promise<void>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (restRefusalOf(error)?.status === 404) return false;
    throw error;
  }
}

/**
 * The comments that runs have written. Anyone can write one with the same first line, and change it afterwards: only those
 * of a bot, or of the token's own user, are taken for them.
 */
async function findOwn(path: string, marker: string, api: GithubApi): Promise<Found[]> {
  const all = new Map<number, Found>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const comments = await api({ method: 'GET', path, parameters: { per_page: PAGE_SIZE, page }, read: commentsIn });
    const before = all.size;
    for (const comment of comments) all.set(comment.id, comment);
    // Gitea and Forgejo have no pages of comments: each of their answers is all.
    if (all.size - before < PAGE_SIZE) break;
  }
  const marked = [...all.values()].filter(({ body }) => body.split(/\r?\n/, 1)[0] === marker);
  const user = marked.some(({ isBot }) => !isBot) ? await ownName(api) : undefined;
  return marked.filter(({ isBot, author }) => isBot || author === user);
}

/** The name of the user whose token it is; undefined where it is that of an app. */
async function ownName(api: GithubApi): Promise<string | undefined> {
  return api({ method: 'GET', path: '/user', read: (data) => textIn(data, 'login') }).catch((error: unknown) => {
    if (restRefusalOf(error)?.status === 403) return undefined;
    throw error;
  });
}

function commentsIn(data: unknown): Found[] {
  return (Array.isArray(data) ? (data as unknown[]) : []).flatMap((comment) => {
    const [id, user] = [fieldIn(comment, 'id'), fieldIn(comment, 'user')];
    const found = { body: textIn(comment, 'body') ?? '', author: textIn(user, 'login') ?? '' };
    return typeof id === 'number' ? { ...found, id, isBot: textIn(user, 'type') === 'Bot' } : [];
  });
}
